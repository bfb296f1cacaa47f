// sequential_memory.h: the memory model in which every load reads the newest store.
//
// Values are sequentially consistent; what happened before what follows the memory orders
// that the program asked for, so that a plain variable that is published by a relaxed store
// is a race all the same. A release sequence goes on through read-modify-writes (C++20).
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "harness/schedule/sim/memory.h"
#include "harness/schedule/sim/thread_clock.h"

namespace tussle::sim {

class sequential_memory final : public memory_system {
 public:
  void reset() override;
  void begin_life(int thread, const void* address, std::size_t size) override;
  void fork(int parent, int child) override;
  void join(int waiter, int ended) override;
  void release(int thread, const void* object) override;
  void acquire(int thread, const void* object) override;
  void barrier(int /*thread*/, int /*threads*/) override {}  // the order is total anyway
  memory_result perform(int thread, const memory_access& next,
                        store_choice& choice) override;
  std::optional<racing_access> touch(int thread, const void* address, std::size_t size,
                                     bool writes, std::uint64_t step) override;

 private:
  // One access to a plain variable: by whom, at which of the thread's times.
  struct plain_access {
    int thread;
    std::uint32_t time;
    std::uint64_t step;
  };
  struct plain_variable {
    std::vector<plain_access> reads;   // since the last write, one a thread
    std::vector<plain_access> writes;  // the last one, or none
  };

  thread_clock& clock_of(int thread);
  bool happened_before(const plain_access& earlier, int thread);
  void note(std::vector<plain_access>& all, const plain_access& latest);

  std::vector<thread_clock> threads_;
  // What an acquire of the object makes visible.
  std::unordered_map<const void*, thread_clock> released_;
  std::unordered_map<const void*, plain_variable> plain_;
};

// What a word is after the operation; the same if it does not write.
std::uint64_t result_of(const memory_access& next, std::uint64_t present) noexcept;

// Carries an operation out on the word at its address, whatever the order: what it read,
// and whether it wrote.
struct performed {
  memory_result result;
  bool wrote;
};
performed perform_in_place(const memory_access& next) noexcept;

}  // namespace tussle::sim
