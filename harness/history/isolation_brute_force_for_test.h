// isolation_brute_force_for_test.h: isolation by its definition, with no graph: is there an
// order of all begins and commits that gives every read what it saw?
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <numeric>
#include <vector>

#include "harness/history/transaction.h"

namespace tussle::history::tests {

// For a handful of committed transactions.
class all_orders {
 public:
  explicit all_orders(const transactions& all) : all_(all) {}

  // Snapshots are taken, and changes counted, at two moments of each transaction; within its
  // time, if asked.
  bool some_is_snapshot_isolated(bool in_real_time) {
    in_real_time_ = in_real_time;
    state begun{.stage = std::vector<int>(all_.size(), 0)};
    return some_from(begun);
  }

  // One after the other; within their time, if asked.
  bool some_is_serial(bool in_real_time) {
    std::vector<std::size_t> order(all_.size());
    std::iota(order.begin(), order.end(), 0);
    do {
      if (in_real_time && is_against_time(order)) continue;
      std::map<std::int64_t, version_id> now;
      if (std::all_of(order.begin(), order.end(),
                      [&](std::size_t i) { return follows(i, now, now); }))
        return true;
    } while (std::next_permutation(order.begin(), order.end()));
    return false;
  }

 private:
  using contents = std::map<std::int64_t, version_id>;
  struct state {
    std::vector<int> stage;  // 0: not begun, 1: has its snapshot, 2: committed
    std::vector<contents> snapshots = std::vector<contents>(8);
    contents now = {};
  };

  bool is_against_time(const std::vector<std::size_t>& order) const {
    for (std::size_t i = 0; i < order.size(); ++i) {
      for (std::size_t k = i + 1; k < order.size(); ++k)
        if (all_[order[k]].ended < all_[order[i]].began) return true;
    }
    return false;
  }

  // Whether the transaction could see what it saw in `seen`; then `after` has its writes.
  bool follows(std::size_t i, contents seen, contents& after) const {
    for (const access& each : all_[i].accesses) {
      const version_id expected = each.is_write ? each.replaced : each.version;
      if (seen[each.key] != expected) return false;
      if (each.is_write) seen[each.key] = each.version;
    }
    for (const access& each : all_[i].accesses)
      if (each.is_write) after[each.key] = each.version;
    return true;
  }

  bool may_begin(const state& s, std::size_t i) const {
    for (std::size_t k = 0; in_real_time_ && k < all_.size(); ++k)
      if (all_[k].ended < all_[i].began && s.stage[k] != 2) return false;
    return true;
  }
  // Nobody has changed since the snapshot what this one changes.
  bool may_commit(state& s, std::size_t i) const {
    for (const access& each : all_[i].accesses)
      if (each.is_write && s.now[each.key] != s.snapshots[i][each.key]) return false;
    return true;
  }

  bool some_from(const state& s) const {
    if (std::all_of(s.stage.begin(), s.stage.end(), [](int at) { return at == 2; }))
      return true;
    for (std::size_t i = 0; i < all_.size(); ++i) {
      state next = s;
      ++next.stage[i];
      if (s.stage[i] == 0 && may_begin(s, i)) {
        next.snapshots[i] = s.now;
        contents ignored;
        if (follows(i, s.now, ignored) && some_from(next)) return true;
      }
      if (s.stage[i] == 1 && may_commit(next, i)) {
        follows(i, next.snapshots[i], next.now);
        if (some_from(next)) return true;
      }
    }
    return false;
  }

  const transactions& all_;
  bool in_real_time_ = false;
};

}  // namespace tussle::history::tests
