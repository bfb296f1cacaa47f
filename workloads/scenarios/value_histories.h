// value_histories.h: does a collection that never changes stay what it was?
//
// Question:  do random edits of a vector, map, set or queue come to what the standard
//            container would have, and leave former versions as they were?
// Invariant: the present version, and one in eight of those before it, agree with a copy of
//            the standard container to which the same edits were done, also when later
//            versions were made of it.
// A failure means: an update was wrong, or changed a version that somebody kept.
//
// A step is one whole history, drawn from the thread's seed. The first one that fails is made
// small and printed as code. Rates say nothing about the subject.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "harness/case/case_info.h"
#include "harness/case/conditions.h"
#include "harness/case/verdict.h"
#include "harness/case/worker.h"
#include "workloads/scenarios/collection_histories.h"

namespace tussle::workloads {

// Collections as those of primitives/value: `const&` edits make another version, `&&` edits
// may be in place, and what transient() gives ends in persistent().
template <typename S>
concept collections_subject = requires(typename S::template vector<int> vector,
                                       typename S::template map<int, int, equal_hash> map,
                                       typename S::template set<int> set,
                                       typename S::template queue<int> queue) {
  vector = vector.push_back(1).assoc(0, 2).pop_back();
  { vector[0] } -> std::convertible_to<int>;
  vector = vector.transient().persistent();
  map = map.assoc(1, 1).dissoc(1);
  { map.find(1) } -> std::convertible_to<const int*>;
  map = map.transient().persistent();
  set = set.insert(1).erase(1);
  { set.contains(1) } -> std::convertible_to<bool>;
  set = set.transient().persistent();
  queue = queue.push_back(1).pop_front();
  { queue.front() } -> std::convertible_to<const int*>;
  queue = queue.transient().persistent();
};

struct value_histories {
  static harness::workload_info info() {
    return {
        .name = "value_histories",
        .question =
            "Do random edits of a vector, map, set or queue come to what the standard "
            "container would have, and leave former versions as they were?",
        .invariant =
            "The present version, and one in eight of those before it, agree with a copy "
            "of the standard container to which the same edits were done, also when "
            "later versions were made of it.",
        .failure = "An update was wrong, or changed a version that somebody kept.",
        .role = "collections",
        .conditions = {{.name = "collection",
                        .unit = "",
                        .description =
                            "What is edited; maps also with hashes that are all equal, "
                            "and with such of which only the top bits differ.",
                        .default_values = {0, 1, 2, 3, 4, 5},
                        .minimum = 0,
                        .maximum = 5,
                        .labels = {"vector", "map", "map_equal_hashes", "map_top_bits",
                                   "set", "queue"}},
                       {.name = "edits",
                        .unit = "edits",
                        .description = "How long a history is.",
                        .default_values = {300},
                        .minimum = 1,
                        .maximum = 100'000,
                        .optional = true,
                        .drawn_maximum = 1000},
                       {.name = "keys",
                        .unit = "keys",
                        .description = "How many keys there are: few meet often.",
                        .default_values = {70},
                        .minimum = 1,
                        .maximum = 100'000,
                        .optional = true,
                        .drawn_maximum = 200},
                       harness::threads_condition()},
        .timed = false};
  }

  template <collections_subject Subject>
  class run {
   public:
    explicit run(const harness::conditions& values)
        : checks_(of_collection[static_cast<std::size_t>(values.count("collection"))]),
          length_(static_cast<std::size_t>(values.count("edits"))),
          keys_(static_cast<std::uint32_t>(values.count("keys"))) {}

    void step(harness::worker& self) {
      const auto seed = static_cast<std::uint32_t>(self.random());
      if (checks_.passes(draw_edits(seed, length_, keys_))) return;
      const std::lock_guard held(lock_);
      if (!failing_) failing_ = seed;
    }

    harness::verdict verify(const harness::tally& done) const {
      if (!failing_) {
        return harness::verdict::pass("histories that agree with the model: " +
                                      std::to_string(done.total()));
      }
      return harness::verdict::fail(checks_.explains(*failing_, length_, keys_));
    }

   private:
    struct checks {
      bool (*passes)(const edits&);
      std::string (*explains)(std::uint32_t seed, std::size_t length, std::uint32_t keys);
    };

    template <typename History>
    static constexpr checks checks_of() {
      return {[](const edits& all) { return failure_of<History>(all).empty(); },
              &counterexample<History>};
    }

    static constexpr std::array<checks, 6> of_collection = {
        checks_of<vector_history<typename Subject::template vector<int>>>(),
        checks_of<map_history<typename Subject::template map<int, int>>>(),
        checks_of<map_history<typename Subject::template map<int, int, equal_hash>>>(),
        checks_of<map_history<typename Subject::template map<int, int, top_bits_hash>>>(),
        checks_of<set_history<typename Subject::template set<int>>>(),
        checks_of<queue_history<typename Subject::template queue<int>>>()};

    const checks checks_;
    const std::size_t length_;
    const std::uint32_t keys_;
    std::mutex lock_;
    std::optional<std::uint32_t> failing_;
  };
};

}  // namespace tussle::workloads
