// planted.h: litmus programs that are broken on purpose. Each shows what one of the programs
// on the real primitives would look like if the primitive had that bug.
#pragma once

#include <array>
#include <atomic>

#include "harness/litmus/program.h"
#include "primitives/sync/atomic.h"

namespace tussle::workloads::litmus {

using namespace tussle::litmus;  // NOLINT(google-build-using-namespace): a table's words

inline program_info planted_info(const char* name, const char* question) {
  return {.name = name,
          .question = question,
          .statement = "",
          .source = "workloads/litmus/planted.h",
          .kind = program_kind::planted};
}

// What is wrong: release stores and acquire loads, where ATOM-14 needs seq_cst. Shows on
// every processor with a store buffer.
struct store_buffering_release {
  static program_info info() {
    return planted_info("planted.store_buffering_release",
                        "Is release and acquire enough for a total order?");
  }
  static constexpr std::array outcomes = {
      outcome{0, 1, acceptable, "actor 1 went first"},
      outcome{1, 0, acceptable, "actor 2 went first"},
      outcome{1, 1, acceptable, "they overlapped"},
      outcome{0, 0, forbidden, "both missed the other's update"},
  };

  sync::atomic<int> x{0};
  sync::atomic<int> y{0};
  int seen_y = 0;
  int seen_x = 0;

  void actor_1() {
    x.store(1, std::memory_order_release);
    seen_y = y.load(std::memory_order_acquire);
  }
  void actor_2() {
    y.store(1, std::memory_order_release);
    seen_x = x.load(std::memory_order_acquire);
  }
  std::array<int, 2> arbiter() { return {seen_y, seen_x}; }
};

// What is wrong: the flag is relaxed. x86 keeps the order all the same: only a model of weak
// memory shows it (or an Arm processor).
struct relaxed_flag {
  static program_info info() {
    return planted_info("planted.relaxed_flag", "Does a relaxed flag publish?");
  }
  static constexpr std::array outcomes = {
      outcome{0, 0, acceptable, "the flag was not seen"},
      outcome{1, 7, acceptable, "the flag was seen, and what came before it"},
      outcome{1, 0, forbidden, "the flag was seen without what came before it"},
  };

  sync::atomic<int> payload{0};
  sync::atomic<int> flag{0};
  int seen_flag = 0;
  int seen_payload = 0;

  void actor_1() {
    payload.store(7, std::memory_order_relaxed);
    flag.store(1, std::memory_order_relaxed);
  }
  void actor_2() {
    seen_flag = flag.load(std::memory_order_relaxed);
    if (seen_flag == 1) seen_payload = payload.load(std::memory_order_relaxed);
  }
  std::array<int, 2> arbiter() { return {seen_flag, seen_payload}; }
};

// What is wrong: a value of two words, written one after the other.
struct torn_value {
  static program_info info() {
    return planted_info("planted.torn_value", "Is a value of two atomic words whole?");
  }
  static constexpr std::array outcomes = {
      outcome{0, 0, acceptable, "the old value"},
      outcome{1, 1, acceptable, "the new value"},
  };

  sync::atomic<int> low{0};
  sync::atomic<int> high{0};
  int seen_low = 0;
  int seen_high = 0;

  void actor_1() {
    low.store(1, std::memory_order_seq_cst);
    high.store(1, std::memory_order_seq_cst);
  }
  void actor_2() {
    seen_low = low.load(std::memory_order_seq_cst);
    seen_high = high.load(std::memory_order_seq_cst);
  }
  std::array<int, 2> arbiter() { return {seen_low, seen_high}; }
};

// What is wrong: watches are called before the new value is installed. Always shows.
struct watch_before_installation {
  static program_info info() {
    return planted_info("planted.watch_before_installation",
                        "Is the new value visible when its watch is called?");
  }
  static constexpr std::array outcomes = {
      outcome{1, 0, acceptable, "the watch saw the new value, actor 2 the old one"},
      outcome{1, 1, acceptable, "both saw the new value"},
  };

  sync::atomic<int> value{0};
  int seen_by_watch = 0;
  int seen = 0;

  void actor_1() {
    seen_by_watch = value.load(std::memory_order_seq_cst);  // what a watch would load
    value.store(1, std::memory_order_seq_cst);
  }
  void actor_2() { seen = value.load(std::memory_order_seq_cst); }
  std::array<int, 2> arbiter() { return {seen_by_watch, seen}; }
};

// What is wrong: who takes a node out of the cell destroys it at once, whoever reads it.
struct early_free {
  static program_info info() {
    return planted_info("planted.early_free",
                        "Is a node kept from destruction while somebody reads it?");
  }
  static constexpr std::array outcomes = {
      outcome{0, acceptable, "the old node, alive"},
      outcome{1, acceptable, "the new node, alive"},
      outcome{-1, forbidden, "the node was destroyed under its reader"},
  };
  struct node {
    sync::atomic<int> number;  // -1: destroyed
  };

  node old{0};
  node next{1};
  sync::atomic<node*> cell{&old};
  int seen = 0;

  void actor_1() {
    const node* const found = cell.load(std::memory_order_seq_cst);
    seen = found->number.load(std::memory_order_seq_cst);
  }
  void actor_2() {
    cell.exchange(&next, std::memory_order_seq_cst)
        ->number.store(-1, std::memory_order_seq_cst);
  }
  std::array<int, 1> arbiter() { return {seen}; }
};

// What is wrong: a swap that loads, computes and stores.
struct swap_by_store {
  static program_info info() {
    return planted_info("planted.swap_by_store", "Are two updates both counted?");
  }
  static constexpr std::array outcomes = {
      outcome{2, acceptable, "both were counted"},
      outcome{1, forbidden, "a lost update"},
  };

  sync::atomic<int> count{0};

  void actor_1() { update(); }
  void actor_2() { update(); }
  std::array<int, 1> arbiter() { return {count.load(std::memory_order_seq_cst)}; }

 private:
  void update() {
    count.store(count.load(std::memory_order_seq_cst) + 1, std::memory_order_seq_cst);
  }
};

}  // namespace tussle::workloads::litmus
