// action.h: what is sent to an agent, while it waits and runs.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>

#include "primitives/agent/action_queue.h"
#include "primitives/reclaim/node_pool.h"
#include "primitives/reference/snapshot.h"
#include "primitives/task/executor.h"

namespace tussle::detail {

class agent_core;

class action : public queue_link {
 public:
  explicit action(executor& where) noexcept : where_(&where) {}
  action(const action&) = delete;
  action& operator=(const action&) = delete;
  virtual ~action() = default;

  // Computes, validates, stores and notifies. Throws: what any of these throws.
  virtual void run(agent_core& agent) = 0;

  executor& where() const noexcept { return *where_; }
  action* following() const noexcept { return static_cast<action*>(next.read()); }

  // To whom it goes, while it is held back; holds one reference to it (sending.h).
  agent_core* held_for = nullptr;

 private:
  executor* const where_;
};

// Destroys a list of actions that did not and will not run.
inline void destroy_all(queue_link* first) noexcept {
  while (first != nullptr) {
    const std::unique_ptr<action> gone(static_cast<action*>(first));
    first = gone->following();
  }
}

// The next value: f(v, args...), where f takes `const T&`, or else `snapshot<T>`.
template <typename T, typename F, typename... Args>
snapshot<T> next_value(F&& f, const snapshot<T>& current, Args&&... args) {
  if constexpr (std::is_invocable_v<F, const T&, Args...>) {
    return snapshot<T>(
        std::invoke(std::forward<F>(f), *current, std::forward<Args>(args)...));
  } else {
    return snapshot<T>(
        std::invoke(std::forward<F>(f), current, std::forward<Args>(args)...));
  }
}

// A call that happens once, and so gives away what it holds.
template <typename T, typename State, typename F, typename... Args>
class action_of final : public action {
 public:
  template <typename G, typename... Given>
  explicit action_of(executor& where, G&& f, Given&&... args)
      : action(where), f_(std::forward<G>(f)), args_(std::forward<Given>(args)...) {}

  void run(agent_core& agent) override {
    static_cast<State&>(agent).update([this](const snapshot<T>& current) {
      return std::apply(
          [&](auto&&... args) {
            return next_value<T>(std::move(f_), current, std::move(args)...);
          },
          std::move(args_));
    });
  }

  // Made by senders, destroyed by whoever runs it: the pool passes blocks back in batches.
  static void* operator new(std::size_t) { return pool::allocate(); }
  static void operator delete(void* memory) noexcept { pool::deallocate(memory); }

 private:
  // Not before the class is complete, which it is where memory is asked for.
  struct pool {
    static void* allocate() {
      return reclaim::node_pool<sizeof(action_of), alignof(action_of)>::allocate();
    }
    static void deallocate(void* memory) noexcept {
      reclaim::node_pool<sizeof(action_of), alignof(action_of)>::deallocate(memory);
    }
  };

  F f_;
  [[no_unique_address]] std::tuple<Args...> args_;
};

}  // namespace tussle::detail
