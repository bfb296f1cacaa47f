// What the pool does with the lines of its threads.
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "primitives/task/own_line.h"
#include "primitives/task/pool_membership.h"
#include "primitives/task/thread_pool.h"

namespace tussle {

using detail::own_line;
using detail::own_pool;

// Whether the calling thread is the pool's, and has taken the task into its own line.
bool thread_pool::keeps(task& work) noexcept {
  const detail::pool_membership& mine = own_pool::mine();
  if (mine.pool != this || mine.line == nullptr) return false;
  const own_line::kept kept = mine.line->push(work);
  if (kept != own_line::kept::closed_meanwhile) return kept == own_line::kept::yes;
  // Whoever closed it has emptied it by the time that the lock can be had, so that it holds
  // this task or nothing.
  const sync::mutex_lock lock(mutex_);
  return mine.line->pop() == nullptr;
}

// Nobody watches over the threads' own lines any more.
void thread_pool::leave_lookout() {
  looked_out_ = false;
  close_lines();
}

void thread_pool::close_lines() {
  for (const member& one : members_) {
    if (one.own != nullptr) close(*one.own);
  }
}

// What is in it goes to the end of the common line.
void thread_pool::close(own_line& line) {
  line.close();
  move_to_common(line);
}

void thread_pool::move_to_common(own_line& line) {
  while (task* const one = line.pop()) {
    static_cast<void>(line_.push(*one));
    // Relaxed: a hint that something came.
    arrivals_.fetch_add(1, std::memory_order_relaxed);
  }
}

// Of a thread that counts as running. From the common line and its own in turn: neither has
// to wait for the other to become empty, however long tasks take.
task* thread_pool::next_task(member& self) {
  const bool own_first = std::exchange(self.took_common, false) && self.own != nullptr;
  task* next = own_first ? self.own->pop() : nullptr;
  if (next == nullptr) {
    next = line_.pop();
    self.took_common = next != nullptr;
  }
  if (next == nullptr && self.own != nullptr) next = self.own->pop();
  if (next == nullptr && has_own_lines_) next = steal();
  return next;
}

// Half of what is in the first line that has anything goes to the common one.
task* thread_pool::steal() {
  for (const member& one : members_) {
    if (one.own == nullptr) continue;
    for (std::size_t n = (one.own->length() + 1) / 2; n > 0; --n) {
      task* const stolen = one.own->pop();
      if (stolen == nullptr) break;
      static_cast<void>(line_.push(*stolen));
    }
    if (task* const first = line_.pop()) return first;
  }
  return nullptr;
}

// Of the lookout. True: some thread has taken a task since. What is in line behind a task that
// has run all the while is moved to the common line. `helps`: a core is free, and some line is
// longer than what its thread has run.
bool thread_pool::look_at_lines(bool& helps) {
  bool moves = false;
  for (member& one : members_) {
    if (one.own == nullptr) continue;
    const std::uint32_t turns = one.turns.load(std::memory_order_relaxed);
    const std::uint32_t ran = turns - std::exchange(one.seen_turns, turns);
    moves = moves || ran > 0;
    if (ran == 0) move_to_common(*one.own);
    helps = helps || (running_ < prompt_ && one.own->length() > ran);
  }
  return moves;
}

}  // namespace tussle
