// models.h: how objects behave when one thread uses them at a time.
//
// A model says what becomes of its state when an operation takes effect with the outcome
// that was recorded, or that it cannot take effect now. A pending operation takes effect
// with whatever outcome it finds.
//
// An operation takes effect in one step, with one exception. A put into a channel that is
// full is accepted first, which fixes its place, and returns later, when it has moved into
// the buffer or been taken (SEMANTICS.md 8.1: puts that wait while the channel is closed
// are still taken). So an accepted put has two steps: entry and completion. A rendezvous
// is a channel of capacity 0: its put can only be completed once it has been taken, which
// makes put and take overlap.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "harness/history/fifo.h"
#include "harness/history/operation.h"

namespace tussle::history {

enum class part : std::uint8_t { whole, entry, completion };

// An operation, or half of one, on its way into the order.
struct step {
  std::uint32_t operation = 0;  // index into the history
  part which = part::whole;

  friend bool operator==(const step&, const step&) = default;
};

// What the search (search.h) asks of a model. `state` is compared and hashed.
//   state start() const;
//   bool has_two_steps(const operation&) const;
//   optional<state> apply(state, const operation&, step) const;
//   bool may_end(const state&) const;
class cell_model {
 public:
  using state = value;

  explicit cell_model(value initial) : initial_(initial) {}

  state start() const { return initial_; }
  bool has_two_steps(const operation& /*one*/) const { return false; }
  bool may_end(state /*now*/) const { return true; }
  std::optional<state> apply(state now, const operation& one, step at) const;

 private:
  value initial_;
};

// Of promises and futures: one value, once.
class one_shot_model {
 public:
  using state = std::optional<value>;

  state start() const { return std::nullopt; }
  bool has_two_steps(const operation& /*one*/) const { return false; }
  bool may_end(const state& /*now*/) const { return true; }
  std::optional<state> apply(state now, const operation& one, step at) const;
};

// Without a bound; a take from an empty one says so.
class queue_model {
 public:
  using state = std::vector<value>;  // oldest first

  // `order` (fifo.h) saves the search from dead ends; null: none is foreseen.
  explicit queue_model(const leaving_order* order = nullptr) : order_(order) {}

  state start() const { return {}; }
  bool has_two_steps(const operation& /*one*/) const { return false; }
  bool may_end(const state& /*now*/) const { return true; }
  std::optional<state> apply(state now, const operation& one, step at) const;

 private:
  state entered(state now, value element) const;

  const leaving_order* order_;
};

class channel_model {
 public:
  struct element {
    value what = 0;
    std::uint32_t put = 0;  // the operation that brought it

    friend bool operator==(const element&, const element&) = default;
    template <typename H>
    friend H AbslHashValue(H h, const element& e) {
      return H::combine(std::move(h), e.what, e.put);
    }
  };

  struct state {
    std::vector<element> accepted;     // buffered ones, then waiting ones; oldest first
    std::vector<std::uint32_t> begun;  // accepted puts that have not been completed
    bool closed = false;
    bool handing_over = false;  // a try_put found a taker waiting, who takes next

    friend bool operator==(const state&, const state&) = default;
    template <typename H>
    friend H AbslHashValue(H h, const state& s) {
      return H::combine(std::move(h), s.accepted, s.begun, s.closed, s.handing_over);
    }
  };

  explicit channel_model(std::size_t capacity, const leaving_order* order = nullptr)
      : capacity_(capacity), order_(order) {}

  state start() const { return {}; }
  bool has_two_steps(const operation& one) const {
    return one.what == call::put && one.how == outcome::yes;
  }
  bool may_end(const state& now) const { return !now.handing_over; }
  std::optional<state> apply(state now, const operation& one, step at) const;

 private:
  std::optional<state> put(state now, const operation& one, step at) const;
  std::optional<state> complete(state now, step at) const;
  std::optional<state> try_put(state now, const operation& one, step at) const;
  std::optional<state> take(state now, const operation& one) const;

  std::size_t capacity_;
  const leaving_order* order_;
};

// The state in words.
std::string to_text(value cell);
std::string to_text(const one_shot_model::state& one_shot);
std::string to_text(const queue_model::state& queue);
std::string to_text(const channel_model::state& channel);

}  // namespace tussle::history
