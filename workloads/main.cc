#include "harness/measure/main.h"
#include "workloads/register_cases.h"

int main(int argc, char** argv) {
  return tussle::harness::run_main(tussle::workloads::all_cases(), argc, argv);
}
