// any_agent.h: an agent, whatever the type of its value.
#pragma once

#include <cstddef>
#include <utility>

#include "primitives/agent/agent_core.h"

namespace tussle {

// A handle, as agent<T>; empty if default-constructed or moved from. agent<T>::from() is the
// way back.
class any_agent {
 public:
  any_agent() noexcept = default;

  explicit operator bool() const noexcept { return core_.get() != nullptr; }

  // Whether both denote the same identity, or none.
  friend bool operator==(const any_agent& a, const any_agent& b) noexcept {
    return a.core_.get() == b.core_.get();
  }

  // For the primitives.
  explicit any_agent(detail::agent_ref<detail::agent_core> core) noexcept
      : core_(std::move(core)) {}
  detail::agent_core* core() const noexcept { return core_.get(); }

 private:
  detail::agent_ref<detail::agent_core> core_;
};

// The agent whose action or error handler runs on this thread; empty elsewhere.
any_agent current_agent() noexcept;

// Inside an action: queues what it has sent so far, now instead of at its end, and returns
// how many that were; they are not taken back if it fails later. 0 elsewhere.
std::size_t release_pending_sends() noexcept;

}  // namespace tussle
