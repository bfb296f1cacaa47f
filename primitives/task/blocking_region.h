// blocking_region.h: what a thread of a pool tells the pool when it is about to sleep, and how
// long a thread looks before it sleeps.
//
// A thread that waits for a future or a promise uses no core: the pool brings another one at
// once for what stands in line. What blocks in other ways (a mutex, a read from a socket) the
// pool notices only after its patience. Where the system gives no thread, and all that are
// there wait, the last of them asks for one again and again.
#pragma once

#include <cstdint>
#include <optional>

#include "primitives/sync/clock.h"

namespace tussle {

class thread_pool;

namespace detail {

// While it lives, the calling thread does not count as running in its pool, if it is of one.
// Takes the pool's lock; may start a thread.
class blocking_region {
 public:
  blocking_region() noexcept;
  ~blocking_region();
  blocking_region(const blocking_region&) = delete;
  blocking_region& operator=(const blocking_region&) = delete;

  // To be asked before each sleep: when to wake up at the latest (null: whenever), be it only
  // to ask again. `deadline` itself, unless that is sooner. Valid until the next call.
  const sync::time_point* wake_by(const sync::time_point* deadline) noexcept;

 private:
  thread_pool* const pool_;  // null: of none
  bool asks_again_ = false;  // tasks are in line, and nobody is there to take them
  std::optional<sync::time_point> next_ask_;
};

// How long the calling thread may look at what it waits for before it sleeps, in
// sync::cycles(): about as long as it takes to be woken, which costs at most twice what
// knowing the future would (Karlin, Li, Manasse and Owicki, SOSP 1991). A moment only where
// another thread could use the core: on a pool's thread, where its last looks were in vain,
// and where a core less than there are is looking already.
class look {
 public:
  static constexpr std::uint64_t shortest = 3'000;

  look() noexcept;
  ~look();
  look(const look&) = delete;
  look& operator=(const look&) = delete;

  std::uint64_t longest() const noexcept { return longest_; }
  // How it ended.
  void was(bool in_vain) const noexcept;

 private:
  std::uint64_t longest_;
};

// Asks done() for so many cycles at most; once only in modes that explore schedules.
template <typename Done>
bool look_within([[maybe_unused]] std::uint64_t cycles, Done done) noexcept {
#if defined(TUSSLE_MODE_BENCH)
  for (const std::uint64_t begun = sync::cycles(); sync::cycles() - begun < cycles;) {
    if (done()) return true;
    __builtin_ia32_pause();
  }
#endif
  return done();
}

// As long as a look may last.
template <typename Done>
bool comes_in_sight(Done done) noexcept {
  const look here;
  const bool in_time = look_within(here.longest(), done);
  here.was(!in_time);
  return in_time;
}

}  // namespace detail
}  // namespace tussle
