// updates.h: is every update of an atom whole, and is none of them lost?
#pragma once

#include <array>
#include <cstdint>

#include "harness/litmus/program.h"
#include "primitives/atom/atom.h"
#include "workloads/litmus/litmus_values.h"

namespace tussle::workloads::litmus {

using namespace tussle::litmus;  // NOLINT(google-build-using-namespace): a table's words

inline std::int64_t successor(std::int64_t value) { return value + 1; }

struct lost_update {
  static program_info info() {
    return {.name = "atom.lost_update",
            .question = "Are two swaps at the same time both counted?",
            .statement = "ATOM-8",
            .source = "workloads/litmus/updates.h"};
  }
  static constexpr std::array outcomes = {
      outcome{2, acceptable, "both were counted"},
      outcome{1, forbidden, "a lost update"},
  };

  atom<std::int64_t> count{0};

  void actor_1() { count.swap(successor); }
  void actor_2() { count.swap(successor); }
  std::array<int, 1> arbiter() { return {static_cast<int>(*count.load())}; }
};

// Values that are held in nodes.
struct lost_update_boxed {
  static program_info info() {
    return {.name = "atom.lost_update_boxed",
            .question = "Are two swaps of a wide value at the same time both counted?",
            .statement = "ATOM-8",
            .source = "workloads/litmus/updates.h"};
  }
  static constexpr std::array outcomes = {
      outcome{2, acceptable, "both were counted"},
      outcome{1, forbidden, "a lost update"},
      outcome{torn, forbidden, "a value that nobody made"},
  };

  gives_up_nodes at_end;
  atom<wide> count{wide::of(0)};

  void actor_1() { count.swap(next_wide); }
  void actor_2() { count.swap(next_wide); }
  std::array<int, 1> arbiter() { return {number_of(*count.load())}; }

 private:
  static wide next_wide(const wide& present) { return wide::of(present.number + 1); }
};

struct compare_and_set_against_swap {
  static program_info info() {
    return {.name = "atom.compare_and_set_against_swap",
            .question = "Does compare_and_set notice a swap since the load?",
            .statement = "ATOM-4",
            .source = "workloads/litmus/updates.h"};
  }
  static constexpr std::array outcomes = {
      outcome{1, 11, acceptable, "set, then swapped"},
      outcome{1, 10, acceptable, "swapped, then loaded and set"},
      outcome{0, 1, acceptable, "swapped after the load: nothing was set"},
  };

  atom<std::int64_t> value{0};
  bool was_set = false;

  void actor_1() { was_set = value.compare_and_set(value.load(), 10); }
  void actor_2() { value.swap(successor); }
  std::array<int, 2> arbiter() { return {was_set, static_cast<int>(*value.load())}; }
};

template <typename T>
struct one_of_two_sets {
  static constexpr std::array outcomes = {
      outcome{1, 0, 1, acceptable, "actor 1 won"},
      outcome{0, 1, 2, acceptable, "actor 2 won"},
  };

  gives_up_nodes at_end;
  atom<T> value{numbered<T>(0)};
  const snapshot<T> initial = value.load();
  bool first = false;
  bool second = false;

  void actor_1() { first = value.compare_and_set(initial, numbered<T>(1)); }
  void actor_2() { second = value.compare_and_set(initial, numbered<T>(2)); }
  std::array<int, 3> arbiter() { return {first, second, number_of(*value.load())}; }
};

struct compare_and_set_once : one_of_two_sets<wide> {
  static program_info info() {
    return {
        .name = "atom.compare_and_set_once",
        .question = "Does exactly one of two replace the very value that both expect?",
        .statement = "ATOM-11",
        .source = "workloads/litmus/updates.h"};
  }
};

struct compare_and_set_once_inline : one_of_two_sets<std::int64_t> {
  static program_info info() {
    return {.name = "atom.compare_and_set_once_inline",
            .question = "Does exactly one of two replace the word that both expect?",
            .statement = "ATOM-11",
            .source = "workloads/litmus/updates.h"};
  }
};

struct swap_vals_chain {
  static program_info info() {
    return {.name = "atom.swap_vals_chain",
            .question = "Do the old and new values of two swaps form one chain?",
            .statement = "ATOM-10",
            .source = "workloads/litmus/updates.h"};
  }
  static constexpr std::array outcomes = {
      outcome{0, 1, acceptable, "actor 1 went first"},
      outcome{1, 0, acceptable, "actor 2 went first"},
      outcome{0, 0, forbidden, "a fork: both replaced the same value"},
  };

