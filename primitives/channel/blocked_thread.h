// blocked_thread.h: a thread that waits for an operation on channels.
#pragma once

#include "primitives/channel/waiter.h"
#include "primitives/task/one_shot.h"

namespace tussle::detail {

// Throws: blocking_in_go_error, on a thread that runs go blocks in checked mode.
void require_may_block();

class blocked_thread final : public party {
 public:
  blocked_thread() noexcept : party(abandoned::is_told) {}

  void wake() noexcept override { shot_.settle(); }
  void drop() noexcept override {}  // is never dropped

  void sleep() noexcept {
    if (!is_served_soon()) shot_.wait_asleep();
  }
  // Throws: what it was woken with instead of a result.
  void wait() {
    sleep();
    throw_if_failed(*this);
  }

 private:
  bool is_served_soon() const noexcept;

  one_shot shot_;
};

}  // namespace tussle::detail
