// container_run.h: what value_map and value_vector have in common.
//
// Value i is i at first, and updates add the number of values to it. So every value tells
// whose it is, and the sum of all tells how many updates there were.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "harness/case/case_info.h"
#include "harness/case/conditions.h"
#include "harness/case/verdict.h"
#include "harness/case/worker.h"

namespace tussle::workloads {

enum class container_operation {
  get,
  modify,
  mixed,
  iterate,
  compare,
  build,
  build_singly
};

inline harness::condition_info container_operation_condition() {
  return {
      .name = "do",
      .unit = "",
      .description =
          "What a step does: get one value, modify one, mostly modify and now and then "
          "iterate (mixed), iterate over all, compare with an equal container made "
          "apart, build one at once, or build one element by element, each of them an "
          "update that others could see. The last four are of the whole container.",
      .default_values = {0, 1, 2},
      .minimum = 0,
      .maximum = 6,
      .labels = {"get", "modify", "mixed", "iterate", "compare", "build",
                 "build_singly"}};
}

inline harness::condition_info size_condition() {
  return {.name = "size",
          .unit = "elements",
          .description = "How many elements the container has.",
          .default_values = {1000},
          .minimum = 10,
          .maximum = 1'000'000,
          .allowed = {10, 1000, 10'000, 100'000, 1'000'000},
          .drawn_maximum = 10'000};
}

template <typename Key>
std::vector<Key> container_keys(std::size_t size) {
  std::vector<Key> keys;
  keys.reserve(size);
  for (std::size_t i = 0; i < size; ++i) {
    if constexpr (std::is_same_v<Key, std::string>) {
      keys.push_back("customer:" + std::to_string(1'000'000 + i));
    } else {
      keys.push_back(static_cast<Key>(i));
    }
  }
  return keys;
}

template <typename Container, typename Key>
class container_run {
 public:
  explicit container_run(const harness::conditions& values)
      : do_(static_cast<container_operation>(values.count("do"))),
        keys_(container_keys<Key>(static_cast<std::size_t>(values.count("size")))),
        count_(static_cast<std::int64_t>(keys_.size())),
        threads_(static_cast<std::size_t>(values.threads())),
        twin_(keys_),
        shared_(keys_) {}

  void step(harness::worker& self) {
    thread_state& mine = threads_[static_cast<std::size_t>(self.index())];
    if (!step_is_right(self, mine)) ++mine.wrong;
  }

  harness::verdict verify(const harness::tally& /*done*/) {
    std::int64_t wrong = 0;
    std::int64_t updates = 0;
    for (const thread_state& each : threads_) {
      wrong += each.wrong;
      updates += each.updates;
    }
    return harness::first_failure(
        {harness::expect_equal("sum of the final values", shared_.sum(),
                               "first sum and updates", first_sum() + updates * count_),
         harness::expect_equal("wrong answers", wrong, "allowed", 0)});
  }

 private:
  struct alignas(harness::padding) thread_state {
    std::int64_t wrong = 0;
    std::int64_t updates = 0;
  };

  static constexpr std::uint64_t updates_between_iterations = 64;

  bool step_is_right(harness::worker& self, thread_state& mine) {
    switch (do_) {
      case container_operation::get:
        return get(self.random() % keys_.size());
      case container_operation::modify:
        return modify(self, mine);
      case container_operation::mixed:
        return self.random() % updates_between_iterations == 0 ? iterate()
                                                               : modify(self, mine);
      case container_operation::iterate:
        return iterate();
      case container_operation::compare:
        return shared_.equals(twin_);
      case container_operation::build:
        return Container(keys_).get(keys_.back()) == count_ - 1;
      case container_operation::build_singly:
        return builds_singly();
    }
    return false;
  }

  bool get(std::size_t i) const {
    return shared_.get(keys_[i]) % count_ == static_cast<std::int64_t>(i);
  }
  bool modify(harness::worker& self, thread_state& mine) {
    shared_.add(keys_[self.random() % keys_.size()], count_);
    ++mine.updates;
    return true;
  }
  // An element of a map is there as soon as something is added to it.
  bool builds_singly() const {
    Container made{std::vector<Key>()};
    for (std::int64_t i = 0; i < count_; ++i) {
      if constexpr (requires { made.push_back(i); }) {
        made.push_back(i);
      } else {
        made.add(keys_[static_cast<std::size_t>(i)], i);
      }
    }
    return made.get(keys_.back()) == count_ - 1;
  }
  bool iterate() const { return (shared_.sum() - first_sum()) % count_ == 0; }
  std::int64_t first_sum() const { return count_ * (count_ - 1) / 2; }

  const container_operation do_;
  const std::vector<Key> keys_;
  const std::int64_t count_;
  std::vector<thread_state> threads_;
  Container twin_;
  alignas(harness::padding) Container shared_;
};

}  // namespace tussle::workloads
