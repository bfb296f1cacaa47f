// handover.h: does what one thread did with a thing come before what the next one does to it?
#pragma once

#include <array>
#include <atomic>
#include <optional>
#include <utility>

#include "harness/litmus/program.h"
#include "primitives/atom/atom.h"
#include "primitives/reclaim/node_cell.h"
#include "primitives/reclaim/retired.h"
#include "primitives/reference/counted_ptr.h"
#include "primitives/sync/asymmetric_barrier.h"
#include "primitives/sync/atomic.h"
#include "primitives/sync/plain.h"
#include "workloads/litmus/litmus_values.h"

namespace tussle::workloads::litmus {

using namespace tussle::litmus;  // NOLINT(google-build-using-namespace): a table's words

// A slot is filled by one thread, freed by another and filled again by the first.
template <typename FillAgain>
struct slot_with_two_users {
  static constexpr std::array outcomes = {
      outcome{0, acceptable, "the old value, alive on the other thread"},
      outcome{1, acceptable, "the new value, alive on the other thread"},
      outcome{9, acceptable, "the handle had not arrived yet"},
      outcome{torn, forbidden, "the value was destroyed under its handle"},
  };
  using node = reclaim::node_ref<witness>;

  gives_up_nodes at_end;
  reclaim::node_cell<witness> cell{node::make(0, nullptr)};
  reclaim::node_cell<witness> other{node::make(5, nullptr)};
  std::optional<node> parcel;
  sync::atomic<bool> sent{false};
  int seen = 9;

  void actor_1() {
    parcel.emplace(cell.load());
    // (1) release; pairs with (2): the parcel is complete.
    sent.store(true, std::memory_order_release);
    const node again = FillAgain()(other);
    sync::schedule_point("litmus.slot_with_two_users.filled_again");
  }
  void actor_2() {
    if (!sent.load(std::memory_order_acquire)) return;  // (2)
    const node mine = std::move(*parcel);
    seen = (*mine).number();
  }
  void actor_3() {
    node next = node::make(1, nullptr);
    { const node old = cell.exchange(next); }
    reclaim::clean_up();
  }
  std::array<int, 1> arbiter() { return {seen}; }
};

struct by_a_load {
  auto operator()(reclaim::node_cell<witness>& cell) const { return cell.load(); }
};

struct by_an_exchange {
  auto operator()(reclaim::node_cell<witness>& cell) const {
    auto next = reclaim::node_ref<witness>::make(6, nullptr);
    return cell.exchange(next);
  }
};

struct slot_changes_users : slot_with_two_users<by_a_load> {
  static program_info info() {
    return {.name = "reclaim.slot_changes_users",
            .question =
                "Is what another thread did through a slot over when a load's "
                "node is found there?",
            .statement = "ATOM-17",
            .source = "workloads/litmus/handover.h"};
  }
};

struct light_slot_changes_users : slot_with_two_users<by_a_load> {
  static program_info info() {
    return {.name = "reclaim.light_slot_changes_users",
            .question =
                "Is what another thread did through a slot over when a light load's "
                "node is found there?",
            .statement = "ATOM-17",
            .source = "workloads/litmus/handover.h"};
  }
  light_slot_changes_users() { sync::ask_for_heavy_barriers(); }
};

struct slot_names_what_was_replaced : slot_with_two_users<by_an_exchange> {
  static program_info info() {
    return {.name = "reclaim.slot_names_what_was_replaced",
            .question =
                "Is what another thread did through a slot over when a replaced "
                "node is found there?",
            .statement = "ATOM-17",
            .source = "workloads/litmus/handover.h"};
  }
};

// A thread ends; the next one that begins takes over its row.
struct row_changes_threads {
  static program_info info() {
    return {.name = "reclaim.row_changes_threads",
            .question = "Is a row as its last thread left it, for the next one?",
            .statement = "ATOM-17",
            .source = "workloads/litmus/handover.h"};
  }
  static constexpr std::array outcomes = {
      outcome{7, acceptable, "the same row, as it was left"},
      outcome{9, acceptable, "another row"},
      outcome{0, forbidden, "the same row, not as it was left"},
  };

  sync::plain<int> kept_with_row{0};
  sync::atomic<reclaim::hazard_row*> first_row{nullptr};
  int seen = 9;

  void actor_1() {
    reclaim::hazard_row& mine = reclaim::own_row();
    kept_with_row.write(7);
    // Relaxed: only says which row it was. What is kept with it the row itself hands on.
    first_row.store(&mine, std::memory_order_relaxed);
  }
  void actor_2() {
    reclaim::hazard_row& mine = reclaim::own_row();
    if (first_row.load(std::memory_order_relaxed) == &mine) seen = kept_with_row.read();
  }
  std::array<int, 1> arbiter() { return {seen}; }
};

// A reader, and an update that compares first. As reclaim.reader_protects, which exchanges.
template <typename Update>
struct reader_against_update {
  static constexpr std::array outcomes = {
      outcome{0, acceptable, "the old value, alive"},
      outcome{1, acceptable, "the new value, alive"},
      outcome{torn, forbidden, "the value was destroyed under its reader"},
  };

  gives_up_nodes at_end;
  atom<witness> value{witness(0, nullptr)};
  int seen = 0;

  void actor_1() {
    seen = value.read([](const witness& lent) { return lent.number(); });
  }
  void actor_2() {
    Update()(value);
    reclaim::clean_up();
  }
  std::array<int, 1> arbiter() { return {seen}; }
};

struct by_compare_and_set {
  void operator()(atom<witness>& value) const {
    const snapshot<witness> old = value.load();
    value.compare_and_set(old, witness(1, nullptr));
  }
};

struct by_swap {
  void operator()(atom<witness>& value) const {
    value.swap([](const witness&) { return witness(1, nullptr); });
  }
};

struct reader_against_compare_and_set : reader_against_update<by_compare_and_set> {
  static program_info info() {
    return {.name = "atom.reader_against_compare_and_set",
            .question = "Does a value that is read outlive a compare_and_set?",
            .statement = "ATOM-17",
            .source = "workloads/litmus/handover.h"};
  }
};

struct reader_against_swap : reader_against_update<by_swap> {
  static program_info info() {
    return {.name = "atom.reader_against_swap",
            .question = "Does a value that is read outlive a swap?",
            .statement = "ATOM-17",
            .source = "workloads/litmus/handover.h"};
  }
};

// Two owners read and drop what they own together.
struct last_two_owners {
  static program_info info() {
    return {.name = "counted_ptr.last_two_owners",
            .question = "Are an owner's uses over when the last owner destroys?",
            .statement = "",
            .source = "workloads/litmus/handover.h"};
  }
  static constexpr std::array outcomes = {
      outcome{1, acceptable, "destroyed once"},
      outcome{0, forbidden, "both believed that the other was the last"},
      outcome{2, forbidden, "destroyed twice"},
  };
  using handle = counted_ptr<const witness>;

  witness::counter destroyed = nobody_yet();
  handle first = handle::make(0, destroyed);
  handle second = first;

  void actor_1() { read_and_drop(first); }
  void actor_2() { read_and_drop(second); }
  std::array<int, 1> arbiter() { return {destroyed->load(std::memory_order_relaxed)}; }

 private:
  static void read_and_drop(handle& mine) {
    static_cast<void>(mine->number());
    mine = handle();
  }
};

}  // namespace tussle::workloads::litmus
