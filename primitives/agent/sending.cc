#include "primitives/agent/sending.h"

#include <utility>

#include "primitives/agent/any_agent.h"
#include "primitives/reference/errors.h"
#include "primitives/sync/per_thread.h"
#include "primitives/sync/schedule_point.h"
#include "primitives/task/errors.h"

namespace tussle {

namespace detail {

namespace {

struct sending_thread {
  running_action* running = nullptr;
  send_collector* transaction = nullptr;
};

sending_thread& mine() noexcept {
  return sync::per_thread<sending_thread, sending_thread>::mine();
}

}  // namespace

send_collector* collect_sends(send_collector* next) noexcept {
  return std::exchange(mine().transaction, next);
}

running_action::running_action(agent_core& agent, phase now) noexcept
    : agent_(agent), outer_(std::exchange(mine().running, this)), phase_(now) {}

running_action::~running_action() { mine().running = outer_; }

running_action* running_action::innermost() noexcept { return mine().running; }

void running_action::hold(agent_core& to, std::unique_ptr<action> sent) noexcept {
  to.acquire();
  sent->held_for = &to;
  sent->next.write(nullptr);
  action* const added = sent.release();
  if (newest_ == nullptr) {
    oldest_ = added;
  } else {
    newest_->next.write(added);
  }
  newest_ = added;
}

action* running_action::take_held() noexcept {
  newest_ = nullptr;
  return std::exchange(oldest_, nullptr);
}

std::size_t running_action::release_held() noexcept {
  std::size_t released = 0;
  for (action* held = take_held(); held != nullptr; ++released) {
    std::unique_ptr<action> sent(held);
    held = sent->following();
    const agent_ref<agent_core> to(sent->held_for);
    sync::schedule_point("agent.before_held_send");
    if (to->enqueue(*sent)) {
      static_cast<void>(sent.release());  // the queue's
    } else {
      to->report(make_rejected_error());
    }
  }
  return released;
}

void running_action::discard_held() noexcept {
  phase_ = handling;
  for (action* held = take_held(); held != nullptr;) {
    const std::unique_ptr<action> dropped(held);
    held = dropped->following();
    const agent_ref<agent_core> to(dropped->held_for);
  }
}

void send(agent_core& to, std::unique_ptr<action> sent) {
  if (send_collector* const transaction = mine().transaction) {
    return transaction->collect(agent_ref<agent_core>::share(to), std::move(sent));
  }
  send_now(to, std::move(sent));
}

void send_now(agent_core& to, std::unique_ptr<action> sent) {
  running_action* const running = running_action::innermost();
  if (running != nullptr && running->holds_sends()) {
    return running->hold(to, std::move(sent));
  }
  if (!to.enqueue(*sent)) throw executor_rejected_error();
  static_cast<void>(sent.release());  // the queue's
}

}  // namespace detail

any_agent current_agent() noexcept {
  const detail::running_action* const running = detail::running_action::innermost();
  if (running == nullptr) return any_agent();
  return any_agent(detail::agent_ref<detail::agent_core>::share(running->agent()));
}

std::size_t release_pending_sends() noexcept {
  detail::running_action* const running = detail::running_action::innermost();
  return running == nullptr ? 0 : running->release_held();
}

}  // namespace tussle
