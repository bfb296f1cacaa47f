#include "harness/schedule/sim/main.h"
#include "workloads/register_cases.h"

int main(int argc, char** argv) {
  return tussle::sim::run_main(tussle::workloads::all_cases(), argc, argv);
}
