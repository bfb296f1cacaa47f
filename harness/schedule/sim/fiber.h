// fiber.h: a thread of an execution.
#pragma once

#include <cstdint>
#include <memory>
#include <new>
#include <optional>
#include <utility>
#include <vector>

#include "harness/schedule/sim/context.h"
#include "harness/schedule/sim/decision.h"
#include "harness/schedule/sim/finding.h"
#include "harness/schedule/sim/stack.h"
#include "primitives/sync/hooks.h"
#include "primitives/sync/simulator.h"

namespace tussle::sim {

// What must happen before a thread can go on.
enum class need : std::uint8_t {
  nothing,
  mutex,       // `awaited` is free
  thread_end,  // the thread number `awaited_thread` has ended
  wake,        // a notification of `awaited`, or its deadline
  time,        // its deadline
  never,       // it has ended
};

// Objects of which every thread has its own.
class own_objects {
 public:
  void* find_or_make(const sync::thread_local_type& type) {
    for (const auto& [key, memory] : all_) {
      if (key == &type) return memory.get();
    }
    const std::align_val_t alignment{type.alignment};
    owned memory(::operator new(type.size, alignment), {alignment});
    type.construct(memory.get());
    return all_.emplace_back(&type, std::move(memory)).second.get();
  }
  void clear() { all_.clear(); }

 private:
  // Their types are trivially destructible: see per_thread.h.
  struct release {
    std::align_val_t alignment;
    void operator()(void* memory) const { ::operator delete(memory, alignment); }
  };
  using owned = std::unique_ptr<void, release>;

  std::vector<std::pair<const sync::thread_local_type*, owned>> all_;
};

struct fiber {
  int number = 0;
  stack memory;
  context place;
  exception_state exceptions;
  sync::event_counts* counts = nullptr;

  void (*run)(void*) = nullptr;
  void* argument = nullptr;
  std::vector<void (*)() noexcept> at_exit;
  own_objects own;

  need waits_for = need::nothing;
  const void* awaited = nullptr;
  int awaited_thread = -1;
  std::optional<sync::time_point> deadline;
  std::uint64_t asleep_since = 0;  // step; the order of waiters
  bool timed_out = false;
  bool yielded = false;  // since it last wrote

  option next = {};     // what it is about to do
  call_path path = {};  // where; noted only when the execution is to be shown
};

}  // namespace tussle::sim