  atom<std::int64_t> count{0};
  int first_old = 0;
  int second_old = 0;

  void actor_1() { first_old = static_cast<int>(*count.swap_vals(successor).first); }
  void actor_2() { second_old = static_cast<int>(*count.swap_vals(successor).first); }
  std::array<int, 2> arbiter() { return {first_old, second_old}; }
};

struct reset_vals_old {
  static program_info info() {
    return {.name = "atom.reset_vals_old",
            .question = "Is the old value of a reset exactly the one that it replaced?",
            .statement = "ATOM-16",
            .source = "workloads/litmus/updates.h"};
  }
  static constexpr std::array outcomes = {
      outcome{0, 1, 2, acceptable, "actor 1 went first"},
      outcome{2, 0, 1, acceptable, "actor 2 went first"},
      outcome{0, 0, 1, forbidden, "both say that they replaced the initial value"},
      outcome{0, 0, 2, forbidden, "both say that they replaced the initial value"},
  };

  gives_up_nodes at_end;
  atom<wide> value{wide::of(0)};
  int first_old = 0;
  int second_old = 0;

  void actor_1() { first_old = number_of(*value.reset_vals(wide::of(1)).first); }
  void actor_2() { second_old = number_of(*value.reset_vals(wide::of(2)).first); }
  std::array<int, 3> arbiter() {
    return {first_old, second_old, number_of(*value.load())};
  }
};

struct reset_against_swap {
  static program_info info() {
    return {.name = "atom.reset_against_swap",
            .question = "Does a swap that meets a reset work on one of the two values?",
            .statement = "ATOM-15",
            .source = "workloads/litmus/updates.h"};
  }
  static constexpr std::array outcomes = {
      outcome{1, 10, acceptable, "swapped, then reset"},
      outcome{11, 11, acceptable, "reset, then swapped"},
      outcome{1, 1, forbidden,
              "the reset was overwritten by what was made of the old value"},
  };

  atom<std::int64_t> value{0};
  int swapped = 0;

  void actor_1() { swapped = static_cast<int>(*value.swap(successor)); }
  void actor_2() { value.reset(10); }
  std::array<int, 2> arbiter() { return {swapped, static_cast<int>(*value.load())}; }
};

struct whole_value {
  static program_info info() {
    return {.name = "atom.whole_value",
            .question = "Does a load see a value of two words whole?",
            .statement = "ATOM-12",
            .source = "workloads/litmus/updates.h"};
  }
  static constexpr std::array outcomes = {
      outcome{0, acceptable, "the old value"},
      outcome{1, acceptable, "the new value"},
      outcome{torn, forbidden, "half of each"},
  };

  gives_up_nodes at_end;
  atom<wide> value{wide::of(0)};
  int seen = 0;

  void actor_1() { value.reset(wide::of(1)); }
  void actor_2() { seen = number_of(*value.load()); }
  std::array<int, 1> arbiter() { return {seen}; }
};

struct borrowed_value {
  static program_info info() {
    return {.name = "atom.borrowed_value",
            .question = "Does a value that is borrowed stay whole while it is replaced?",
            .statement = "ATOM-12",
            .source = "workloads/litmus/updates.h"};
  }
  static constexpr std::array outcomes = {
      outcome{0, acceptable, "the old value"},
      outcome{1, acceptable, "the value of the first reset"},
      outcome{2, acceptable, "the value of the second reset"},
      outcome{torn, forbidden, "it changed under the reader"},
  };

  gives_up_nodes at_end;
  atom<wide> value{wide::of(0)};
  int seen = 0;

  void actor_1() {
    value.reset(wide::of(1));
    value.reset(wide::of(2));
  }
  void actor_2() {
    seen = value.read([](const wide& lent) { return number_of(lent); });
  }
  std::array<int, 1> arbiter() { return {seen}; }
};

}  // namespace tussle::workloads::litmus
