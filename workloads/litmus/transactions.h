// transactions.h: what may threads see of a commit that is under way, and of the versions that
// it leaves behind?
#pragma once

#include <array>
#include <chrono>
#include <cstdint>

#include "harness/litmus/program.h"
#include "primitives/stm/tx_ref.h"
#include "primitives/sync/asymmetric_barrier.h"
#include "primitives/sync/wait_word.h"
#include "workloads/litmus/litmus_values.h"

namespace tussle::workloads::litmus {

using namespace tussle::litmus;  // NOLINT(google-build-using-namespace): a table's words

inline int one_more(int v) { return v + 1; }

struct reader_beside_a_commit {
  static program_info info() {
    return {.name = "stm.reader_beside_a_commit",
            .question = "Does a transaction see all of a commit or nothing?",
            .statement = "STM-7",
            .source = "workloads/litmus/transactions.h"};
  }
  static constexpr std::array outcomes = {
      outcome{0, 0, acceptable, "as it was before"},
      outcome{1, 1, acceptable, "all of it"},
      outcome{1, 0, forbidden, "a part of it"},
      outcome{0, 1, forbidden, "a part of it"},
  };

  gives_up_nodes at_end;
  tx_ref<int> a{0};
  tx_ref<int> b{0};
  int seen_a = 0;
  int seen_b = 0;

  void actor_1() {
    transact([&] {
      a.set(1);
      b.set(1);
    });
  }
  void actor_2() {
    transact([&] {
      seen_b = *b.load();
      seen_a = *a.load();
    });
  }
  std::array<int, 2> arbiter() { return {seen_a, seen_b}; }
};

struct transaction_after_a_load {
  static program_info info() {
    return {
        .name = "stm.transaction_after_a_load",
        .question = "Does a transaction begin no earlier than what its thread has seen?",
        .statement = "STM-39",
        .source = "workloads/litmus/transactions.h"};
  }
  static constexpr std::array outcomes = {
      outcome{0, 0, acceptable, "both came before the commit"},
      outcome{0, 1, acceptable, "the commit came between them"},
      outcome{1, 1, acceptable, "both came after the commit"},
      outcome{1, 0, forbidden, "the transaction does not see what the load has seen"},
  };

  gives_up_nodes at_end;
  tx_ref<int> r{0};
  int loaded = 0;
  int seen = 0;

  void actor_1() {
    transact([&] { r.set(1); });
  }
  void actor_2() {
    loaded = *r.load();
    transact([&] { seen = *r.load(); });
  }
  std::array<int, 2> arbiter() { return {loaded, seen}; }
};

inline constexpr std::array fates_of_a_version = {
    outcome{0, acceptable, "the old value, alive"},
    outcome{1, acceptable, "the new value, alive"},
    outcome{torn, forbidden, "it was destroyed under its reader"},
};

struct version_lives_under_its_reader {
  static program_info info() {
    return {.name = "stm.version_lives_under_its_reader",
            .question = "Is a version kept in memory while a load has it in its hands?",
            .statement = "STM-51",
            .source = "workloads/litmus/transactions.h"};
  }
  static constexpr auto outcomes = fates_of_a_version;

  gives_up_nodes at_end;
  tx_ref<witness> r{witness(0, nullptr)};
  int seen = 0;

  void actor_1() { seen = r.load()->number(); }
  void actor_2() {
    transact([&] { r.set(witness(1, nullptr)); });
  }
  std::array<int, 1> arbiter() { return {seen}; }
};

struct version_lives_for_its_read_point {
  static program_info info() {
    return {.name = "stm.version_lives_for_its_read_point",
            .question = "Does a transaction find the version of its read point?",
            .statement = "STM-45",
            .source = "workloads/litmus/transactions.h"};
  }
  static constexpr auto outcomes = fates_of_a_version;

  gives_up_nodes at_end;
  tx_ref<witness> r{witness(0, nullptr)};
  int seen = 0;

  void actor_1() {
    transact([&] { seen = r.load()->number(); });
  }
  void actor_2() {
    transact([&] { r.set(witness(1, nullptr)); });
  }
  std::array<int, 1> arbiter() { return {seen}; }
};

struct older_against_younger {
  static program_info info() {
    return {.name = "stm.two_change_two",
            .question = "Do transactions that kill each other change both refs together?",
            .statement = "STM-49",
            .source = "workloads/litmus/transactions.h"};
  }
  static constexpr std::array outcomes = {
      outcome{2, 2, 0, acceptable, "both were counted"},
      outcome{2, 2, 1, forbidden, "a body saw a mixture"},
  };

