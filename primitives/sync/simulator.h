// simulator.h: what carries the seam's operations out in mode sim.
//
// A controlled scheduler (harness/schedule/sim) runs a program's threads as fibers of one
// OS thread. While an execution is under way on a thread, `running_simulator` names it
// there, and the types of the seam hand every operation over instead of performing it.
// Everywhere else (static initialisation, code outside an execution, other OS threads,
// other modes) they act directly. An object that was made outside an execution can be used
// inside one: an atomic with the value that it has, a mutex unlocked.
//
// Atomic values travel as words of 64 bits; the newest value of an atomic always stands in
// the object itself, so that code outside executions finds it.
//
// Thread safety: a simulator is called by the OS thread that runs it only.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "primitives/sync/mode.h"

namespace tussle::sync {

enum class access : std::uint8_t {
  load,
  store,
  exchange,
  add,
  subtract,
  bit_and,
  bit_or,
  bit_xor,
  compare_exchange_strong,
  compare_exchange_weak,
};

struct memory_access {
  access kind;
  std::uint8_t size;  // in bytes: 1, 2, 4 or 8
  void* address;
  std::uint64_t operand = 0;   // what is stored, added, ...
  std::uint64_t expected = 0;  // of a compare-exchange
  std::memory_order order = std::memory_order_seq_cst;
  std::memory_order failure_order = std::memory_order_seq_cst;
};

struct memory_result {
  std::uint64_t value;     // what was read: before the operation
  bool exchanged = false;  // a compare-exchange stored its operand
};

// A type of objects of which each thread has its own.
struct thread_local_type {
  std::size_t size;
  std::size_t alignment;
  void (*construct)(void* memory);
};

using time_point = std::chrono::steady_clock::time_point;

class simulator {
 public:
  // Whatever was known of [address, address + size) is about objects that are gone.
  virtual void begin_life(const void* address, std::size_t size) noexcept = 0;

  virtual memory_result perform(const memory_access& next) noexcept = 0;
  // An access to a plain variable. No scheduling point.
  virtual void touch(const void* address, std::size_t size, bool writes) noexcept = 0;

  virtual void lock(const void* mutex) noexcept = 0;
  virtual bool try_lock(const void* mutex) noexcept = 0;
  virtual void unlock(const void* mutex) noexcept = 0;

  // Both return false when `deadline` (null: none) was what ended the wait.
  virtual bool wait(const void* condition, const void* mutex,
                    const time_point* deadline) noexcept = 0;
  virtual bool wait_while(const memory_access& load, std::uint32_t expected,
                          const time_point* deadline) noexcept = 0;
  // Wakes one waiter or all of a condition variable or of a word.
  virtual void notify(const void* object, bool all) noexcept = 0;
  // The same of what may have ended: nothing of it is used but its address.
  virtual void notify_address(const void* address, bool all) noexcept = 0;

  // Barriers that one thread makes all others pass: only where the program asked for them,
  // so that the other way is explored, too.
  virtual bool has_heavy_barriers() const noexcept = 0;
  virtual void ask_for_heavy_barriers() noexcept = 0;
  virtual void heavy_barrier() noexcept = 0;

  // The new thread calls run(state). Returns its number; below 0: there is none, when
  // that is asked for.
  virtual int start_thread(void (*run)(void* state), void* state) = 0;
  virtual void join_thread(int number) noexcept = 0;
  virtual void yield() noexcept = 0;
  virtual void named_point(const char* name) noexcept = 0;
  // The calling thread's object of this type, constructed.
  virtual void* own(const thread_local_type& type) noexcept = 0;
  virtual void at_thread_exit(void (*act)() noexcept) = 0;
  // Has act() called once, outside the execution, after its last thread has ended.
  virtual void at_end(void (*act)() noexcept) = 0;

  virtual time_point now() noexcept = 0;
  virtual void sleep_until(time_point deadline) noexcept = 0;

  // Memory of nodes that is watched. Throws: std::bad_alloc, when that is asked for.
  virtual void* allocate(std::size_t size, std::size_t alignment) = 0;
  // False: the memory is none of the simulator's.
  virtual bool deallocate(void* memory) noexcept = 0;

  // The program did what no program may do: the execution ends here, as failed.
  [[noreturn]] virtual void misused(const char* what) noexcept = 0;

 protected:
  ~simulator() = default;
};

inline namespace TUSSLE_SYNC_MODE {
#if defined(TUSSLE_MODE_SIM)
// The execution that is under way on this OS thread.
inline constinit thread_local simulator* running_simulator = nullptr;

namespace detail {
constexpr simulator* simulated() noexcept {
  return std::is_constant_evaluated() ? nullptr : running_simulator;
}
}  // namespace detail
#else
namespace detail {
// Code for a simulator disappears where there never is one. (A caller's pointer is not const:
// g++ 12 would take it for a constant, and warn of the calls that it does not make.)
constexpr simulator* simulated() noexcept { return nullptr; }
}  // namespace detail
#endif

// Whether the calling code runs in an execution of a simulator.
inline bool in_execution() noexcept { return detail::simulated() != nullptr; }

}  // namespace TUSSLE_SYNC_MODE
}  // namespace tussle::sync
