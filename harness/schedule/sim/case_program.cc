#include "harness/schedule/sim/case_program.h"

#include <deque>
#include <memory>

#include "harness/case/case_name.h"
#include "harness/case/case_run.h"
#include "harness/schedule/sim/program.h"

namespace tussle::sim {
namespace {

constexpr std::uint64_t seed = 1;  // of what the workers draw: part of the program

void run_case(const harness::selected_case& chosen, std::uint64_t operations) {
  const std::unique_ptr<harness::case_run> run = chosen.entry->make(chosen.values);
  const int count = chosen.values.threads();
  std::deque<harness::worker> workers;
  for (int i = 0; i < count; ++i) workers.emplace_back(i, count, seed);
  threads(count,
          [&](int i) { run->steps(workers[static_cast<std::size_t>(i)], operations); });
  run->settle();
  const harness::tally done{
      std::vector<std::uint64_t>(static_cast<std::size_t>(count), operations)};
  const harness::verdict verdict = run->verify(done);
  require(verdict.passed, verdict.message);
}

}  // namespace

void require_on_seam(const harness::selected_case& chosen) {
  if (chosen.subject->on_seam) return;
  throw harness::usage_error("subject '" + chosen.subject->name +
                             "' does not do everything through the seam, so sim cannot "
                             "schedule it: --list shows which can be run");
}

std::string program_name(const harness::selected_case& chosen, std::uint64_t operations) {
  return chosen.name + " --operations " + std::to_string(operations);
}

program case_program(const harness::selected_case& chosen, std::uint64_t operations) {
  return [chosen, operations] { run_case(chosen, operations); };
}

}  // namespace tussle::sim
