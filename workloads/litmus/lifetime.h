// lifetime.h: does a value live as long as somebody looks at it, and not again after that?
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <optional>
#include <utility>

#include "harness/litmus/program.h"
#include "primitives/atom/atom.h"
#include "primitives/reclaim/node_cell.h"
#include "primitives/reclaim/retired.h"
#include "primitives/sync/asymmetric_barrier.h"
#include "primitives/sync/atomic.h"
#include "workloads/litmus/litmus_values.h"

namespace tussle::workloads::litmus {

using namespace tussle::litmus;  // NOLINT(google-build-using-namespace): a table's words

struct snapshot_outlives_replacement {
  static program_info info() {
    return {.name = "atom.snapshot_outlives_replacement",
            .question = "Does a snapshot keep its value alive while the atom goes on?",
            .statement = "ATOM-17",
            .source = "workloads/litmus/lifetime.h"};
  }
  static constexpr std::array outcomes = {
      outcome{0, acceptable, "the old value, alive"},
      outcome{1, acceptable, "the new value, alive"},
      outcome{torn, forbidden, "the value was destroyed under its snapshot"},
  };

  gives_up_nodes at_end;
  atom<witness> value{witness(0, nullptr)};
  int seen = 0;

  void actor_1() {
    const snapshot<witness> kept = value.load();
    sync::schedule_point("litmus.snapshot.kept");
    seen = kept->number();
  }
  void actor_2() {
    value.reset(witness(1, nullptr));
    reclaim::clean_up();
  }
  std::array<int, 1> arbiter() { return {seen}; }
};

struct snapshot_changes_hands {
  static program_info info() {
    return {.name = "atom.snapshot_changes_hands",
            .question = "Does a value live while its snapshot goes to another thread?",
            .statement = "ATOM-17",
            .source = "workloads/litmus/lifetime.h"};
  }
  static constexpr std::array outcomes = {
      outcome{0, acceptable, "the old value, alive on the other thread"},
      outcome{1, acceptable, "the new value, alive on the other thread"},
      outcome{9, acceptable, "the snapshot had not arrived yet"},
      outcome{torn, forbidden, "the value was destroyed on the way"},
  };

  gives_up_nodes at_end;
  atom<witness> value{witness(0, nullptr)};
  std::optional<snapshot<witness>> parcel;
  sync::atomic<bool> sent{false};
  int seen = 9;

  void actor_1() {
    parcel.emplace(value.load());
    // (1) release; pairs with (2): the parcel is complete.
    sent.store(true, std::memory_order_release);
  }
  void actor_2() {
    if (!sent.load(std::memory_order_acquire)) return;  // (2)
    const snapshot<witness> mine = std::move(*parcel);
    seen = mine->number();
  }
  void actor_3() {
    value.reset(witness(1, nullptr));
    reclaim::clean_up();
  }
  std::array<int, 1> arbiter() { return {seen}; }
};

struct reader_protects {
  static program_info info() {
    return {.name = "reclaim.reader_protects",
            .question = "Is a node kept from destruction while a slot names it?",
            .statement = "ATOM-17",
            .source = "workloads/litmus/lifetime.h"};
  }
  static constexpr std::array outcomes = {
      outcome{0, acceptable, "the old node, alive"},
      outcome{1, acceptable, "the new node, alive"},
      outcome{torn, forbidden, "the node was destroyed under its reader"},
  };
  using node = reclaim::node_ref<witness>;

  gives_up_nodes at_end;
  reclaim::node_cell<witness> cell{node::make(0, nullptr)};
  int seen = 0;

  void actor_1() {
    const auto number = [](const witness& lent) { return lent.number(); };
    seen = cell.read(number);
  }
  void actor_2() {
    node next = node::make(1, nullptr);
    { const node old = cell.exchange(next); }
    reclaim::clean_up();
  }
  std::array<int, 1> arbiter() { return {seen}; }
};

// Where readers only write their slot, and the barrier is the scanning thread's.
struct light_reader_protects : reader_protects {
  static program_info info() {
    return {.name = "reclaim.light_reader_protects",
            .question =
                "Is a node kept from destruction while a slot names it that was "
                "written without a barrier?",
            .statement = "ATOM-17",
            .source = "workloads/litmus/lifetime.h"};
  }
  light_reader_protects() { sync::ask_for_heavy_barriers(); }
};

// The reader has scanned before, and announces its next light read anew.
struct light_reader_announces_again : reader_protects {
  static program_info info() {
    return {.name = "reclaim.light_reader_announces_again",
            .question =
                "Is a node kept from destruction while a thread reads it lightly that "
                "has scanned before?",
            .statement = "ATOM-17",
            .source = "workloads/litmus/lifetime.h"};
  }
  light_reader_announces_again() { sync::ask_for_heavy_barriers(); }

