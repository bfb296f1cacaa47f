// What is destroyed when, and how often: elements, callbacks, frames of go blocks.
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <latch>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "primitives/channel/alts.h"
#include "primitives/channel/channel.h"
#include "primitives/channel/go.h"
#include "primitives/channel/go_scheduler.h"
#include "primitives/channel/timeout_channel.h"
#include "primitives/sync/schedule_point.h"
#include "primitives/testing/instances_testing.h"
#include "primitives/testing/schedulers_testing.h"
#include "primitives/testing/stage_testing.h"

namespace tussle {
namespace {

using tests::counted_value;
using tests::stage;

// An element that counts its kind, and moves without throwing.
struct counted {
  explicit counted(int n = 0) : value(n) {}
  counted(counted&& other) noexcept : value(other.value) {}
  counted(const counted&) noexcept = default;
  counted& operator=(const counted&) = default;
  counted_value value;
};

std::size_t live_in(stage& s) { return detail::go_scheduler::of(s.home()).live(); }

class channel_lifetime : public testing::Test {
 protected:
  void TearDown() override { EXPECT_EQ(counted_value::live(), before_); }
  std::int64_t born() const { return counted_value::live() - before_; }

 private:
  const std::int64_t before_ = counted_value::live();
};

TEST_F(channel_lifetime, CH_32_what_a_channel_holds_goes_with_its_last_handle) {
  for (const buffer& size : {fixed(3), dropping(3), sliding(3), for_promise()}) {
    auto c = std::make_optional<channel<counted>>(size);
    for (int i = 0; i < 5; ++i) static_cast<void>(c->try_put(counted(i)));
    const channel<counted> copy = *c;
    c.reset();
    EXPECT_GT(born(), 0) << "there is a handle left";
  }
  EXPECT_EQ(born(), 0);
}

TEST_F(channel_lifetime, CH_32_callbacks_that_wait_are_destroyed_and_not_called) {
  stage s;
  {
    const channel<counted> c(s.home());
    c.put_then(counted(1), [held = counted(2)](bool) { ADD_FAILURE(); });
    c.put_then(
        counted(1), [held = counted(2)](bool) { ADD_FAILURE(); }, false);
  }
  {
    const channel<counted> c(s.home());
    c.take_then([held = counted(3)](const std::optional<counted>&) { ADD_FAILURE(); });
  }
  s.run_all();
  EXPECT_EQ(born(), 0);
}

TEST_F(channel_lifetime, CH_32_a_callback_that_owns_its_channel_goes_when_it_is_called) {
  stage s;
  {
    const channel<counted> c(s.home());
    c.take_then([c, held = counted(1)](const std::optional<counted>& got) {
      EXPECT_TRUE(got.has_value());
    });
    EXPECT_TRUE(c.put(counted(2)));
  }
  EXPECT_EQ(born(), 0);
}

TEST_F(channel_lifetime, CH_32_a_thread_that_waits_by_a_view_is_told_that_it_is_closed) {
  auto c = std::make_optional<channel<counted>>();
  const auto view = c->view();
  std::thread taker([&] { EXPECT_FALSE(view.take().has_value()); });
  while (!view.state().may_put()) std::this_thread::yield();
  const auto alone = std::make_unique<channel<counted>>();
  std::thread chooser([&] {
    const auto r = alts(take_from(view), take_from(*alone));
    EXPECT_EQ(r.index, 0U);
    EXPECT_FALSE(std::get<0>(r.values).has_value());
  });
  while (!alone->state().may_put()) std::this_thread::yield();

  c.reset();

  taker.join();
  chooser.join();
  EXPECT_FALSE(view.put(counted(1)));
  EXPECT_EQ(view.try_take().status, take_status::closed);
  EXPECT_FALSE(view.lock().has_value());
}

TEST_F(channel_lifetime, a_view_gives_an_owner_while_there_is_one) {
  const channel<counted> c(fixed(1));
  const auto view = c.view();

  std::optional<channel<counted>> owner = view.lock();

  ASSERT_TRUE(owner.has_value());
  EXPECT_TRUE(*owner == c);
  EXPECT_TRUE(view.put(counted(4)));
  EXPECT_EQ(c.take()->value.number(), 4);
}

// Notes that its frame was destroyed; never that it went on.
go_block<> wait_by_view(channel_view<int> in, counted) {
  co_await in.async_take();
  ADD_FAILURE() << "it was resumed";
}
go_block<> wait_as_owner(channel<int> in, counted) { co_await in.async_take(); }
go_block<> put_by_view(channel_view<counted> out, counted element) {
  co_await out.async_put(std::move(element));
  ADD_FAILURE() << "it was resumed";
}

TEST_F(channel_lifetime, GO_8_a_frame_with_views_only_goes_with_the_last_owner) {
  stage s;
  auto c = std::make_optional<channel<int>>(s.home());
  const auto result = go(s.home(), wait_by_view, c->view(), counted(1));
  s.run_all();
  EXPECT_EQ(born(), 1);

  c.reset();

  EXPECT_EQ(born(), 0) << "its locals were destroyed";
  EXPECT_EQ(live_in(s), 0U);
  EXPECT_EQ(s.waiting(), 0U) << "nothing is to be resumed";
  EXPECT_EQ(result.take(), std::nullopt) << "nobody waits for it for ever";
}

TEST_F(channel_lifetime, GO_8_a_put_that_is_parked_goes_with_its_element) {
  stage s;
  auto c = std::make_optional<channel<counted>>(s.home());
  go(s.home(), put_by_view, c->view(), counted(1));
  s.run_all();
  EXPECT_GT(born(), 0);
  c.reset();
  EXPECT_EQ(born(), 0);
}

TEST_F(channel_lifetime, GO_8_a_frame_that_owns_its_channel_lives_until_it_is_resumed) {
  stage s;
  std::optional<channel_view<int>> view;
  {
    const channel<int> c(s.home());
    view.emplace(c);
    go(s.home(), wait_as_owner, c, counted(1));
    s.run_all();
  }
  EXPECT_EQ(born(), 1) << "it keeps its channel, and that it";

  EXPECT_TRUE(view->put(1));
  s.run_all();
  EXPECT_EQ(born(), 0);
}

TEST_F(channel_lifetime, GO_8_or_until_the_runtime_ends) {
  {
    runtime on;
    for (int i = 0; i < 100; ++i) go(on, wait_as_owner, channel<int>(on), counted(1));
    const channel<int> c(on);
    go(on, wait_as_owner, c, counted(1));
    c.put(1);
  }
  EXPECT_EQ(born(), 0);
}

TEST_F(channel_lifetime, GO_8_ready_processes_go_with_their_runtime) {
  {
    stage s;
    const channel<int> c(s.home());
    go(s.home(), wait_as_owner, c, counted(1));
    s.run_all();
    c.put(1);
    go(s.home(), wait_as_owner, c, counted(1));
    EXPECT_EQ(born(), 2) << "one was served, one has not begun";
  }
  EXPECT_EQ(born(), 0);
}

go_block<> choose_by_views(channel_view<int> a, channel_view<int> b, counted) {
  co_await async_alts(take_from(a), take_from(b));
}

TEST_F(channel_lifetime, GO_8_an_alts_by_views_goes_with_its_last_channel) {
  stage s;
  auto a = std::make_optional<channel<int>>(s.home());
  auto b = std::make_optional<channel<int>>(s.home());
  go(s.home(), choose_by_views, a->view(), b->view(), counted(1));
  go(s.home(), choose_by_views, a->view(), b->view(), counted(1));
  s.run_all();

  a.reset();
  EXPECT_EQ(born(), 2) << "the other one can still complete it";
  EXPECT_TRUE(b->put(1));
  s.run_all();
  EXPECT_EQ(born(), 1);
  b.reset();
  EXPECT_EQ(born(), 0);
}

TEST_F(channel_lifetime, GO_8_an_alts_that_is_parked_goes_with_its_runtime) {
  {
    runtime on;
    const channel<int> outer(on);
    for (int i = 0; i < 10; ++i)
      go(
          on,
          [](channel<int> a, channel<int> b, runtime* home, counted) -> go_block<> {
            co_await async_alts(take_from(a), put_to(b, 1),
                                take_from(timeout_channel(*home, std::chrono::hours(1))));
          },
          outer, channel<int>(on), &on, counted(1));
  }
  EXPECT_EQ(born(), 0);
}

// Its entry at the other channel lay in the frame.
TEST_F(channel_lifetime, GO_8_an_alts_that_was_served_and_not_resumed_leaves_its_lines) {
  const channel<int> served;
  const channel<int> other;
  {
    stage s;
    go(s.home(), choose_by_views, served.view(), other.view(), counted(1));
    go(s.home(), choose_by_views, served.view(), other.view(), counted(1));
    s.run_all();
    EXPECT_TRUE(served.put(1));
    EXPECT_TRUE(served.put(1));
    EXPECT_EQ(born(), 2) << "they are ready, and go with their runtime";
  }
  EXPECT_EQ(born(), 0);

  std::optional<int> got;
  other.take_then([&](std::optional<int> element) { got = element; });
  EXPECT_TRUE(other.put(7));
  EXPECT_EQ(got, 7);
}

TEST_F(channel_lifetime, GO_8_frames_that_own_the_channels_of_others_go_one_by_one) {
  stage s;
  constexpr int many = 50'000;
  {
    channel<int> outer(s.home());
    for (int i = 0; i < many; ++i) {
      channel<int> inner(s.home());
      go(
          s.home(),
          [](channel_view<int> waits, channel<int>, counted) -> go_block<> {
            co_await waits.async_take();
          },
          outer.view(), inner, counted(1));
      s.run_all();
      const channel<int> kept = outer;
      outer = inner;
    }
    // The first one is the only owner of the second, and so on; the last one is ours.
  }
  EXPECT_EQ(live_in(s), 0U);
  EXPECT_EQ(born(), 0);
}

TEST_F(channel_lifetime, a_block_that_was_not_started_is_destroyed) {
  const channel<int> c;
  { const go_block<> never = wait_as_owner(c, counted(1)); }
  EXPECT_EQ(born(), 0);
}

TEST_F(channel_lifetime, elements_of_operations_in_frames_die_once) {
  stage s;
  const channel<counted> c(s.home());
  const auto puts = go(
      s.home(),
      [](channel<counted> out) -> go_block<> {
        for (int i = 0; i < 10; ++i) co_await out.async_put(counted(i));
        counted named(10);
        co_await out.async_put(std::move(named));
        co_await async_alts(put_to(out, counted(11)), take_from(out));
        out.close();
      },
      c);
  const auto takes = go(
      s.home(),
      [](channel<counted> in) -> go_block<std::int64_t> {
        std::int64_t sum = 0;
        while (auto got = co_await in.async_take()) sum += got->value.number();
        co_return sum;
      },
      c);
  s.run_all();
  EXPECT_EQ(takes.take(), 66);
  EXPECT_EQ(born(), 0);
}

// Whoever drops the last handle, and whoever serves, while the runtime ends.
TEST_F(channel_lifetime, GO_8_frames_are_destroyed_once_whoever_meets_the_end) {
  for (int round = 0; round < 30; ++round) {
    std::vector<channel<int>> served;
    std::vector<channel<int>> dropped;
    std::latch go_on(2);
    std::thread other;
    {
      runtime on;
      for (int i = 0; i < 50; ++i) {
        served.emplace_back(on);
        dropped.emplace_back(on);
        go(on, wait_as_owner, served.back(), counted(1));
        go(
            on,
            [](channel_view<int> in, counted) -> go_block<> { co_await in.async_take(); },
            dropped.back().view(), counted(1));
      }
      other = std::thread([&] {
        go_on.arrive_and_wait();
        for (const auto& each : served) static_cast<void>(each.try_put(1));
        dropped.clear();
      });
      go_on.arrive_and_wait();
    }
    other.join();
  }
}

// Who has made a go block ready looks after it at whether anybody watches the drivers. By then
// it may have run to its end, and the runtime may have ended.
TEST_F(channel_lifetime, GO_8_a_runtime_may_end_under_whoever_has_just_woken_a_go_block) {
  if (!sync::has_schedule_points) GTEST_SKIP() << "needs schedule points";
  std::optional<tests::freeze_at> late;
  std::atomic<bool> over{false};
  std::latch busy(1);
  std::latch go_on(1);
  std::thread waker;
  {
    runtime on;
    const channel<int> c(on);
    go(
        on,
        [](channel_view<int> in, counted) -> go_block<> {
          while (co_await in.async_take()) continue;
        },
        c.view(), counted(1));
    // A driver that works, so that whoever wakes another go block starts none.
    go(
        on,
        [](std::latch& is_busy, std::latch& may_end) -> go_block<> {
          is_busy.count_down();
          may_end.wait();
          co_return;
        },
        std::ref(busy), std::ref(go_on));
    busy.wait();
    late.emplace("go.inject.before_call");
    waker = std::thread([&, to = c] {
      while (!over.load()) {
        static_cast<void>(to.try_put(1));
        std::this_thread::yield();
      }
    });
    late->wait_until_reached();
    over.store(true);
    go_on.count_down();
  }
  late->let_go();
  waker.join();
}

}  // namespace
}  // namespace tussle
