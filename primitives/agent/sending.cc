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

bool sends_are_collected() noexcept { return mine().transaction != nullptr; }

running_action::running_action(agent_core& agent, phase now) noexcept
    : agent_(agent), outer_(std::exchange(mine().running, this)), phase_(now) {}

running_action::~running_action() { mine().running = outer_; }

running_action* running_action::innermost() noexcept { return mine().running; }

void held_list::push(std::unique_ptr<action> last) noexcept {
  last->next.write(nullptr);
  action* const added = last.release();
  if (newest_ == nullptr) {
    oldest_ = added;
  } else {
    newest_->next.write(added);
  }
  newest_ = added;
}

std::unique_ptr<action> held_list::pop() noexcept {
  std::unique_ptr<action> first(oldest_);
  if (first != nullptr) oldest_ = first->following();
  if (oldest_ == nullptr) newest_ = nullptr;
  return first;
}

void running_action::hold(agent_core& to, std::unique_ptr<action> sent) noexcept {
  to.acquire();
  sent->held_for = &to;
  held_.push(std::move(sent));
}

std::size_t running_action::release_held() noexcept {
  std::size_t released = 0;
  // What a refused action held may send as it goes, and is held in turn.
  while (!held_.empty()) {
    held_list refused;
    held_list released_now = std::exchange(held_, {});
    while (std::unique_ptr<action> sent = released_now.pop()) {
      const agent_ref<agent_core> to(sent->held_for);
      ++released;
      sync::schedule_point("agent.before_held_send");
      if (to->enqueue(*sent)) {
        static_cast<void>(sent.release());  // the queue's
      } else {
        to->acquire();  // as while it was held
        refused.push(std::move(sent));
      }
    }
    // After all are in their queues: a handler sends at once, and must not come before them.
    while (std::unique_ptr<action> dropped = refused.pop()) {
      const agent_ref<agent_core> to(dropped->held_for);
      to->report(make_rejected_error());
    }
  }
  return released;
}

void running_action::discard_held() noexcept {
  phase_ = handling;
  while (const std::unique_ptr<action> dropped = held_.pop()) {
    const agent_ref<agent_core> to(dropped->held_for);
  }
}

void send(agent_core& to, std::unique_ptr<action> sent) {
  if (send_collector* const transaction = mine().transaction) {
    return transaction->collect(agent_ref<agent_core>::share(to), std::move(sent));
  }
  send_now(to, sent);
  if (sent != nullptr) throw executor_rejected_error();
}

void send_now(agent_core& to, std::unique_ptr<action>& sent) {
  running_action* const running = running_action::innermost();
  if (running != nullptr && running->holds_sends()) {
    return running->hold(to, std::move(sent));
  }
  if (to.enqueue(*sent)) static_cast<void>(sent.release());  // the queue's
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
