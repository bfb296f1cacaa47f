// When, where and how often callbacks are called, and what they may do.
#include "primitives/channel/callback.h"

#include <gtest/gtest.h>

#include <exception>
#include <functional>
#include <latch>
#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

#include "primitives/channel/channel.h"
#include "primitives/reference/errors.h"
#include "primitives/testing/instances_testing.h"
#include "primitives/testing/stage_testing.h"

namespace tussle {
namespace {

using tests::stage;

TEST(channel_callback, CH_14_put_then_says_true_while_it_waits_and_calls_back_once) {
  stage s;
  const channel<int> c(s.home());
  std::vector<bool> answers;
  const auto note = [&](bool accepted) { answers.push_back(accepted); };

  EXPECT_TRUE(c.put_then(1, note)) << "it waits";
  EXPECT_TRUE(answers.empty());
  EXPECT_EQ(c.take(), 1);
  EXPECT_EQ(answers, std::vector<bool>{true});

  c.close();
  EXPECT_FALSE(c.put_then(2, note)) << "it is closed already";
  EXPECT_EQ(answers, (std::vector<bool>{true, false}));
}

TEST(channel_callback, CH_14_a_put_that_waits_when_the_channel_closes_is_still_true) {
  stage s;
  const channel<int> c(s.home());
  std::vector<bool> answers;
  EXPECT_TRUE(c.put_then(1, [&](bool accepted) { answers.push_back(accepted); }));

  c.close();
  EXPECT_TRUE(answers.empty());
  EXPECT_EQ(c.take(), 1);
  EXPECT_EQ(answers, std::vector<bool>{true});
}

TEST(channel_callback, CH_15_done_at_once_and_on_the_caller_it_is_called_inline) {
  stage s;
  const channel<int> c(s.home(), fixed(1));
  std::vector<std::thread::id> where;
  const auto note = [&](auto&&) { where.push_back(std::this_thread::get_id()); };

  c.put_then(1, note);
  c.take_then(note);

  EXPECT_EQ(where, std::vector<std::thread::id>(2, std::this_thread::get_id()));
  EXPECT_EQ(s.waiting(), 0U);
}

TEST(channel_callback, CH_15_done_at_once_and_not_on_the_caller_it_goes_to_the_pool) {
  stage s;
  const channel<int> c(s.home(), fixed(1));
  std::vector<bool> answers;
  std::vector<std::optional<int>> got;
  const auto note = [&](bool accepted) { answers.push_back(accepted); };

  EXPECT_TRUE(c.put_then(1, note, false));
  c.take_then([&](std::optional<int> value) { got.push_back(value); }, false);
  c.close();
  EXPECT_FALSE(c.put_then(2, note, false));
  EXPECT_TRUE(answers.empty());
  EXPECT_TRUE(got.empty());

  s.run_all();
  EXPECT_EQ(answers, (std::vector<bool>{true, false}));
  EXPECT_EQ(got, std::vector<std::optional<int>>{1});
}

TEST(channel_callback,
     CH_15_done_later_and_on_the_caller_it_runs_where_it_was_completed) {
  stage s;
  const channel<int> c(s.home());
  std::thread::id where;
  std::optional<int> got;
  c.take_then([&](std::optional<int> value) {
    where = std::this_thread::get_id();
    got = value;
  });

  std::thread putter([&] {
    c.put(3);
    EXPECT_EQ(where, std::this_thread::get_id());
  });
  putter.join();

  EXPECT_EQ(got, 3);
  EXPECT_EQ(s.waiting(), 0U);
}

TEST(channel_callback, CH_15_done_later_and_not_on_the_caller_it_goes_to_the_pool) {
  stage s;
  const channel<int> c(s.home());
  std::optional<int> got;
  c.take_then([&](std::optional<int> value) { got = value; }, false);

  c.put(3);
  EXPECT_EQ(got, std::nullopt);
  s.run_all();
  EXPECT_EQ(got, 3);
}

TEST(channel_callback, CH_15_what_an_inline_callback_throws_at_once_reaches_the_caller) {
  stage s;
  const channel<int> c(s.home(), fixed(1));

  EXPECT_THROW(c.put_then(1, [](bool) { throw std::runtime_error("mine"); }),
               std::runtime_error);

  EXPECT_EQ(c.take(), 1) << "the put has taken effect";
  EXPECT_TRUE(s.uncaught.empty());
}

TEST(channel_callback, CH_15_what_it_throws_later_goes_to_the_uncaught_hook) {
  stage s;
  const channel<int> c(s.home());
  for (const bool on_caller : {true, false}) {
    c.take_then([](std::optional<int>) { throw std::runtime_error("mine"); }, on_caller);
    EXPECT_TRUE(c.put(1));
  }
  s.run_all();

  ASSERT_EQ(s.uncaught.size(), 2U);
  EXPECT_THROW(std::rethrow_exception(s.uncaught[1]), std::runtime_error);
}

TEST(channel_callback, CH_28_a_callback_may_use_the_same_channel) {
  stage s;
  const channel<int> c(s.home());
  std::vector<std::optional<int>> got;
  c.take_then([&](std::optional<int> value) {
    got.push_back(value);
    EXPECT_EQ(c.try_put(9), put_status::would_wait);
    c.put_then(2, [&](bool) { c.close(); });
    c.take_then([&](std::optional<int> next) { got.push_back(next); });
  });

  EXPECT_TRUE(c.put(1));

  EXPECT_EQ(got, (std::vector<std::optional<int>>{1, 2}));
  EXPECT_TRUE(c.is_closed());
}

TEST(channel_callback, CH_28_callbacks_of_a_close_may_use_the_same_channel) {
  stage s;
  const channel<int> c(s.home());
  int told = 0;
  for (int i = 0; i < 3; ++i)
    c.take_then([&](std::optional<int> none) {
      EXPECT_EQ(none, std::nullopt);
      EXPECT_FALSE(c.put(1));
      EXPECT_EQ(c.take(), std::nullopt);
      c.close();
      ++told;
    });

  c.close();

  EXPECT_EQ(told, 3);
}

// Elements that use their channel when they die.
struct meddler {
  std::shared_ptr<std::function<void()>> act;
  ~meddler() {
    if (act && act.use_count() == 1) (*act)();
  }
  meddler(meddler&&) noexcept = default;
  meddler& operator=(meddler&&) noexcept = default;
  explicit meddler(std::function<void()> f)
      : act(std::make_shared<std::function<void()>>(std::move(f))) {}
};

TEST(channel_callback, CH_28_what_a_buffer_drops_dies_after_the_lock_is_given_up) {
  for (const buffer& size : {dropping(1), sliding(1)}) {
    const channel<meddler> c(size);
    bool was_open = false;
    const auto look = [&] { was_open = !c.is_closed(); };
    c.put(meddler(look));
    c.put(meddler(look));

    EXPECT_TRUE(was_open) << "who dies can look at the channel";
    const auto left = c.take();
  }
}

// With 40 bytes of stack each they would not fit.
#if defined(TUSSLE_MODE_BENCH)
constexpr int many = 1'000'000;
#else
constexpr int many = 200'000;
#endif

TEST(channel_callback, takes_that_take_again_and_again_need_no_stack) {
  stage s;
  const channel<int> c(s.home(), sliding(1));
  int left = many;
  std::function<void(std::optional<int>)> again = [&](std::optional<int>) {
    if (--left == 0) return;
    c.put(left);
    c.take_then(again);
  };
  c.put(1);

  c.take_then(again);

  EXPECT_EQ(left, 0);
}

TEST(channel_callback, hand_overs_in_a_row_need_no_stack) {
  stage s;
  const channel<int> there(s.home());
  const channel<int> back(s.home());
  int left = many;
  std::function<void(std::optional<int>)> ping = [&](std::optional<int> got) {
    if (!got || --left == 0) return;
    there.take_then(ping);
    back.put_then(1, [](bool) {});
  };
  std::function<void(std::optional<int>)> pong = [&](std::optional<int> got) {
    if (!got) return;
    back.take_then(pong);
    there.put_then(1, [](bool) {});
  };
  back.take_then(pong);
  there.take_then(ping);

  there.put(1);

  EXPECT_EQ(left, 0);
  there.close();
  back.close();
}

TEST(channel_callback, one_that_the_pool_refuses_is_destroyed_and_reported) {
  stage s;
  s.compute.close();
  const channel<int> c(s.home(), fixed(1));
  const auto live = tests::counted_value::live();

  c.put_then(
      1, [held = tests::counted_value(1)](bool) { ADD_FAILURE(); }, false);

  EXPECT_EQ(tests::counted_value::live(), live);
  ASSERT_EQ(s.uncaught.size(), 1U);
  EXPECT_THROW(std::rethrow_exception(s.uncaught[0]), executor_rejected_error);
  EXPECT_EQ(c.take(), 1) << "the put has taken effect";
}

}  // namespace
}  // namespace tussle
