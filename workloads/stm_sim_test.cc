// Do transactions keep what they promise in every interleaving of small programs that the
// controlled scheduler comes upon, and where memory is weak? Deadlocks, lost wake-ups, data
// races on what claims guard, leaks and uses after free are findings of its own.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "harness/schedule/sim/explore.h"
#include "harness/schedule/sim/program.h"
#include "harness/schedule/sim/report.h"
#include "harness/schedule/sim/weak_memory.h"
#include "primitives/stm/tx_ref.h"
#include "primitives/sync/asymmetric_barrier.h"

namespace tussle {
namespace {

int plus_one(int v) { return v + 1; }
int plus(int v, int n) { return v + n; }

// Boxed, and its parts are watched by nobody: what is read of a freed one is 0xDD.
struct pair {
  std::int64_t number;
  std::int64_t complement;
};
pair make_pair_of(std::int64_t n) { return {n, ~n}; }
std::int64_t checked(const pair& v) {
  sim::require(v.complement == ~v.number, "a whole value");
  return v.number;
}

void two_alter() {
  tx_ref<int> r(0);
  sim::threads(2, [&](int) { transact([&] { r.alter(plus_one); }); });
  sim::require(*r.load() == 2, "no update is lost");
}

void two_set_what_they_loaded() {
  tx_ref<int> r(0);
  sim::threads(2, [&](int) { transact([&] { r.set(*r.load() + 1); }); });
  sim::require(*r.load() == 2, "no update is lost");
}

void two_commute() {
  tx_ref<int> r(0);
  sim::threads(2, [&](int) { transact([&] { r.commute(plus_one); }); });
  sim::require(*r.load() == 2, "no update is lost");
}

void alter_and_commute() {
  tx_ref<int> r(0);
  sim::threads({[&] { transact([&] { r.alter(plus_one); }); },
                [&] { transact([&] { r.commute(plus, 10); }); }});
  sim::require(*r.load() == 11, "no update is lost");
}

void transfers_in_opposite_orders() {
  tx_ref<int> a(10);
  tx_ref<int> b(10);
  sim::threads({[&] {
                  transact([&] {
                    a.alter(plus, -1);
                    b.alter(plus, 1);
                  });
                },
                [&] {
                  transact([&] {
                    b.alter(plus, -2);
                    a.alter(plus, 2);
                  });
                }});
  sim::require(*a.load() == 11 && *b.load() == 9, "both happened");
}

void commutes_in_opposite_orders() {
  tx_ref<int> a(0);
  tx_ref<int> b(0);
  sim::threads(2, [&](int index) {
    transact([&] {
      (index == 0 ? a : b).commute(plus_one);
      (index == 0 ? b : a).commute(plus_one);
    });
  });
  sim::require(*a.load() == 2 && *b.load() == 2, "no update is lost");
}

// Each commits a commute of what the other one has claimed.
void claims_and_commutes_crosswise() {
  tx_ref<int> a(0);
  tx_ref<int> b(0);
  sim::threads(2, [&](int index) {
    transact([&] {
      (index == 0 ? a : b).alter(plus_one);
      (index == 0 ? b : a).commute(plus_one);
    });
  });
  sim::require(*a.load() == 2 && *b.load() == 2, "no update is lost");
}

void read_beside_a_transfer() {
  tx_ref<int> a(10);
  tx_ref<int> b(10);
  int bodies = 0;
  sim::threads({[&] {
                  transact([&] {
                    a.alter(plus, -1);
                    b.alter(plus, 1);
                  });
                },
                [&] {
                  transact([&] {
                    ++bodies;
                    const int sum = *b.load() + *a.load();
                    sim::require(sum == 20, "a snapshot, inside the body");
                  });
                }});
  sim::require(bodies == 1, "a reader's body runs once");
}

// Its begin meets commits, and what they clear up.
void read_beside_many_transfers() {
  tx_ref<int> a(10);
  tx_ref<int> b(10);
  sim::threads({[&] {
                  for (int i = 0; i < 4; ++i) {
                    transact([&] {
                      a.alter(plus, -1);
                      b.alter(plus, 1);
                    });
                  }
                },
                [&] {
                  for (int i = 0; i < 2; ++i) {
                    const int sum = transact([&] { return *b.load() + *a.load(); });
                    sim::require(sum == 20, "a snapshot");
                  }
                }});
}

// A body never sees a mixture, not even in an attempt that does not commit.
void opacity_of_writers() {
  tx_ref<int> a(0);
  tx_ref<int> b(0);
  const auto both = [&] {
    transact([&] {
      const int x = *a.alter(plus_one);
      const int y = *b.alter(plus_one);
      sim::require(x == y, "changed together, seen together");
    });
  };
  sim::threads({both, both, [&] {
                  transact([&] {
                    const int x = *a.load();
                    const int y = *b.load();
                    sim::require(x == y, "a snapshot");
                    b.set(y);
                  });
                }});
  sim::require(*a.load() == 2 && *b.load() == 2, "no update is lost");
}

void plain_loads_are_monotone() {
  tx_ref<int> a(0);
  tx_ref<int> b(0);
  sim::threads({[&] {
                  transact([&] {
                    a.set(1);
                    b.set(1);
                  });
                },
                [&] {
                  const int x = *a.load();
                  const int y = *b.load();
                  sim::require(y >= x, "who has seen the commit sees all of it");
                },
                [&] {
                  const int y = *b.load();
                  const int x = *a.load();
                  sim::require(x >= y, "who has seen the commit sees all of it");
                }});
}

// A reader that comes upon a commit between READY and its point fixes the point, and must see
// all of the commit from there on.
void loads_that_help() {
  tx_ref<int> a(0);
  tx_ref<int> b(0);
  sim::threads({[&] {
                  transact([&] {
                    a.set(1);
                    b.set(1);
                  });
                },
                [&] {
                  const int x = *a.load();
                  const int y = *b.load();
                  sim::require(y >= x, "who has seen the commit sees all of it");
                }});
}

void load_beside_a_commit() {
  tx_ref<pair> r(make_pair_of(1));
  sim::threads({[&] { transact([&] { r.set(make_pair_of(2)); }); },
                [&] {
                  const auto seen = checked(*r.load());
                  sim::require(seen == 1 || seen == 2, "one of its values");
                }});
  sim::require(checked(*r.load()) == 2, "the last one");
}

// Two readers must not see two independent commits in opposite orders.
void long_fork() {
  tx_ref<int> a(0);
  tx_ref<int> b(0);
  std::pair<int, int> first;
  std::pair<int, int> second;
  const auto read_into = [&](std::pair<int, int>& into) {
    transact([&] { into = {*a.load(), *b.load()}; });
  };
  sim::threads({[&] { transact([&] { a.set(1); }); },
                [&] { transact([&] { b.set(1); }); }, [&] { read_into(first); },
                [&] { read_into(second); }});
  const bool forked = (first == std::pair(1, 0) && second == std::pair(0, 1)) ||
                      (first == std::pair(0, 1) && second == std::pair(1, 0));
  sim::require(!forked, "one order of commits for all");
}

bool both_went_down(bool ensures) {
  tx_ref<int> a(1);
  tx_ref<int> b(1);
  const auto drop = [ensures](tx_ref<int>& mine, tx_ref<int>& other) {
    transact([&] {
      const int there = ensures ? *other.ensure() : *other.load();
      if (there > 0) mine.set(0);
    });
  };
  sim::threads({[&] { drop(a, b); }, [&] { drop(b, a); }});
  return *a.load() + *b.load() == 0;
}
void skew_with_ensure() { sim::require(!both_went_down(true), "one of them stays up"); }
void skew_without_ensure() {
  sim::require(!both_went_down(false), "one of them stays up");
}

void boxed_values_beside_readers() {
  tx_ref<pair> r(make_pair_of(0));
  sim::threads({[&] {
                  for (int i = 1; i <= 3; ++i) transact([&] { r.set(make_pair_of(i)); });
                },
                [&] {
                  const auto before = r.load();
                  const auto after = r.load();
                  sim::require(checked(*before) <= checked(*after), "in order");
                },
                [&] {
                  transact([&] {
                    const auto first = r.read(checked);
                    sim::require(r.read(checked) == first, "one value");
                    sim::require(checked(*r.load()) == first, "one value");
                  });
                }});
  sim::require(checked(*r.load()) == 3, "the last one");
}

void a_ref_dies_while_another_reads() {
  auto r = std::make_unique<tx_ref<pair>>(make_pair_of(1));
  const tx_ref<pair> same = *r;
  sim::threads({[&] {
                  transact([&] { r->set(make_pair_of(2)); });
                  r.reset();
                },
                [&, same] {
                  const auto seen = checked(*same.load());
                  sim::require(seen == 1 || seen == 2, "one of its values");
                }});
}

void validators_hold() {
  tx_ref<int> r(0);
  r.set_validator([](int v) { return v < 2; });
  int rejected = 0;
  sim::threads(2, [&](int) {
    try {
      transact([&] { r.alter(plus_one); });
    } catch (const invalid_state_error&) {
      ++rejected;
    }
  });
  sim::require(*r.load() == 1 && rejected == 1, "one of them was rejected");
}

void priority_beside_others() {
  tx_ref<int> a(0);
  tx_ref<int> b(0);
  const auto run = [&](tx_ref<int>& first, tx_ref<int>& second) {
    set_stm_options({.attempts_before_priority = 1});
    transact([&] {
      first.load();
      second.alter(plus_one);
      first.alter(plus_one);
    });
  };
  sim::threads({[&] { run(a, b); }, [&] { run(b, a); }});
  sim::require(*a.load() == 2 && *b.load() == 2, "no update is lost");
}

// Waits that end by nothing but a wake-up: one that is lost is a thread that stands still.
void transact_patiently(const std::function<void()>& body) {
  set_stm_options(
      {.attempts_before_priority = 1, .longest_wait = std::chrono::nanoseconds::max()});
  transact(body);
}

void two_wait_for_each_other() {
  tx_ref<int> a(0);
  tx_ref<int> b(0);
  sim::threads(2, [&](int index) {
    transact_patiently([&] {
      (index == 0 ? a : b).alter(plus_one);
      (index == 0 ? b : a).alter(plus_one);
    });
  });
  sim::require(*a.load() == 2 && *b.load() == 2, "no update is lost");
}

void three_wait_for_each_other() {
  tx_ref<int> r(0);
  sim::threads(3, [&](int) { transact_patiently([&] { r.alter(plus_one); }); });
  sim::require(*r.load() == 3, "no update is lost");
}

void two_wait_for_what_is_ensured() {
  tx_ref<int> a(0);
  tx_ref<int> b(0);
  sim::threads(2, [&](int index) {
    transact_patiently([&] {
      (index == 0 ? a : b).ensure();
      (index == 0 ? b : a).alter(plus_one);
    });
  });
  sim::require(*a.load() + *b.load() == 2, "no update is lost");
}

// The one that ensures it has an entry in front of it, and claims it afterwards.
void one_waits_for_what_is_ensured_and_claimed() {
  tx_ref<int> a(0);
  tx_ref<int> b(0);
  sim::threads({[&] {
                  transact_patiently([&] {
                    a.alter(plus_one);
                    b.ensure();
                    b.alter(plus_one);
                  });
                },
                [&] { transact_patiently([&] { b.alter(plus_one); }); }});
  sim::require(*a.load() == 1 && *b.load() == 2, "no update is lost");
}

// More refs than a write set looks through: claims tell where they are.
void claims_tell_where_refs_are() {
  tx_ref<int> a(0);
  tx_ref<int> b(0);
  tx_ref<int> c(0);
  tx_ref<int> d(0);
  sim::threads(2, [&](int index) {
    tx_ref<int>& first = index == 0 ? a : d;
    tx_ref<int>& last = index == 0 ? d : a;
    transact_patiently([&] {
      for (tx_ref<int>* each : {&first, &b, &c, &last}) each->alter(plus_one);
      const int before = *b.load();
      sim::require(*b.alter(plus_one) == before + 1, "its own change");
      for (tx_ref<int>* each : {&first, &c, &last}) each->alter(plus_one);
    });
  });
  for (const tx_ref<int>* each : {&a, &b, &c, &d})
    sim::require(*each->load() == 4, "no update is lost");
}

struct program {
  const char* name;
  void (*run)();
  std::uint64_t weak_executions = 1'500;
  bool is_large = false;  // it has more than 15 000 schedules of one preemption
};

class transactions_in_sim : public testing::TestWithParam<program> {};

sim::result explored(sim::strategy how, bool weak, std::uint64_t executions) {
  sim::options options{.name = transactions_in_sim::GetParam().name,
                       .with = how,
                       .executions = executions};
  if (weak) options.memory = &sim::make_weak_memory;
  return sim::explore(options, transactions_in_sim::GetParam().run);
}

TEST_P(transactions_in_sim, STM_52_hold_whatever_the_schedule) {
  for (const auto how : {sim::strategy::random, sim::strategy::pct, sim::strategy::pos}) {
    const sim::result seen = explored(how, false, 1'500);
    EXPECT_FALSE(seen.failed) << sim::to_string(how) << sim::render(seen.failed->shown);
  }
}

// All there are of the small programs, and many of the others.
TEST_P(transactions_in_sim, STM_52_hold_with_the_schedules_of_one_preemption) {
  const bool is_large = transactions_in_sim::GetParam().is_large;
  sim::options options{.name = transactions_in_sim::GetParam().name,
                       .with = sim::strategy::exhaustive,
                       .most_preemptions = 1};
  options.executions = is_large ? 500 : 15'000;
  const sim::result seen = sim::explore(options, transactions_in_sim::GetParam().run);
  EXPECT_FALSE(seen.failed) << sim::render(seen.failed->shown);
  EXPECT_TRUE(seen.complete || is_large) << seen.executions << " executions, and more";
}

TEST_P(transactions_in_sim, STM_52_hold_where_memory_is_weak) {
  for (const auto how : {sim::strategy::random, sim::strategy::pct}) {
    const sim::result seen =
        explored(how, true, transactions_in_sim::GetParam().weak_executions);
    EXPECT_FALSE(seen.failed) << sim::to_string(how) << sim::render(seen.failed->shown);
  }
}

// Where who ends an attempt leaves the barrier to those who wait, as in production.
TEST_P(transactions_in_sim, STM_52_hold_with_light_ends) {
  for (const bool weak : {false, true}) {
    sim::options options{.name = transactions_in_sim::GetParam().name,
                         .with = sim::strategy::random,
                         .executions = 500};
    if (weak) options.memory = &sim::make_weak_memory;
    const auto run = transactions_in_sim::GetParam().run;
    const sim::result seen = sim::explore(options, [run] {
      sync::ask_for_heavy_barriers();
      run();
    });
    EXPECT_FALSE(seen.failed) << sim::render(seen.failed->shown);
  }
}

#define PROGRAM(name) \
  program { #name, &name }
#define LARGE_PROGRAM(name) \
  program { #name, &name, 1'500, true }
INSTANTIATE_TEST_SUITE_P(
    all, transactions_in_sim,
    testing::Values(
        PROGRAM(load_beside_a_commit),
        program{"loads_that_help", &loads_that_help, 20'000}, PROGRAM(two_alter),
        PROGRAM(two_set_what_they_loaded), PROGRAM(two_commute),
        PROGRAM(alter_and_commute), LARGE_PROGRAM(transfers_in_opposite_orders),
        LARGE_PROGRAM(commutes_in_opposite_orders),
        LARGE_PROGRAM(claims_and_commutes_crosswise), PROGRAM(read_beside_a_transfer),
        LARGE_PROGRAM(read_beside_many_transfers), LARGE_PROGRAM(opacity_of_writers),
        PROGRAM(plain_loads_are_monotone), LARGE_PROGRAM(long_fork),
        LARGE_PROGRAM(skew_with_ensure), PROGRAM(boxed_values_beside_readers),
        PROGRAM(a_ref_dies_while_another_reads), PROGRAM(validators_hold),
        PROGRAM(priority_beside_others), LARGE_PROGRAM(two_wait_for_each_other),
        PROGRAM(three_wait_for_each_other), PROGRAM(two_wait_for_what_is_ensured),
        LARGE_PROGRAM(one_waits_for_what_is_ensured_and_claimed),
        LARGE_PROGRAM(claims_tell_where_refs_are)),
    [](const testing::TestParamInfo<program>& each) {
      return std::string(each.param.name);
    });

// The scheduler finds what snapshot isolation permits, so it would find what it forbids.
TEST(write_skew_in_sim, STM_22_is_come_upon_without_ensure) {
  const sim::result seen =
      sim::explore({.name = "skew_without_ensure", .executions = 5'000, .shrinks = false},
                   &skew_without_ensure);

  EXPECT_TRUE(seen.failed);
}

}  // namespace
}  // namespace tussle
