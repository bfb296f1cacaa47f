// broken_for_test.h: a linearizable history with unique values, changed in one place so
// that no order can explain it.
//
// Each change is wrong for a reason that needs no search: a value out of nowhere, a value
// that was replaced before the read began, a second update from one value, a second winner,
// an element twice, two that change places, an empty result while an element was inside.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include "harness/case/worker.h"
#include "harness/history/operation.h"

namespace tussle::history {

class breaker {
 public:
  breaker(history operations, const specification& object, std::uint64_t seed)
      : operations_(std::move(operations)), object_(object), random_(seed) {}

  // Nothing where the history offers no place for any change.
  std::optional<history> broken() {
    using change = bool (breaker::*)();
    std::vector<change> changes = {&breaker::out_of_nowhere};
    if (object_.kind == object_kind::cell) {
      changes.insert(changes.end(), {&breaker::stale_read, &breaker::lost_update});
    } else if (object_.kind == object_kind::one_shot) {
      changes.insert(changes.end(), {&breaker::second_winner, &breaker::no_winner});
    } else {
      changes.insert(changes.end(), {&breaker::taken_twice, &breaker::changed_places,
                                     &breaker::empty_though_not});
    }
    std::rotate(changes.begin(),
                changes.begin() + static_cast<std::ptrdiff_t>(random_() % changes.size()),
                changes.end());
    for (const change each : changes) {
      if ((this->*each)()) return operations_;
    }
    return std::nullopt;
  }

 private:
  using test = std::function<bool(const operation&)>;
  using pair_test = std::function<bool(const operation&, const operation&)>;

  // Some operation that passes, beginning the search anywhere.
  operation* any(const test& passes) {
    const std::size_t from = random_();
    for (std::size_t i = 0; i < operations_.size(); ++i) {
      operation& one = operations_[(from + i) % operations_.size()];
      if (passes(one)) return &one;
    }
    return nullptr;
  }

  bool change_pair(const pair_test& passes,
                   const std::function<void(operation&, operation&)>& change) {
    const std::size_t from = random_();
    for (std::size_t i = 0; i < operations_.size(); ++i) {
      operation& first = operations_[(from + i) % operations_.size()];
      operation* second = any([&](const operation& other) {
        return &other != &first && passes(first, other);
      });
      if (second == nullptr) continue;
      change(first, *second);
      return true;
    }
    return false;
  }

  static bool returned(const operation& one) { return one.how == outcome::returned; }
  static bool takes(const operation& one) {
    return returned(one) && (one.what == call::take || one.what == call::try_take);
  }

  bool out_of_nowhere() {
    operation* one = any(returned);
    if (one != nullptr) one->result = -1;
    return one != nullptr;
  }

  // What an exchange replaced, read after the exchange had ended.
  bool stale_read() {
    return change_pair(
        [](const operation& update, const operation& read) {
          return update.what == call::exchange && returned(update) &&
                 read.what == call::load && returned(read) && precedes(update, read);
        },
        [](operation& update, operation& read) { read.result = update.result; });
  }

  bool lost_update() {
    return change_pair(
        [](const operation& a, const operation& b) {
          return a.what == call::exchange && returned(a) && b.what == call::exchange &&
                 returned(b);
        },
        [](operation& a, operation& b) { b.result = a.result; });
  }

  bool second_winner() {
    if (any([](const operation& one) {
          return one.what == call::deliver && one.how == outcome::yes;
        }) == nullptr) {
      return false;
    }
    operation* loser = any([](const operation& one) { return one.how == outcome::no; });
    if (loser != nullptr) loser->how = outcome::yes;
    return loser != nullptr;
  }

  // The winner is told that it lost, although nobody else can have won.
  bool no_winner() {
    if (any([](const operation& one) {
          return one.what == call::deliver && one.is_pending();
        }) != nullptr) {
      return false;
    }
    operation* winner = any([](const operation& one) { return one.how == outcome::yes; });
    if (winner != nullptr) winner->how = outcome::no;
    return winner != nullptr;
  }

  bool taken_twice() {
    return change_pair(
        [](const operation& a, const operation& b) { return takes(a) && takes(b); },
        [](operation& a, operation& b) { b.result = a.result; });
  }

  bool changed_places() {
    return change_pair(
        [&](const operation& a, const operation& b) {
          const operation* put_a = put_of(a.result);
          const operation* put_b = put_of(b.result);
          return takes(a) && takes(b) && put_a != nullptr && put_b != nullptr &&
                 precedes(*put_a, *put_b) && precedes(a, b);
        },
        [](operation& a, operation& b) { std::swap(a.result, b.result); });
  }

  // A take that found something while another element was inside all the time.
  bool empty_though_not() {
    return change_pair(
        [&](const operation& take, const operation& later) {
          const operation* put = put_of(later.result);
          return takes(take) && takes(later) && put != nullptr && precedes(*put, take) &&
                 precedes(take, later) && take.what == call::try_take;
        },
        [](operation& take, operation& /*later*/) {
          take.how = outcome::empty;
          take.result = 0;
        });
  }

  const operation* put_of(value element) const {
    const auto found = std::find_if(
        operations_.begin(), operations_.end(), [element](const operation& one) {
          return (one.what == call::put || one.what == call::try_put) &&
                 one.argument == element;
        });
    return found == operations_.end() ? nullptr : &*found;
  }

  history operations_;
  const specification object_;
  harness::generator random_;
};

}  // namespace tussle::history
