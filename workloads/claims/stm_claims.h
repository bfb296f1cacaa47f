// stm_claims.h: what is taught of refs and transactions; templates of what plays the part, as
// atom_claims.h.
//
// Bodies stand still where the evidence wants them, the first time that they run. That is
// what a body must not do elsewhere: it waits for another thread.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "harness/claims/claim.h"
#include "primitives/agent/agent.h"
#include "primitives/agent/await.h"
#include "primitives/stm/stm_counters.h"
#include "primitives/stm/transact.h"
#include "primitives/stm/tx_ref.h"
#include "primitives/task/runtime.h"
#include "workloads/claims/gate.h"

namespace tussle::workloads::claims {

using tussle::claims::evidence;
using tussle::claims::verdict;

inline double yes(bool is_so) { return is_so ? 1 : 0; }

// Calls f the first time only; for bodies, which may run again.
template <typename F>
class once {
 public:
  explicit once(F f) : f_(std::move(f)) {}
  void operator()() {
    if (std::exchange(first_, false)) f_();
  }

 private:
  F f_;
  bool first_ = true;
};

// Two that meet: each goes on when the other one has come. Both do, sooner or later.
class meeting {
 public:
  void arrive() {
    if (here_.fetch_add(1) + 1 == 2) both_.open();
    both_.passes_within(std::chrono::seconds(10));
  }

 private:
  std::atomic<int> here_{0};
  gate both_;
};

// Two purses. Each operation is a transaction, and a part of the one that calls it.
class ref_purses {
 public:
  static constexpr int in_each = 100;

  void take(int amount) {
    transact([&] { first_.alter(std::minus<>(), amount); });
  }
  void give(int amount) {
    transact([&] { second_.alter(std::plus<>(), amount); });
  }
  template <typename F>
  void together(F f) {
    transact(f);
  }
  int sum() {
    return transact([&] { return *first_.load() + *second_.load(); });
  }

 private:
  tx_ref<int> first_{in_each};
  tx_ref<int> second_{in_each};
};

// Somebody adds up while a transfer stands still in its middle; then one ends by an exception
// there.
template <typename Purses>
evidence all_or_nothing() {
  constexpr int total = 2 * Purses::in_each;
  Purses purses;
  gate in_the_middle;
  gate go_on;
  std::thread mover([&] {
    once stand_still([&] {
      in_the_middle.open();
      go_on.pass();
    });
    purses.together([&] {
      purses.take(30);
      stand_still();
      purses.give(30);
    });
  });
  in_the_middle.pass();
  const int during = purses.sum();
  go_on.open();
  mover.join();
  const int after = purses.sum();
  try {
    purses.together([&] {
      purses.take(30);
      throw std::runtime_error("in the middle");
    });
  } catch (const std::runtime_error&) {  // as it should
  }
  const int failed = purses.sum();
  const bool holds = during == total && after == total && failed == total;
  return {holds ? verdict::supported : verdict::refuted,
          holds ? "nobody saw half a transfer, and one that failed left no trace"
                : "half a transfer was seen, or stayed",
          {{"in both purses", total * 1.0},
           {"seen in the middle of a transfer", during * 1.0},
           {"seen after it", after * 1.0},
           {"seen after one that failed in its middle", failed * 1.0}}};
}

// Two operations that are transactions by themselves become one.
template <typename Purses>
evidence transactions_compose() {
  Purses purses;
  int between = 0;
  once look([&] {
    std::thread other([&] { between = purses.sum(); });
    other.join();
  });
  purses.together([&] {
    purses.take(30);
    look();
    purses.give(30);
  });
  const int after = purses.sum();
  const bool holds = between == 2 * Purses::in_each && after == between;
  return {holds ? verdict::supported : verdict::refuted,
          holds ? "two transactions in a third were one: nobody saw the first by itself"
                : "the first was seen without the second",
          {{"in both purses", 2.0 * Purses::in_each},
           {"seen between the two", between * 1.0},
           {"seen after both", after * 1.0}}};
}

// Two things that a thread may change one after the other.
class ref_places {
 public:
  // False: it gave up.
  template <typename F>
  bool change_both(std::size_t first, std::size_t second, F after_first) {
    transact([&] {
      places_[first].alter(std::plus<>(), 1);
      after_first();
      places_[second].alter(std::plus<>(), 1);
    });
    return true;
  }
  template <typename F>
  void change(std::size_t which, F afterwards) {
    transact([&] {
      places_[which].alter(std::plus<>(), 1);
      afterwards();
    });
  }
  int value(std::size_t which) const { return *places_[which].load(); }
  double retries() const {
    return static_cast<double>(count_stm().all_retries() - before_.all_retries());
  }

