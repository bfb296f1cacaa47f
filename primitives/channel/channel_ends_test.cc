// What ends last: long chains of channels, callbacks behind their runtime, handles within an
// operation.
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "primitives/channel/channel.h"
#include "primitives/channel/go.h"
#include "primitives/channel/spawn_thread.h"
#include "primitives/task/manual_executor.h"
#include "primitives/task/runtime.h"
#include "primitives/testing/instances_testing.h"
#include "primitives/testing/stage_testing.h"

namespace tussle {
namespace {

using tests::counted_value;
using tests::stage;

class channel_ends : public testing::Test {
 protected:
  void TearDown() override { EXPECT_EQ(counted_value::live(), before_); }
  std::int64_t born() const { return counted_value::live() - before_; }

 private:
  const std::int64_t before_ = counted_value::live();
};

// With 80 bytes of stack each they would not fit.
constexpr int many = 100'000;

struct link {
  std::unique_ptr<channel<link>> next;
  std::unique_ptr<counted_value> value = std::make_unique<counted_value>(1);
};

TEST_F(channel_ends, CH_32_elements_that_own_the_next_channel_need_no_stack) {
  {
    std::unique_ptr<channel<link>> first;
    for (int i = 0; i < many; ++i) {
      auto c = std::make_unique<channel<link>>(fixed(1));
      EXPECT_TRUE(c->put(link{std::move(first)}));
      first = std::move(c);
    }
    EXPECT_EQ(born(), many);
  }
  EXPECT_EQ(born(), 0);
}

TEST_F(channel_ends, CH_32_callbacks_that_own_the_next_channel_need_no_stack) {
  stage s;
  {
    std::optional<channel<int>> first;
    for (int i = 0; i < many; ++i) {
      const channel<int> c(s.home());
      c.take_then([next = std::exchange(first, c), value = counted_value(1)](
                      const std::optional<int>&) { ADD_FAILURE(); });
    }
    EXPECT_EQ(born(), many);
  }
  EXPECT_EQ(born(), 0);
}

struct looks {
  looks(std::unique_ptr<channel<looks>> then, int* count)
      : next(std::move(then)), closed(count) {}
  looks(looks&& other) noexcept = default;
  looks& operator=(looks&&) = delete;
  ~looks() {
    if (next == nullptr) return;
    const auto view = next->view();
    next.reset();
    if (view.is_closed() && view.try_take().status == take_status::closed) ++*closed;
  }
  std::unique_ptr<channel<looks>> next;
  int* closed;
};

// However deep it is in a chain: what an element does when it dies sees the end at once.
TEST_F(channel_ends, CH_32_a_channel_is_closed_when_its_last_handle_has_gone) {
  constexpr int links = 100;
  int closed = 0;
  {
    std::unique_ptr<channel<looks>> first;
    for (int i = 0; i < links; ++i) {
      auto c = std::make_unique<channel<looks>>(fixed(1));
      EXPECT_TRUE(c->put(looks(std::move(first), &closed)));
      first = std::move(c);
    }
  }
  EXPECT_EQ(closed, links - 1);
}

TEST_F(channel_ends, CH_15_callbacks_that_outlive_their_runtime_tell_nobody_of_errors) {
  auto s = std::make_unique<stage>();
  const channel<int> c(s->home());
  c.take_then([value = counted_value(1)](std::optional<int>) { ADD_FAILURE(); }, false);
  c.take_then([value = counted_value(1)](std::optional<int>) { throw 1; });
  s.reset();

  EXPECT_TRUE(c.put(1)) << "the pool of the first one is gone";
  EXPECT_TRUE(c.put(2));

  EXPECT_EQ(born(), 0);
}

TEST_F(channel_ends, GO_3_a_thread_that_outlives_its_runtime_tells_nobody_of_errors) {
  manual_executor compute;
  manual_executor blocking;
  int told = 0;
  auto home = std::make_unique<runtime>(compute, blocking,
                                        [&](const std::exception_ptr&) { ++told; });
  const auto result = spawn_thread(
      *home, [value = counted_value(1)]() -> int { throw std::runtime_error("late"); });
  home.reset();
  EXPECT_TRUE(blocking.run_one());

  EXPECT_EQ(told, 0);
  EXPECT_EQ(result.take(), std::nullopt) << "and it is closed";
  EXPECT_EQ(born(), 0);
}

go_block<> wait_at(channel_view<int> at, std::unique_ptr<counted_value>) {
  co_await at.async_take();
}
go_block<> wait_and_own(channel_view<int> at, std::unique_ptr<runtime>,
                        std::unique_ptr<counted_value>) {
  co_await at.async_take();
}
// Its channel goes before the runtime.
go_block<> wait_and_own_both(channel_view<int> at, std::unique_ptr<runtime> home,
                             channel<int> own) {
  const std::unique_ptr<runtime> second = std::move(home);
  const channel<int> first = std::move(own);
  co_await at.async_take();
}

std::unique_ptr<counted_value> one_more() { return std::make_unique<counted_value>(1); }

// The frame owns a runtime, of which go blocks wait at channels: their own, one that goes with
// one of them, that of the frame, and one that the frame owns.
TEST_F(channel_ends, GO_8_a_runtime_may_end_within_a_frame_that_is_dropped) {
  for (const int where : {0, 1, 2, 3}) {
    manual_executor runs;
    stage s;
    auto c = std::make_optional<channel<int>>(s.home());
    auto inner = std::make_unique<runtime>(runs, runs);
    runtime& within = *inner;
    channel<int> own(within);
    const channel<int> kept(within);
    if (where == 3) {
      go(s.home(), wait_and_own_both, c->view(), std::move(inner), own);
    } else {
      go(s.home(), wait_and_own, c->view(), std::move(inner), one_more());
    }
    s.run_all();
    go(within, wait_at, where == 2 ? c->view() : own.view(), one_more());
    runs.run_all();
    if (where == 1) {
      const channel<int> next = std::exchange(own, channel<int>(within));
      go(
          within,
          [](channel_view<int> at, channel<int>) -> go_block<> {
            co_await at.async_take();
          },
          kept.view(), next);
      runs.run_all();
    }
    if (where == 3) own = kept;

    c.reset();

    EXPECT_EQ(born(), 0) << where;
  }
}

struct runtime_of {
  std::unique_ptr<runtime> home;
};
go_block<> put_at(channel_view<runtime_of> at, std::unique_ptr<counted_value>) {
  co_await at.async_put({});
}

// Or as an element of the channel at which its go block is parked.
TEST_F(channel_ends, GO_8_a_runtime_may_end_with_the_elements_of_a_channel) {
  manual_executor runs;
  stage s;
  auto inner = std::make_unique<runtime>(runs, runs);
  runtime& within = *inner;
  auto c = std::make_optional<channel<runtime_of>>(s.home(), fixed(1));
  EXPECT_TRUE(c->put({std::move(inner)}));
  go(within, put_at, c->view(), one_more());
  runs.run_all();
  EXPECT_EQ(born(), 1);

  c.reset();

  EXPECT_EQ(born(), 0);
}

// That stands in line, and was never run.
TEST_F(channel_ends, GO_8_or_one_of_which_a_go_block_has_not_begun) {
  manual_executor runs;
  stage s;
  auto c = std::make_optional<channel<int>>(s.home());
  auto inner = std::make_unique<runtime>(runs, runs);
  const channel<int> at(*inner);
  go(*inner, wait_at, at.view(), one_more());
  go(s.home(), wait_and_own, c->view(), std::move(inner), one_more());
  s.run_all();
  c.reset();

  EXPECT_EQ(born(), 0);
}

// Or within a callback, which is dropped with a go block that waited behind it.
TEST_F(channel_ends, CH_32_a_runtime_may_end_within_a_callback_that_is_dropped) {
  manual_executor runs;
  auto c = std::make_optional<channel<int>>();
  auto inner = std::make_unique<runtime>(runs, runs);
  runtime& within = *inner;
  c->take_then([owned = std::move(inner)](std::optional<int>) { ADD_FAILURE(); });
  go(within, wait_at, c->view(), one_more());
  runs.run_all();
  c.reset();

  EXPECT_EQ(born(), 0);
}

// By the callback of an operation that another one completes.
TEST_F(channel_ends, CH_32_the_last_handle_may_be_dropped_within_an_operation) {
  stage s;
  auto c = std::make_unique<channel<int>>(s.home());
  c->put_then(1, [&](bool accepted) {
    EXPECT_TRUE(accepted);
    c.reset();
  });
  EXPECT_EQ(c->take(), 1);
  EXPECT_EQ(c, nullptr);

  c = std::make_unique<channel<int>>(s.home());
  c->take_then([&](std::optional<int>) { c.reset(); });
  EXPECT_TRUE(c->put(1));
  EXPECT_EQ(c, nullptr);

  c = std::make_unique<channel<int>>(s.home());
  c->take_then([&](std::optional<int>) { c.reset(); });
  c->close();
  EXPECT_EQ(c, nullptr);
}

// The error is the uncaught hook's.
TEST_F(channel_ends, CH_32_or_within_one_whose_transducer_throws) {
  stage s;
  auto c = std::make_unique<channel<int>>(s.home(), fixed(1),
                                          xf::mapcat([](int n) -> std::vector<int> {
                                            if (n < 0) throw n;
                                            return {n, n};
                                          }));
  EXPECT_TRUE(c->put(1));
  c->put_then(-1, [&](bool) { c.reset(); });
  EXPECT_EQ(c->take(), 1);
  EXPECT_EQ(c->take(), 1);

  EXPECT_EQ(c, nullptr);
  EXPECT_EQ(s.uncaught.size(), 1U);
}

}  // namespace
}  // namespace tussle
