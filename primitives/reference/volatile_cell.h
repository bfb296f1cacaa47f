// volatile_cell.h: a fast cell for one writer at a time and any number of readers.
//
// Consistency: each load and each store is atomic, and all of them fit one total order.
//              `update` is a load, a call and a store: two writers that use it at once
//              can lose an update.
// Progress:    values held inline (see snapshot.h): wait-free. Other values: lock-free; a
//              load begins again only if a store landed in between. Memory for nodes comes
//              from a pool, which takes a lock once a batch.
// Contract:    CONTRACT.md section 3 (VOL-1, VOL-2).
#pragma once

#include <functional>
#include <utility>

#include "primitives/reference/cell.h"

namespace tussle {

template <typename T>
class volatile_cell {
 public:
  explicit volatile_cell(T initial) : value_(snapshot<T>(std::move(initial))) {}
  volatile_cell(const volatile_cell&) = delete;
  volatile_cell& operator=(const volatile_cell&) = delete;

  snapshot<T> load() const { return value_.load(); }

  // Stores `next` and returns it.
  snapshot<T> reset(T next) { return store(snapshot<T>(std::move(next))); }

  // Stores f(v, args...), where v is the present value, and returns it. Not atomic.
  // Throws what f throws, leaving the value as it was.
  template <typename F, typename... Args>
  snapshot<T> update(F&& f, const Args&... args) {
    const snapshot<T> present = load();
    return store(snapshot<T>(std::invoke(f, *present, args...)));
  }

 private:
  snapshot<T> store(snapshot<T> next) {
    value_.exchange(next);
    return next;
  }

  cell<T> value_;
};

}  // namespace tussle
