// ref_core.h: a ref apart from the type of its value: its versions, who may change it.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

#include "primitives/stm/participant.h"
#include "primitives/stm/version.h"
#include "primitives/sync/atomic.h"
#include "primitives/sync/plain.h"

namespace tussle::stm {

// Who may change a ref, in one word: the attempt that has claimed it (its participant, the
// lower half of its serial, and where the ref is in its write set), or how many transactions
// have ensured that it does not change. One of the two: who claims what it has ensured itself
// replaces the one by the other.
class claim_word {
 public:
  constexpr claim_word() noexcept = default;
  explicit constexpr claim_word(std::uint64_t word) noexcept : word_(word) {}
  static constexpr claim_word of(std::size_t index, std::uint64_t serial,
                                 std::size_t entry) noexcept {
    return claim_word((serial << 32) | ((std::uint64_t{index} + 1) << 16) |
                      (entry < far_entry ? entry : far_entry));
  }

  constexpr std::uint64_t word() const noexcept { return word_; }
  constexpr bool has_owner() const noexcept { return owner_part() != 0; }
  constexpr std::size_t owner() const noexcept { return owner_part() - 1; }
  // Whether it may be that attempt's. A serial that comes again after 2^32 attempts of one
  // thread, while another one stands between two looks, is taken for the earlier one.
  constexpr bool is_of(std::uint64_t serial) const noexcept {
    return (word_ >> 32) == (serial & 0xFFFF'FFFF);
  }
  // In the write set of the owner; far_entry: not among the first so many.
  constexpr std::size_t entry() const noexcept { return word_ & 0xFFFF; }
  static constexpr std::size_t far_entry = 0xFFFF;
  constexpr std::uint64_t ensured() const noexcept {
    return has_owner() ? 0 : word_ & 0xFFFF;
  }

 private:
  constexpr std::size_t owner_part() const noexcept { return (word_ >> 16) & 0xFFFF; }

  std::uint64_t word_ = 0;
};

// What a watch is to be told.
class change {
 public:
  change() = default;
  change(const change&) = delete;
  change& operator=(const change&) = delete;
  virtual ~change() = default;
  virtual void notify() = 0;
};

class ref_core {
 public:
  explicit ref_core(version_base* first) noexcept;
  ref_core(const ref_core&) = delete;
  ref_core& operator=(const ref_core&) = delete;

  void acquire() noexcept {
    // Relaxed: the caller already has a reference.
    references_.fetch_add(1, std::memory_order_relaxed);
  }
  void release() noexcept {
    // acq_rel; pairs with itself: what every other owner did happens before the end.
    if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }

  // In the order of creation.
  std::uint64_t id() const noexcept { return id_; }

  // False only if there has never been a validator or a watch. seq_cst: as in rule_slot.h.
  bool has_rules() const noexcept { return has_rules_.load(std::memory_order_seq_cst); }
  // Before the first is installed.
  void expect_rules() noexcept { has_rules_.store(true, std::memory_order_seq_cst); }

  // Throws: what the validator throws, or invalid_state_error.
  virtual void validate(const version_base& next) const = 0;
  // Null if nobody watches. Throws: std::bad_alloc.
  virtual std::unique_ptr<change> note_change(const version_base& was,
                                              const version_base& is) = 0;

  // seq_cst, looks and links: ordered against clearing up (reading.h).
  version_base* newest() const noexcept { return head_.load(std::memory_order_seq_cst); }
  void link(version_base* next) noexcept {
    // (11) release; pairs with newest(). Those who must see it have seen READY, or a point
    // that was drawn after READY, both of which follow. Whoever announces an era too late for
    // those who clear up finds it, because those have looked at the head, seq_cst, before.
    head_.store(next, std::memory_order_release);
  }

 protected:
  virtual ~ref_core();

 private:
  sync::atomic<version_base*> head_;
  const std::uint64_t id_;
  sync::atomic<bool> has_rules_{false};

 public:
  // What writers touch: not on the line of what readers look at.
  alignas(64) sync::atomic<std::uint64_t> claim{0};

  // By the owner of the claim only.
  sync::plain<std::uint32_t> older_count{0};
  sync::plain<std::uint32_t> prune_at{0};

 private:
  sync::atomic<std::uint64_t> references_{1};
};

// Shared ownership of a ref's state.
template <typename State>
class ref_ptr {
 public:
  explicit ref_ptr(State* owned) noexcept : state_(owned) {}
  static ref_ptr share(State& state) noexcept {
    state.acquire();
    return ref_ptr(&state);
  }
  ref_ptr(const ref_ptr& other) noexcept : state_(other.state_) {
    if (state_ != nullptr) state_->acquire();
  }
  ref_ptr(ref_ptr&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}
  ref_ptr& operator=(ref_ptr other) noexcept {
    std::swap(state_, other.state_);
    return *this;
  }
  ~ref_ptr() {
    if (state_ != nullptr) state_->release();
  }

  State& operator*() const noexcept { return *state_; }
  State* operator->() const noexcept { return state_; }
  State* get() const noexcept { return state_; }

 private:
  State* state_;
};

}  // namespace tussle::stm
