// stuck.cc: what is wrong when no thread can go on?
#include <set>
#include <utility>

#include "harness/schedule/sim/execution.h"

namespace tussle::sim {
namespace {

std::string thread_name(int number) { return "thread " + std::to_string(number); }

}  // namespace

// The thread that would have to act for this one to go on; -1: nobody in particular.
int execution::blocker_of(const fiber& thread) const {
  if (thread.waits_for == need::thread_end) return thread.awaited_thread;
  if (thread.waits_for != need::mutex) return -1;
  const auto held = mutexes_.find(thread.awaited);
  return held == mutexes_.end() ? -1 : held->second.owner;
}

bool execution::waits_in_a_circle(const fiber& thread) const {
  std::set<int> seen;
  for (int at = thread.number; at >= 0;
       at = blocker_of(*fibers_[static_cast<std::size_t>(at)])) {
    if (!seen.insert(at).second) return true;
  }
  return false;
}

note execution::waiting_note(const fiber& thread) {
  std::string text = thread_name(thread.number);
  switch (thread.waits_for) {
    case need::mutex: {
      const held_mutex& held = mutexes_.at(thread.awaited);
      text += " waits for mutex " + names_.of(thread.awaited) + ", held by " +
              thread_name(held.owner) + " since step " + std::to_string(held.since);
      break;
    }
    case need::thread_end:
      text += " waits for the end of " + thread_name(thread.awaited_thread);
      break;
    default:
      text += " sleeps on " + names_.of(thread.awaited) + " since step " +
              std::to_string(thread.asleep_since) + ", and nobody is left to wake it";
  }
  return {text, thread.path};
}

// Those that came before the thread slept: it may have missed one.
void execution::add_notifications(const fiber& thread, std::vector<note>& notes) {
  for (const notification& each : notifications_[thread.awaited]) {
    if (each.at > thread.asleep_since) continue;
    notes.push_back({"  " + names_.of(thread.awaited) + " was notified before, by " +
                         thread_name(each.thread) + " in step " +
                         std::to_string(each.at) +
                         (each.woke == 0 ? ", when nobody waited"
                                         : ", which woke " + std::to_string(each.woke)),
                     each.path});
  }
}

void execution::stuck() noexcept {
  bool circle = false;
  bool asleep = false;
  std::vector<note> notes;
  for (std::size_t i = 0; i < threads_; ++i) {
    const fiber& each = *fibers_[i];
    if (each.waits_for == need::never) continue;
    circle = circle || waits_in_a_circle(each);
    notes.push_back(waiting_note(each));
    if (each.waits_for != need::wake) continue;
    asleep = true;
    add_notifications(each, notes);
  }
  const bool lost = asleep && !circle;
  fail(lost ? finding_kind::lost_wake_up : finding_kind::deadlock,
       lost ? "a thread sleeps for ever: no thread can go on" : "no thread can go on",
       std::move(notes));
}

}  // namespace tussle::sim