 private:
  std::array<tx_ref<int>, 2> places_{tx_ref<int>(0), tx_ref<int>(0)};
  const stm_counters before_ = count_stm();
};

// Each has changed one, and both go for the other's. Whether both got it.
template <typename Places>
bool both_get_through(Places& places) {
  meeting both;
  std::array<bool, 2> through{};
  const auto cross = [&](std::size_t mine) {
    once meet([&] { both.arrive(); });
    through[mine] = places.change_both(mine, 1 - mine, [&] { meet(); });
  };
  std::thread other([&] { cross(1); });
  cross(0);
  other.join();
  return through[0] && through[1];
}

template <typename Places>
evidence never_deadlocks() {
  Places places;
  const bool through = both_get_through(places);
  const bool counted = places.value(0) == 2 && places.value(1) == 2;
  const bool holds = through && counted && places.retries() >= 1;
  return {holds ? verdict::supported : verdict::refuted,
          holds ? "one of them gave way and ran again, and both got through"
                : "they waited for each other, or a change was lost",
          {{"got through", yes(through)},
           {"changes of the first and of the second", places.value(0) * 1.0},
           {"retries", places.retries()}}};
}

// One stands still with what a second one wants, who has changed something else before. If
// that one kept it while he waits, waits could be a cycle, and there would be one to detect.
template <typename Places>
evidence detects_cycles() {
  Places places;
  gate has_first;
  gate go_on;
  gate has_second;
  gate third_is_through;
  std::thread first([&] {
    once stand_still([&] {
      has_first.open();
      go_on.pass();
    });
    places.change(0, [&] { stand_still(); });
  });
  has_first.pass();
  std::thread second([&] {
    once tell([&] { has_second.open(); });
    places.change_both(1, 0, [&] { tell(); });
  });
  has_second.pass();
  std::thread third([&] {
    places.change(1, [] {});
    third_is_through.open();
  });
  const bool gave_back = third_is_through.passes_within(long_enough);
  go_on.open();
  for (std::thread* each : {&first, &second, &third}) each->join();
  const bool cycles_end = both_get_through(places);
  const bool detects = !gave_back && cycles_end;
  return {detects ? verdict::supported : verdict::refuted,
          gave_back ? "who has to wait gives back what it has first, and an older one "
                      "takes from a younger: waits never are a cycle, and none is "
                      "looked for"
                    : "who waits keeps what it has",
          {{"a third got what the one that waited had changed", yes(gave_back)},
           {"two that crossed both got through", yes(cycles_end)}}};
}

class ref_shelf {
 public:
  // Whether there was one.
  template <typename F>
  bool take_one(F after_look) {
    return transact([&] {
      if (*stock_.load() < 1) return false;
      after_look();
      stock_.alter(std::minus<>(), 1);
      return true;
    });
  }
  int stock() const { return *stock_.load(); }

 private:
  tx_ref<int> stock_{1};
};

// The last one is there, and two orders have both seen it.
template <typename Shelf>
evidence no_stock_sold_twice() {
  Shelf shelf;
  meeting both;
  std::array<bool, 2> sold{};
  const auto order = [&](std::size_t mine) {
    once meet([&] { both.arrive(); });
    sold[mine] = shelf.take_one([&] { meet(); });
  };
  std::thread other([&] { order(1); });
  order(0);
  other.join();
  const int times = (sold[0] ? 1 : 0) + (sold[1] ? 1 : 0);
  const bool holds = times == 1 && shelf.stock() == 0;
  return {holds ? verdict::supported : verdict::refuted,
          holds ? "one order took it; the other looked again, and was refused"
                : "both orders took the last one",
          {{"orders that saw the last one", 2},
           {"orders that were served", times * 1.0},
           {"left", shelf.stock() * 1.0}}};
}

// A registry whose body starts what is not recorded.
class ref_registry_by_body {
 public:
  template <typename F>
  void ensure(F after_look) {
    transact([&] {
      if (*handle_.load() != 0) return;
      const int fresh = started_.fetch_add(1) + 1;
      after_look();
      handle_.set(fresh);
    });
  }
  int started() const { return started_.load(); }
  int recorded() const { return *handle_.load() != 0 ? 1 : 0; }

