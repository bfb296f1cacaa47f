// report_store.h: how do reports get out of the runtime's hook without allocating there?
//
// The hook copies addresses into a fixed store, under a spin lock; a caller outside the
// hook pops them and turns them into race records. Everything that the hook touches is a
// plain array, see TUSSLE_UNINSTRUMENTED.

#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "harness/race/thread_sanitizer.h"

namespace tussle::race {

// Bounds of one report; what exceeds them is cut. Stacks of the runtime itself end at 256
// addresses.
inline constexpr std::uint32_t max_frames = 64;
inline constexpr std::uint32_t max_accesses = 4;
inline constexpr std::uint32_t max_mutexes = 8;
inline constexpr std::uint32_t max_threads = 4;
inline constexpr std::uint32_t max_stacks = 4;
inline constexpr std::uint32_t max_name = 32;
inline constexpr std::uint32_t max_trace = 256;

// A stack as return addresses. The runtime repeats an address once per call that was
// inlined there.
struct raw_stack {
  struct level {
    void* pc;
    std::uint32_t repeats;
  };

  std::uint32_t size;
  level levels[max_frames];

  // Takes over a trace of at most max_trace addresses that ends at the first null.
  void assign(void* const* trace) noexcept;
  bool equals(const raw_stack& other) const noexcept;
};

struct raw_access {
  int size;
  int thread;
  bool write;
  bool atomic;
  raw_stack stack;
};

struct raw_location {
  const char* type;  // a literal of the runtime; null when there is no location
  void* address;
  std::uint64_t size;
  int thread;
  int descriptor;
  raw_stack stack;
};

struct raw_mutex {
  std::uint64_t id;
  raw_stack stack;
};

struct raw_thread {
  int id;
  char name[max_name];
  raw_stack stack;
};

// The ids of the mutexes held at each access, in the order of the accesses.
struct held_mutexes {
  std::uint32_t access_count;
  std::uint32_t counts[max_accesses];
  std::uint64_t ids[max_accesses][max_mutexes];
};

struct raw_report {
  const char* kind;  // a literal of the runtime
  std::uint64_t count;
  std::uint32_t access_count;
  std::uint32_t mutex_count;
  std::uint32_t thread_count;
  std::uint32_t stack_count;
  raw_access accesses[max_accesses];
  raw_location location;
  raw_mutex mutexes[max_mutexes];
  raw_thread threads[max_threads];
  raw_stack stacks[max_stacks];
  held_mutexes held;

  // Whether the other report is this one again, whichever access came first.
  bool same_origin(const raw_report& other) const noexcept;
};

// Holds distinct reports with their counts; counts those for which it has no room.
// Thread safety: all operations; they spin, for about as long as it takes to copy a
// report.
class report_store {
 public:
  static constexpr std::uint32_t capacity = 256;

  // Locks the store and returns an empty report to be filled in.
  raw_report& open() noexcept;

  // Keeps the report that open returned, or counts it when it is known or there is no
  // room; unlocks.
  void close() noexcept;

  // Moves the newest report to `report`; returns whether there was one.
  bool pop(raw_report& report) noexcept;

  // Whether everything reported was taken: no report waits, none was dropped unseen.
  bool empty() noexcept;

  // Returns how many reports found no room, and forgets the number.
  std::uint64_t take_dropped() noexcept;

 private:
  void lock() noexcept;
  void unlock() noexcept;
  bool count_if_known(const raw_report& report) noexcept;

  std::atomic_flag locked_;
  std::uint32_t size_ = 0;
  std::uint64_t dropped_ = 0;
  raw_report reports_[capacity + 1] =
      {};  // the last one stays free: open must always have a place
};

}  // namespace tussle::race
