// hooks.h: the one thing below both the primitives and the harness.
//
// A scheduler (perturbation, a controlled scheduler, a test that freezes a thread at a
// point) installs itself here and is called before every visible operation of the seam in
// modes that have schedule points. A harness that wants to know about wasted work lends
// each of its threads a row of counters; primitives touch it on failure paths only, in
// every mode.
//
// Thread safety: all functions may be called from any thread at any time.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "primitives/sync/mode.h"

namespace tussle::sync {

// What is about to happen.
enum class operation : std::uint8_t {
  load,
  store,
  read_modify_write,
  compare_exchange,
  lock,
  try_lock,
  unlock,
  wait,  // on a condition variable or a word
  notify,
  start_thread,
  join_thread,
  named_point,
};

struct visible_operation {
  operation kind;
  const void* address;  // of the synchronisation object; null for a named point
  const char* name;     // of a named point; null otherwise. Static storage.
  // Of an atomic operation; of a compare-exchange for success and for failure. Otherwise
  // seq_cst.
  std::memory_order order = std::memory_order_seq_cst;
  std::memory_order failure_order = std::memory_order_seq_cst;
};

// Decides what happens between a thread and its next visible operation.
class scheduler {
 public:
  // Called on the thread that is about to perform `next`. May block or yield; must not
  // throw, and must not use a synchronisation object of the seam.
  virtual void before(const visible_operation& next) noexcept = 0;

  // True makes the weak compare-exchange that `before` was just called for fail
  // spuriously.
  virtual bool fails_weak_compare_exchange() noexcept { return false; }

  // True makes the start of a thread that `before` was just called for fail, as a system
  // without room for one more does.
  virtual bool fails_thread_start() noexcept { return false; }

  // True makes sync::allocate throw std::bad_alloc. Not announced by `before`.
  virtual bool fails_allocation() noexcept { return false; }

 protected:
  ~scheduler() = default;
};

// Installs `next` (null: none) for all threads and returns what was installed. The caller
// keeps `next` alive until it is replaced and no thread is inside it.
scheduler* install_scheduler(scheduler* next) noexcept;
scheduler* installed_scheduler() noexcept;

// Wasted work that primitives report.
enum class event : std::uint8_t { failed_attempt };
inline constexpr std::size_t event_kinds = 1;

// One thread's counters: written by that thread only, readable by any.
struct event_counts {
  std::array<std::atomic<std::uint64_t>, event_kinds> values{};

  std::uint64_t operator[](event e) const noexcept {
    // Relaxed: a statistic; nothing is published through it.
    return values[static_cast<std::size_t>(e)].load(std::memory_order_relaxed);
  }
};

// Makes this thread count into `counts` (null: nowhere) and returns the row used before.
// The caller keeps the row alive until it is replaced on the same thread.
event_counts* count_into(event_counts* counts) noexcept;

// Notes one event of this thread. Not inlined: it belongs on failure paths.
void count(event e) noexcept;

}  // namespace tussle::sync
