// generated_for_test.h: histories that are linearizable because they were made so.
//
// The model is run one operation at a time; each operation takes effect at a moment of its
// own, and its interval is stretched around that moment as far as the operations of the
// same thread allow. So intervals overlap at random while an order that explains all is
// known to exist. Values are unique.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "harness/case/worker.h"
#include "harness/history/models.h"
#include "harness/history/operation.h"

namespace tussle::history {

struct shape {
  int threads = 3;
  int operations = 12;
  specification object;
  bool some_pending = true;
};

inline const std::vector<call>& calls_of(object_kind kind) {
  static const std::vector<std::vector<call>> all = {
      {call::load, call::load, call::exchange, call::compare_and_set},
      {call::deliver, call::get, call::try_get},
      {call::put, call::take, call::put, call::try_take},
      {call::put, call::take, call::put, call::take, call::try_put, call::try_take,
       call::put, call::take, call::try_put, call::take, call::put, call::close}};
  return all[static_cast<std::size_t>(kind)];
}

// The values that an operation could return in a state.
inline value possible_result(value cell, const operation& one) {
  return one.what == call::swap ? cell + one.argument : cell;
}
inline value possible_result(const one_shot_model::state& one_shot,
                             const operation& /*one*/) {
  return one_shot.value_or(0);
}
inline value possible_result(const queue_model::state& queue, const operation& /*one*/) {
  return queue.empty() ? 0 : queue.front();
}
inline value possible_result(const channel_model::state& channel,
                             const operation& /*one*/) {
  return channel.accepted.empty() ? 0 : channel.accepted.front().what;
}

// One that now and then finds what it expects.
inline value expected_in(value cell) { return cell; }
template <typename State>
value expected_in(const State& /*other*/) {
  return 0;
}

template <typename Model>
class history_maker {
 public:
  history_maker(const Model& model, const shape& wanted, std::uint64_t seed)
      : model_(model), wanted_(wanted), random_(seed), state_(model.start()) {
    threads_.resize(static_cast<std::size_t>(wanted.threads));
  }

  history make() {
    // Some tries find nothing that could happen.
    const int tries = wanted_.operations * 20;
    for (int i = 0; i < tries && made() < wanted_.operations; ++i) try_one();
    for (auto& mine : threads_) leave_pending(mine);
    history all;
    for (auto& mine : threads_) stretch(mine, all);
    return all;
  }

 private:
  struct happened {
    operation one;
    stamp first = 0;  // moments at which it took effect
    stamp last = 0;
  };
  struct thread {
    std::vector<happened> done;
    std::optional<step> waiting;  // the completion of its last operation
  };

  static constexpr stamp between_moments = 1000;

  int made() const {
    std::size_t sum = 0;
    for (const auto& mine : threads_) sum += mine.done.size();
    return static_cast<int>(sum);
  }

  bool one_in(std::uint64_t n) { return random_() % n == 0; }

  void try_one() {
    const std::size_t which = random_() % threads_.size();
    thread& mine = threads_[which];
    if (mine.waiting) {
      auto next = model_.apply(state_, mine.done.back().one, *mine.waiting);
      if (!next) return;
      state_ = std::move(*next);
      mine.done.back().last = now_ += between_moments;
      mine.waiting.reset();
      return;
    }
    const auto& calls = calls_of(wanted_.object.kind);
    operation one{.thread = static_cast<int>(which),
                  .what = calls[random_() % calls.size()],
                  .argument = next_value_,
                  .expected = one_in(2) ? expected_in(state_) : next_value_ - 1};
    one.result = possible_result(state_, one);
    for (const outcome how : {outcome::returned, outcome::yes, outcome::no,
                              outcome::empty, outcome::closed, outcome::done}) {
      one.how = how;
      if (happens(mine, one)) return;
    }
  }

  bool happens(thread& mine, const operation& one) {
    // A taker that a hand-over needs has to be there already.
    if (one.what == call::try_put && wanted_.object.capacity == 0) return false;
    const bool two = model_.has_two_steps(one);
    const auto number = static_cast<std::uint32_t>(puts_);
    auto next = model_.apply(state_, one, {number, two ? part::entry : part::whole});
    if (!next) return false;
    state_ = std::move(*next);
    ++puts_;
    ++next_value_;
    now_ += between_moments;
    mine.done.push_back({one, now_, now_});
    if (one.how != outcome::returned) mine.done.back().one.result = 0;
    if (two) mine.waiting = step{number, part::completion};
    return true;
  }

  // The last operation of a thread is the only one that can be pending.
  void leave_pending(thread& mine) {
    if (mine.done.empty()) return;
    if (!mine.waiting && !(wanted_.some_pending && one_in(4))) return;
    happened& last = mine.done.back();
    last.one.how = outcome::pending;
    last.one.result = 0;
  }

  void stretch(thread& mine, history& all) {
    stamp free_from = 0;
    for (std::size_t i = 0; i < mine.done.size(); ++i) {
      happened& at = mine.done[i];
      const stamp next = i + 1 < mine.done.size() ? mine.done[i + 1].first
                                                  : at.last + 8 * between_moments;
      at.one.invoked = at.first - random_() % (at.first - free_from);
      at.one.returned = at.last + random_() % ((next - at.last) / 2);
      free_from = at.one.returned;
      if (at.one.is_pending()) at.one.returned = never;
      all.push_back(at.one);
    }
  }

  const Model& model_;
  const shape wanted_;
  harness::generator random_;
  typename Model::state state_;
  std::vector<thread> threads_;
  stamp now_ = 0;
  std::size_t puts_ = 0;
  value next_value_ = 1;
};

inline history linearizable_history(const shape& wanted, std::uint64_t seed) {
  switch (wanted.object.kind) {
    case object_kind::one_shot: {
      const one_shot_model model;
      return history_maker(model, wanted, seed).make();
    }
    case object_kind::queue: {
      const queue_model model;
      return history_maker(model, wanted, seed).make();
    }
    case object_kind::channel: {
      const channel_model model(wanted.object.capacity);
      return history_maker(model, wanted, seed).make();
    }
    default: {
      const cell_model model(wanted.object.initial);
      return history_maker(model, wanted, seed).make();
    }
  }
}

}  // namespace tussle::history
