// Do connectors, mults and mixes hold in every interleaving of few preemptions? Programs of one
// step each: the process waits already, and two threads meet at it.
#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <tuple>
#include <vector>

#include "harness/schedule/sim/program.h"
#include "primitives/channel/connectors.h"
#include "primitives/channel/mix.h"
#include "primitives/channel/mult.h"
#include "primitives/channel/pipeline.h"
#include "workloads/go_programs_for_test.h"

namespace tussle {
namespace {

using tests::program;
using stage = tests::own_stage;

bool is_even(int n) { return n % 2 == 0; }

void pipe_whose_output_goes() {
  stage s;
  const channel<int> from(s.home);
  auto to = std::make_optional<channel<int>>(s.home);
  pipe(from, *to);
  s.run();
  from.try_put(1);
  sim::threads({[&] { s.run(); }, [&] { to.reset(); }});
  s.run();
  sim::require(!from.is_closed() && s.living() == 0, "it has ended");
}

void split_whose_wanted_side_goes() {
  stage s;
  const channel<int> from(s.home);
  auto sides = std::make_optional(split(is_even, from));
  const channel<int> odds = sides->others;
  s.run();
  from.try_put(2);
  sim::threads({[&] { s.run(); }, [&] { sides.reset(); }});
  s.run();
  sim::require(!odds.is_closed() && !from.is_closed(), "the others stay open");
  sim::require(s.living() == 0, "it has ended");
}

void split_whose_runtime_ends() {
  auto s = std::make_optional<stage>();
  const channel<int> from(s->home, fixed(1));
  const auto [evens, odds] = split(is_even, from);
  from.try_put(2);
  s->run();
  const channel<int>& taken = evens;  // a lambda may not capture the binding itself
  sim::threads({[&] { s.reset(); }, [&] { static_cast<void>(taken.try_take()); }});
  sim::require(evens.is_closed() && odds.is_closed(), "both have ended");
}

void merge_of_two_that_end() {
  stage s;
  const channel<int> a(s.home);
  const channel<int> b(s.home);
  const auto merged = merge(std::vector{a, b});
  s.run();
  sim::threads({[&] { a.close(); }, [&] { b.close(); }});
  s.run();
  sim::require(merged.try_take().status == take_status::closed, "all have ended");
  sim::require(s.living() == 0, "and so has it");
}

void zip_of_two_that_come() {
  stage s;
  const channel<int> a(s.home);
  const channel<int> b(s.home);
  const auto sums = zip_map(std::plus<int>(), std::tuple(a, b), fixed(1));
  s.run();
  sim::threads({[&] { a.try_put(1); }, [&] { b.try_put(10); }});
  s.run();
  sim::require(sums.try_take().value == 11, "one of each");
}

void take_one_of_two() {
  stage s;
  const channel<int> from(s.home);
  const auto first = take_n(1, from, fixed(1));
  s.run();
  int accepted = 0;
  std::vector<put_status> answers(2);
  sim::threads(
      {[&] { answers[0] = from.try_put(1); }, [&] { answers[1] = from.try_put(2); }});
  for (const put_status each : answers) accepted += each == put_status::accepted ? 1 : 0;
  s.run();
  sim::require(accepted == 1 && first.try_take().value.has_value(), "one came");
  sim::require(first.try_take().status == take_status::closed, "and no other");
}

void mult_whose_slow_tap_goes() {
  stage s;
  const channel<int> from(s.home, fixed(1));
  auto slow = std::make_optional<channel<int>>(s.home);
  const auto by_view = slow->view();
  const channel<int> quick(s.home, fixed(2));
  const mult<int> all(from);
  all.tap(*slow);
  all.tap(quick);
  from.try_put(1);
  s.run();
  from.try_put(2);
  sim::threads({[&] { slow.reset(); }, [&] { static_cast<void>(by_view.try_take()); }});
  s.run();
  sim::require(quick.try_take().value == 1 && quick.try_take().value == 2,
               "the others go on");
}

void mix_of_one_that_leaves() {
  stage s;
  const channel<int> out(s.home, fixed(1));
  const channel<int> a(s.home);
  const mix<int> all(out);
  all.admix(a);
  s.run();
  put_status answer = put_status::would_wait;
  sim::threads({[&] { answer = a.try_put(1); }, [&] { all.unmix(a); }});
  s.run();
  sim::require(out.try_take().value.has_value() == (answer == put_status::accepted),
               "what was taken is heard");
}

void pipeline_whose_target_closes() {
  stage s;
  const channel<int> from(s.home, fixed(1));
  const channel<int> to(s.home);
  pipeline(1, to, xf::map([](int n) { return n; }), from);
  from.try_put(1);
  s.run();
  sim::threads({[&] { to.close(); }, [&] { static_cast<void>(to.try_take()); }});
  from.try_put(2);
  s.run();
  static_cast<void>(to.try_take());
  s.run();
  from.try_put(3);
  s.run();
  sim::require(!from.is_closed() && s.living() == 0, "it has ended");
}

// Who finds the source full after tap() has returned knows that what is in it was not taken yet.
void a_tap_gets_what_is_taken_after_it() {
  stage s;
  const channel<int> source(s.home, fixed(2));
  const channel<int> late(s.home, fixed(4));
  const mult<int> all(source);
  source.put(0);
  s.run();        // it has read its taps, and waits
  source.put(1);  // straight to it
  source.put(2);
  source.put(3);
  put_status seen = put_status::closed;
  sim::threads({[&] {
                  all.tap(late);
                  seen = source.try_put(4);
                },
                [&] { s.run(); }});
  s.run();
  bool came = false;
  while (const auto got = late.try_take().value) came = came || *got == 2;
  sim::require(came || seen != put_status::would_wait, "2 was taken later, and came");
}

class small_connectors_in_sim : public testing::TestWithParam<program> {};

TEST_P(small_connectors_in_sim, hold_with_every_schedule_of_few_preemptions) {
  tests::expect_to_hold_with_few_preemptions(GetParam());
}

TEST_P(small_connectors_in_sim, hold_where_memory_is_weak) {
  tests::expect_to_hold_where_memory_is_weak(GetParam(), 500);
}

INSTANTIATE_TEST_SUITE_P(
    all, small_connectors_in_sim,
    testing::Values(TUSSLE_SMALL_PROGRAM(pipe_whose_output_goes),
                    TUSSLE_SMALL_PROGRAM(split_whose_wanted_side_goes),
                    TUSSLE_SMALL_PROGRAM(split_whose_runtime_ends),
                    TUSSLE_SMALL_PROGRAM(merge_of_two_that_end),
                    TUSSLE_SMALL_PROGRAM(zip_of_two_that_come),
                    TUSSLE_SMALL_PROGRAM(take_one_of_two),
                    TUSSLE_SMALL_PROGRAM(mult_whose_slow_tap_goes),
                    TUSSLE_PROGRAM(a_tap_gets_what_is_taken_after_it),
                    TUSSLE_SMALL_PROGRAM(mix_of_one_that_leaves),
                    TUSSLE_SMALL_PROGRAM(pipeline_whose_target_closes)),
    tests::name_of);

}  // namespace
}  // namespace tussle
