// sending.h: where a send goes, by what its thread is doing.
//
//   a transaction runs on it          to the transaction, which sends again when it commits
//   it runs an action of an agent     held until the action has stored its value and run its
//                                     watches; dropped if it fails
//   otherwise, and in error handlers  into the queue at once
//
// Only the thread of the action itself counts; what it starts on others does not.
// Contract: CONTRACT.md section 5.3.
#pragma once

#include <cstddef>
#include <memory>

#include "primitives/agent/agent_core.h"

namespace tussle::detail {

// Who takes the sends of a transaction (stm/): it installs one for as long as it runs, forgets
// what was collected when an attempt fails, and passes it to send_now() after the commit.
class send_collector {
 public:
  // Throws: std::bad_alloc; then the send has not happened.
  virtual void collect(agent_ref<agent_core> to, std::unique_ptr<action> sent) = 0;

 protected:
  ~send_collector() = default;
};

// Installs `next` (null: none) for the calling thread and returns what was there.
send_collector* collect_sends(send_collector* next) noexcept;
// Whether one is installed: a transaction runs on the calling thread.
bool sends_are_collected() noexcept;

// Actions that are held back, first in, first out.
class held_list {
 public:
  bool empty() const noexcept { return oldest_ == nullptr; }
  void push(std::unique_ptr<action> last) noexcept;
  // Null: it is empty.
  std::unique_ptr<action> pop() noexcept;

 private:
  action* oldest_ = nullptr;
  action* newest_ = nullptr;
};

// An action, or an error handler, at work on the calling thread, for the time of its scope.
class running_action {
 public:
  enum phase : bool { holding, handling };

  explicit running_action(agent_core& agent, phase now = holding) noexcept;
  running_action(const running_action&) = delete;
  running_action& operator=(const running_action&) = delete;
  ~running_action();

  // The innermost of this thread; null if there is none.
  static running_action* innermost() noexcept;

  agent_core& agent() const noexcept { return agent_; }
  bool holds_sends() const noexcept { return phase_ == holding; }
  void hold(agent_core& to, std::unique_ptr<action> sent) noexcept;

  // Queues what is held, in the order sent, and goes on holding; then reports what executors
  // refused. Nothing is held any longer when it returns. Returns how many there were.
  std::size_t release_held() noexcept;
  // Drops what is held; from here on it is the error handler's turn.
  void discard_held() noexcept;

 private:
  agent_core& agent_;
  running_action* const outer_;
  phase phase_;
  held_list held_;
};

// By the table above. Throws: executor_rejected_error, if it is to be queued at once and the
// executor takes nothing; then the action is gone and nothing has changed.
void send(agent_core& to, std::unique_ptr<action> sent);
// By its second and third lines. Leaves `sent` with the caller if the executor takes nothing.
void send_now(agent_core& to, std::unique_ptr<action>& sent);

}  // namespace tussle::detail
