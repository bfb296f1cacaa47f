#include "harness/race/report_store.h"

#include <sched.h>

namespace tussle::race {
namespace {

TUSSLE_UNINSTRUMENTED bool same_accesses(const raw_report& a,
                                         const raw_report& b) noexcept {
  bool straight = true;
  bool swapped = a.access_count == 2;
  for (std::uint32_t i = 0; i < a.access_count; ++i) {
    straight = straight && a.accesses[i].stack.equals(b.accesses[i].stack);
    swapped = swapped && a.accesses[i].stack.equals(b.accesses[1 - i].stack);
  }
  return straight || swapped;
}

TUSSLE_UNINSTRUMENTED bool same_stacks(const raw_report& a,
                                       const raw_report& b) noexcept {
  for (std::uint32_t i = 0; i < a.stack_count; ++i) {
    if (!a.stacks[i].equals(b.stacks[i])) {
      return false;
    }
  }
  return true;
}

TUSSLE_UNINSTRUMENTED bool same_threads(const raw_report& a,
                                        const raw_report& b) noexcept {
  for (std::uint32_t i = 0; i < a.thread_count; ++i) {
    if (!a.threads[i].stack.equals(b.threads[i].stack)) {
      return false;
    }
  }
  return true;
}

}  // namespace

TUSSLE_UNINSTRUMENTED void raw_stack::assign(void* const* trace) noexcept {
  size = 0;
  for (std::uint32_t i = 0; i < max_trace && trace[i] != nullptr; ++i) {
    if (size > 0 && levels[size - 1].pc == trace[i]) {
      ++levels[size - 1].repeats;
    } else if (size == max_frames) {
      return;
    } else {
      levels[size].pc = trace[i];
      levels[size].repeats = 1;
      ++size;
    }
  }
}

TUSSLE_UNINSTRUMENTED bool raw_stack::equals(const raw_stack& other) const noexcept {
  if (size != other.size) {
    return false;
  }
  for (std::uint32_t i = 0; i < size; ++i) {
    if (levels[i].pc != other.levels[i].pc ||
        levels[i].repeats != other.levels[i].repeats) {
      return false;
    }
  }
  return true;
}

TUSSLE_UNINSTRUMENTED bool raw_report::same_origin(
    const raw_report& other) const noexcept {
  const bool same_shape = kind == other.kind && access_count == other.access_count &&
                          stack_count == other.stack_count &&
                          thread_count == other.thread_count;
  if (!same_shape) {
    return false;
  }
  if (access_count > 0) {
    return same_accesses(*this, other);
  }
  return same_stacks(*this, other) && same_threads(*this, other);
}

TUSSLE_UNINSTRUMENTED raw_report& report_store::open() noexcept {
  lock();
  raw_report& report = reports_[size_];
  report.kind = "unknown";
  report.count = 1;
  report.access_count = 0;
  report.mutex_count = 0;
  report.thread_count = 0;
  report.stack_count = 0;
  report.location.type = nullptr;
  report.held.access_count = 0;
  return report;
}

TUSSLE_UNINSTRUMENTED void report_store::close() noexcept {
  if (!count_if_known(reports_[size_])) {
    if (size_ < capacity) {
      ++size_;
    } else {
      ++dropped_;
    }
  }
  unlock();
}

TUSSLE_UNINSTRUMENTED bool report_store::pop(raw_report& report) noexcept {
  lock();
  const bool found = size_ > 0;
  if (found) {
    --size_;
    report = reports_[size_];
  }
  unlock();
  return found;
}

TUSSLE_UNINSTRUMENTED bool report_store::empty() noexcept {
  lock();
  const bool nothing = size_ == 0 && dropped_ == 0;
  unlock();
  return nothing;
}

TUSSLE_UNINSTRUMENTED std::uint64_t report_store::take_dropped() noexcept {
  lock();
  const std::uint64_t dropped = dropped_;
  dropped_ = 0;
  unlock();
  return dropped;
}

TUSSLE_UNINSTRUMENTED bool report_store::count_if_known(
    const raw_report& report) noexcept {
  for (std::uint32_t i = 0; i < size_; ++i) {
    if (reports_[i].same_origin(report)) {
      ++reports_[i].count;
      return true;
    }
  }
  return false;
}

// (1) acquire; pairs with the release (2): what the last holder wrote into reports_ is
// visible.
TUSSLE_UNINSTRUMENTED void report_store::lock() noexcept {
  while (locked_.test_and_set(std::memory_order_acquire)) {
    sched_yield();
  }
}

// (2) release; pairs with the acquire (1).
TUSSLE_UNINSTRUMENTED void report_store::unlock() noexcept {
  locked_.clear(std::memory_order_release);
}

}  // namespace tussle::race
