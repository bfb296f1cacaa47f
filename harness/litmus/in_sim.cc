#include "harness/litmus/in_sim.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>

#include "harness/schedule/sim/explore.h"
#include "harness/schedule/sim/program.h"
#include "harness/schedule/sim/report.h"
#include "harness/schedule/sim/weak_memory.h"

namespace tussle::litmus {
namespace {

constexpr int few_preemptions = 2;
constexpr std::uint64_t unlimited = ~std::uint64_t{0};
// Of the budget, for each of the two exhaustive searches.
constexpr double exhaustive_share = 0.3;

bool is_forbidden(const program& what, const values& seen) {
  const auto found = std::find_if(what.outcomes.begin(), what.outcomes.end(),
                                  [&](const outcome& each) { return each.seen == seen; });
  return found == what.outcomes.end() || found->meaning == forbidden;
}

// Executions of a program, by one strategy after another.
class exploration {
 public:
  exploration(const program& what, double seconds, std::uint64_t seed, const search& how)
      : what_(&what), seconds_(seconds), seed_(seed), how_(&how) {}

  // Spends a part of the budget; returns whether these were all. Not after a failure.
  bool run(sim::options how, double share) {
    how.name = what_->info.name;
    how.seed = seed_;
    how.shrinks = how_->shrinks;
    const bool counts = how_->executions > 0;
    how.executions = counts ? part_of(how_->executions, share) : unlimited;
    how.seconds = counts ? 0 : seconds_ * share;
    how.within.spurious_failures = static_cast<int>(how_->spurious_failures);
    how.memory =
        how_->has_weak_memory ? &sim::make_weak_memory : &sim::make_sequential_memory;
    how.after_each = [this] { ++found[latest_]; };
    sim::result seen = sim::explore(how, [this] { execute(); });
    executions += seen.executions;
    spent += seen.seconds;
    if (seen.failed) failed = std::move(seen.failed);
    return seen.complete;
  }

  counts found;
  std::uint64_t executions = 0;
  double spent = 0;
  std::optional<sim::failure> failed;

 private:
  static std::uint64_t part_of(std::uint64_t all, double share) {
    return std::max<std::uint64_t>(
        1, static_cast<std::uint64_t>(std::llround(static_cast<double>(all) * share)));
  }

  void execute() {
    const std::unique_ptr<batch> states = what_->make_batch();
    states->refresh(1);
    sim::threads(what_->actors, [&](int actor) { states->act(actor, 0); });
    const values seen = latest_ = states->judge(0);
    if (!is_forbidden(*what_, seen)) return;
    // What comes after the forbidden one only repeats and shrinks it, and so does what comes
    // after another finding: those are not counted.
    if (!met_forbidden_) ++found[seen];
    met_forbidden_ = true;
    sim::require(false, "forbidden outcome: " + to_text(seen, what_->values));
  }

  const program* what_;
  double seconds_;
  std::uint64_t seed_;
  const search* how_;
  values latest_{};
  bool met_forbidden_ = false;
};

// Says how far it came.
std::string draw(exploration& all, const search& how) {
  all.run({.with = sim::find_strategy(how.strategy).value()}, 1);
  return all.failed ? "until it failed" : how.strategy + " executions";
}

std::string search_all(exploration& all) {
  constexpr double share = exhaustive_share;
  if (all.run({.with = sim::strategy::exhaustive}, share)) return "all executions";
  if (all.failed) return "until it failed";
  const bool few = all.run(
      {.with = sim::strategy::exhaustive, .most_preemptions = few_preemptions}, share);
  if (all.failed) return "until it failed";
  all.run({.with = sim::strategy::random}, 1 - 2 * share);
  if (all.failed) return "until it failed";
  return few ? "all with at most two preemptions, and random ones" : "random executions";
}

}  // namespace

result in_sim(const program& what, double seconds, std::uint64_t seed,
              const search& how) {
  exploration all(what, seconds, seed, how);
  result one{.info = what.info, .actors = what.actors, .values = what.values};
  one.ran = runner::sim;
  one.bound = how.strategy.empty() ? search_all(all) : draw(all, how);
  one.complete = one.bound == "all executions";
  one.executions = all.executions;
  one.seconds = all.spent;
  one.outcomes = graded(what.outcomes, all.found);
  if (all.failed) {
    one.shown = sim::render(all.failed->shown, how.shrinks);
    const sim::finding& found = all.failed->found;
    if (!one.broken()) {
      one.finding = sim::to_string(found.kind) + (": " + found.text);
    }
  }
  return one;
}

}  // namespace tussle::litmus
