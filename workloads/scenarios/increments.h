// increments.h: what serial_counter sends to its targets, and what it notes of each.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "harness/case/worker.h"

namespace tussle::workloads {

// What was applied to which target, and in which order. No locks and no atomics in a
// target's row: increments of one target come one at a time, and the race run sees whether
// that is so.
class increment_ledger {
 public:
  increment_ledger(std::int64_t targets, int senders)
      : stride_((first_sender + static_cast<std::size_t>(senders) + words_a_line - 1) /
                words_a_line * words_a_line),
        rows_(static_cast<std::size_t>(targets) * stride_),
        applied_from_(static_cast<std::size_t>(senders)) {}

  // Numbers of one sender grow, over all of its targets.
  void note(std::uint32_t target, std::uint32_t sender, std::int64_t number) noexcept {
    std::int64_t* const row = &rows_[target * stride_];
    ++row[applied];
    row[disordered] += number <= row[first_sender + sender] ? 1 : 0;
    row[first_sender + sender] = number;
    // Relaxed: only a count, for senders that wait for room.
    applied_from_[sender].count.fetch_add(1, std::memory_order_relaxed);
  }

  // How many of a sender's were applied. From any thread.
  std::int64_t applied_from(std::size_t sender) const noexcept {
    // Relaxed: see note().
    return applied_from_[sender].count.load(std::memory_order_relaxed);
  }

  // Only when nothing is applied any more.
  std::int64_t applied_to(std::int64_t target) const {
    return rows_[static_cast<std::size_t>(target) * stride_ + applied];
  }
  std::int64_t disordered_at(std::int64_t target) const {
    return rows_[static_cast<std::size_t>(target) * stride_ + disordered];
  }

 private:
  // Words of a row: two counts, and the last number of each sender.
  enum : std::size_t { applied, disordered, first_sender };
  static constexpr std::size_t words_a_line = 64 / sizeof(std::int64_t);

  struct alignas(harness::padding) padded_count {
    std::atomic<std::int64_t> count{0};
  };

  const std::size_t stride_;  // targets share no cache line
  std::vector<std::int64_t> rows_;
  std::vector<padded_count> applied_from_;
};

// A function from a target's value to its next one, which a subject calls once.
class increment {
 public:
  increment() = default;  // for what makes room before it is filled; not called
  increment(increment_ledger& ledger, std::uint32_t target, std::uint32_t sender,
            std::int64_t number) noexcept
      : ledger_(&ledger), target_(target), sender_(sender), number_(number) {}

  std::int64_t operator()(std::int64_t value) const noexcept {
    ledger_->note(target_, sender_, number_);
    return value + 1;
  }

 private:
  increment_ledger* ledger_ = nullptr;
  std::uint32_t target_ = 0;
  std::uint32_t sender_ = 0;
  std::int64_t number_ = 0;
};

}  // namespace tussle::workloads
