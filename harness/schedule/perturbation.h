// perturbation.h: makes unlikely interleavings likely.
//
// Installed as the seam's scheduler, it now and then sleeps, spins or yields before a
// visible operation, and lets weak compare-exchanges fail. How often, how and where is
// the run's temper (temper.h), drawn from the seed:
// - rare and long: bursts of sleeps of 20 to 200 us, while which others do thousands of
//   operations (finds frozen owners, reuse of addresses, lost wake-ups);
// - frequent and short: spins below a microsecond (opens windows between a check and its
//   use);
// - in a third of the runs two to five places are perturbed hard and none else.
//
// A run stays useful: a thread spends at most a share of its time on delays.
//
// Reproducible: what a thread draws, as a function of seed, of its number (threads are
// numbered in the order in which they first come by) and of the operations that it does.
// Not reproducible: that order, how long a sleep takes, which delays are refused because
// time is used up, and what the operating system does.
//
// Works only in modes with schedule points; elsewhere nothing calls it.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "harness/schedule/chosen_sites.h"
#include "harness/schedule/temper.h"
#include "primitives/sync/hooks.h"

namespace tussle::harness {

// Light in mode tsan, full in all others.
perturbation_strength usual_strength() noexcept;

// What a perturbation did so far, over all threads.
struct perturbation_counts {
  std::uint64_t sleeps = 0;
  std::uint64_t spins = 0;      // and yields
  std::uint64_t exhausted = 0;  // looks at the clock that found no time left
  std::uint64_t failures = 0;   // of weak compare-exchanges
};

class perturbation final : public sync::scheduler {
 public:
  explicit perturbation(std::uint64_t seed,
                        perturbation_strength strength = usual_strength());
  perturbation(std::uint64_t seed, const temper& how);
  ~perturbation();
  perturbation(const perturbation&) = delete;
  perturbation& operator=(const perturbation&) = delete;

  void before(const sync::visible_operation& next) noexcept override;
  bool fails_weak_compare_exchange() noexcept override;

  perturbation_counts counts() const noexcept;

 private:
  struct thread_state;
  enum class delay : std::uint8_t { none, spin, sleep };
  enum counter : std::uint8_t { sleeps, spins, exhausted, failures, counters };

  thread_state& state() noexcept;  // this thread's
  delay choose(thread_state& self, const sync::visible_operation& next) noexcept;
  bool is_affordable(thread_state& self) noexcept;
  void sleep(thread_state& self, std::uint64_t draw) noexcept;
  void spin(thread_state& self, std::uint64_t draw) noexcept;
  void count(counter which) noexcept;

  const std::uint64_t id_;
  const std::uint64_t seed_;
  const temper temper_;
  chosen_sites sites_;
  // Apart from what every operation reads.
  alignas(padding) std::atomic<std::uint64_t> threads_{0};  // that have drawn
  std::array<std::atomic<std::uint64_t>, counters> counts_{};
  // What was installed before. Last: all else is there when threads come by.
  sync::scheduler* const outer_;
};

}  // namespace tussle::harness
