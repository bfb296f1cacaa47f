// Histories made by hand: does the checker know right from wrong, for every object?
#include "harness/history/checker.h"

#include <gtest/gtest.h>

#include "harness/history/made_for_test.h"

namespace tussle::history {
namespace {

constexpr specification cell{.kind = object_kind::cell, .initial = 0};
constexpr specification one_shot{.kind = object_kind::one_shot};
constexpr specification queue{.kind = object_kind::queue};
constexpr specification rendezvous{.kind = object_kind::channel, .capacity = 0};
constexpr specification channel_of_one{.kind = object_kind::channel, .capacity = 1};

// By the quick checks and by the search alone.
bool is_right(const history& operations, const specification& object) {
  const judgement quick = check(operations, object);
  const judgement searched = check_by_search(operations, object);
  EXPECT_EQ(quick.said, searched.said) << quick.reason << " / " << searched.reason;
  EXPECT_NE(quick.said, answer::cut);
  EXPECT_EQ(quick.said == answer::linearizable, quick.reason.empty());
  return quick.said == answer::linearizable;
}

TEST(cell_history, nothing_happened) { EXPECT_TRUE(is_right({}, cell)); }

TEST(cell_history, a_load_may_see_either_side_of_an_update_that_it_overlaps) {
  EXPECT_TRUE(is_right({exchange(0, {1, 4}, 7, 0), load(1, {2, 3}, 0)}, cell));
  EXPECT_TRUE(is_right({exchange(0, {1, 4}, 7, 0), load(1, {2, 3}, 7)}, cell));
}

TEST(cell_history, a_stale_read) {
  EXPECT_FALSE(is_right({exchange(0, {1, 2}, 7, 0), load(1, {3, 4}, 0)}, cell));
}

TEST(cell_history, equal_stamps_are_no_order) {
  EXPECT_TRUE(is_right({exchange(0, {1, 2}, 7, 0), load(1, {2, 3}, 0)}, cell));
}

TEST(cell_history, two_reads_that_see_two_updates_in_different_orders) {
  EXPECT_FALSE(is_right(
      {exchange(0, {1, 9}, 7, 0), load(1, {2, 3}, 7), load(2, {4, 5}, 0)}, cell));
}

TEST(cell_history, a_lost_update) {
  EXPECT_FALSE(is_right({exchange(0, {1, 4}, 7, 0), exchange(1, {2, 5}, 8, 0)}, cell));
}

TEST(cell_history, a_value_out_of_thin_air) {
  EXPECT_FALSE(is_right({exchange(0, {1, 4}, 7, 0), load(1, {2, 3}, 5)}, cell));
}

TEST(cell_history, updates_in_a_circle) {
  EXPECT_FALSE(is_right({exchange(0, {1, 4}, 7, 8), exchange(1, {2, 5}, 8, 7)}, cell));
}

TEST(cell_history, an_update_before_the_one_that_it_replaced) {
  EXPECT_FALSE(is_right({exchange(0, {3, 4}, 7, 0), exchange(1, {1, 2}, 8, 7)}, cell));
}

TEST(cell_history, a_pending_update_may_take_effect_or_not) {
  EXPECT_TRUE(is_right({pending(0, 1, call::exchange, 7), load(1, {2, 3}, 0)}, cell));
  EXPECT_TRUE(is_right({pending(0, 1, call::exchange, 7), load(1, {2, 3}, 7)}, cell));
}

TEST(cell_history, a_pending_update_that_was_seen_stays) {
  EXPECT_FALSE(is_right(
      {pending(0, 1, call::exchange, 7), load(1, {2, 3}, 7), load(1, {4, 5}, 0)}, cell));
}

TEST(cell_history, a_pending_update_cannot_be_seen_before_it_was_called) {
  EXPECT_FALSE(is_right({pending(0, 4, call::exchange, 7), load(1, {2, 3}, 7)}, cell));
}

TEST(cell_history, a_compare_and_set_that_failed_although_nobody_was_in_its_way) {
  EXPECT_FALSE(is_right({compare_and_set(0, {1, 2}, 0, 7, false)}, cell));
  EXPECT_TRUE(is_right(
      {compare_and_set(0, {1, 4}, 0, 7, false), exchange(1, {2, 3}, 8, 0)}, cell));
}

// One refusal needs the exchange early, the other one late: each alone is explained.
TEST(cell_history, refusals_that_contradict_each_other) {
  const history both = {compare_and_set(0, {2, 4}, 0, 9, false),
                        exchange(1, {1, 20}, 2, 0),
                        compare_and_set(2, {10, 12}, 2, 7, false)};

  EXPECT_FALSE(is_right(both, cell));
  EXPECT_TRUE(is_right({both[0], both[1]}, cell));
  EXPECT_TRUE(is_right({both[1], both[2]}, cell));
}

TEST(cell_history, a_refusal_that_a_pending_update_explains) {
  EXPECT_TRUE(is_right(
      {pending(0, 3, call::exchange, 1), compare_and_set(1, {4, 5}, 0, 2, false)}, cell));
  EXPECT_FALSE(is_right(
      {pending(0, 6, call::exchange, 1), compare_and_set(1, {4, 5}, 0, 2, false)}, cell));
}

TEST(cell_history, a_compare_and_set_that_won_against_a_value_that_was_gone) {
  EXPECT_FALSE(is_right(
      {exchange(0, {1, 2}, 7, 0), compare_and_set(1, {3, 4}, 0, 8, true)}, cell));
}

TEST(cell_history, stores_and_equal_values_are_searched) {
  const history twice = {answered(0, {1, 2}, call::store, outcome::done, 7),
                         answered(1, {3, 4}, call::store, outcome::done, 7),
                         load(2, {5, 6}, 7)};

  EXPECT_TRUE(is_right(twice, cell));
  EXPECT_EQ(check(twice, cell).method, "search");
}

TEST(cell_history, swaps_add_up) {
  const auto add = [](int thread, interval when, value result) {
    return returned(thread, when, call::swap, result, 1);
  };

  EXPECT_TRUE(is_right({add(0, {1, 4}, 2), add(1, {2, 3}, 1)}, cell));
  EXPECT_FALSE(is_right({add(0, {1, 4}, 1), add(1, {2, 3}, 1)}, cell));
}

TEST(cell_history, objects_are_judged_one_by_one) {
  operation other = load(1, {3, 4}, 0);
  other.key = 1;

  EXPECT_TRUE(is_right({exchange(0, {1, 2}, 7, 0), other}, cell));
}

TEST(one_shot_history, one_delivery_wins_and_all_see_it) {
  EXPECT_TRUE(is_right({answered(0, {1, 4}, call::deliver, outcome::no, 7),
                        answered(1, {2, 3}, call::deliver, outcome::yes, 8),
                        returned(2, {1, 5}, call::get, 8)},
                       one_shot));
}

TEST(one_shot_history, delivered_twice) {
  EXPECT_FALSE(is_right({answered(0, {1, 2}, call::deliver, outcome::yes, 7),
                         answered(1, {3, 4}, call::deliver, outcome::yes, 8)},
                        one_shot));
}

TEST(one_shot_history, a_get_before_the_delivery) {
  EXPECT_FALSE(is_right({returned(1, {1, 2}, call::get, 7),
                         answered(0, {3, 4}, call::deliver, outcome::yes, 7)},
                        one_shot));
}

TEST(one_shot_history, a_get_of_what_lost) {
  EXPECT_FALSE(is_right({answered(0, {1, 4}, call::deliver, outcome::no, 7),
                         answered(1, {2, 3}, call::deliver, outcome::yes, 8),
                         returned(2, {1, 5}, call::get, 7)},
                        one_shot));
}

TEST(one_shot_history, empty_after_the_delivery) {
  EXPECT_FALSE(is_right({answered(0, {1, 2}, call::deliver, outcome::yes, 7),
                         answered(1, {3, 4}, call::try_get, outcome::empty)},
                        one_shot));
}

TEST(one_shot_history, a_pending_delivery_may_have_won) {
  EXPECT_TRUE(is_right({pending(0, 1, call::deliver, 7),
                        answered(1, {2, 3}, call::deliver, outcome::no, 8)},
                       one_shot));
  EXPECT_FALSE(is_right({pending(0, 4, call::deliver, 7),
                         answered(1, {2, 3}, call::deliver, outcome::no, 8)},
                        one_shot));
}

TEST(queue_history, first_in_first_out) {
  EXPECT_TRUE(is_right(
      {put(0, {1, 2}, 7), put(0, {3, 4}, 8), take(1, {5, 6}, 7), take(1, {7, 8}, 8)},
      queue));
  EXPECT_FALSE(is_right(
      {put(0, {1, 2}, 7), put(0, {3, 4}, 8), take(1, {5, 6}, 8), take(1, {7, 8}, 7)},
      queue));
}

TEST(queue_history, puts_that_overlap_have_no_order) {
  EXPECT_TRUE(is_right(
      {put(0, {1, 4}, 7), put(2, {2, 3}, 8), take(1, {5, 6}, 8), take(1, {7, 8}, 7)},
      queue));
}

TEST(queue_history, an_element_overtakes_one_that_stays) {
  EXPECT_FALSE(
      is_right({put(0, {1, 2}, 7), put(0, {3, 4}, 8), take(1, {5, 6}, 8)}, queue));
}

TEST(queue_history, a_pending_take_may_have_taken_the_first) {
  EXPECT_TRUE(is_right({put(0, {1, 2}, 7), put(0, {3, 4}, 8), take(1, {5, 6}, 8),
                        pending(2, 3, call::take)},
                       queue));
}

TEST(queue_history, an_element_twice) {
  EXPECT_FALSE(
      is_right({put(0, {1, 2}, 7), take(1, {3, 4}, 7), take(2, {3, 4}, 7)}, queue));
}

TEST(queue_history, empty_while_an_element_is_inside) {
  EXPECT_FALSE(
      is_right({put(0, {1, 2}, 7), answered(1, {3, 4}, call::take, outcome::empty),
                take(1, {5, 6}, 7)},
               queue));
}

TEST(channel_history, a_full_channel_holds_its_putters_up) {
  EXPECT_TRUE(is_right({put(0, {1, 2}, 7), put(0, {3, 6}, 8), take(1, {4, 5}, 7)},
                       channel_of_one));
  EXPECT_FALSE(is_right({put(0, {1, 2}, 7), put(0, {3, 4}, 8), take(1, {5, 6}, 7)},
                        channel_of_one));
}

TEST(channel_history, a_rendezvous_needs_both) {
  EXPECT_TRUE(is_right({put(0, {1, 4}, 7), take(1, {2, 3}, 7)}, rendezvous));
  EXPECT_FALSE(is_right({put(0, {1, 2}, 7), take(1, {3, 4}, 7)}, rendezvous));
}

TEST(channel_history, a_put_that_waits_when_the_channel_is_closed_is_still_taken) {
  EXPECT_TRUE(
      is_right({put(0, {1, 8}, 7), answered(1, {2, 3}, call::close, outcome::done),
                take(1, {4, 5}, 7), answered(1, {6, 7}, call::take, outcome::closed)},
               rendezvous));
}

TEST(channel_history, an_element_lost_after_close) {
  EXPECT_FALSE(
      is_right({put(0, {1, 2}, 7), answered(1, {3, 4}, call::close, outcome::done),
                answered(1, {5, 6}, call::take, outcome::closed)},
               channel_of_one));
}

TEST(channel_history, a_put_after_close_is_refused) {
  const operation close = answered(1, {1, 2}, call::close, outcome::done);

  EXPECT_TRUE(is_right({close, answered(0, {3, 4}, call::put, outcome::closed, 7)},
                       channel_of_one));
  EXPECT_FALSE(is_right({close, put(0, {3, 4}, 7)}, channel_of_one));
}

TEST(channel_history, a_pending_put_may_have_entered) {
  EXPECT_TRUE(is_right({pending(0, 1, call::put, 7), take(1, {2, 3}, 7)}, rendezvous));
  EXPECT_TRUE(
      is_right({pending(0, 1, call::put, 7), pending(1, 2, call::take)}, rendezvous));
}

TEST(channel_history, a_try_put_without_buffer_needs_a_taker_at_that_moment) {
  const auto try_put = [](interval when, outcome how) {
    return answered(0, when, call::try_put, how, 7);
  };

  EXPECT_TRUE(is_right({try_put({1, 2}, outcome::yes), take(1, {1, 4}, 7)}, rendezvous));
  EXPECT_TRUE(
      is_right({try_put({1, 2}, outcome::yes), pending(1, 1, call::take)}, rendezvous));
  EXPECT_FALSE(is_right({try_put({1, 2}, outcome::yes)}, rendezvous));
  // The taker came after the close, and the hand-over is one moment.
  EXPECT_FALSE(
      is_right({try_put({1, 9}, outcome::yes),
                answered(2, {2, 3}, call::close, outcome::done), take(1, {4, 5}, 7)},
               rendezvous));
}

TEST(channel_history, a_try_put_is_refused_by_a_full_channel_only) {
  const operation refused = answered(1, {3, 4}, call::try_put, outcome::no, 8);

  EXPECT_TRUE(is_right({put(0, {1, 2}, 7), refused}, channel_of_one));
  EXPECT_FALSE(is_right({refused}, channel_of_one));
}

TEST(any_history, an_outcome_that_the_call_does_not_have_is_wrong) {
  EXPECT_FALSE(is_right({answered(0, {1, 2}, call::load, outcome::closed)}, cell));
}

TEST(budget, a_search_that_may_do_nothing_is_cut) {
  const history stores = {answered(0, {1, 2}, call::store, outcome::done, 7),
                          load(1, {3, 4}, 7)};

  const judgement said = check(stores, cell, {.configurations = 0});

  EXPECT_EQ(said.said, answer::cut);
  EXPECT_EQ(said.reason, "cut after 0 configurations, 0 of 2 operations in order");
}

}  // namespace
}  // namespace tussle::history
