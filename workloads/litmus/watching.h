// watching.h: what do watches and validators hear of updates that happen at the same time?
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "harness/litmus/program.h"
#include "primitives/atom/atom.h"
#include "primitives/reference/errors.h"

namespace tussle::workloads::litmus {

using namespace tussle::litmus;  // NOLINT(google-build-using-namespace): a table's words

struct watch_after_installation {
  static program_info info() {
    return {.name = "atom.watch_after_installation",
            .question = "Is the new value visible when its watch is called?",
            .statement = "WATCH-8",
            .source = "workloads/litmus/watching.h"};
  }
  static constexpr std::array outcomes = {
      outcome{1, 2, acceptable, "each saw its own value"},
      outcome{2, 2, acceptable, "2 came before 1's watch looked"},
      outcome{1, 1, acceptable, "1 came before 2's watch looked"},
      outcome{2, 1, forbidden, "each saw the other's value: one of them was never last"},
  };

  atom<std::int64_t> value{0};
  std::array<int, 2> seen{};  // by new value

  watch_after_installation() {
    value.add_watch("look", [this](const watch_key&, const atom<std::int64_t>& reference,
                                   const auto&, const auto& installed) {
      seen[static_cast<std::size_t>(*installed - 1)] =
          static_cast<int>(*reference.load());
    });
  }

  void actor_1() { value.reset(1); }
  void actor_2() { value.reset(2); }
  std::array<int, 2> arbiter() { return seen; }
};

struct watch_chain {
  static program_info info() {
    return {.name = "atom.watch_chain",
            .question = "Do the watches of two swaps tell one chain of values?",
            .statement = "WATCH-9",
            .source = "workloads/litmus/watching.h"};
  }
  static constexpr std::array outcomes = {
      outcome{0, 1, acceptable, "0 to 1, then 1 to 2"},
  };

  atom<std::int64_t> count{0};
  std::array<int, 2> old{-1, -1};  // by new value

  watch_chain() {
    count.add_watch("chain", [this](const watch_key&, const atom<std::int64_t>&,
                                    const auto& replaced, const auto& installed) {
      old[static_cast<std::size_t>(*installed - 1)] = static_cast<int>(*replaced);
    });
  }

  void actor_1() {
    count.swap([](std::int64_t v) { return v + 1; });
  }
  void actor_2() {
    count.swap([](std::int64_t v) { return v + 1; });
  }
  std::array<int, 2> arbiter() { return old; }
};

struct add_watch_against_reset {
  static program_info info() {
    return {.name = "atom.add_watch_against_reset",
            .question = "Does who adds a watch and then loads miss an update?",
            .statement = "WATCH-1",
            .source = "workloads/litmus/watching.h"};
  }
  static constexpr std::array outcomes = {
      outcome{1, 0, acceptable, "loaded; the watch came too late for it"},
      outcome{0, 1, acceptable, "heard after the load"},
      outcome{1, 1, acceptable, "heard, and loaded"},
      outcome{0, 0, forbidden, "missed by both"},
  };

  atom<std::int64_t> value{0};
  std::atomic<int> heard{0};
  int loaded = 0;

  void actor_1() {
    // Relaxed: read when both actors have ended.
    value.add_watch(
        "w", [this](const auto&...) { heard.fetch_add(1, std::memory_order_relaxed); });
    loaded = static_cast<int>(*value.load());
  }
  void actor_2() { value.reset(1); }
  std::array<int, 2> arbiter() { return {loaded, heard.load(std::memory_order_relaxed)}; }
};

struct remove_watch_against_reset {
  static program_info info() {
    return {.name = "atom.remove_watch_against_reset",
            .question = "What does a watch hear that is removed during an update?",
            .statement = "WATCH-5",
            .source = "workloads/litmus/watching.h"};
  }
  static constexpr std::array outcomes = {
      outcome{0, 0, acceptable, "removed in time for both"},
      outcome{1, 0, acceptable, "removed between the updates, or during the first"},
      outcome{1, 1, acceptable, "removed too late"},
      outcome{0, 1, forbidden, "heard again after it was gone"},
  };

  atom<std::int64_t> value{0};
  std::array<int, 2> heard{};  // by new value

  remove_watch_against_reset() {
    value.add_watch(
        "w", [this](const watch_key&, const auto&, const auto&, const auto& installed) {
          heard[static_cast<std::size_t>(*installed - 1)] = 1;
        });
  }

  void actor_1() { value.remove_watch("w"); }
  void actor_2() {
    value.reset(1);
    value.reset(2);
  }
  std::array<int, 2> arbiter() { return heard; }
};

struct set_validator_against_reset {
  static program_info info() {
    return {.name = "atom.set_validator_against_reset",
            .question = "Does an update meet the validator that is set at the same time?",
            .statement = "VAL-4",
            .source = "workloads/litmus/watching.h"};
  }
  static constexpr std::array outcomes = {
      outcome{1, 0, acceptable, "the validator was there first and refused"},
      outcome{0, 1, acceptable,
              "the value was there first, and the validator refused it"},
      outcome{1, 1, interesting,
              "updated between the validator's check and installation"},
      outcome{0, 0, forbidden, "both were refused"},
  };

  atom<std::int64_t> value{0};
  bool was_set = false;
  bool updated = false;

  void actor_1() {
    try {
      value.set_validator([](std::int64_t v) { return v == 0; });
      was_set = true;
    } catch (const invalid_state_error&) {
    }
  }
  void actor_2() {
    try {
      value.reset(1);
      updated = true;
    } catch (const invalid_state_error&) {
    }
  }
  std::array<int, 2> arbiter() { return {was_set, updated}; }
};

}  // namespace tussle::workloads::litmus
