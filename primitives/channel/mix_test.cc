// What is heard of which input.
#include "primitives/channel/mix.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "primitives/channel/folds.h"
#include "primitives/testing/channels_testing.h"
#include "primitives/testing/stage_testing.h"

namespace tussle {
namespace {

using tests::drain;
using tests::drained;
using tests::live_processes;
using tests::pending_puts;
using tests::put_and_close;
using tests::stage;

using ints = std::vector<int>;

// Three inputs with room, into one output.
class mix_of_three : public testing::Test {
 public:
  mix_of_three() : mixed(out) {
    for (const auto& each : {a, b, c}) mixed.admix(each);
    s.run_all();
  }

  // One element into each: 1, 2 and 3; what is heard of them, in this order.
  ints heard() {
    for (int i = 0; i < 3; ++i) {
      const channel<int>& input = i == 0 ? a : i == 1 ? b : c;
      EXPECT_EQ(input.try_put(i + 1), put_status::accepted);
    }
    ints all = drain(s, out).elements;
    std::sort(all.begin(), all.end());
    return all;
  }
  // How many elements an input holds; takes them out.
  static int left_in(const channel<int>& input) {
    int left = 0;
    while (input.try_take().status == take_status::taken) ++left;
    return left;
  }

  stage s;
  const channel<int> out{s.home(), fixed(16)};
  const channel<int> a{s.home(), fixed(8)};
  const channel<int> b{s.home(), fixed(8)};
  const channel<int> c{s.home(), fixed(8)};
  const mix<int> mixed;
};

TEST_F(mix_of_three, MIX_1_all_elements_of_all_inputs_come_out_each_input_in_order) {
  put_and_close(a, {10, 11, 12});
  put_and_close(b, {20, 21, 22});
  const ints all = drain(s, out).elements;

  ASSERT_EQ(all.size(), 6U);
  for (const int input : {1, 2}) {
    int next = input * 10;
    for (const int each : all) {
      if (each / 10 == input) {
        EXPECT_EQ(each, next++);
      }
    }
  }
}

TEST(mix, MIX_1_all_come_out_from_many_threads) {
  constexpr int inputs = 4;
  constexpr int many = 200;
  runtime on;
  const channel<int> out(on);
  const mix m(out);
  for (int i = 0; i < inputs; ++i) {
    ints mine;
    for (int k = 0; k < many; ++k) mine.push_back(i * many + k);
    m.admix(to_channel(on, std::move(mine)));
  }
  ints next;
  for (int i = 0; i < inputs; ++i) next.push_back(i * many);
  for (int n = 0; n < inputs * many; ++n) {
    const int got = out.take().value();
    EXPECT_EQ(got, next[static_cast<std::size_t>(got / many)]++);
  }
}

TEST_F(mix_of_three, MIX_1_what_was_removed_is_not_heard) {
  mixed.unmix(b);
  s.run_all();
  EXPECT_EQ(heard(), (ints{1, 3}));
  EXPECT_EQ(left_in(b), 1);
  mixed.unmix_all();
  s.run_all();
  EXPECT_EQ(heard(), ints());
}

TEST_F(mix_of_three, MIX_1_what_was_taken_before_its_input_was_removed_is_heard) {
  EXPECT_EQ(b.try_put(2), put_status::accepted);  // the mix waits: it takes it
  mixed.unmix(b);
  EXPECT_EQ(drain(s, out).elements, (ints{2}));
}

TEST_F(mix_of_three, MIX_1_has_one_element_in_hand) {
  const channel<int> narrow(s.home());
  const mix m(narrow);
  const channel<int> from(s.home());
  const channel<int> idle(s.home());
  m.admix(idle);
  m.admix(from);
  pending_puts<int> puts;
  puts.add(from, {1, 2, 3});
  s.run_all();
  EXPECT_EQ(puts.accepted, 1);
}

TEST_F(mix_of_three, MIX_2_what_is_muted_is_taken_and_dropped) {
  mixed.toggle({{b, {.mute = true}}});
  s.run_all();
  EXPECT_EQ(heard(), (ints{1, 3}));
  EXPECT_EQ(left_in(b), 0);

  mixed.toggle({{b, {.mute = false}}});
  s.run_all();
  EXPECT_EQ(heard(), (ints{1, 2, 3})) << "the first one is gone";
}

TEST_F(mix_of_three, MIX_2_what_is_paused_is_left_in_the_input) {
  mixed.toggle({{b, {.pause = true}}});
  s.run_all();
  EXPECT_EQ(heard(), (ints{1, 3}));

  mixed.toggle({{b, {.pause = false}}});
  EXPECT_EQ(drain(s, out).elements, (ints{2}));
}

TEST_F(mix_of_three, MIX_2_muted_and_paused_is_left_in_the_input) {
  mixed.toggle({{b, {.mute = true, .pause = true}}});
  s.run_all();
  EXPECT_EQ(heard(), (ints{1, 3}));
  EXPECT_EQ(left_in(b), 1);
}

TEST_F(mix_of_three, MIX_2_what_is_muted_is_dropped_from_then_on_at_once) {
  mixed.toggle({{b, {.mute = true}}});
  EXPECT_EQ(heard(), (ints{1, 3})) << "although the mix has not heard of it";
}

TEST_F(mix_of_three, MIX_2_switches_that_are_not_named_stay) {
  mixed.toggle({{b, {.mute = true}}});
  mixed.toggle({{b, {.pause = true}}});
  mixed.toggle({{b, {.pause = false}}});
  s.run_all();
  EXPECT_EQ(heard(), (ints{1, 3}));
}

TEST_F(mix_of_three, MIX_2_admixed_again_all_switches_are_off) {
  mixed.toggle({{b, {.mute = true}}});
  mixed.admix(b);
  s.run_all();
  EXPECT_EQ(heard(), (ints{1, 2, 3}));
}

TEST_F(mix_of_three, MIX_3_solo_silences_the_others_which_are_taken_and_dropped) {
  mixed.toggle({{a, {.solo = true}}});
  s.run_all();
  EXPECT_EQ(heard(), (ints{1}));
  EXPECT_EQ(left_in(b), 0);

  mixed.toggle({{a, {.solo = false}}});
  s.run_all();
  EXPECT_EQ(heard(), (ints{1, 2, 3}));
}

TEST_F(mix_of_three, MIX_3_or_are_left_alone_in_the_other_mode) {
  mixed.solo_mode(solo_mode::pause);
  s.run_all();
  EXPECT_EQ(heard(), (ints{1, 2, 3})) << "nobody is solo";
  mixed.toggle({{a, {.solo = true}}});
  s.run_all();
  EXPECT_EQ(heard(), (ints{1}));

  mixed.toggle({{a, {.solo = false}}});
  EXPECT_EQ(drain(s, out).elements.size(), 2U);
}

TEST_F(mix_of_three, MIX_3_in_mode_mute_those_that_are_paused_stay_paused) {
  mixed.toggle({{a, {.solo = true}}, {b, {.pause = true}}});
  s.run_all();
  EXPECT_EQ(heard(), (ints{1}));
  EXPECT_EQ(left_in(b), 1);
  EXPECT_EQ(left_in(c), 0);
}

TEST_F(mix_of_three, MIX_3_solo_overrides_mute_and_pause_in_both_modes) {
  for (const solo_mode mode : {solo_mode::mute, solo_mode::pause}) {
    mixed.solo_mode(mode);
    mixed.toggle({{a, {.solo = true, .mute = true, .pause = false}}});
    s.run_all();
    EXPECT_EQ(heard(), (ints{1}));
    mixed.toggle({{a, {.solo = true, .mute = false, .pause = true}}});
    s.run_all();
    EXPECT_EQ(heard(), (ints{1}));
  }
}

TEST_F(mix_of_three, MIX_3_several_may_be_solo) {
  mixed.toggle({{a, {.solo = true}}, {c, {.solo = true, .pause = true}}});
  s.run_all();
  EXPECT_EQ(heard(), (ints{1, 3}));
}

TEST_F(mix_of_three, MIX_3_several_inputs_change_at_one_point_and_new_ones_come) {
  const channel<int> fresh(s.home(), fixed(8));
  EXPECT_EQ(fresh.try_put(4), put_status::accepted);
  mixed.toggle({{a, {.mute = true}}, {fresh, {.solo = true}}, {b, {.pause = true}}});
  s.run_all();
  EXPECT_EQ(drain(s, out).elements, (ints{4}));
  EXPECT_EQ(heard(), ints());
}

// A mix on it has heard of a change, and done what follows, before it is told of another.
class at_once final : public executor {
 public:
  bool submit(task& work) noexcept override {
    work.run();
    return true;
  }
};

TEST(mix, MIX_3_nothing_is_heard_between_changes_that_are_asked_for_together) {
  at_once pool;
  runtime home(pool, pool);
  const channel<int> out(home, fixed(8));
  const channel<int> a(home, fixed(8));
  const channel<int> b(home, fixed(8));
  const mix m(out);
  m.toggle({{a, {.pause = true}}, {b, {}}});
  EXPECT_EQ(a.try_put(1), put_status::accepted);

  m.toggle({{a, {.pause = false}}, {b, {.solo = true}}});

  EXPECT_EQ(out.try_take().status, take_status::empty) << "b was solo when it was taken";
  EXPECT_EQ(a.try_take().status, take_status::empty) << "it was dropped";
  EXPECT_EQ(b.try_put(2), put_status::accepted);
  EXPECT_EQ(out.try_take().value, 2);
}

TEST_F(mix_of_three, MIX_4_inputs_that_have_ended_leave_and_the_output_stays_open) {
  put_and_close(a, {7});
  b.close();
  EXPECT_EQ(drain(s, out), (drained<int>{{7}, false}));
  EXPECT_EQ(c.try_put(3), put_status::accepted);
  EXPECT_EQ(drain(s, out), (drained<int>{{3}, false}));
  c.close();
  EXPECT_EQ(drain(s, out), (drained<int>{{}, false}));
}

TEST_F(mix_of_three, MIX_4_a_solo_input_that_has_ended_silences_nobody) {
  mixed.toggle({{a, {.solo = true}}});
  a.close();
  s.run_all();
  EXPECT_EQ(b.try_put(2), put_status::accepted);
  EXPECT_EQ(drain(s, out).elements, (ints{2}));
}

TEST_F(mix_of_three, MIX_4_it_ends_when_its_output_refuses_and_leaves_inputs_open) {
  out.close();
  EXPECT_EQ(a.try_put(1), put_status::accepted);
  s.run_all();
  EXPECT_EQ(live_processes(s), 0U);
  EXPECT_FALSE(a.is_closed());
  EXPECT_EQ(a.try_put(2), put_status::accepted);
  mixed.admix(b);
  s.run_all();
  EXPECT_EQ(left_in(a), 1) << "nobody takes any more";
}

TEST(mix, MIX_4_it_lets_its_inputs_go_when_it_ends) {
  stage s;
  auto out = std::make_optional<channel<int>>(s.home());
  const mix m(*out);
  std::optional<channel_view<int>> view;
  {
    const channel<int> input(s.home(), fixed(4));
    view.emplace(input.view());
    m.admix(input);
    s.run_all();
    EXPECT_EQ(input.try_put(1), put_status::accepted);
    s.run_all();
  }
  EXPECT_TRUE(view->lock().has_value());
  out.reset();
  s.run_all();
  EXPECT_FALSE(view->lock().has_value());
  EXPECT_EQ(live_processes(s), 0U);
}

TEST(mix, MIX_4_without_handles_it_goes_on_as_long_as_there_are_inputs) {
  stage s;
  const channel<int> out(s.home(), fixed(8));
  const channel<int> input(s.home());
  mix(out).admix(input);
  s.run_all();
  EXPECT_EQ(live_processes(s), 1U);
  put_and_close(input, {1, 2});

  EXPECT_EQ(drain(s, out), (drained<int>{{1, 2}, false}));
  EXPECT_EQ(live_processes(s), 0U);
  static_cast<void>(mix(out));
  s.run_all();
  EXPECT_EQ(live_processes(s), 0U);
}

TEST(mix, elements_that_only_move_go_through) {
  stage s;
  using box = std::unique_ptr<int>;
  const channel<box> out(s.home());
  const channel<box> input(s.home(), fixed(4));
  const mix m(out);
  m.admix(input);
  EXPECT_EQ(input.try_put(std::make_unique<int>(4)), put_status::accepted);
  EXPECT_EQ(**drain(s, out).elements.begin(), 4);
}

}  // namespace
}  // namespace tussle
