// alts_core.h: one of several operations, whichever can be done first.
//
//   poll ──▶ done, or the default, or ──▶ enter all lines ──▶ wait ──▶ leave the others
//
// The poll tries one channel after the other, in random order unless asked otherwise, each
// under its own lock, if that channel says that it may be ready. Then the alts enters each
// line, or does the operation instead where it can be done by then: once it stands in a line,
// others may complete it, and whoever does must win its claim (waiter.h), the alts itself as
// well. Woken, it takes its entries out of the other lines; until it has, they are passed
// over, and removed where a line is full.
// Source:   Reppy, Russo and Xiao, "Parallel Concurrent ML" (ICFP 2009), for the claims of two
//           parties; core.async for one claim per alts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <span>

#include "primitives/channel/channel_core.h"
#include "primitives/channel/process.h"
#include "primitives/channel/waiter.h"

namespace tussle::detail {

// One of the operations.
class alts_operation {
 public:
  explicit alts_operation(waiter::side which, void* cell) noexcept
      : entry_(which, cell) {}
  alts_operation(const alts_operation&) = delete;
  alts_operation& operator=(const alts_operation&) = delete;

  // Throws: nil_value_error.
  virtual void require_value() const = 0;
  virtual channel_core& core() const noexcept = 0;
  // With an entry it waits if it must. Throws: as the channel's.
  virtual outcome begin(waiter* entry) = 0;

  bool may_be_ready() const noexcept {
    return entry_.puts ? core().may_put() : core().may_take();
  }
  waiter& entry() noexcept { return entry_; }

 protected:
  ~alts_operation() = default;

 private:
  waiter entry_;
};

class alts_round {
 public:
  static constexpr std::uint32_t none = alts_claim::none;

  // Throws: std::invalid_argument without operations; nil_value_error. Nothing was tried then.
  alts_round(std::span<alts_operation* const> all, bool in_order);
  alts_round(const alts_round&) = delete;
  alts_round& operator=(const alts_round&) = delete;
  // Of a go block that was completed and is dropped instead of being resumed: leaves, too.
  ~alts_round() {
    if (in_lines_) leave(claim_.winner);
  }

  // The one that was done at once; none: nothing was ready. Throws: as the operation.
  std::uint32_t poll();

  // True: `who` waits, and is woken, or has been. False: it is over, and nobody wakes it; one
  // was done, or `who` knows of an error.
  bool wait(party& who) noexcept;

  // Once it is over: leaves the lines that it is in still. Which one it was.
  std::uint32_t finish() noexcept;

  // Of a runtime that ends: true if it was waiting, and now does not.
  bool withdraw() noexcept;

 private:
  std::uint32_t at(std::uint32_t turn) noexcept;
  bool enter(party& who, std::uint32_t index);
  void leave(std::uint32_t but) noexcept;

  const std::span<alts_operation* const> all_;
  const bool in_order_;
  alts_claim claim_;
  bool in_lines_ = false;  // since wait(), until it has left them
};

// Between a go block and the entries of its alts. A go block that is completed while it still
// enters lines must not be resumed before it has left them alone: whoever comes second, it
// or the other party, has it go on.
class alts_gate final : public party {
 public:
  alts_gate() noexcept : party(abandoned::is_dropped) {}

  void wake() noexcept override { come(woken); }
  void drop() noexcept override { come(dropped); }

  // Of the go block, when it has entered all lines. True: it parks, and nothing may be
  // touched. False: it has been woken already.
  bool parks(process& self) noexcept;

  process* who = nullptr;

 private:
  static constexpr std::uint32_t entering = 0;
  static constexpr std::uint32_t parked = 1;
  static constexpr std::uint32_t woken = 2;
  static constexpr std::uint32_t dropped = 3;

  void come(std::uint32_t how) noexcept;

  sync::atomic<std::uint32_t> state_{entering};
};

}  // namespace tussle::detail
