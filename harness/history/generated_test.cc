// Does the checker tell linearizable histories from broken ones, over thousands of them?
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "harness/history/broken_for_test.h"
#include "harness/history/brute_force_for_test.h"
#include "harness/history/checker.h"
#include "harness/history/counterexample.h"
#include "harness/history/generated_for_test.h"
#include "harness/history/removable.h"
#include "primitives/sync/hooks.h"

namespace tussle::history {
namespace {

// Nothing here is concurrent: under sanitizers, which make it slow, fewer seeds do.
constexpr std::uint64_t fewer = sync::has_schedule_points ? 8 : 1;

const std::vector<specification>& all_objects() {
  static const std::vector<specification> all = {
      {.kind = object_kind::cell, .initial = 0},
      {.kind = object_kind::one_shot},
      {.kind = object_kind::queue},
      {.kind = object_kind::channel, .capacity = 0},
      {.kind = object_kind::channel, .capacity = 1},
      {.kind = object_kind::channel, .capacity = 3}};
  return all;
}

std::string name_of(const specification& object) {
  const std::string kind = to_string(object.kind);
  return object.kind == object_kind::channel
             ? kind + "_" + std::to_string(object.capacity)
             : kind;
}

std::string listed(const history& operations) {
  std::string text;
  for (const operation& one : operations) {
    text += std::to_string(one.thread) + ": " + to_string(one) + " [" +
            std::to_string(one.invoked) + ", " + std::to_string(one.returned) + "]\n";
  }
  return text;
}

class every_object : public testing::TestWithParam<specification> {};

INSTANTIATE_TEST_SUITE_P(generated, every_object, testing::ValuesIn(all_objects()),
                         [](const auto& p) { return name_of(p.param); });

TEST_P(every_object, a_history_and_its_broken_twin_are_told_apart) {
  constexpr std::uint64_t seeds = 2000 / fewer;
  int pairs = 0;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const shape wanted{.threads = 2 + static_cast<int>(seed % 4),
                       .operations = 30,
                       .object = GetParam()};
    const history good = linearizable_history(wanted, seed);
    const auto bad = breaker(good, GetParam(), seed).broken();

    ASSERT_EQ(check(good, GetParam()).said, answer::linearizable) << listed(good);
    ASSERT_EQ(check_by_search(good, GetParam()).said, answer::linearizable);
    if (!bad) continue;
    ++pairs;
    ASSERT_EQ(check(*bad, GetParam()).said, answer::not_linearizable) << listed(*bad);
    ASSERT_EQ(check_by_search(*bad, GetParam()).said, answer::not_linearizable);
  }
  EXPECT_GT(pairs, static_cast<int>(seeds / 2));
}

// The breaker itself: what it makes is wrong whichever way one looks.
TEST_P(every_object, what_is_broken_has_no_order_at_all) {
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    const shape wanted{.threads = 3, .operations = 6, .object = GetParam()};
    const history good = linearizable_history(wanted, seed);
    const auto bad = breaker(good, GetParam(), seed).broken();

    ASSERT_TRUE(is_linearizable_by_brute_force(good, GetParam())) << listed(good);
    if (bad) {
      ASSERT_FALSE(is_linearizable_by_brute_force(*bad, GetParam())) << listed(*bad);
    }
  }
}

// Any calls with any outcomes: most of it is nonsense, some is right by chance.
history any_history(const specification& object, std::uint64_t seed) {
  harness::generator random(seed);
  history all;
  for (int thread = 0; thread < 3; ++thread) {
    stamp now = random() % 4;
    for (std::uint64_t i = random() % 3; i < 3; ++i) {
      const auto& calls = calls_of(object.kind);
      operation one{.thread = thread, .what = calls[random() % calls.size()]};
      one.argument = static_cast<value>(random() % 3);
      one.expected = static_cast<value>(random() % 3);
      one.how = static_cast<outcome>(1 + random() % 6);
      one.result = static_cast<value>(random() % 3);
      one.invoked = now;
      now = one.returned = now + random() % 6;
      if (i == 2 && random() % 3 == 0) {
        one.how = outcome::pending;
        one.returned = never;
      }
      all.push_back(one);
      now += random() % 2;
    }
  }
  return all;
}

// A linearizable one with a few results drawn anew: at the border between right and wrong.
history nearly_right(const specification& object, std::uint64_t seed) {
  harness::generator random(seed);
  history all =
      linearizable_history({.threads = 3, .operations = 7, .object = object}, seed);
  for (operation& one : all) {
    if (random() % 5 == 0) one.result = static_cast<value>(random() % 6);
    if (random() % 9 == 0) one.argument = static_cast<value>(random() % 4);
    if (one.how == outcome::pending || random() % 12 != 0) continue;
    one.how = static_cast<outcome>(1 + random() % 6);
  }
  return all;
}

