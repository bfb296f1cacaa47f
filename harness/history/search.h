// search.h: is there an order of the operations that the model allows?
//
// The search of Wing & Gong ("Testing and verifying concurrent objects", JPDC 1993) as
// Lowe refined it ("Testing for linearizability", CCPE 2017):
//
// - Invocations and responses lie in a doubly linked list in the order of time. A step
//   that is chosen as the next is lifted out of the list, and put back when the choice was
//   wrong. Only steps invoked before the first response that is left can be next.
// - A configuration that was met before is not searched again. What has taken effect is
//   told by the first response that is left and by which of the steps open there are done:
//   all that ended before are, all that began later are not. So a configuration is that
//   response, a bit for each open step, and the state, whatever the length of the history.
// - Steps are chosen just in time: for the sake of the first response that is left, and
//   only until its own step has been chosen.
//
// Pending operations have no response: they are lifted when that helps, or never.
#pragma once

#include <absl/container/flat_hash_set.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "harness/history/models.h"
#include "harness/history/operation.h"

namespace tussle::history {

// What a search may cost. A configuration takes about 100 bytes plus its state.
struct budget {
  std::uint64_t configurations = 2'000'000;
  double seconds = 10;
};

enum class answer : std::uint8_t { linearizable, not_linearizable, cut };

struct search_result {
  answer said = answer::cut;
  std::uint64_t configurations = 0;
  // An order of all, or the longest that was found before nothing could come next.
  std::vector<step> order = {};
  // The operation that should have ended next, where the order is not one of all.
  std::optional<std::uint32_t> stuck = {};
};

template <typename Model>
class search {
 public:
  search(const Model& model, const history& operations, const budget& limits)
      : model_(model),
        operations_(operations),
        limits_(limits),
        state_(model.start()),
        fits_(lay_out()) {}

  search_result run() {
    if (!fits_) return result(answer::cut);
    note_depth();
    while (returns_left_ > 0 || !model_.may_end(state_)) {
      if (is_over()) return result(answer::cut);
      const event& at = events_[cursor_];
      if (cursor_ == 0 || at.is_return) {
        if (!step_back()) return result(answer::not_linearizable);
      } else if (step_forward(at.step)) {
        cursor_ = events_[0].next;
      } else {
        cursor_ = events_[cursor_].next;
      }
    }
    return result(answer::linearizable);
  }

 private:
  using state = typename Model::state;
  // Of the steps open at one moment: as many as there are threads, and those pending.
  static constexpr std::size_t most_open = 128;
  using open_set = std::array<std::uint64_t, most_open / 64>;

  struct event {
    std::uint32_t step = 0;
    bool is_return = false;
    std::uint32_t previous = 0;
    std::uint32_t next = 0;
  };

  struct laid_out {
    step what;
    std::uint32_t invoked = 0;   // event
    std::uint32_t returned = 0;  // event; 0: pending
    std::uint32_t slot = 0;      // bit in an open_set; used again after the response
    bool lifted = false;
  };

  struct frame {
    std::uint32_t step;
    state before;
    open_set done;
    std::uint32_t first_return;
  };

  // Event 0 is both ends of the list. False: too many steps are open at once.
  bool lay_out();
  bool assign_slots();

  bool step_forward(std::uint32_t chosen);
  bool step_back();
  void lift(std::uint32_t chosen);
  void put_back(std::uint32_t chosen);
  void pass_returns();

  void unlink(std::uint32_t at) {
    events_[events_[at].previous].next = events_[at].next;
    events_[events_[at].next].previous = events_[at].previous;
  }
  void relink(std::uint32_t at) {
    events_[events_[at].previous].next = at;
    events_[events_[at].next].previous = at;
  }

  void set_done(std::uint32_t slot, bool done) {
    const std::uint64_t bit = std::uint64_t{1} << (slot % 64);
    done_[slot / 64] = done ? done_[slot / 64] | bit : done_[slot / 64] & ~bit;
  }

  bool is_over() {
    constexpr std::uint64_t turns_between_looks = 4096;
    if (seen_.size() >= limits_.configurations) return true;
    if (++turns_ % turns_between_looks != 0) return false;
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - began_;
    return spent.count() > limits_.seconds;
  }

  // Orders are kept when they are left, not while they grow.
  void note_depth() {
    const auto depth = std::pair(first_return_, frames_.size());
    if (longest_ && depth <= *longest_) return;
    longest_ = depth;
    order_.clear();
    for (const frame& each : frames_) order_.push_back(steps_[each.step].what);
    stuck_.reset();
    if (first_return_ < events_.size()) {
      stuck_ = steps_[events_[first_return_].step].what.operation;
    }
  }

  search_result result(answer said) {
    if (said == answer::linearizable || !longest_) note_depth();
    if (said == answer::linearizable) stuck_.reset();
    return {said, seen_.size(), std::move(order_), stuck_};
  }

