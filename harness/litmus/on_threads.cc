#include "harness/litmus/on_threads.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "harness/case/worker.h"
#include "harness/litmus/spin_start.h"
#include "harness/measure/placement.h"
#include "harness/schedule/perturbation.h"
#include "primitives/sync/hooks.h"

namespace tussle::litmus {
namespace {

using clock = std::chrono::steady_clock;
using harness::placement;

constexpr std::size_t batch_size = sync::has_schedule_points ? 32 : 256;
constexpr auto round_length = std::chrono::milliseconds(50);
constexpr std::int64_t longest_skew = 256;  // work units, about a nanosecond each
constexpr std::array placements{placement::free, placement::compact, placement::scatter};

class round_of {
 public:
  round_of(const program& what, std::uint64_t seed, placement where,
           clock::time_point deadline)
      : what_(&what),
        deadline_(deadline),
        places_(harness::usable_places()),
        cpus_(harness::cpus_in_order(where, places_)),
        random_(seed),
        start_(what.actors),
        states_(what.make_batch()) {}

  void run(thread_result& result) {
    std::vector<std::thread> threads;
    threads.reserve(static_cast<std::size_t>(what_->actors));
    for (int actor = 0; actor < what_->actors; ++actor) {
      threads.emplace_back([this, actor] { live(actor); });
    }
    for (std::thread& each : threads) each.join();
    states_->refresh(0);
    if (failure_) std::rethrow_exception(failure_);
    for (const auto& [seen, count] : found_) result.found[seen] += count;
    result.executions += executions_;
    result.has_core_each = has_core_each();
  }

 private:
  bool has_core_each() const {
    return places_.size() >= static_cast<std::size_t>(what_->actors);
  }

  void live(int actor) {
    if (!cpus_.empty()) {
      harness::keep_this_thread_on(cpus_[static_cast<std::size_t>(actor) % cpus_.size()]);
    }
    for (;;) {
      if (actor == 0) prepare();
      start_.meet();
      if (over_) return;
      for (std::size_t i = 0; i < batch_size; ++i) act(actor, i);
      start_.meet();
      if (actor == 0) judge();
    }
  }

  void act(int actor, std::size_t i) {
    if (has_core_each()) start_.meet();
    if (actor == late_) harness::work(skew_);
    try {
      states_->act(actor, i);
    } catch (...) {
      const std::lock_guard<std::mutex> lock(failing_);
      if (!failure_) failure_ = std::current_exception();
    }
  }

  // The first actor's, between two batches: the others wait.
  void prepare() {
    // One batch in any case, however long the threads took to start.
    over_ = failure_ != nullptr || (executions_ > 0 && clock::now() >= deadline_);
    if (over_) return;
    try {
      states_->refresh(batch_size);
    } catch (...) {
      failure_ = std::current_exception();
      over_ = true;
    }
    const std::uint64_t draw = random_();
    late_ = static_cast<int>(draw % static_cast<std::uint64_t>(what_->actors));
    // Short waits as often as long ones.
    const std::int64_t most = longest_skew >> ((draw >> 16) % 8);
    skew_ =
        static_cast<std::int64_t>((draw >> 32) % static_cast<std::uint64_t>(most + 1));
  }

  void judge() {
    if (failure_) return;
    for (std::size_t i = 0; i < batch_size; ++i) ++found_[states_->judge(i)];
    executions_ += batch_size;
  }

  const program* what_;
  const clock::time_point deadline_;
  const std::vector<harness::core_place> places_;
  const std::vector<int> cpus_;
  harness::generator random_;
  spin_start start_;
  std::unique_ptr<batch> states_;
  // Written by the first actor, while the others wait at the start.
  bool over_ = false;
  int late_ = 0;
  std::int64_t skew_ = 0;
  counts found_;
  std::uint64_t executions_ = 0;
  std::mutex failing_;
  std::exception_ptr failure_;
};

}  // namespace

thread_result run_on_threads(const program& what, const thread_options& how) {
  const auto began = clock::now();
  const auto end = began + std::chrono::duration_cast<clock::duration>(
                               std::chrono::duration<double>(how.seconds));
  thread_result result;
  std::uint64_t seed = how.seed;
  do {
    std::optional<harness::perturbation> perturbed;
    if (sync::has_schedule_points) perturbed.emplace(seed);
    const placement where = placements[seed % placements.size()];
    round_of(what, seed, where, std::min(end, clock::now() + round_length)).run(result);
    ++seed;
  } while (clock::now() < end);
  result.seconds = std::chrono::duration<double>(clock::now() - began).count();
  return result;
}

result on_threads(const program& what, double seconds, std::uint64_t seed) {
  result one{.info = what.info, .actors = what.actors, .values = what.values};
  try {
    const thread_result seen = run_on_threads(what, {seconds, seed});
    one.outcomes = graded(what.outcomes, seen.found);
    one.executions = seen.executions;
    one.seconds = seen.seconds;
    one.has_core_each = seen.has_core_each;
  } catch (const std::exception& error) {
    one.outcomes = graded(what.outcomes, {});
    one.error = error.what();
  }
  return one;
}

}  // namespace tussle::litmus
