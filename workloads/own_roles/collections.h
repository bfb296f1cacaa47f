// collections.h (own role): what another project's persistent collections must have, and
// which workload they enter.
#pragma once

#include "harness/case/registry.h"
#include "workloads/scenarios/value_histories.h"

namespace tussle::workloads {

struct collections_role {
  template <typename Subject>
  static constexpr bool played_by() {
    if constexpr (collections_subject<Subject>) {
      return true;
    } else {
      check<Subject>();
      return false;
    }
  }

  template <typename Subject>
  static void enter(harness::registry& all) {
    all.extend<value_histories, Subject>();
  }

 private:
  template <typename Subject>
  static constexpr void check() {
    static_assert(
        requires(typename Subject::template vector<int> v) {
          v = v.push_back(1).assoc(0, 2).pop_back();
          v[0];
          v = v.transient().persistent();
        },
        "tussle: role collections: the subject lacks template <typename T> vector with "
        "[], push_back, assoc, pop_back and transient as primitives/value/vector.h has "
        "them");
    static_assert(
        requires(typename Subject::template map<int, int, equal_hash> m) {
          m = m.assoc(1, 1).dissoc(1);
          m.find(1);
          m = m.transient().persistent();
        },
        "tussle: role collections: the subject lacks template <typename Key, typename T, "
        "typename Hash = ...> map with find, assoc, dissoc and transient as "
        "primitives/value/map.h has them");
    static_assert(
        requires(typename Subject::template set<int> s) {
          s = s.insert(1).erase(1);
          s.contains(1);
          s = s.transient().persistent();
        },
        "tussle: role collections: the subject lacks template <typename Key> set with "
        "contains, insert, erase and transient as primitives/value/set.h has them");
    static_assert(
        requires(typename Subject::template queue<int> q) {
          q = q.push_back(1).pop_front();
          q.front();
          q = q.transient().persistent();
        },
        "tussle: role collections: the subject lacks template <typename T> queue with "
        "front, push_back, pop_front and transient as primitives/value/queue.h has them");
  }
};

}  // namespace tussle::workloads
