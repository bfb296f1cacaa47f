// order.h: what may threads conclude from what they read of atoms and volatile cells?
#pragma once

#include <array>
#include <cstdint>

#include "harness/litmus/program.h"
#include "primitives/atom/atom.h"
#include "primitives/reference/volatile_cell.h"
#include "primitives/sync/plain.h"
#include "workloads/litmus/litmus_values.h"

namespace tussle::workloads::litmus {

using namespace tussle::litmus;  // NOLINT(google-build-using-namespace): a table's words

// Each actor replaces the value of one atom, then loads the other.
template <typename T>
struct store_buffering {
  static constexpr std::array outcomes = {
      outcome{0, 1, acceptable, "actor 1 went first"},
      outcome{1, 0, acceptable, "actor 2 went first"},
      outcome{1, 1, acceptable, "they overlapped"},
      outcome{0, 0, forbidden, "both missed the other's update: no total order"},
  };

  gives_up_nodes at_end;
  atom<T> x{numbered<T>(0)};
  atom<T> y{numbered<T>(0)};
  int seen_y = 0;
  int seen_x = 0;

  void actor_1() {
    x.reset(numbered<T>(1));
    seen_y = number_of(*y.load());
  }
  void actor_2() {
    y.reset(numbered<T>(1));
    seen_x = number_of(*x.load());
  }
  std::array<int, 2> arbiter() { return {seen_y, seen_x}; }
};

struct store_buffering_inline : store_buffering<std::int64_t> {
  static program_info info() {
    return {.name = "atom.store_buffering",
            .question = "Do all operations on two atoms fit one total order?",
            .statement = "ATOM-14",
            .source = "workloads/litmus/order.h"};
  }
};

struct store_buffering_boxed : store_buffering<wide> {
  static program_info info() {
    return {
        .name = "atom.store_buffering_boxed",
        .question = "Do all operations on two atoms of wide values fit one total order?",
        .statement = "ATOM-14",
        .source = "workloads/litmus/order.h"};
  }
};

struct store_buffering_swap {
  static program_info info() {
    return {.name = "atom.store_buffering_swap",
            .question = "Do swaps of two atoms and loads fit one total order?",
            .statement = "ATOM-14",
            .source = "workloads/litmus/order.h"};
  }
  static constexpr std::array outcomes = store_buffering<std::int64_t>::outcomes;

  atom<std::int64_t> x{0};
  atom<std::int64_t> y{0};
  int seen_y = 0;
  int seen_x = 0;

  void actor_1() {
    x.swap([](std::int64_t v) { return v + 1; });
    seen_y = number_of(*y.load());
  }
  void actor_2() {
    y.swap([](std::int64_t v) { return v + 1; });
    seen_x = number_of(*x.load());
  }
  std::array<int, 2> arbiter() { return {seen_y, seen_x}; }
};

// A payload that is not atomic, published by a flag.
template <typename Flag>
struct message_passing {
  static constexpr std::array outcomes = {
      outcome{0, 0, acceptable, "the flag was not seen"},
      outcome{1, 7, acceptable, "the flag was seen, and what came before it"},
      outcome{1, 0, forbidden, "the flag was seen without what came before it"},
  };

  sync::plain<int> payload{0};
  Flag flag{0};
  int seen_flag = 0;
  int seen_payload = 0;

  void actor_1() {
    payload.write(7);
    flag.reset(1);
  }
  void actor_2() {
    seen_flag = number_of(*flag.load());
    if (seen_flag == 1) seen_payload = payload.read();
  }
  std::array<int, 2> arbiter() { return {seen_flag, seen_payload}; }
};

struct atom_message_passing : message_passing<atom<std::int64_t>> {
  static program_info info() {
    return {
        .name = "atom.message_passing",
        .question = "Does who loads a value see what was done before it was installed?",
        .statement = "ATOM-14",
        .source = "workloads/litmus/order.h"};
  }
};

struct volatile_message_passing : message_passing<volatile_cell<std::int64_t>> {
  static program_info info() {
    return {
        .name = "volatile_cell.message_passing",
        .question = "Does who loads a volatile cell see what was done before the reset?",
        .statement = "VOL-2",
        .source = "workloads/litmus/order.h"};
  }
};

// Two writers, and two readers that look in opposite orders.
struct independent_reads {
  static program_info info() {
    return {
        .name = "atom.independent_reads",
        .question = "Do two readers agree on which of two independent updates was first?",
        .statement = "ATOM-14",
        .source = "workloads/litmus/order.h"};
  }
  static constexpr std::array outcomes = {
      outcome{0, 0, acceptable, "neither reader came between the updates"},
      outcome{1, 0, acceptable, "actor 3 saw x before y"},
      outcome{0, 1, acceptable, "actor 4 saw y before x"},
      outcome{1, 1, forbidden, "each reader saw the other update first"},
  };

  atom<std::int64_t> x{0};
  atom<std::int64_t> y{0};
  bool x_was_first = false;
  bool y_was_first = false;

  void actor_1() { x.reset(1); }
  void actor_2() { y.reset(1); }
  void actor_3() {
    const bool first = *x.load() == 1;
    x_was_first = *y.load() == 0 && first;
  }
  void actor_4() {
    const bool first = *y.load() == 1;
    y_was_first = *x.load() == 0 && first;
  }
  std::array<int, 2> arbiter() { return {x_was_first, y_was_first}; }
};

// Two loads of an atom that grows.
struct coherent_reads {
  static program_info info() {
    return {.name = "atom.coherent_reads",
            .question = "Does a thread ever see an atom go back?",
            .statement = "ATOM-13",
            .source = "workloads/litmus/order.h"};
  }
  static constexpr std::array outcomes = {
      outcome{0, 0, acceptable, "before both updates"},
      outcome{0, 1, acceptable, "one update between the loads"},
      outcome{0, 2, acceptable, "both updates between the loads"},
      outcome{1, 1, acceptable, "between the updates"},
      outcome{1, 2, acceptable, "the second update between the loads"},
      outcome{2, 2, acceptable, "after both updates"},
  };

  atom<std::int64_t> grows{0};
  int first = 0;
  int second = 0;

  void actor_1() {
    for (int i = 0; i < 2; ++i) grows.swap([](std::int64_t v) { return v + 1; });
  }
  void actor_2() {
    first = number_of(*grows.load());
    second = number_of(*grows.load());
  }
  std::array<int, 2> arbiter() { return {first, second}; }
};

}  // namespace tussle::workloads::litmus
