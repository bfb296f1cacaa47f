#include "primitives/agent/await.h"

#include <memory>
#include <utility>

#include "primitives/agent/sending.h"
#include "primitives/reference/errors.h"
#include "primitives/task/blocking_region.h"

namespace tussle {

namespace detail {

namespace {

bool await_all(std::span<const any_agent> agents, const sync::time_point* deadline) {
  // The action to wait for would be held until the commit.
  if (sends_are_collected()) throw io_in_transaction_error();
  if (running_action::innermost() != nullptr) throw await_in_action_error();
  const auto latch =
      counted_ptr<await_latch>::make(static_cast<std::uint32_t>(agents.size()));
  for (const any_agent& a : agents) {
    agent_core& core = *a.core();
    core.require_healthy();
    send(core, core.make_awaited(await_latch_ref(latch)));
  }
  return latch->wait(deadline);
}

}  // namespace

bool await_latch::wait(const sync::time_point* deadline) const {
  // (2) acquire; pairs with (1): what the awaited agents did is visible.
  const auto is_over = [this] { return left_.load(std::memory_order_acquire) == 0; };
  const bool seen = deadline == nullptr ? comes_in_sight(is_over)
                                        : look_within(look::shortest, is_over);
  if (seen) return true;
  std::uint32_t left = left_.load(std::memory_order_acquire);
  blocking_region here;
  for (; left != 0; left = left_.load(std::memory_order_acquire)) {
    if (deadline != nullptr && sync::clock::now() >= *deadline) return false;
    const sync::time_point* const by = here.wake_by(deadline);
    if (by == nullptr) {
      left_.wait(left);
    } else {
      static_cast<void>(left_.wait_until(left, *by));  // looked at above
    }
  }
  return true;
}

}  // namespace detail

void await(std::span<const any_agent> agents) { detail::await_all(agents, nullptr); }

bool await_until(sync::time_point deadline, std::span<const any_agent> agents) {
  return detail::await_all(agents, &deadline);
}

}  // namespace tussle