  void actor_1() {
    const auto look = [](const witness&) {};
    own.read(look);
    node next = node::make(0, nullptr);
    { const node old = own.exchange(next); }
    reclaim::clean_up();
    reader_protects::actor_1();
  }

  reclaim::node_cell<witness> own{node::make(0, nullptr)};
};

// Each replaces, scans, and reads what it replaced.
struct replaced_value_lives {
  static program_info info() {
    return {
        .name = "reclaim.replaced_value_lives",
        .question = "Does a replaced value live as long as its handle, whoever scans?",
        .statement = "ATOM-17",
        .source = "workloads/litmus/lifetime.h"};
  }
  static constexpr std::array outcomes = {
      outcome{0, 1, acceptable, "actor 1 went first"},
      outcome{2, 0, acceptable, "actor 2 went first"},
  };
  using node = reclaim::node_ref<witness>;

  gives_up_nodes at_end;
  reclaim::node_cell<witness> cell{node::make(0, nullptr)};
  int first_old = 9;
  int second_old = 9;

  void actor_1() { first_old = replace(1); }
  void actor_2() { second_old = replace(2); }
  std::array<int, 2> arbiter() { return {first_old, second_old}; }

 private:
  int replace(int number) {
    node next = node::make(number, nullptr);
    const node old = cell.exchange(next);
    reclaim::clean_up();
    return (*old).number();
  }
};

// The last handle to a node is dropped while another thread scans for it.
struct handle_dropped_during_scan {
  static program_info info() {
    return {.name = "reclaim.handle_dropped_during_scan",
            .question = "Is a node destroyed at most once when drop and scan meet?",
            .statement = "ATOM-17",
            .source = "workloads/litmus/lifetime.h"};
  }
  static constexpr std::array outcomes = {
      outcome{1, acceptable, "destroyed once"},
      outcome{0, acceptable, "not yet: a later scan will find it"},
      outcome{2, forbidden, "destroyed twice"},
  };
  using node = reclaim::node_ref<witness>;

  gives_up_nodes at_end;
  witness::counter destroyed = nobody_yet();
  reclaim::node_cell<witness> cell{node::make(0, destroyed)};
  std::optional<node> held = cell.load();

  void actor_1() { held.reset(); }
  void actor_2() {
    node next = node::make(1, nullptr);
    { const node old = cell.exchange(next); }
    reclaim::clean_up();
  }
  std::array<int, 1> arbiter() { return {destroyed->load(std::memory_order_relaxed)}; }
};

// Two threads drop counted handles, the last ones, at the same time.
struct last_two_handles {
  static program_info info() {
    return {.name = "reclaim.last_two_handles",
            .question = "Does exactly the last of two owners destroy a node?",
            .statement = "ATOM-17",
            .source = "workloads/litmus/lifetime.h"};
  }
  static constexpr std::array outcomes = {
      outcome{1, acceptable, "destroyed once"},
      outcome{0, forbidden, "both believed that the other was the last"},
      outcome{2, forbidden, "destroyed twice"},
  };
  using node = reclaim::node_ref<witness>;

  witness::counter destroyed = nobody_yet();
  std::optional<node> first = node::make(0, destroyed);
  std::optional<node> second = first;

  void actor_1() { read_and_drop(first); }
  void actor_2() { read_and_drop(second); }
  std::array<int, 1> arbiter() { return {destroyed->load(std::memory_order_relaxed)}; }

 private:
  static void read_and_drop(std::optional<node>& mine) {
    static_cast<void>((**mine).number());
    mine.reset();
  }
};

}  // namespace tussle::workloads::litmus
