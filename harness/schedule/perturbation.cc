#include "harness/schedule/perturbation.h"

#include <atomic>
#include <chrono>
#include <thread>

#include "harness/case/worker.h"

namespace tussle::harness {
namespace {

using clock = std::chrono::steady_clock;
using std::chrono::nanoseconds;

constexpr std::int64_t shortest_sleep_us = 20;
constexpr std::int64_t longest_sleep_us = 200;
constexpr std::uint64_t longest_burst = 4;   // sleeps
constexpr std::int64_t longest_spin = 1024;  // work units, about a nanosecond each
constexpr std::uint64_t yield_every = 8;     // spins
// At a chosen site: one visit in so many sleeps; half of the others spin.
constexpr std::uint64_t site_sleep_every = 32;
// Reading the clock takes as long as a short delay: not at every wish for one.
constexpr int refusals_between_looks = 32;
// What a thread may spend before its share of a short life allows it.
constexpr auto free_time = std::chrono::milliseconds(1);

// Tells perturbations apart, also those that were one after the other at the same
// address.
std::uint64_t next_id() {
  static std::atomic<std::uint64_t> last{0};
  // Relaxed: only has to be different each time.
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

}  // namespace

struct perturbation::thread_state {
  std::uint64_t drawn_for = 0;  // id of the perturbation that the rest belongs to
  generator random{0};
  std::uint64_t burst = 0;  // sleeps that are left of it
  clock::time_point since;
  nanoseconds spent{0};    // on delays
  nanoseconds allowed{0};  // at the last look at the clock
  int unlooked = 0;        // refusals that are left until the next look
};

perturbation_strength usual_strength() noexcept {
#if defined(TUSSLE_MODE_TSAN)
  return perturbation_strength::light;
#else
  return perturbation_strength::full;
#endif
}

perturbation::perturbation(std::uint64_t seed, perturbation_strength strength)
    : perturbation(seed, draw_temper(seed, strength)) {}

perturbation::perturbation(std::uint64_t seed, const temper& how)
    : id_(next_id()),
      seed_(seed),
      temper_(how),
      sites_(how.sites),
      outer_(sync::install_scheduler(this)) {}

perturbation::~perturbation() { sync::install_scheduler(outer_); }

perturbation::thread_state& perturbation::state() noexcept {
  thread_local thread_state self;
  if (self.drawn_for != id_) {
    self = {};
    self.drawn_for = id_;
    // Relaxed: only has to be different for each thread.
    const std::uint64_t number = threads_.fetch_add(1, std::memory_order_relaxed);
    self.random = generator(seed_ * 4096 + number);
    self.burst = self.random() % 2;  // half of the threads start late
    self.since = clock::now();
    self.allowed = free_time;
  }
  return self;
}

void perturbation::before(const sync::visible_operation& next) noexcept {
  thread_state& self = state();
  const delay wanted = choose(self, next);
  if (wanted == delay::none) return;
  // Drawn in any case: what follows must not depend on the time that was left.
  const std::uint64_t length = self.random();
  if (!is_affordable(self)) return;
  if (wanted == delay::sleep) {
    sleep(self, length);
  } else {
    spin(self, length);
  }
}

perturbation::delay perturbation::choose(thread_state& self,
                                         const sync::visible_operation& next) noexcept {
  const std::uint64_t draw = self.random();
  const std::uint64_t other = draw >> 32;
  if (self.burst > 0) {
    --self.burst;
    return delay::sleep;
  }
  if (temper_.sites > 0) {
    const void* const site = next.name != nullptr ? next.name : next.address;
    if (!sites_.contains(site, draw)) return delay::none;
    if (other % site_sleep_every == 0) return delay::sleep;
    return other % 2 == 0 ? delay::spin : delay::none;
  }
  const std::uint64_t weight = weight_of(next);
  if (draw % temper_.long_every < weight) {
    self.burst = other % longest_burst;
    return delay::sleep;
  }
  return other % temper_.short_every < weight ? delay::spin : delay::none;
}

bool perturbation::is_affordable(thread_state& self) noexcept {
  if (self.spent < self.allowed) return true;
  if (self.unlooked > 0) {
    --self.unlooked;
    return false;
  }
  const std::chrono::duration<double, std::nano> life = clock::now() - self.since;
  self.allowed =
      free_time +
      nanoseconds(static_cast<std::int64_t>(life.count() * temper_.most_share));
  if (self.spent < self.allowed) return true;
  self.unlooked = refusals_between_looks;
  count(exhausted);
  return false;
}

void perturbation::sleep(thread_state& self, std::uint64_t draw) noexcept {
  const auto range = static_cast<std::uint64_t>(longest_sleep_us - shortest_sleep_us);
  const auto begin = clock::now();
  std::this_thread::sleep_for(std::chrono::microseconds(
      shortest_sleep_us + static_cast<std::int64_t>(draw % range)));
  self.spent += clock::now() - begin;
  count(sleeps);
}

void perturbation::spin(thread_state& self, std::uint64_t draw) noexcept {
  if (draw % yield_every == 0) {
    std::this_thread::yield();
  } else {
    const auto units = static_cast<std::int64_t>((draw >> 32) % longest_spin);
    work(units);
    self.spent += nanoseconds(units);
  }
  count(spins);
}

bool perturbation::fails_weak_compare_exchange() noexcept {
  if (state().random() % temper_.fail_every != 0) return false;
  count(failures);
  return true;
}

// Relaxed: statistics; nothing is published through them.
void perturbation::count(counter which) noexcept {
  counts_[which].fetch_add(1, std::memory_order_relaxed);
}

perturbation_counts perturbation::counts() const noexcept {
  const auto of = [this](counter which) {
    return counts_[which].load(std::memory_order_relaxed);
  };
  return {of(sleeps), of(spins), of(exhausted), of(failures)};
}

}  // namespace tussle::harness
