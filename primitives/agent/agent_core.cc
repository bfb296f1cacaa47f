#include "primitives/agent/agent_core.h"

#include "primitives/agent/sending.h"
#include "primitives/reference/errors.h"
#include "primitives/sync/schedule_point.h"
#include "primitives/task/errors.h"

namespace tussle::detail {

// Idle or failed, and nobody's any longer: what waits will not run.
agent_core::~agent_core() {
  destroy_all(first_.read());
  destroy_all(queue_.take_all());
}

bool agent_core::enqueue(action& sent) noexcept {
  // Also where it would only wait: its turn would come after the end.
  if (end_of(sent.where())) return false;
  sync::schedule_point("agent.send.before_push");
  if (!queue_.push(sent)) return true;
  acquire();  // for as long as it is busy
  sent.next.write(nullptr);
  first_.write(&sent);
  sync::schedule_point("agent.send.before_submit");
  // Once more: an action before this one may have been dropped meanwhile, which has made the
  // agent idle, while the pool that this one is for is still open.
  if (end_of(sent.where()) != shutdown_policy::discard && sent.where().submit(*this))
    return true;
  first_.write(nullptr);
  static_cast<void>(hand_on(false));  // what others have sent meanwhile
  return false;
}

// What becomes of what waits for that executor: nothing special, unless its runtime ends.
std::optional<shutdown_policy> agent_core::end_of(const executor& where) const noexcept {
  const auto end = home().was_shut_down();
  if (!end) [[likely]]
    return std::nullopt;
  const bool is_own = &where == &home().compute() || &where == &home().blocking();
  return is_own ? end : std::nullopt;
}

void agent_core::run() noexcept {
  const executor* here = &first()->where();
  for (int left = most_actions_a_turn;;) {
    std::exception_ptr error = perform(*first());
    sync::schedule_point("agent.before_pop");
    std::unique_ptr<action> done = pop();
    if (error) return fail(std::move(done), std::move(error));
    done.reset();
    if (!has_next()) return;
    if (--left > 0 && &first()->where() == here && !end_of(*here)) continue;
    if (!hand_on(true)) return;
    here = &first()->where();
  }
}

void agent_core::discard() noexcept {
  const executor* const closed = &first()->where();
  pop().reset();
  static_cast<void>(hand_on(false, closed));
}

// With the turn, as all that follow. What the action throws is kept; null: the agent goes on.
std::exception_ptr agent_core::perform(action& present) noexcept {
  running_action here(*this);
  std::exception_ptr error;
  try {
    present.run(*this);
  } catch (...) {
    error = std::current_exception();
  }
  if (!error) {
    here.release_held();
    return error;
  }
  here.discard_held();
  call_handler(error);
  if (mode() == error_mode::go_on) error = nullptr;
  return error;
}

std::unique_ptr<action> agent_core::pop() noexcept {
  std::unique_ptr<action> popped(first());
  first_.write(popped->following());
  return popped;
}

// False: the agent is idle, the turn is gone, and maybe the agent too.
bool agent_core::has_next() noexcept {
  while (first_.read() == nullptr) {
    if (queue_link* const waiting = queue_.take_all()) {
      first_.write(waiting);
      break;
    }
    sync::schedule_point("agent.before_idle");
    if (queue_.go_idle()) {
      release();
      return false;
    }
  }
  return true;
}

// Gives the turn to the executor of the next action. Actions whose executor refuses are
// dropped, and reported unless that executor discards, as `closed` does; not before the turn
// is given away, so that a handler that sends again does not meet this loop. A runtime that
// drains owes a turn to what was accepted: who is `at_work` on a thread of an executor keeps it
// (true) and runs the next action itself, whichever executor that is for; others, who must
// not, have a thread brought.
bool agent_core::hand_on(bool at_work, const executor* closed) noexcept {
  agent_ref<agent_core> alive;  // once there is something to report
  queue_link* refused = nullptr;
  queue_link** last = &refused;
  bool stays = false;
  while (has_next()) {
    executor& where = first()->where();
    // Of a runtime that discards: one pool may still be open when the other has dropped what
    // stood before this.
    const auto end = end_of(where);
    if (end != shutdown_policy::discard && where.submit(*this)) break;
    const bool drains = end_of(where) == shutdown_policy::drain;
    stays = drains && at_work;
    if (stays) break;
    if (drains && home().submit_accepted(where, *this)) break;
    if (alive.get() == nullptr) alive = agent_ref<agent_core>::share(*this);
    action* const dropped = pop().release();
    dropped->next.write(nullptr);
    *last = dropped;
    last = &dropped->next.modify();
  }
  for (const queue_link* link = refused; link != nullptr; link = link->next.read()) {
    const executor& where = static_cast<const action*>(link)->where();
    if (&where == closed || end_of(where) == shutdown_policy::discard) continue;
    report(make_rejected_error());
  }
  destroy_all(refused);
  return stays;
}

void agent_core::fail(std::unique_ptr<action> failed, std::exception_ptr error) noexcept {
  {
    sync::mutex_lock lock(mutex_);
    error_ = std::move(error);
    // Relaxed: written under the lock, which publishes. From the unlock on the turn is with
    // whoever restarts.
    condition_.store(condition::failed, std::memory_order_relaxed);
  }
  failed.reset();
  release();
}

void agent_core::report(const std::exception_ptr& error) noexcept {
  const running_action here(*this, running_action::handling);
  if (!call_handler(error)) home().report_uncaught(error);
}

std::exception_ptr agent_core::error() const {
  sync::mutex_lock lock(mutex_);
  return error_;
}

void agent_core::throw_if_failed() const {
  const std::exception_ptr cause = error();
  if (cause) throw_agent_failed(cause);
}

void agent_core::begin_restart() {
  sync::mutex_lock lock(mutex_);
  // Relaxed here and below: under the lock that orders it.
  if (condition_.load(std::memory_order_relaxed) != condition::failed)
    throw agent_not_failed_error();
  condition_.store(condition::restarting, std::memory_order_relaxed);
}

void agent_core::give_restart_up() noexcept {
  sync::mutex_lock lock(mutex_);
  condition_.store(condition::failed, std::memory_order_relaxed);
}

void agent_core::end_restart(restart_queue waiting) noexcept {
  queue_link* cleared = nullptr;
  queue_link* cleared_too = nullptr;
  if (waiting == restart_queue::clear) {
    cleared = first_.read();
    first_.write(nullptr);
    // Before the agent is healthy: who sends after that must not be cleared away.
    cleared_too = queue_.take_all();
  }
  acquire();  // busy again
  std::exception_ptr overcome;
  {
    sync::mutex_lock lock(mutex_);
    std::swap(overcome, error_);
    condition_.store(condition::healthy, std::memory_order_relaxed);
  }
  static_cast<void>(hand_on(false));
  destroy_all(cleared);
  destroy_all(cleared_too);
}

}  // namespace tussle::detail
