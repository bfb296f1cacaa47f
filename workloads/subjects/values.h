// values.h (subject): the collections of primitives/value.
#pragma once

#include "harness/case/case_info.h"
#include "primitives/value/map.h"
#include "primitives/value/queue.h"
#include "primitives/value/set.h"
#include "primitives/value/vector.h"

namespace tussle::workloads::subjects {

struct values {
  static harness::subject_info info() {
    return {.name = "values",
            .kind = harness::subject_kind::ours,
            .description = "Vector, map, set and queue of tussle::value.",
            .source = "workloads/subjects/values.h"};
  }

  template <typename T>
  using vector = value::vector<T>;
  template <typename Key, typename T, typename Hash = value::default_hash<Key>>
  using map = value::map<Key, T, Hash>;
  template <typename Key>
  using set = value::set<Key>;
  template <typename T>
  using queue = value::queue<T>;
};

}  // namespace tussle::workloads::subjects