  tx_ref<int> a{0};
  tx_ref<int> b{0};
  bool mixed_1 = false;
  bool mixed_2 = false;

  void actor_1() { change(a, b, mixed_1); }
  void actor_2() { change(b, a, mixed_2); }
  std::array<int, 3> arbiter() {
    return {*a.load(), *b.load(), mixed_1 || mixed_2 ? 1 : 0};
  }

 private:
  static void change(tx_ref<int>& first, tx_ref<int>& second, bool& mixed) {
    transact([&] {
      const int x = *first.alter(one_more);
      const int y = *second.alter(one_more);
      mixed = mixed || x != y;
    });
  }
};

// Transactions of its scope wait for as long as it takes: a wake-up that is lost is a thread
// that stands still.
class waits_for_ever {
 public:
  waits_for_ever()
      : before_(set_stm_options({.longest_wait = std::chrono::nanoseconds::max()})) {}
  waits_for_ever(const waits_for_ever&) = delete;
  waits_for_ever& operator=(const waits_for_ever&) = delete;
  ~waits_for_ever() { set_stm_options(before_); }

 private:
  const stm_options before_;
};

struct who_waits_is_woken {
  static program_info info() {
    return {.name = "stm.who_waits_is_woken",
            .question = "Is whoever waits for another transaction woken at its end?",
            .statement = "STM-52",
            .source = "workloads/litmus/transactions.h"};
  }
  static constexpr std::array outcomes = {outcome{2, acceptable, "both were counted"}};

  tx_ref<int> r{0};

  void actor_1() { count(); }
  void actor_2() { count(); }
  std::array<int, 1> arbiter() { return {*r.load()}; }

 private:
  void count() {
    const waits_for_ever patience;
    transact([&] { r.alter(one_more); });
  }
};

// Where who ends an attempt leaves the barrier to those who wait, as in production.
struct light_who_waits_is_woken : who_waits_is_woken {
  static program_info info() {
    return {
        .name = "stm.light_who_waits_is_woken",
        .question =
            "Is whoever waits for another transaction woken at its end, which is told "
            "without a barrier?",
        .statement = "STM-52",
        .source = "workloads/litmus/transactions.h"};
  }
  light_who_waits_is_woken() { sync::ask_for_heavy_barriers(); }
};

// The first one is older than the second, and takes what that has claimed; the third, the
// youngest, waits for the second, whose body ends only when the third is through.
struct who_waits_for_a_killed_one_is_woken {
  static program_info info() {
    return {.name = "stm.who_waits_for_a_killed_one_is_woken",
            .question = "Does whoever waits for a transaction hear that it was killed?",
            .statement = "STM-49",
            .source = "workloads/litmus/transactions.h"};
  }
  static constexpr std::array outcomes = {outcome{3, acceptable, "all were counted"}};

  tx_ref<int> r{0};
  tx_ref<int> other{0};
  sync::wait_word stage{
      0};  // 1: the first has begun; 2: the second has claimed; 3: the third has begun
  sync::wait_word through{0};

  void actor_1() {
    const waits_for_ever patience;
    transact([&] {
      reach(stage, 1);
      await(stage, 3);
      r.alter(one_more);
    });
  }
  void actor_2() {
    const waits_for_ever patience;
    await(stage, 1);
    let_time_pass();
    transact([&] {
      r.alter(one_more);
      reach(stage, 2);
      await(through, 1);
    });
  }
  void actor_3() {
    const waits_for_ever patience;
    await(stage, 2);
    let_time_pass();
    transact([&] {
      reach(stage, 3);
      r.alter(one_more);
    });
    reach(through, 1);
  }
  std::array<int, 1> arbiter() { return {*r.load()}; }

 private:
  // Whatever begins afterwards is younger than what has begun before.
  void let_time_pass() {
    transact([&] { other.set(1); });
  }
  static void reach(sync::wait_word& word, std::uint32_t next) {
    if (word.load(std::memory_order_acquire) >= next) return;
    word.store(next, std::memory_order_release);
    word.wake_all();
  }
  static void await(const sync::wait_word& word, std::uint32_t wanted) {
    for (;;) {
      const std::uint32_t seen = word.load(std::memory_order_acquire);
      if (seen >= wanted) return;
      word.wait(seen);
    }
  }
};

}  // namespace tussle::workloads::litmus
