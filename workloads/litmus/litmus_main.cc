#include "harness/litmus/main.h"
#include "workloads/litmus/programs.h"

int main(int argc, char** argv) {
  return tussle::litmus::run_main(tussle::workloads::all_litmus_programs(),
                                  tussle::litmus::on_threads, argc, argv);
}
