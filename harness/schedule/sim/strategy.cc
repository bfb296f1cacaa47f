#include "harness/schedule/sim/strategy.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>
#include <vector>

#include "harness/case/worker.h"

namespace tussle::sim {
namespace {

using harness::generator;

// What all that draw do with questions that are not about threads: the plain answer mostly,
// so that retries come to an end.
std::size_t draw_other(generator& random, const question& asked) {
  switch (asked.about) {
    case decision::spurious_failure:
      return random.chance(1.0 / 8) ? 1 : 0;
    case decision::failed_allocation:
      return random.chance(1.0 / 16) ? 1 : 0;
    case decision::failed_start:  // few are asked for
      return random.chance(1.0 / 2) ? 1 : 0;
    default:
      return random() % asked.answers;
  }
}

class random_walk final : public chooser {
 public:
  void begin(const start& how) override {
    random_ = generator(how.seed);
    in_bursts_ = random_() % 2 == 0;
  }

  std::size_t choose(const question& asked) override {
    if (asked.about != decision::thread) return draw_other(random_, asked);
    if (in_bursts_ && asked.can_go_on && random_.chance(go_on)) return 0;
    return random_() % asked.answers;
  }

 private:
  static constexpr double go_on = 0.9;

  generator random_{0};
  bool in_bursts_ = false;
};

class priorities final : public chooser {
 public:
  explicit priorities(int depth) : depth_(depth) {}

  void begin(const start& how) override {
    random_ = generator(how.seed);
    of_thread_.clear();
    changes_.clear();
    for (int i = 1; i < depth_; ++i) {
      changes_.push_back(random_() % std::max<std::uint64_t>(how.length, 1));
    }
    std::sort(changes_.begin(), changes_.end());
    made_ = 0;
    lowest_ = 0;
    alone_ = 0;
  }

  std::size_t choose(const question& asked) override {
    if (asked.about != decision::thread) return draw_other(random_, asked);
    const auto made = made_++;
    if (asked.yielding >= 0) fall_behind(asked.yielding);
    std::size_t best = first_of(asked);
    const bool changes = std::binary_search(changes_.begin(), changes_.end(), made);
    alone_ = best == 0 && asked.can_go_on ? alone_ + 1 : 0;
    if (changes || alone_ > patience) {
      fall_behind(asked.threads[best].thread);
      best = first_of(asked);
      alone_ = 0;
    }
    return best;
  }

 private:
  // Who goes on for so long while others wait may wait for one of them.
  static constexpr int patience = 1000;

  // Above all that have fallen behind.
  std::int64_t priority_of(int thread) {
    const auto [at, is_new] = of_thread_.try_emplace(thread, 0);
    if (is_new) at->second = static_cast<std::int64_t>(random_() >> 2) + 1;
    return at->second;
  }
  void fall_behind(int thread) { of_thread_[thread] = --lowest_; }

  std::size_t first_of(const question& asked) {
    std::size_t best = 0;
    for (std::size_t i = 0; i < asked.answers; ++i) {
      if (priority_of(asked.threads[i].thread) >
          priority_of(asked.threads[best].thread)) {
        best = i;
      }
    }
    return best;
  }

  const int depth_;
  generator random_{0};
  std::map<int, std::int64_t> of_thread_;
  std::vector<std::uint64_t> changes_;  // numbers of decisions about threads
  std::uint64_t made_ = 0;
  std::int64_t lowest_ = 0;
  int alone_ = 0;
};

class partial_orders final : public chooser {
 public:
  void begin(const start& how) override {
    random_ = generator(how.seed);
    of_thread_.clear();
  }

  std::size_t choose(const question& asked) override {
    if (asked.about != decision::thread) return draw_other(random_, asked);
    std::size_t best = 0;
    for (std::size_t i = 0; i < asked.answers; ++i) {
      if (priority_of(asked.threads[i].thread) >
          priority_of(asked.threads[best].thread)) {
        best = i;
      }
    }
    const option& done = asked.threads[best];
    of_thread_.erase(done.thread);
    for (const option& other : asked.threads) {
      if (other.object != nullptr && other.object == done.object &&
          (other.writes || done.writes)) {
        of_thread_.erase(other.thread);
      }
    }
    return best;
  }

 private:
  std::uint64_t priority_of(int thread) {
    const auto [at, is_new] = of_thread_.try_emplace(thread, 0);
    if (is_new) at->second = random_();
    return at->second;
  }

  generator random_{0};
  std::map<int, std::uint64_t> of_thread_;  // of its next operation
};

}  // namespace

std::string_view to_string(strategy which) {
  return strategy_names[static_cast<std::size_t>(which)];
}

std::optional<strategy> find_strategy(std::string_view name) {
  const auto* const found =
      std::find(std::begin(strategy_names), std::end(strategy_names), name);
  if (found == std::end(strategy_names)) return std::nullopt;
  return static_cast<strategy>(found - std::begin(strategy_names));
}

std::unique_ptr<chooser> make_random() { return std::make_unique<random_walk>(); }
std::unique_ptr<chooser> make_pct(int depth) {
  return std::make_unique<priorities>(depth);
}
std::unique_ptr<chooser> make_pos() { return std::make_unique<partial_orders>(); }

}  // namespace tussle::sim
