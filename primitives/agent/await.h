// await.h: waiting until agents have done what they were sent.
//
// Sends each agent an action that leaves its value as it is, and waits for all of these to be
// over, watches and all. So it covers what this thread sent before, and what other threads
// happened to send; and on an agent that fails meanwhile it waits until a restart lets the
// queue go on, which after one that clears it, or a shutdown, is never.
//
// Blocking: the calling thread; the actions go to the executor of `send`, whose own threads
// must therefore not wait here.
// Throws:   await_in_action_error inside an action or error handler; agent_failed_error if
//           one of them is failed already; executor_rejected_error; std::bad_alloc. Agents
//           that come before the one that refused have been sent their action.
// Contract: CONTRACT.md section 5 (AGT-22 ... AGT-24).
#pragma once

#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>

#include "primitives/agent/any_agent.h"
#include "primitives/reference/counted_ptr.h"
#include "primitives/sync/clock.h"
#include "primitives/sync/wait_word.h"
#include "primitives/task/deadline.h"

namespace tussle {

void await(std::span<const any_agent> agents);

// False if the time ran out.
bool await_until(sync::time_point deadline, std::span<const any_agent> agents);

namespace detail {

// Counts actions that are still to be waited for.
class await_latch {
 public:
  explicit await_latch(std::uint32_t waited_for) noexcept : left_(waited_for) {}

  void count_down() noexcept {
    // (1) acq_rel; pairs with (2), and with itself: the last hands on what all did.
    if (left_.fetch_add(~std::uint32_t{0}, std::memory_order_acq_rel) == 1)
      left_.wake_all();
  }

  // False if there is a deadline and it passed.
  bool wait(const sync::time_point* deadline) const;

 private:
  sync::wait_word left_;
};

// Travels in an awaited action and counts it down when the action is destroyed, if it ran:
// then its store and watches, or the failure of the agent, have happened.
class await_latch_ref {
 public:
  explicit await_latch_ref(counted_ptr<await_latch> latch) noexcept
      : latch_(std::move(latch)) {}
  await_latch_ref(await_latch_ref&&) noexcept = default;
  await_latch_ref(const await_latch_ref&) = delete;
  await_latch_ref& operator=(const await_latch_ref&) = delete;
  await_latch_ref& operator=(await_latch_ref&&) = delete;
  ~await_latch_ref() {
    if (ran_ && latch_) latch_->count_down();
  }

  void running() noexcept { ran_ = true; }

 private:
  counted_ptr<await_latch> latch_;  // shared: who waits with a deadline may have left
  bool ran_ = false;
};

}  // namespace detail

template <typename... Agents>
requires(std::convertible_to<const Agents&, any_agent>&&...) void await(
    const Agents&... agents) {
  const std::array<any_agent, sizeof...(Agents)> all{any_agent(agents)...};
  await(std::span<const any_agent>(all));
}

// Returns: true once all is done, false if the time ran out before.
template <typename Rep, typename Period, typename... Agents>
requires(std::convertible_to<const Agents&, any_agent>&&...) bool await_for(
    std::chrono::duration<Rep, Period> length, const Agents&... agents) {
  const sync::time_point deadline = detail::deadline_after(length);
  const std::array<any_agent, sizeof...(Agents)> all{any_agent(agents)...};
  return await_until(deadline, std::span<const any_agent>(all));
}

}  // namespace tussle