  const Model& model_;
  const history& operations_;
  const budget limits_;
  std::vector<laid_out> steps_;
  std::vector<event> events_;
  std::uint32_t returns_left_ = 0;
  state state_;
  open_set done_{};
  std::uint32_t first_return_ = 0;  // that is left; events_.size(): none
  std::uint32_t cursor_ = 0;
  std::vector<frame> frames_;
  absl::flat_hash_set<std::tuple<std::uint32_t, open_set, state>> seen_;
  std::uint64_t turns_ = 0;
  const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  std::optional<std::pair<std::uint32_t, std::size_t>> longest_;
  std::vector<step> order_;
  std::optional<std::uint32_t> stuck_;
  const bool fits_;
};

template <typename Model>
bool search<Model>::lay_out() {
  struct moment {
    stamp at;
    bool is_return;
    std::uint32_t step;
  };
  std::vector<moment> moments;
  for (std::uint32_t i = 0; i < operations_.size(); ++i) {
    const operation& one = operations_[i];
    const bool two = model_.has_two_steps(one);
    for (const part which : {two ? part::entry : part::whole, part::completion}) {
      if (which == part::completion && !two) continue;
      const auto number = static_cast<std::uint32_t>(steps_.size());
      steps_.push_back({.what = {i, which}});
      moments.push_back({one.invoked, false, number});
      if (!one.is_pending()) moments.push_back({one.returned, true, number});
    }
  }
  // At equal stamps invocations come first: what is not known to be ordered overlaps.
  std::stable_sort(moments.begin(), moments.end(), [](const moment& a, const moment& b) {
    return std::pair(a.at, a.is_return) < std::pair(b.at, b.is_return);
  });
  events_.resize(moments.size() + 1);
  for (std::uint32_t i = 1; i < events_.size(); ++i) {
    const moment& m = moments[i - 1];
    events_[i] = {m.step, m.is_return, i - 1, i + 1};
    (m.is_return ? steps_[m.step].returned : steps_[m.step].invoked) = i;
    returns_left_ += m.is_return ? 1 : 0;
  }
  events_.back().next = 0;
  events_[0] = {0, false, static_cast<std::uint32_t>(events_.size() - 1),
                events_.size() > 1 ? 1U : 0U};
  cursor_ = events_[0].next;
  pass_returns();
  return assign_slots();
}

template <typename Model>
bool search<Model>::assign_slots() {
  std::vector<std::uint32_t> unused;
  for (std::uint32_t slot = most_open; slot > 0; --slot) unused.push_back(slot - 1);
  for (std::uint32_t i = 1; i < events_.size(); ++i) {
    laid_out& at = steps_[events_[i].step];
    if (events_[i].is_return) {
      unused.push_back(at.slot);
    } else if (unused.empty()) {
      return false;
    } else {
      at.slot = unused.back();
      unused.pop_back();
    }
  }
  return true;
}

template <typename Model>
bool search<Model>::step_forward(std::uint32_t chosen) {
  const step what = steps_[chosen].what;
  std::optional<state> next = model_.apply(state_, operations_[what.operation], what);
  if (!next) return false;
  frame before{chosen, std::move(state_), done_, first_return_};
  state_ = std::move(*next);
  lift(chosen);
  if (seen_.emplace(first_return_, done_, state_).second) {
    frames_.push_back(std::move(before));
    return true;
  }
  put_back(chosen);
  state_ = std::move(before.before);
  done_ = before.done;
  first_return_ = before.first_return;
  return false;
}

// Gives up the last choice; false when there is none.
template <typename Model>
bool search<Model>::step_back() {
  note_depth();
  if (frames_.empty()) return false;
  frame& last = frames_.back();
  put_back(last.step);
  cursor_ = events_[steps_[last.step].invoked].next;
  state_ = std::move(last.before);
  done_ = last.done;
  first_return_ = last.first_return;
  frames_.pop_back();
  return true;
}

template <typename Model>
void search<Model>::lift(std::uint32_t chosen) {
  laid_out& at = steps_[chosen];
  at.lifted = true;
  set_done(at.slot, true);
  unlink(at.invoked);
  if (at.returned == 0) return;
  unlink(at.returned);
  --returns_left_;
  if (at.returned == first_return_) pass_returns();
}

template <typename Model>
void search<Model>::put_back(std::uint32_t chosen) {
  laid_out& at = steps_[chosen];
  at.lifted = false;
  if (at.returned != 0) {
    relink(at.returned);
    ++returns_left_;
  }
  relink(at.invoked);
}

// To the first response of a step that is not done; the bits of those passed are free.
template <typename Model>
void search<Model>::pass_returns() {
  for (; first_return_ < events_.size(); ++first_return_) {
    const event& at = events_[first_return_];
    if (first_return_ == 0 || !at.is_return) continue;
    if (!steps_[at.step].lifted) return;
    set_done(steps_[at.step].slot, false);
  }
}

}  // namespace tussle::history
