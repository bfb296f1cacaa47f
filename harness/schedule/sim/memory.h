// memory.h: what do loads read, and what happened before what?
//
// The scheduler hands every access to an atomic, every edge of synchronisation and every
// access to a marked plain variable over to a memory model. It answers with values, and
// with the races that it sees. Which of several stores a load reads is asked through
// `pick`, so that it becomes a decision of the execution like any other.
//
// A model keeps the newest value of every atomic in the atomic itself (`memory_access::
// address`), and takes what it finds there for the first store to an address that it does
// not know.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "primitives/sync/simulator.h"

namespace tussle::sim {

using sync::memory_access;
using sync::memory_result;

// Chooses among `stores` stores, newest first.
class store_choice {
 public:
  virtual std::size_t pick(std::size_t stores) = 0;

 protected:
  ~store_choice() = default;
};

// An access to a plain variable that another one races with.
struct racing_access {
  int thread;
  std::uint64_t step;
  bool writes;
};

class memory_system {
 public:
  virtual ~memory_system() = default;

  // A new execution: nothing is known but what stands in memory.
  virtual void reset() = 0;
  // What was known of these addresses is about objects that are gone.
  virtual void begin_life(int thread, const void* address, std::size_t size) = 0;

  // What `parent` did happens before everything that `child` does.
  virtual void fork(int parent, int child) = 0;
  // What `ended` did happens before what `waiter` does from now on.
  virtual void join(int waiter, int ended) = 0;
  // What a thread did before it released a mutex (or another object that is no atomic)
  // happens before what those do who acquire it later.
  virtual void release(int thread, const void* object) = 0;
  virtual void acquire(int thread, const void* object) = 0;

  // All of these threads pass a full barrier, as if each ran a seq_cst fence between two of
  // the caller's (P1202, "Asymmetric thread fences").
  virtual void barrier(int thread, int threads) = 0;

  // Performs one atomic operation of `thread`. A weak compare-exchange that fails for no
  // reason comes as a load.
  virtual memory_result perform(int thread, const memory_access& next,
                                store_choice& choice) = 0;
  // An access to a plain variable, at this step; the earlier one that it races with.
  virtual std::optional<racing_access> touch(int thread, const void* address,
                                             std::size_t size, bool writes,
                                             std::uint64_t step) = 0;
};

}  // namespace tussle::sim
