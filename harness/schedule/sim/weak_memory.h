// weak_memory.h: the memory model in which a load may read what C++20 allows, and not only
// the newest store (harness/schedule/memory).
//
// Which store a load reads, where a store comes in modification order, and what a
// compare-exchange meets are decisions of the execution. Objects are told apart by address;
// one that is met for the first time holds what stands there.
#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>

#include "harness/schedule/memory/memory_model.h"
#include "harness/schedule/sim/memory.h"

namespace tussle::sim {

class weak_memory final : public memory_system {
 public:
  void reset() override;
  void begin_life(int thread, const void* address, std::size_t size) override;
  // Throws: std::length_error for more threads in an execution than the model can hold.
  void fork(int parent, int child) override;
  void join(int waiter, int ended) override;
  void release(int thread, const void* object) override;
  void acquire(int thread, const void* object) override;
  void barrier(int thread, int threads) override;
  memory_result perform(int thread, const memory_access& next,
                        store_choice& choice) override;
  std::optional<racing_access> touch(int thread, const void* address, std::size_t size,
                                     bool writes, std::uint64_t step) override;

 private:
  location location_of(const memory_access& next);
  memory_result change(thread_id thread, const memory_access& next, location where,
                       store_choice& choice);
  memory_result exchange(thread_id thread, const memory_access& next, location where,
                         store_choice& choice);

  memory_model model_;
  std::unordered_map<const void*, location> atomics_;
  std::unordered_map<const void*, sync_clock> objects_;  // mutexes and the like
  std::unordered_map<const void*, plain_location> plain_;
};

// For options::memory.
std::unique_ptr<memory_system> make_weak_memory();

}  // namespace tussle::sim
