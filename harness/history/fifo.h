// fifo.h: what no first-in, first-out object does, found without a search.
//
// With elements that are put once, the patterns of Henzinger, Sezgin & Vafeiadis
// ("Aspect-oriented linearizability proofs", CONCUR 2013), section 4: an element out of
// nowhere, an element twice, and two that change places. They hold for queues and for
// channels of every capacity. O(n log n). Their absence proves nothing here: what was told
// about emptiness, capacity and closing is left to the search.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <optional>
#include <string>

#include "harness/history/operation.h"

namespace tussle::history {

// The pattern that was found, in words. Finds none where an element is put twice.
std::optional<std::string> fifo_violation(const history& operations);

// Which element has to leave a first-in, first-out object before which other, by what is
// known of their takes. An element that was put before one that leaves before it is an
// error that the search would notice only when they leave, after trying every order of all
// that came between: so it does not let the second in behind the first.
class leaving_order {
 public:
  // Tells nothing where an element is put twice.
  explicit leaving_order(const history& operations);

  bool leaves_before(value first, value second) const {
    const auto a = takes_.find(first);
    const auto b = takes_.find(second);
    return a != takes_.end() && b != takes_.end() && a->second.returned != never &&
           a->second.returned < b->second.invoked;
  }

  // Known to be never taken: the order among such elements means nothing.
  bool stays(value element) const {
    const auto found = takes_.find(element);
    return found != takes_.end() && found->second.invoked == never;
  }

 private:
  struct interval {
    stamp invoked = never;
    stamp returned = never;
  };
  absl::flat_hash_map<value, interval> takes_;
};

}  // namespace tussle::history