TEST_P(every_object, search_and_quick_checks_agree_with_brute_force) {
  int linearizable = 0;
  constexpr std::uint64_t seeds = 3000 / fewer;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    for (const history& each :
         {any_history(GetParam(), seed), nearly_right(GetParam(), seed)}) {
      const answer truth = is_linearizable_by_brute_force(each, GetParam())
                               ? answer::linearizable
                               : answer::not_linearizable;
      linearizable += truth == answer::linearizable ? 1 : 0;

      ASSERT_EQ(check_by_search(each, GetParam()).said, truth) << listed(each);
      ASSERT_EQ(check(each, GetParam()).said, truth) << listed(each);
    }
  }
  EXPECT_GT(linearizable, 100 / static_cast<int>(fewer));
  EXPECT_LT(linearizable, static_cast<int>(2 * seeds - 100 / fewer));
}

// What is left out must not be what made it right: the rest of a linearizable history stays
// linearizable, and the rest of a broken one is as broken by brute force.
TEST_P(every_object, a_counterexample_is_small_and_broken) {
  for (std::uint64_t seed = 1; seed <= 200 / fewer; ++seed) {
    const shape wanted{.threads = 4, .operations = 40, .object = GetParam()};
    const auto bad =
        breaker(linearizable_history(wanted, seed), GetParam(), seed).broken();
    if (!bad) continue;

    const counterexample shown = explain(*bad, GetParam(), "steps");

    ASSERT_LT(shown.operations.size(), bad->size()) << listed(*bad);
    ASSERT_EQ(check_by_search(shown.operations, shown.object).said,
              answer::not_linearizable);
    if (shown.operations.size() > 9) continue;
    ASSERT_FALSE(is_linearizable_by_brute_force(shown.operations, shown.object))
        << listed(shown.operations);
  }
}

TEST_P(every_object, what_may_be_left_out_leaves_a_linearizable_history_so) {
  for (std::uint64_t seed = 1; seed <= 300 / fewer; ++seed) {
    const history good =
        linearizable_history({.threads = 3, .operations = 8, .object = GetParam()}, seed);
    for (const group& each : removable_groups(good, GetParam())) {
      history rest;
      for (std::uint32_t i = 0; i < good.size(); ++i) {
        if (std::find(each.begin(), each.end(), i) == each.end()) rest.push_back(good[i]);
      }
      ASSERT_TRUE(is_linearizable_by_brute_force(rest, GetParam()))
          << listed(good) << "without\n"
          << to_string(good[each.front()]);
    }
  }
}

TEST(generated, a_cell_may_begin_with_any_value_of_its_chain) {
  const specification cell{.kind = object_kind::cell};
  for (std::uint64_t seed = 1; seed <= 300 / fewer; ++seed) {
    const history good =
        linearizable_history({.threads = 3, .operations = 8, .object = cell}, seed);
    for (const value beginning : later_beginnings(good, 0)) {
      const history rest = begun_with(good, 0, beginning);
      ASSERT_TRUE(is_linearizable_by_brute_force(
          rest, {.kind = object_kind::cell, .initial = beginning}))
          << listed(good) << "from " << beginning;
    }
  }
}

TEST(generated, ten_thousand_operations_on_a_cell_are_decided_at_once) {
  const specification cell{.kind = object_kind::cell};
  constexpr int operations = 10'000 / static_cast<int>(fewer);
  const history good =
      linearizable_history({.threads = 8, .operations = operations, .object = cell}, 1);
  const auto bad = breaker(good, cell, 1).broken();
  ASSERT_TRUE(bad.has_value());

  const judgement of_good = check(good, cell);
  const judgement of_bad = check(*bad, cell);

  EXPECT_EQ(of_good.said, answer::linearizable) << of_good.reason;
  EXPECT_EQ(of_bad.said, answer::not_linearizable);
  EXPECT_EQ(of_good.method, "chain");
  EXPECT_LE(explain(*bad, cell, "steps").operations.size(), 4U);
  RecordProperty("microseconds", static_cast<int>(of_good.seconds * 1e6));
}

TEST(generated, what_the_budget_does_not_suffice_for_is_cut) {
  const specification queue{.kind = object_kind::queue};
  const history good =
      linearizable_history({.threads = 8, .operations = 10'000, .object = queue}, 1);

  const judgement said = check(good, queue, {.configurations = 20'000, .seconds = 60});

  EXPECT_EQ(said.said, answer::cut);
  EXPECT_NE(said.reason.find("cut after 20000 configurations"), std::string::npos)
      << said.reason;
}

}  // namespace
}  // namespace tussle::history
