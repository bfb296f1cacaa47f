// watches.h: callbacks that hear of every update of a reference.
//
// A watch is called by the thread that made the change, after the change is visible, with
// the key, the reference, and the old and new values. Several threads may be inside one
// watch at once, and rounds for successive changes may overlap or run out of order: use
// the arguments, never a re-read. The set of watches is fixed at the start of a round;
// the order between keys is unspecified. If one throws, the rest of the round is skipped
// and the exception leaves the updating call; the update stands.
//
// A watch must not own a handle to the reference that it watches: the two would keep each
// other alive.
//
// Contract: CONTRACT.md section 1.2 (WATCH-1 ... WATCH-9).
#pragma once

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "primitives/reference/counted_ptr.h"
#include "primitives/reference/rule_slot.h"
#include "primitives/reference/snapshot.h"

namespace tussle {

using watch_key = std::string;

// Called concurrently: a const call operator, safe from any threads. May be move-only.
template <typename T, typename Reference>
using watch = absl::AnyInvocable<void(const watch_key& key, Reference& reference,
                                      const snapshot<T>& old_value,
                                      const snapshot<T>& new_value) const>;

template <typename T, typename Reference>
class watch_list {
 public:
  // Adds `callback` under `key`, replacing the one that is there. Does not call it.
  // Throws: std::invalid_argument for an empty callback.
  void add(watch_key key, watch<T, Reference> callback) {
    if (!callback) throw std::invalid_argument("tussle: a watch must not be empty");
    // Stays here until after the unlock: if there is no memory for the list, the callback
    // dies with it.
    const auto called = counted_ptr<const watch<T, Reference>>::make(std::move(callback));
    watches_.replace([&](const handle& present) {
      entries next = without(present, key);
      next.push_back({std::move(key), called});
      return handle::make(std::move(next));
    });
  }

  // Does nothing if the key is unknown. A round that is under way on another thread may
  // still call it.
  void remove(const watch_key& key) {
    if (!used()) return;  // an atom that never had a watch stays as quick as it is
    watches_.replace([&](const handle& present) {
      entries next = without(present, key);
      return next.empty() ? handle() : handle::make(std::move(next));
    });
  }

  // False only if there has never been a watch.
  bool used() const noexcept { return watches_.used(); }

  // One round. Throws what the first throwing watch throws.
  void notify(Reference& reference, const snapshot<T>& old_value,
              const snapshot<T>& new_value) const {
    const handle round = watches_.get();
    if (!round) return;
    for (const entry& e : *round) (*e.callback)(e.key, reference, old_value, new_value);
  }

 private:
  struct entry {
    watch_key key;
    counted_ptr<const watch<T, Reference>> callback;
  };
  using entries = std::vector<entry>;
  using handle = typename rule_slot<entries>::handle;

  static entries without(const handle& present, const watch_key& key) {
    entries rest;
    if (!present) return rest;
    std::copy_if(present->begin(), present->end(), std::back_inserter(rest),
                 [&](const entry& e) { return e.key != key; });
    return rest;
  }

  rule_slot<entries> watches_;
};

}  // namespace tussle
