// Is what is shown of a broken history the reason why it is broken?
#include "harness/history/counterexample.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "harness/history/made_for_test.h"
#include "harness/history/timeline.h"

namespace tussle::history {
namespace {

constexpr specification cell{.kind = object_kind::cell, .initial = 0};

// A hundred updates and reads that are right, and a read of a value long gone.
history stale_among_many() {
  history all;
  stamp now = 1;
  for (value i = 1; i <= 100; ++i, now += 4) {
    all.push_back(exchange(0, {now, now + 1}, i, i - 1));
    all.push_back(load(1, {now + 2, now + 3}, i == 60 ? 58 : i));
  }
  return all;
}

TEST(counterexample, shows_the_few_operations_that_contradict_each_other) {
  const counterexample shown = explain(stale_among_many(), cell, "steps");

  EXPECT_EQ(shown.recorded, 200U);
  EXPECT_EQ(shown.object.initial, 58);
  ASSERT_EQ(shown.operations.size(), 2U);
  EXPECT_EQ(to_string(shown.operations[0]), "exchange(59) -> 58");
  EXPECT_EQ(to_string(shown.operations[1]), "load() -> 58");
  EXPECT_EQ(
      shown.reason,
      "exchange(59) -> 58 of thread 0 had ended before load() -> 58 of thread 1 began");
}

TEST(counterexample, says_where_every_order_ends) {
  const counterexample shown =
      explain({exchange(0, {1, 2}, 7, 0), exchange(1, {3, 4}, 8, 7), load(2, {5, 6}, 7)},
              cell, "steps");

  EXPECT_EQ(shown.state, "8");
  EXPECT_EQ(shown.order.size(), shown.operations.size() - 1);
  ASSERT_EQ(shown.candidates.size(), 1U);
  EXPECT_FALSE(shown.candidates[0].possible);
}

TEST(counterexample, is_told_as_text) {
  const std::string text =
      to_text(explain({exchange(0, {1, 2}, 7, 0), load(1, {3, 4}, 0)}, cell, "steps"));

  EXPECT_EQ(
      text,
      "Not linearizable: cell that begins as 0; 2 of 2 operations show it.\n"
      "exchange(7) -> 0 of thread 0 had ended before load() -> 0 of thread 1 began\n"
      "\n"
      "   #  thread  operation         invoked  returned\n"
      "   0  0       exchange(7) -> 0  0        1\n"
      "   1  1       load() -> 0       2        3\n"
      "\n"
      "thread 0  |[#0]\n"
      "thread 1  |        [#1]\n"
      "\n"
      "The longest order that can be explained:\n"
      "  #0 exchange(7) -> 0\n"
      "Then the cell is 7, and nothing can come next:\n"
      "  #1 load() -> 0: cannot\n");
}

TEST(counterexample, is_told_as_json) {
  const auto record = to_json(
      explain({exchange(0, {11, 12}, 7, 0), load(1, {13, 14}, 0)}, cell, "steps"));

  EXPECT_EQ(record["object"], "cell");
  EXPECT_EQ(record["clock"], "steps");
  EXPECT_EQ(record["operations"].size(), 2U);
  EXPECT_EQ(record["operations"][0]["invoked"], 0);
  EXPECT_EQ(record["operations"][1]["returned"], 3);
  EXPECT_EQ(record["operations"][1]["result"], 0);
  EXPECT_EQ(record["operations"][1]["outcome"], "returned");
  EXPECT_EQ(record["candidates"][0]["operation"], 1);
}

TEST(counterexample, what_was_open_at_the_error_is_pending) {
  const counterexample shown = explain(
      {exchange(0, {1, 9}, 7, 0), load(1, {2, 3}, 7), load(1, {4, 5}, 0)}, cell, "steps");

  EXPECT_TRUE(shown.operations[0].is_pending());
}

TEST(counterexample, of_a_queue_keeps_the_elements_that_changed_places) {
  history all;
  for (value i = 1; i <= 20; ++i) {
    const auto at = static_cast<stamp>(i) * 10;
    all.push_back(put(0, {at, at + 1}, i));
    // 7 and 8 change places.
    all.push_back(take(1, {at + 500, at + 501}, i == 7 ? 8 : i == 8 ? 7 : i));
  }

  const counterexample shown = explain(all, {.kind = object_kind::queue}, "steps");

  ASSERT_EQ(shown.operations.size(), 3U);
  EXPECT_EQ(to_string(shown.operations[0]), "put(7) -> yes");
  EXPECT_EQ(to_string(shown.operations[1]), "put(8) -> yes");
  EXPECT_EQ(to_string(shown.operations[2]), "take() -> 8");
}

TEST(timeline, an_operation_that_is_pending_runs_to_the_end) {
  EXPECT_EQ(timeline({exchange(0, {1, 2}, 7, 0), pending(1, 0, call::load)}),
            "thread 0  |    [#0]\n"
            "thread 1  |[#1========>\n");
}

}  // namespace
}  // namespace tussle::history
