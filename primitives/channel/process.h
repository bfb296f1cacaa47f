// process.h: a go block at work, as its scheduler sees it.
//
//   started ──▶ ready ──▶ running ──▶ parked ──▶ ready ...
//                            │           └─ dropped: frame destroyed, nothing resumes
//                            └─ ended: frame destroyed, result handed over
//
// A process is part of its coroutine's frame. It is always somebody's: of the line that it
// stands in, of the thread that runs it, of the channel that it is parked at, or of whoever
// took it out there. Only whoever has it may destroy it, and so it is destroyed once.
#pragma once

#include <cstdint>
#include <memory>

#include "primitives/channel/waiter.h"
#include "primitives/task/executor.h"

namespace tussle::detail {

class go_scheduler;

// What a go block's coroutine refers to: it lives as long as the frame.
class go_body {
 public:
  go_body() = default;
  go_body(const go_body&) = delete;
  go_body& operator=(const go_body&) = delete;
  virtual ~go_body() = default;
};

// Where a process is parked.
class parking {
 public:
  // False: somebody has taken it out, and is about to wake or drop it.
  virtual bool withdraw() noexcept = 0;

 protected:
  ~parking() = default;
};

class process : public task, public party {
 public:
  // Operations in a row that are done at once before others get their turn.
  static constexpr std::uint16_t most_in_a_row = 256;

  process() noexcept : party(abandoned::is_dropped) {}

  // Before anybody runs it.
  void begins_in(go_scheduler& home) noexcept { home_ = &home; }

  // On a thread of the scheduler: until it parks or ends.
  void run() noexcept final;
  // The scheduler's executor takes nothing more.
  void discard() noexcept final;
  void wake() noexcept final;
  void drop() noexcept final;

  // Before it may be found at `where`.
  void parks_at(parking& where) noexcept {
    if (!enlisted_) enlist();
    parked_at_ = &where;
  }
  // After an operation that was done at once. True: it was put at the end of the line, and
  // nothing of it may be touched.
  bool gives_way() noexcept { return --left_in_a_row_ == 0 && give_way(); }
  // Its last suspension.
  void ended() noexcept { *ended_ = true; }

 protected:
  ~process() = default;

  // Destroys the frame, and this with it; then hands over the result.
  virtual void end_frame() noexcept = 0;
  virtual void resume() noexcept = 0;

 private:
  friend class go_scheduler;

  bool give_way() noexcept;

  void enlist() noexcept;

  bool enlisted_ = false;  // since it parked, or could have, for the first time
  std::uint16_t left_in_a_row_ = most_in_a_row;

 protected:
  go_scheduler* home_ = nullptr;

 private:
  // In the scheduler's list of those that may be parked.
  process* before_ = nullptr;
  process* after_ = nullptr;
  parking* parked_at_ = nullptr;
  bool* ended_ = nullptr;
};

}  // namespace tussle::detail
