// blocking_region.h: what a thread of a pool tells the pool when it is about to sleep.
//
// A thread that waits for a future or a promise uses no core: the pool brings another one at
// once for what stands in line. What blocks in other ways (a mutex, a read from a socket) the
// pool notices only after its patience.
#pragma once

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

}  // namespace detail
}  // namespace tussle
