#include "harness/schedule/sim/explore.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "harness/case/worker.h"
#include "harness/schedule/sim/crash.h"
#include "harness/schedule/sim/exhaustive.h"
#include "harness/schedule/sim/given_answers.h"
#include "harness/schedule/sim/sequential_memory.h"
#include "harness/schedule/sim/shrink.h"
#include "harness/schedule/sim/token.h"

namespace tussle::sim {
namespace {

std::unique_ptr<chooser> make_chooser(strategy which, int depth, int most_preemptions) {
  switch (which) {
    case strategy::random:
      return make_random();
    case strategy::pct:
      return make_pct(depth);
    case strategy::pos:
      return make_pos();
    case strategy::exhaustive:
      break;
  }
  return std::make_unique<exhaustive>(most_preemptions);
}

std::uint64_t seed_of(std::uint64_t seed, std::uint64_t execution) {
  return harness::generator(seed * 0x1'0000'0001 + execution)();
}

// The limits and the memory decide which questions are asked.
std::uint32_t fingerprint_of(const options& how) {
  const limits& within = how.within;
  const bool is_sequential = how.memory == &make_sequential_memory;
  return sim::fingerprint_of(
      how.name + (is_sequential ? " sequential " : " other ") +
      std::to_string(within.most_points) + " " +
      std::to_string(within.spurious_failures) + " " +
      std::to_string(within.failed_allocations) +
      (within.failed_starts == 0 ? "" : " " + std::to_string(within.failed_starts)));
}

class exploration {
 public:
  exploration(const options& how, const program& what)
      : how_(&how),
        what_(&what),
        memory_(how.memory()),
        execution_(*memory_),
        chooser_(make_chooser(how.with, how.depth, how.most_preemptions)) {}

  result run() {
    const auto began = std::chrono::steady_clock::now();
    const auto seconds = [began] {
      return std::chrono::duration<double>(std::chrono::steady_clock::now() - began)
          .count();
    };
    while (done_.executions < how_->executions && !done_.failed && !done_.complete) {
      one_more();
      if (how_->seconds > 0 && seconds() >= how_->seconds) break;
    }
    done_.seconds = seconds();
    if (done_.failed) complete(*done_.failed);
    return std::move(done_);
  }

 private:
  void one_more() {
    const start begin{seed_of(how_->seed, done_.executions), length_};
    chooser_->begin(begin);
    outcome seen = execution_.run(*what_, *chooser_, how_->within, false);
    ++done_.executions;
    done_.points += seen.points;
    if (seen.failure) {
      done_.failed = failure{.found = *seen.failure,
                             .token = {},
                             .number = done_.executions,
                             .first = std::move(seen),
                             .shown = {}};
      drawn_ = {how_->with, how_->depth, begin};
      return;
    }
    if (how_->after_each) how_->after_each();
    length_ = std::max(length_, seen.thread_decisions);
    done_.complete = !chooser_->end();
  }

  // Shrinks it, runs it once more for its steps, and names it.
  void complete(failure& failed) {
    const auto fingerprint = fingerprint_of(*how_);
    const bool is_drawn = how_->with != strategy::exhaustive;
    answers best = failed.first.given;
    if (how_->shrinks) {
      best = shrink(execution_, *what_, how_->within, failed.first);
    }
    failed.token = is_drawn && !how_->shrinks ? write_token({fingerprint, drawn_})
                                              : write_token({fingerprint, best});
    given_answers again(std::move(best));
    again.begin({});
    failed.shown = execution_.run(*what_, again, how_->within, true);
    failed.repeats = failed.shown.failure.has_value() &&
                     failed.shown.failure->kind == failed.found.kind;
    if (failed.repeats) failed.found = *failed.shown.failure;
  }

  const options* how_;
  const program* what_;
  const catch_signals catching_;
  std::unique_ptr<memory_system> memory_;
  execution execution_;
  std::unique_ptr<chooser> chooser_;
  std::uint64_t length_ = 0;  // the most decisions about threads so far
  drawn drawn_;
  result done_;
};

}  // namespace

std::unique_ptr<memory_system> make_sequential_memory() {
  return std::make_unique<sequential_memory>();
}

result explore(const options& how, const program& what) {
  return exploration(how, what).run();
}

outcome replay(const options& how, const program& what, std::string_view text) {
  const std::optional<token> read = read_token(text);
  if (!read) throw bad_token("'" + std::string(text) + "' is no token of this version");
  if (read->fingerprint != fingerprint_of(how)) {
    throw bad_token(
        "the token belongs to another program, other limits or another build than this " +
        how.name);
  }
  const catch_signals catching;
  const auto memory = how.memory();
  execution one(*memory);
  if (const drawn* const from = std::get_if<drawn>(&read->of)) {
    const auto same = make_chooser(from->from, from->depth, how.most_preemptions);
    same->begin(from->how);
    return one.run(what, *same, how.within, true);
  }
  given_answers same(std::get<answers>(read->of));
  same.begin({});
  outcome seen = one.run(what, same, how.within, true);
  if (!same.fits()) throw bad_token("the token's answers do not fit the program");
  return seen;
}

}  // namespace tussle::sim
