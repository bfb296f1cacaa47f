// Do go blocks, timeouts, callbacks and handles hold in every interleaving that the controlled
// scheduler comes upon? Lost wake-ups, deadlocks, leaks and uses after free are findings of
// its own.
#include <gtest/gtest.h>

#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "harness/schedule/sim/program.h"
#include "primitives/channel/alts.h"
#include "primitives/channel/channel.h"
#include "primitives/channel/go.h"
#include "primitives/channel/timeout_channel.h"
#include "primitives/sync/per_thread.h"
#include "workloads/go_programs_for_test.h"

namespace tussle {
namespace {

using tests::cargo;
using tests::freight;
using tests::own_stage;
using tests::passenger;
using tests::program;
using tests::puts_two;
using tests::waits;

go_block<int> waits_by_view(channel_view<int> in, passenger) {
  const auto got = co_await in.async_take();
  co_return got.value_or(-1);
}

void a_go_block_parks_while_another_puts() {
  int frames = 0;
  own_stage s;
  const channel<int> c(s.home);
  const auto result = go(s.home, waits, c, passenger(&frames));
  sim::threads({[&] { s.run(); }, [&] { c.put(4); }});
  s.run();
  sim::require(result.try_take().value == 4, "it was served");
  sim::require(frames == 0 && s.living() == 0, "its frame is gone");
}

void a_go_block_parks_while_another_closes() {
  int frames = 0;
  own_stage s;
  const channel<int> c(s.home);
  const auto result = go(s.home, waits, c, passenger(&frames));
  sim::threads({[&] { s.run(); }, [&] { c.close(); }});
  s.run();
  sim::require(result.try_take().value == -1, "it was told");
  sim::require(frames == 0, "its frame is gone");
}

void a_go_block_parks_while_its_channel_goes() {
  int frames = 0;
  own_stage s;
  auto c = std::make_optional<channel<int>>(s.home);
  const auto result = go(s.home, waits_by_view, c->view(), passenger(&frames));
  sim::threads({[&] { s.run(); }, [&] { c.reset(); }});
  s.run();
  sim::require(frames == 0 && s.living() == 0, "its frame is gone, once");
  sim::require(result.try_take().status != take_status::empty, "nobody waits for it");
}

// One that serves it and one that drops its channel.
void a_parked_go_block_is_served_or_dropped() {
  int frames = 0;
  own_stage s;
  auto c = std::make_optional<channel<int>>(s.home);
  const auto view = c->view();
  const auto result = go(s.home, waits_by_view, c->view(), passenger(&frames));
  s.run();
  put_status put = put_status::would_wait;
  sim::threads({[&] { put = view.try_put(3); }, [&] { c.reset(); }});
  s.run();
  sim::require(frames == 0, "its frame is gone, once");
  const auto got = result.try_take().value;
  sim::require((put == put_status::accepted) == (got == 3), "served where it was put");
}

go_block<int> chooses(channel<freight> a, channel<freight> b, passenger) {
  const auto r = co_await async_alts(take_from(a), take_from(b));
  const auto& got = r.index == 0 ? std::get<0>(r.values) : std::get<1>(r.values);
  co_return got ? (*got)->value.read() : -1;
}

// Completed while it enters the lines still.
void an_alts_of_a_go_block_is_served_at_once() {
  int frames = 0;
  own_stage s;
  const channel<freight> a(s.home);
  const channel<freight> b(s.home);
  const auto result = go(s.home, chooses, a, b, passenger(&frames));
  std::vector<put_status> put(2);
  sim::threads({[&] { s.run(); }, [&] { put[0] = a.try_put(std::make_shared<cargo>(1)); },
                [&] {
                  put[1] = b.try_put(std::make_shared<cargo>(2));
                  s.run();
                }});
  s.run();
  const int accepted =
      (put[0] == put_status::accepted ? 1 : 0) + (put[1] == put_status::accepted ? 1 : 0);
  const auto got = result.try_take().value;
  sim::require(accepted <= 1 && got.has_value() == (accepted == 1), "one of them");
  a.close();
  b.close();
  s.run();
  sim::require(frames == 0, "its frame is gone");
}

go_block<int> chooses_by_views(channel_view<int> a, channel_view<int> b, passenger) {
  const auto r = co_await async_alts(take_from(a), take_from(b));
  co_return static_cast<int>(r.index);
}

void the_channels_of_an_alts_go_one_after_the_other() {
  int frames = 0;
  own_stage s;
  auto a = std::make_optional<channel<int>>(s.home);
  auto b = std::make_optional<channel<int>>(s.home);
  go(s.home, chooses_by_views, a->view(), b->view(), passenger(&frames));
  sim::threads({[&] { s.run(); }, [&] { a.reset(); }, [&] { b.reset(); }});
  s.run();
  sim::require(frames == 0 && s.living() == 0, "its frame is gone, once");
}

// The runtime ends while one serves and one drops what is parked.
void a_runtime_ends_beside_others() {
  int frames = 0;
  std::optional<own_stage> s(std::in_place);
  const channel<int> served(s->home);
  auto dropped = std::make_optional<channel<int>>(s->home);
  go(s->home, waits, served, passenger(&frames));
  go(s->home, waits_by_view, dropped->view(), passenger(&frames));
  s->run();
  sim::threads({[&] { s.reset(); }, [&] { static_cast<void>(served.try_put(1)); },
                [&] { dropped.reset(); }});
  sim::require(frames == 0, "each frame is gone, once");
}

// An ex-handler wakes a go block while its runtime ends, which takes back another one from the
// channel of which it is the handler.
void a_handler_wakes_one_whose_runtime_ends() {
  int frames = 0;
  own_stage channels;
  std::optional<own_stage> s(std::in_place);
  const channel<int> errors(channels.home);
  const channel<int> c(channels.home, fixed(1), xf::map([](int n) {
                         return n > 0 ? throw std::invalid_argument("positive") : n;
                       }),
                       [errors](const std::exception_ptr&) -> std::optional<int> {
                         static_cast<void>(errors.try_put(1));
                         return std::nullopt;
                       });
  go(s->home, waits, c, passenger(&frames));
  go(s->home, waits, errors, passenger(&frames));
  s->run();
  sim::threads({[&] { s.reset(); }, [&] { static_cast<void>(c.try_put(2)); }});
  sim::require(frames == 0, "each frame is gone, once");
}

go_block<int> sums(channel<int> in) {
  int sum = 0;
  while (const auto got = co_await in.async_take()) sum += *got;
  co_return sum;
}

void go_blocks_on_threads_of_their_own() {
  runtime on({.compute_threads = 2});
  const channel<int> c(on);
  const auto sum = go(on, sums, c);
  go(on, puts_two, c);
  sim::require(sum.take() == 3, "both came");
}

void two_start_go_blocks() {
  runtime on({.compute_threads = 2});
  const auto start = [&] {
    const auto result = go(on, []() -> go_block<int> { co_return 1; });
    sim::require(result.take() == 1, "it ran");
  };
  sim::threads({start, start});
}

void go_blocks_meet_a_shutdown(shutdown_policy how) {
  int frames = 0;
  {
    runtime on({.compute_threads = 2});
    const channel<int> c(on);
    try {
      go(on, waits, c, passenger(&frames));
    } catch (const executor_rejected_error&) {
    }
    sim::threads({[&] { on.shutdown(how); }, [&] { static_cast<void>(c.try_put(1)); }});
  }
  sim::require(frames == 0, "its frame is gone");
}
void go_blocks_meet_a_drain() { go_blocks_meet_a_shutdown(shutdown_policy::drain); }
void go_blocks_meet_a_discard() { go_blocks_meet_a_shutdown(shutdown_policy::discard); }

// Of each it is told what became of it, be it that nothing did: otherwise it waits for ever.
void two_start_go_blocks_beside_a_shutdown() {
  runtime on({.compute_threads = 2});
  const auto start = [&] {
    try {
      static_cast<void>(go(on, []() -> go_block<int> { co_return 1; }).take());
    } catch (const executor_rejected_error&) {
    }
  };
  sim::threads({start, start, [&] { on.shutdown(shutdown_policy::discard); }});
}

void a_timeout_meets_a_put() {
  runtime on({.compute_threads = 1});
  const channel<int> c(on);
  std::size_t done = 9;
  put_status put = put_status::would_wait;
  sim::threads({[&] {
                  done =
                      alts(take_from(c),
                           take_from(timeout_channel(on, std::chrono::microseconds(1))))
                          .index;
                },
                [&] { put = c.try_put(1); }});
  sim::require((done == 0) == (put == put_status::accepted), "one of them");
}

// --- handles and callbacks -------------------------------------------------------------

void a_view_operates_while_the_last_owner_goes() {
  auto c = std::make_optional<channel<freight>>(fixed(1));
  const auto view = c->view();
  sim::threads({[&] { c.reset(); },
                [&] {
                  const bool accepted = view.put(std::make_shared<cargo>(1));
                  const auto got = view.take();
                  sim::require(accepted || !got, "what was not put is not there");
                }});
  sim::require(view.try_take().status == take_status::closed, "it is closed");
}

void a_promise_is_read_while_the_last_owner_goes() {
  auto c = std::make_optional<channel<freight>>(for_promise());
  c->put(std::make_shared<cargo>(6));
  const auto view = c->view();
  sim::threads({[&] { c.reset(); },
                [&] {
                  const auto got = view.take();
                  sim::require(!got || (*got)->value.read() == 6, "whole or nothing");
                }});
}

void a_thread_waits_while_the_last_owner_goes() {
  auto c = std::make_optional<channel<int>>();
  const auto view = c->view();
  sim::threads({[&] { c.reset(); },
                [&] { sim::require(!view.take(), "it is told that it is closed"); }});
}

void a_callback_is_called_once() {
  own_stage s;
  const channel<int> c(s.home);
  int called = 0;
  std::optional<int> got;
  put_status put = put_status::would_wait;
  sim::threads({[&] {
                  c.take_then([&](std::optional<int> value) {
                    ++called;
                    got = value;
                  });
                },
                [&] { put = c.try_put(2); }, [&] { c.close(); }});
  sim::require(called == 1, "once");
  sim::require((got == 2) == (put == put_status::accepted), "served where it was put");
}

// The hook, and what it holds, go with the runtime. Its end counts as a write.
void a_callback_that_throws_meets_the_end_of_its_runtime() {
  manual_executor compute;
  manual_executor blocking;
  const auto end = [](cargo* gone) {
    gone->value.write(0);
    delete gone;
  };
  auto home = std::make_unique<runtime>(
      compute, blocking, [seat = freight(new cargo(1), end)](const std::exception_ptr&) {
        sim::require(seat->value.read() == 1, "it is there");
      });
  const channel<int> c(*home);
  c.take_then([](std::optional<int>) { throw 1; });
  sim::threads({[&] { home.reset(); }, [&] { static_cast<void>(c.try_put(1)); }});
}

void callbacks_use_their_channel() {
  own_stage s;
  const channel<int> c(s.home);
  int told = 0;
  const auto look = [&](auto&&) {
    if (c.is_closed()) ++told;
  };
  c.take_then(look);
  c.take_then(look);
  sim::threads({[&] { c.try_put(1); }, [&] { c.close(); }});
  c.put_then(1, look);
  sim::require(told >= 2, "each was called, without the lock");
}

class go_blocks_in_sim : public testing::TestWithParam<program> {};

TEST_P(go_blocks_in_sim, hold_whatever_the_schedule) {
  tests::expect_to_hold_whatever_the_schedule(GetParam(), 1'500);
}

TEST_P(go_blocks_in_sim, hold_with_every_schedule_of_few_preemptions) {
  tests::expect_to_hold_with_few_preemptions(GetParam());
}

TEST_P(go_blocks_in_sim, hold_where_memory_is_weak) {
  tests::expect_to_hold_where_memory_is_weak(GetParam(), 1'500);
}

INSTANTIATE_TEST_SUITE_P(
    all, go_blocks_in_sim,
    testing::Values(TUSSLE_SMALL_PROGRAM(a_go_block_parks_while_another_puts),
                    TUSSLE_SMALL_PROGRAM(a_go_block_parks_while_another_closes),
                    TUSSLE_SMALL_PROGRAM(a_go_block_parks_while_its_channel_goes),
                    TUSSLE_SMALL_PROGRAM(a_parked_go_block_is_served_or_dropped),
                    TUSSLE_PROGRAM(an_alts_of_a_go_block_is_served_at_once),
                    TUSSLE_PROGRAM(the_channels_of_an_alts_go_one_after_the_other),
                    TUSSLE_PROGRAM(a_runtime_ends_beside_others),
                    TUSSLE_SMALL_PROGRAM(a_handler_wakes_one_whose_runtime_ends),
                    TUSSLE_PROGRAM(go_blocks_on_threads_of_their_own),
                    TUSSLE_PROGRAM(two_start_go_blocks),
                    TUSSLE_PROGRAM(go_blocks_meet_a_drain),
                    TUSSLE_PROGRAM(go_blocks_meet_a_discard),
                    TUSSLE_PROGRAM(two_start_go_blocks_beside_a_shutdown),
                    TUSSLE_PROGRAM(a_timeout_meets_a_put),
                    TUSSLE_SMALL_PROGRAM(a_view_operates_while_the_last_owner_goes),
                    TUSSLE_SMALL_PROGRAM(a_promise_is_read_while_the_last_owner_goes),
                    TUSSLE_SMALL_PROGRAM(a_thread_waits_while_the_last_owner_goes),
                    TUSSLE_PROGRAM(a_callback_is_called_once),
                    TUSSLE_PROGRAM(a_callback_that_throws_meets_the_end_of_its_runtime),
                    TUSSLE_SMALL_PROGRAM(callbacks_use_their_channel)),
    tests::name_of);

// A statement of the contract that breaks only where threads meet.
TEST(frames_in_sim, GO_8_frames_are_destroyed_once_whoever_meets_the_end) {
  for (const program& each : {TUSSLE_PROGRAM(a_go_block_parks_while_its_channel_goes),
                              TUSSLE_PROGRAM(a_parked_go_block_is_served_or_dropped),
                              TUSSLE_PROGRAM(a_runtime_ends_beside_others),
                              TUSSLE_PROGRAM(a_handler_wakes_one_whose_runtime_ends)})
    tests::expect_to_hold_whatever_the_schedule(each, 500);
}

}  // namespace
}  // namespace tussle
