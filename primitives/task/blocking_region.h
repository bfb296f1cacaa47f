// blocking_region.h: what a thread of a pool tells the pool when it is about to sleep, and how
// long a thread looks before it sleeps.
//
// A thread that waits for a future or a promise uses no core: the pool brings another one at
// once for what stands in line. What blocks in other ways (a mutex, a read from a socket) the
// pool notices only after its patience.
#pragma once

#include <cstdint>

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

 private:
  thread_pool* const pool_;  // null: of none
};

// How long the calling thread may look at what it waits for before it sleeps, in
// sync::cycles(): about as long as it takes to be woken, which costs at most twice what
// knowing the future would (Karlin, Li, Manasse and Owicki, SOSP 1991). A moment only where
// another thread could use the core: on a pool's thread, where there is one core, and where
// its last looks were in vain.
std::uint64_t longest_look() noexcept;
inline constexpr std::uint64_t shortest_look = 3'000;
// How a look of longest_look() ended.
void looked(bool in_vain) noexcept;

}  // namespace detail
}  // namespace tussle