 private:
  tx_ref<int> handle_{0};
  std::atomic<int> started_{0};
};

// A registry whose body records a wish, and sends what starts: out of the transaction.
class ref_registry_by_send {
 public:
  template <typename F>
  void ensure(F after_look) {
    transact([&] {
      if (*handle_.load() != 0) return;
      after_look();
      handle_.set(wanted);
      starter_.send([this](int started) {
        transact([&] { handle_.set(started + 1); });
        return started + 1;
      });
    });
  }
  int started() {
    await(starter_);
    return *starter_.load();
  }
  int recorded() const { return *handle_.load() > 0 ? 1 : 0; }

 private:
  static constexpr int wanted = -1;

  runtime on_;
  tx_ref<int> handle_{0};
  agent<int> starter_{0, {.on = &on_}};
};

// Two want the same thing started, and both have looked before either records it.
template <typename Registry>
std::pair<int, int> started_and_recorded() {
  Registry registry;
  meeting both;
  const auto want = [&] {
    once meet([&] { both.arrive(); });
    registry.ensure([&] { meet(); });
  };
  std::thread other(want);
  want();
  other.join();
  const int started = registry.started();
  return {started, registry.recorded()};
}

template <typename Registry>
evidence refs_leak_handles() {
  const auto [started, recorded] = started_and_recorded<Registry>();
  const auto [mended, mended_recorded] = started_and_recorded<ref_registry_by_send>();
  const bool leaks = started - recorded >= 1 && recorded == 1;
  return {leaks ? verdict::supported : verdict::refuted,
          leaks ? "the attempt that did not commit had started one that nobody knows; "
                  "sent instead, it is started once"
                : "nothing was started that is not recorded",
          {{"started", started * 1.0},
           {"recorded", recorded * 1.0},
           {"leaked", started - recorded * 1.0},
           {"started where the start is sent", mended * 1.0},
           {"recorded there", mended_recorded * 1.0}}};
}

inline tussle::claims::claims stm_claims() {
  const char* const here = "workloads/claims/stm_claims.h";
  return {
      {.id = "stm.all_or_nothing",
       .statement = "a transfer is all or nothing",
       .threshold = "a sum in the middle of a transfer, after it, and after one that "
                    "failed in its middle is the total",
       .source = here,
       .expected = verdict::supported,
       .try_it = all_or_nothing<ref_purses>},
      {.id = "stm.never_deadlocks",
       .statement = "conflicting transactions retry, and never deadlock",
       .threshold = "two that each have changed what the other one goes for both get "
                    "through, after a retry",
       .source = here,
       .expected = verdict::supported,
       .try_it = never_deadlocks<ref_places>},
      {.id = "stm.no_stock_sold_twice",
       .statement = "two orders never take the same stock",
       .threshold = "of two orders that both have seen the last one, one is served",
       .source = here,
       .expected = verdict::supported,
       .try_it = no_stock_sold_twice<ref_shelf>},
      {.id = "stm.composes",
       .statement = "transactions compose",
       .threshold = "nobody sees the first of two in a third without the second",
       .source = here,
       .expected = verdict::supported,
       .try_it = transactions_compose<ref_purses>},
      {.id = "stm.detects_cycles",
       .statement = "the transactional memory detects cycles",
       .threshold = "who waits keeps what it has changed, so that waits can be a cycle, "
                    "and two that wait for each other both get through",
       .source = here,
       .expected = verdict::refuted,
       .try_it = detects_cycles<ref_places>},
      {.id = "registry.refs_leak_handles",
       .statement = "a registry on refs leaks handles on retry",
       .threshold =
           "two bodies that have both looked start two, of which one is recorded",
       .source = here,
       .expected = verdict::supported,
       .try_it = refs_leak_handles<ref_registry_by_body>},
  };
}

}  // namespace tussle::workloads::claims
