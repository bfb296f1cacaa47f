// Validators and watches of refs.
#include <gtest/gtest.h>

#include <cstdint>
#include <utility>
#include <vector>

#include "primitives/reference/errors.h"
#include "primitives/stm/tx_ref.h"
#include "primitives/testing/representations_testing.h"
#include "primitives/testing/threads_testing.h"
#include "primitives/testing/two_refs_testing.h"

namespace tussle {
namespace {

using tests::on_another_thread;
using tests::sample;
using tests::successor;

template <typename T>
class rules_of_ref : public tests::two_refs<T> {};
TYPED_TEST_SUITE(rules_of_ref, tests::all_representations, tests::representation_names);

TYPED_TEST(rules_of_ref, STM_23_validators_see_the_final_values_only) {
  std::vector<std::int64_t> seen;
  this->r.set_validator([&](const TypeParam& v) {
    seen.push_back(sample<TypeParam>::number(v));
    return seen.back() > 0;
  });
  seen.clear();

  transact([&] {
    this->r.set(this->of(-5));
    this->r.set(this->of(5));
  });

  EXPECT_EQ(seen, (std::vector<std::int64_t>{5}));
  EXPECT_EQ(this->present(this->r), 5);
}

TYPED_TEST(rules_of_ref, STM_24_one_rejected_ref_aborts_the_whole_transaction) {
  int bodies = 0;
  int heard = 0;
  for (auto* const each : {&this->r, &this->q}) {
    each->set_validator(
        [](const TypeParam& v) { return sample<TypeParam>::number(v) > 0; });
    each->add_watch("w", [&](auto&...) { ++heard; });
  }
  const auto expect_rejected = [&](const auto& body) {
    bodies = 0;
    EXPECT_THROW(transact([&] {
                   ++bodies;
                   body();
                 }),
                 invalid_state_error);
    EXPECT_EQ(bodies, 1);
    EXPECT_EQ(heard, 0);
    EXPECT_EQ(this->present(this->r), 1);
    EXPECT_EQ(this->present(this->q), 10);
  };
  const auto negative = [&](const TypeParam&) { return this->of(-1); };

  expect_rejected([&] { this->r.set(this->of(2)), this->q.set(this->of(-1)); });
  expect_rejected([&] { this->r.set(this->of(-1)), this->q.set(this->of(2)); });
  expect_rejected([&] { this->r.set(this->of(2)), this->q.commute(negative); });
  expect_rejected(
      [&] { this->r.commute(negative), this->q.alter(successor<TypeParam>); });

  transact([&] { this->r.set(this->of(2)), this->q.set(this->of(2)); });
  EXPECT_EQ(heard, 2);
}

TYPED_TEST(rules_of_ref, STM_25_refs_that_were_only_read_or_ensured_are_not_validated) {
  int checks = 0;
  this->r.set_validator([&](const TypeParam&) { return ++checks > 0; });
  checks = 0;

  transact([&] {
    this->r.load();
    this->r.ensure();
    this->q.set(this->of(11));
  });

  EXPECT_EQ(checks, 0);
}

TYPED_TEST(rules_of_ref, STM_26_a_watch_hears_once_of_each_commit) {
  std::vector<std::pair<std::int64_t, std::int64_t>> heard;
  const auto note = [&](auto& /*key*/, auto& ref, auto& was, auto& is) {
    EXPECT_TRUE(ref == this->r || ref == this->q);
    heard.emplace_back(this->number(was), this->number(is));
  };
  this->r.add_watch("w", note);
  this->q.add_watch("w", note);

  transact([&] {
    this->r.set(this->of(2));
    this->r.alter(successor<TypeParam>);
    this->q.commute(successor<TypeParam>);
    this->q.commute(successor<TypeParam>);
  });
  transact([&] { this->r.set(this->r.load()); });

  EXPECT_EQ(heard, (decltype(heard){{1, 3}, {10, 12}, {3, 3}}));
}

TYPED_TEST(rules_of_ref, STM_26_what_came_before_is_what_was_committed_last) {
  std::vector<std::pair<std::int64_t, std::int64_t>> heard;
  this->r.add_watch("w", [&](auto&, auto&, auto& was, auto& is) {
    heard.emplace_back(this->number(was), this->number(is));
  });

  transact([&] {
    this->r.commute(successor<TypeParam>);
    on_another_thread([&] { transact([&] { this->r.set(this->of(20)); }); });
  });

  EXPECT_EQ(heard, (decltype(heard){{1, 20}, {20, 21}}));
}

TYPED_TEST(rules_of_ref, STM_27_in_a_watch_no_transaction_runs_and_the_commit_is_over) {
  int heard = 0;
  this->r.add_watch("w", [&](auto&, auto& ref, auto&, auto&) {
    ++heard;
    EXPECT_FALSE(in_transaction());
    EXPECT_THROW(ref.set(this->of(0)), no_transaction_error);
    EXPECT_EQ(this->present(this->q), 11);
    on_another_thread([&] {
      EXPECT_EQ(this->present(this->q), 11);
      transact([&] { this->q.alter(successor<TypeParam>); });  // nothing is held
    });
    transact([&] { this->q.alter(successor<TypeParam>); });
  });

  transact([&] {
    this->r.set(this->of(2));
    this->q.set(this->of(11));
  });

  EXPECT_EQ(heard, 1);
  EXPECT_EQ(this->present(this->q), 13);
}

TYPED_TEST(rules_of_ref, STM_44_a_throwing_watch_leaves_the_commit_in_place) {
  this->r.add_watch("w", [](auto&...) { throw std::out_of_range("watch"); });
  int others = 0;
  this->q.add_watch("w", [&](auto&...) { ++others; });

  EXPECT_THROW(transact([&] {
                 this->r.set(this->of(2));
                 this->q.set(this->of(20));
               }),
               std::out_of_range);

  EXPECT_EQ(this->present(this->r), 2);
  EXPECT_EQ(this->present(this->q), 20);
  EXPECT_EQ(others, 0) << "the remaining ones are skipped";
  transact([&] { this->q.set(this->of(21)); });
  EXPECT_EQ(others, 1);
}

TYPED_TEST(rules_of_ref, VAL_1_an_initial_value_that_is_rejected_makes_no_ref) {
  const auto rejects = [](const TypeParam&) { return false; };

  EXPECT_THROW(tx_ref<TypeParam>(this->of(1), {.validator = rejects}),
               invalid_state_error);
}

TYPED_TEST(rules_of_ref, VAL_4_a_validator_that_rejects_the_value_is_not_installed) {
  this->r.set_validator(
      [](const TypeParam& v) { return sample<TypeParam>::number(v) < 5; });

  EXPECT_THROW(this->r.set_validator([](const TypeParam&) -> bool { throw 3; }), int);

  EXPECT_THROW(transact([&] { this->r.set(this->of(5)); }), invalid_state_error);
  this->r.set_validator({});
  transact([&] { this->r.set(this->of(5)); });
  EXPECT_EQ(this->present(this->r), 5);
}

TYPED_TEST(rules_of_ref, WATCH_5_a_watch_that_was_removed_is_not_called) {
  int first = 0;
  int second = 0;
  this->r.add_watch("w", [&](auto&...) { ++first; });
  this->r.add_watch("w", [&](auto&...) { ++second; });

  transact([&] { this->r.set(this->of(2)); });
  this->r.remove_watch("w").remove_watch("unknown");
  transact([&] { this->r.set(this->of(3)); });

  EXPECT_EQ(first, 0);
  EXPECT_EQ(second, 1);
}

}  // namespace
}  // namespace tussle
