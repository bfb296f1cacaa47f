// Validators and watches of an agent (VAL, WATCH, as far as they are not an atom's), and sends
// from the watches and functions of others (CROSS).
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "primitives/agent/agent.h"
#include "primitives/atom/atom.h"
#include "primitives/testing/representations_testing.h"
#include "primitives/testing/stage_testing.h"
#include "primitives/testing/threads_testing.h"

namespace tussle {
namespace {

using tests::sample;
using tests::stage;
using tests::successor;

int plus_one(int n) { return n + 1; }
bool below_five(int n) { return n < 5; }

template <typename T>
class agent_of : public ::testing::Test {
 public:
  std::int64_t present() const { return sample<T>::number(*a.load()); }

  stage s;
  agent<T> a{sample<T>::of(1), {.on = &s.home()}};
};
TYPED_TEST_SUITE(agent_of, tests::all_representations, tests::representation_names);

TYPED_TEST(agent_of, AGT_1_actions_change_a_value_of_every_representation) {
  this->a.send(successor<TypeParam>).send_off(successor<TypeParam>);
  this->s.run_all();

  EXPECT_EQ(this->present(), 3);
}

TYPED_TEST(agent_of,
           WATCH_2_a_watch_receives_key_agent_old_and_new_on_the_action_s_thread) {
  const auto before = this->a.load();
  std::thread::id runner;
  int calls = 0;
  this->a.add_watch("key",
                    [&](const watch_key& key, const agent<TypeParam>& reference,
                        const snapshot<TypeParam>& o, const snapshot<TypeParam>& n) {
                      ++calls;
                      EXPECT_EQ(key, "key");
                      EXPECT_TRUE(reference == this->a);
                      EXPECT_TRUE(o.same_as(before));
                      EXPECT_EQ(sample<TypeParam>::number(*n), 2);
                      EXPECT_TRUE(n.same_as(reference.load()));
                      EXPECT_EQ(std::this_thread::get_id(), runner);
                    });
  this->a.send(successor<TypeParam>);

  tests::on_another_thread([&] {
    runner = std::this_thread::get_id();
    this->s.run_all();
  });

  EXPECT_EQ(calls, 1);
  EXPECT_FALSE(this->a.error());
}

TYPED_TEST(agent_of, WATCH_6_an_action_that_keeps_the_identity_notifies_too) {
  const auto before = this->a.load();
  int calls = 0;
  this->a.add_watch("w", [&](auto&...) { ++calls; });

  this->a.send([](const snapshot<TypeParam>& present) { return present; });
  this->s.run_all();

  EXPECT_EQ(calls, 1);
  EXPECT_TRUE(this->a.load().same_as(before));
}

TYPED_TEST(agent_of, VAL_7_a_validator_sees_the_candidate_before_it_is_stored) {
  std::vector<std::pair<std::int64_t, std::int64_t>> seen;  // candidate, present
  this->a.set_validator([&](const TypeParam& candidate) {
    seen.emplace_back(sample<TypeParam>::number(candidate), this->present());
    return true;
  });
  seen.clear();

  this->a.send(successor<TypeParam>);
  this->s.run_all();

  EXPECT_EQ(seen, (decltype(seen){{2, 1}}));
}

TYPED_TEST(agent_of, AGT_19_a_restart_installs_the_very_snapshot) {
  this->a.send([](const TypeParam& v) -> TypeParam {
    if (sample<TypeParam>::number(v) == 1) throw 1;
    return sample<TypeParam>::of(0);
  });
  this->s.run_all();
  const snapshot<TypeParam> fresh(sample<TypeParam>::of(8));

  this->a.restart(fresh);

  EXPECT_TRUE(this->a.load().same_as(fresh));
}

TEST(agent, VAL_1_a_rejected_initial_value_makes_no_agent) {
  stage s;
  EXPECT_THROW(agent<int>(5, {.validator = below_five, .on = &s.home()}),
               invalid_state_error);
}

TEST(agent, VAL_4_and_5_validators_are_replaced_and_removed) {
  stage s;
  agent<int> a(4, {.validator = below_five, .on = &s.home()});
  EXPECT_TRUE(a.validator());
  EXPECT_THROW(a.set_validator([](int n) { return n < 4; }), invalid_state_error);

  a.set_validator(nullptr);
  EXPECT_FALSE(a.validator());
  a.send(plus_one);
  s.run_all();

  EXPECT_EQ(*a.load(), 5);
}

TEST(agent, WATCH_5_a_removed_watch_is_not_called_again) {
  stage s;
  int first = 0;
  int second = 0;
  agent<int> a(0, {.on = &s.home()});
  a.add_watch("first", [&](auto&...) { ++first; }).add_watch("second", [&](auto&...) {
    ++second;
  });
  a.remove_watch("first").remove_watch("unknown");

  a.send(plus_one);
  s.run_all();

  EXPECT_EQ(first, 0);
  EXPECT_EQ(second, 1);
}

TEST(agent, CROSS_1_a_swap_function_that_sends_does_so_once_per_attempt) {
  stage s;
  atom<int> cell(0);
  agent<int> a(0, {.on = &s.home()});
  int attempts = 0;

  cell.swap([&](int n) {
    a.send(plus_one);
    if (++attempts == 1) tests::on_another_thread([&] { cell.swap(plus_one); });
    return n + 1;
  });
  s.run_all();

  EXPECT_GE(attempts, 2);
  EXPECT_EQ(*a.load(), attempts);
}

TEST(agent, CROSS_3_a_send_from_a_watch_of_an_atom_is_queued_at_once) {
  stage s;
  atom<int> cell(0);
  agent<int> a(0, {.on = &s.home()});
  std::size_t queued = 0;
  cell.add_watch("w", [&](auto&...) {
    a.send(plus_one);
    queued = s.waiting();
  });

  cell.reset(1);

  EXPECT_EQ(queued, 1U);
  s.run_all();
  EXPECT_EQ(*a.load(), 1);
}

}  // namespace
}  // namespace tussle
