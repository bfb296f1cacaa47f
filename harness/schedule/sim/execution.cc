#include "harness/schedule/sim/execution.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

namespace tussle::sim {
namespace {

// A program is thread 0.
void run_program(void* what) { (*static_cast<const program*>(what))(); }

execution* present = nullptr;

}  // namespace

execution* execution::under_way() noexcept { return present; }

void execution::reset(chooser& decides, const limits& within, bool shown) {
  memory_->reset();
  heap_.reset();
  names_.clear();
  chooser_ = &decides;
  limits_ = within;
  shown_ = shown;
  outcome_ = {};
  step_ = 0;
  threads_ = ended_ = 0;
  current_ = nullptr;
  mutexes_.clear();
  notifications_.clear();
  at_end_.clear();
  // Not zero: programs subtract from it.
  now_ = sync::time_point(std::chrono::hours(1));
  spurious_failures_left_ = within.spurious_failures;
  heavy_barriers_ = false;
  failed_allocations_left_ = within.failed_allocations;
  failed_starts_left_ = within.failed_starts;
}

outcome execution::run(const program& what, chooser& decides, const limits& within,
                       bool shown) {
  reset(decides, within, shown);
  fiber& first = add_fiber(&run_program, const_cast<program*>(&what));
  current_ = &first;
  present = this;
  sync::running_simulator = this;
  outside_exceptions_ = exchange_exceptions({});
  outside_counts_ = sync::count_into(nullptr);
  first.place.switch_from(outside_);
  clean_up();
  return std::move(outcome_);
}

fiber& execution::add_fiber(void (*body)(void*), void* argument) {
  if (threads_ == fibers_.size()) fibers_.push_back(std::make_unique<fiber>());
  fiber& added = *fibers_[threads_];
  added.number = static_cast<int>(threads_++);
  added.exceptions = {};
  added.counts = nullptr;
  added.run = body;
  added.argument = argument;
  added.at_exit.clear();
  added.own.clear();
  added.waits_for = need::nothing;
  added.awaited = nullptr;
  added.deadline.reset();
  added.timed_out = false;
  added.yielded = false;
  added.next = {.thread = added.number};
  added.path = {};
  added.place.prepare(added.memory.begin(), stack::size, &enter, &added);
  return added;
}

void execution::enter(void* self) noexcept {
  present->run_to_end(*static_cast<fiber*>(self));
}

void execution::run_to_end(fiber& self) noexcept {
  try {
    self.run(self.argument);
  } catch (const std::exception& e) {
    fail(finding_kind::exception, "thread " + std::to_string(self.number) +
                                      " ended with an exception: " + e.what());
  } catch (...) {
    fail(finding_kind::exception, "thread " + std::to_string(self.number) +
                                      " ended with an exception of unknown type");
  }
  while (!self.at_exit.empty()) {
    const auto act = self.at_exit.back();
    self.at_exit.pop_back();
    act();
  }
  note_path(self);
  record("end", nullptr, "");
  self.waits_for = need::never;
  if (++ended_ == threads_) leave();
  reschedule();
  std::terminate();  // an ended thread is never chosen
}

void execution::leave() noexcept {
  sync::running_simulator = nullptr;
  present = nullptr;
  exchange_exceptions(outside_exceptions_);
  sync::count_into(outside_counts_);
  context nowhere;
  outside_.switch_from(nowhere);
  std::terminate();  // nobody comes back
}

void execution::clean_up() {
  for (const auto act : at_end_) act();
  if (!outcome_.failure) look_for_leaks();
}

void execution::look_for_leaks() {
  const auto& blocks = heap_.blocks();
  const auto lost = std::count_if(blocks.begin(), blocks.end(),
                                  [](const heap_block& each) { return !each.is_free(); });
  if (lost == 0) return;
  finding found{finding_kind::leak,
                std::to_string(lost) + " tracked block(s) were never given back",
                {}};
  for (const heap_block& each : blocks) {
    if (each.is_free() || found.notes.size() == 8) continue;
    found.notes.push_back({std::to_string(each.size) + " bytes allocated by thread " +
                           std::to_string(each.made_by) + " in step " +
                           std::to_string(each.made_at)});
  }
  outcome_.failure = std::move(found);
}

void execution::fail(finding_kind kind, std::string text,
                     std::vector<note> notes) noexcept {
  outcome_.failure = finding{kind, std::move(text), std::move(notes)};
  leave();
}

void execution::fail_here(finding_kind kind, std::string text) noexcept {
  note_path(*current_);
  fail(kind, std::move(text),
       {{"in thread " + std::to_string(current_->number), current_->path}});
}

void execution::misused(const char* what) noexcept {
  fail_here(finding_kind::misuse, what);
}

void execution::crashed(const char* signal, const void* address) noexcept {
  std::string text =
      std::string(signal) + " in thread " + std::to_string(current_->number);
  if (current_->memory.guards(address)) text += ": its stack overflowed";
  fail(finding_kind::crash, text, {{"its last operation", current_->path}});
}

int execution::start_thread(void (*body)(void* state), void* state) {
  if (!fails(decision::failed_start, failed_starts_left_)) return add_thread(body, state);
  point(nullptr, false);
  record("start", nullptr, "no thread to be had");
  return -1;
}

int execution::add_thread(void (*body)(void* state), void* state) {
  point(nullptr, false);
  memory_->fork(current_->number, static_cast<int>(threads_));  // first: it may throw
  fiber& started = add_fiber(body, state);
  record("start", nullptr, "thread " + std::to_string(started.number));
  return started.number;
}

void execution::join_thread(int number) noexcept {
  current_->awaited_thread = number;
  block(need::thread_end, nullptr, nullptr);
  memory_->join(current_->number, number);
  record("join", nullptr, "thread " + std::to_string(number));
}

void* execution::own(const sync::thread_local_type& type) noexcept {
  return current_->own.find_or_make(type);
}

void execution::at_thread_exit(void (*act)() noexcept) {
  auto& all = current_->at_exit;
  if (std::find(all.begin(), all.end(), act) == all.end()) all.push_back(act);
}

void execution::at_end(void (*act)() noexcept) {
  if (std::find(at_end_.begin(), at_end_.end(), act) == at_end_.end()) {
    at_end_.push_back(act);
  }
}

void execution::begin_life(const void* address, std::size_t size) noexcept {
  memory_->begin_life(current_->number, address, size);
  // A tracked block keeps its name: its memory is never used again.
  if (!heap_.contains(address)) names_.forget(address, size);
  mutexes_.erase(address);
  notifications_.erase(address);
}

}  // namespace tussle::sim
