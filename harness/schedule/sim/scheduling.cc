// scheduling.cc: which thread does the next operation?
#include <algorithm>
#include <utility>

#include "harness/schedule/sim/execution.h"

namespace tussle::sim {

// What the present thread is about to do.
void execution::announce(const void* object, bool writes) noexcept {
  option& next = current_->next;
  next.object = object;
  next.writes = writes;
}

void execution::point(const void* object, bool writes) noexcept {
  announce(object, writes);
  note_path(*current_);
  reschedule();
}

void execution::block(need what, const void* awaited,
                      const sync::time_point* deadline) noexcept {
  fiber& self = *current_;
  announce(awaited, true);
  self.waits_for = what;
  self.awaited = awaited;
  if (deadline != nullptr) self.deadline = *deadline;
  note_path(self);
  reschedule();
  self.waits_for = need::nothing;
  self.awaited = nullptr;
  self.deadline.reset();
}

void execution::reschedule(int yielding) noexcept {
  if (++outcome_.points > 2 * limits_.most_points) {
    fail(finding_kind::livelock,
         "the threads go on for ever: after " + std::to_string(limits_.most_points) +
             " scheduling points they took turns, and did not end within as many again");
  }
  fiber& next = *decide(yielding);
  ++next.next.passed;
  auto& turns = outcome_.turns;
  if (turns.empty() || turns.back().thread != next.number)
    turns.push_back({next.number, 0});
  turns.back().until = next.next.passed;
  if (next.next.timed_out) {
    next.timed_out = true;
    now_ = std::max(now_, *next.deadline);
  }
  if (&next != current_) switch_to(next);
}

void execution::switch_to(fiber& to) noexcept {
  fiber& from = *std::exchange(current_, &to);
  ++outcome_.switches;
  from.exceptions = exchange_exceptions(to.exceptions);
  from.counts = sync::count_into(to.counts);
  to.place.switch_from(from.place);
}

// Also of a thread whose wait would end because its deadline passes.
bool execution::can_run(const fiber& thread) const {
  switch (thread.waits_for) {
    case need::nothing:
      return true;
    case need::mutex:
      return !mutexes_.contains(thread.awaited);
    case need::thread_end:
      return fibers_[static_cast<std::size_t>(thread.awaited_thread)]->waits_for ==
             need::never;
    case need::wake:
    case need::time:
      return thread.deadline.has_value();
    case need::never:
      break;
  }
  return false;
}

// The present thread first, unless it yields; then the others; then those whose time would
// run out, the earliest first.
void execution::list_options(int yielding) {
  options_.clear();
  const auto add = [&](fiber& each) {
    each.next.timed_out = each.waits_for == need::wake || each.waits_for == need::time;
    options_.push_back(each.next);
  };
  if (yielding < 0 && can_run(*current_)) add(*current_);
  for (std::size_t i = 0; i < threads_; ++i) {
    if (fibers_[i].get() != current_ && can_run(*fibers_[i])) add(*fibers_[i]);
  }
  const auto deadline_of = [&](const option& each) {
    return each.timed_out ? *fibers_[static_cast<std::size_t>(each.thread)]->deadline
                          : sync::time_point::min();
  };
  std::stable_sort(
      options_.begin(), options_.end(),
      [&](const option& a, const option& b) { return deadline_of(a) < deadline_of(b); });
  // Who offers for the first time since it wrote something may go on, as the last choice.
  if (yielding >= 0 && (options_.empty() || !current_->yielded)) add(*current_);
}

fiber* execution::decide(int yielding) noexcept {
  list_options(yielding);
  if (options_.empty()) stuck();
  const option* chosen = &options_.front();
  if (options_.size() > 1) {
    if (outcome_.points > limits_.most_points) {
      chosen = &next_in_turn();
    } else {
      ++outcome_.thread_decisions;
      const bool can_go_on = chosen->thread == current_->number && yielding < 0;
      chosen = &options_[ask({.about = decision::thread,
                              .answers = options_.size(),
                              .threads = options_,
                              .can_go_on = can_go_on,
                              .yielding = yielding})];
    }
  }
  fiber& next = *fibers_[static_cast<std::size_t>(chosen->thread)];
  next.next.timed_out = chosen->timed_out;
  return &next;
}

// The thread with the next number, after the last the first.
const option& execution::next_in_turn() const {
  const auto distance = [&](const option& each) {
    const auto all = static_cast<int>(threads_);
    return (each.thread - current_->number - 1 + all) % all;
  };
  return *std::min_element(
      options_.begin(), options_.end(),
      [&](const option& a, const option& b) { return distance(a) < distance(b); });
}

std::size_t execution::ask(const question& asked) noexcept {
  const std::size_t answer = chooser_->choose(asked);
  outcome_.given.push_back(static_cast<std::uint16_t>(answer));
  if (asked.about != decision::thread) {
    outcome_.given_to_others.push_back(outcome_.given.back());
  }
  return answer;
}

std::size_t execution::pick(std::size_t stores) {
  // Threads take turns: stores become visible (C++20 [intro.progress] 18).
  if (stores < 2 || outcome_.points > limits_.most_points) return 0;
  return ask({.about = decision::store, .answers = stores});
}

bool execution::fails(decision about, int& left) noexcept {
  if (left == 0 || outcome_.points > limits_.most_points ||
      ask({.about = about, .answers = 2}) == 0)
    return false;
  --left;
  return true;
}

void execution::yield() noexcept {
  announce(nullptr, false);
  note_path(*current_);
  reschedule(current_->number);
  current_->yielded = true;
  record("yield", nullptr, "");
}

void execution::named_point(const char* name) noexcept {
  point(nullptr, false);
  record("point", nullptr, name);
}

void execution::heavy_barrier() noexcept {
  point(nullptr, true);
  memory_->barrier(current_->number, static_cast<int>(threads_));
  record("heavy barrier", nullptr, "");
}

sync::time_point execution::now() noexcept {
  point(&now_, false);
  // Time passes while it is looked at: who waits for it in a loop is no livelock.
  const bool taking_turns = outcome_.points > limits_.most_points;
  now_ += taking_turns ? std::chrono::milliseconds(10) : std::chrono::microseconds(1);
  record("read clock", nullptr, "");
  return now_;
}

void execution::sleep_until(sync::time_point deadline) noexcept {
  if (deadline <= now_) return point(&now_, false);
  block(need::time, &now_, &deadline);
  current_->timed_out = false;
  record("sleep", nullptr, "");
}

}  // namespace tussle::sim
