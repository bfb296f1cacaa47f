#if defined(TUSSLE_MODE_SIM)
#include "harness/litmus/in_sim.h"
#else
#include "harness/litmus/on_threads.h"
#endif
#include "harness/litmus/main.h"
#include "workloads/litmus/programs.h"

int main(int argc, char** argv) {
  namespace litmus = tussle::litmus;
#if defined(TUSSLE_MODE_SIM)
  const litmus::run_program run = litmus::in_sim;
#else
  const litmus::run_program run = [](const litmus::program& what, double seconds,
                                     std::uint64_t seed, const litmus::search& /*how*/) {
    return litmus::on_threads(what, seconds, seed);
  };
#endif
  return litmus::run_main(tussle::workloads::all_litmus_programs(), run, argc, argv);
}
