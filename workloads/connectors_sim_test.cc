// Do pipelines, connectors, mults, pubs and mixes hold in every interleaving of small programs
// that the controlled scheduler comes upon? Lost wake-ups, deadlocks, leaks and uses after
// free are findings of its own.
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "harness/schedule/sim/program.h"
#include "primitives/channel/connectors.h"
#include "primitives/channel/folds.h"
#include "primitives/channel/mix.h"
#include "primitives/channel/mult.h"
#include "primitives/channel/pipeline.h"
#include "primitives/channel/pub.h"
#include "workloads/go_programs_for_test.h"

namespace tussle {
namespace {

using tests::cargo;
using tests::freight;
using tests::program;
using ints = std::vector<int>;

freight make(int n) { return std::make_shared<cargo>(n); }

// With a pool for work that may wait.
struct stage : tests::own_stage {
  void run() {
    while (compute.run_one() || blocking.run_one()) {
    }
  }
  // All that is in a channel when nothing happens any more, which must then be over.
  ints drain(const channel<int>& from) {
    ints all;
    for (;;) {
      run();
      const auto got = from.try_take();
      if (got.value) {
        all.push_back(*got.value);
        continue;
      }
      sim::require(got.status == take_status::closed, "it is over");
      return all;
    }
  }
};

bool is_run(const ints& all) {
  for (std::size_t i = 1; i < all.size(); ++i)
    if (all[i] != all[i - 1] + 1) return false;
  return true;
}

// --- connectors ------------------------------------------------------------------------

void merge_against_close() {
  stage s;
  const channel<int> a(s.home, fixed(1));
  const channel<int> b(s.home, fixed(1));
  const auto merged = merge(std::vector{a, b}, fixed(4));
  std::vector<bool> accepted(2);
  sim::threads({[&] { s.run(); },
                [&] {
                  accepted[0] = a.put(1);
                  a.close();
                },
                [&] { accepted[1] = b.try_put(2) == put_status::accepted; },
                [&] { b.close(); }});
  const ints all = s.drain(merged);
  sim::require(accepted[0] && all.size() == (accepted[1] ? 2U : 1U),
               "what was accepted came out");
  sim::require(s.living() == 0, "it has ended");
}

void merge_whose_output_closes() {
  stage s;
  const channel<int> a(s.home, fixed(2));
  const channel<int> b(s.home, fixed(2));
  const auto merged = merge(std::vector{a, b});
  sim::threads(
      {[&] { s.run(); }, [&] { a.put(1); }, [&] { b.put(2); }, [&] { merged.close(); }});
  s.run();
  const bool waited = merged.try_take().value.has_value();
  s.run();
  const int left = (a.try_take().value ? 1 : 0) + (b.try_take().value ? 1 : 0);
  sim::require(left == (waited ? 0 : 1), "one was refused, whatever came before");
  sim::require(!a.is_closed() && !b.is_closed(), "the sources stay open");
}

void pipe_whose_output_goes() {
  stage s;
  const channel<int> from(s.home, fixed(2));
  auto to = std::make_optional<channel<int>>(s.home);
  pipe(from, *to);
  sim::threads({[&] { s.run(); }, [&] { from.put(1); }, [&] { to.reset(); }});
  from.put(2);
  from.close();
  s.run();
  sim::require(s.living() == 0, "it has ended");
}

void split_beside_two_takers() {
  runtime on({.compute_threads = 1});
  const channel<int> from(on, fixed(3));
  const auto [evens, odds] = split([](int n) { return n % 2 == 0; }, from);
  for (const int n : {1, 2, 3}) from.put(n);
  from.close();
  ints even;
  ints odd;
  sim::threads({[&] {
                  while (const auto got = evens.take()) even.push_back(*got);
                },
                [&] {
                  while (const auto got = odds.take()) odd.push_back(*got);
                }});
  sim::require(even == ints{2} && odd == ints({1, 3}), "each on its side");
}

void zip_of_two_putters() {
  stage s;
  const channel<freight> a(s.home);
  const channel<freight> b(s.home);
  const auto sums =
      zip_map([](const freight& x,
                 const freight& y) { return x->value.read() + y->value.read(); },
              std::tuple(a, b), fixed(2));
  sim::threads({[&] { s.run(); },
                [&] {
                  a.put(make(1));
                  a.close();
                },
                [&] {
                  b.put(make(10));
                  b.close();
                },
                [&] { s.run(); }});
  sim::require(s.drain(sums) == ints{11}, "one of each");
}

// The runtime ends while one of its operations is being done.
void a_joint_wait_ends_beside_a_put() {
  std::optional<stage> s(std::in_place);
  const channel<int> a(s->home);
  const channel<int> b(s->home);
  const auto zipped = zip_map(std::plus<int>(), std::tuple(a, b));
  s->run();
  sim::threads({[&] { s.reset(); }, [&] { static_cast<void>(a.try_put(1)); },
                [&] { static_cast<void>(b.try_put(2)); }});
  sim::require(zipped.try_take().status == take_status::closed, "it is closed behind it");
}

// --- pipelines -------------------------------------------------------------------------

ints numbers_through(runtime& on, bool blocks) {
  const channel<freight> from(on, fixed(3));
  const channel<int> to(on, fixed(3));
  for (const int n : {1, 2, 3}) from.put(make(n));
  from.close();
  const auto unload = xf::map([](const freight& one) { return one->value.read(); });
  if (blocks) {
    pipeline_blocking(2, to, unload, from);
  } else {
    pipeline(2, to, unload, from);
  }
  ints all;
  while (const auto got = to.take()) all.push_back(*got);
  return all;
}

void pipeline_of_2_with_3_elements() {
  runtime on({.compute_threads = 2});
  sim::require(numbers_through(on, false) == ints({1, 2, 3}), "in order");
}

void pipeline_of_2_that_block_with_3_elements() {
  runtime on({.compute_threads = 1});
  sim::require(numbers_through(on, true) == ints({1, 2, 3}), "in order");
}

void pipeline_of_2_that_others_end() {
  stage s;
  const channel<int> from(s.home, fixed(3));
  const channel<int> to(s.home, fixed(3));
  std::vector<channel<int>> begun(3, channel<int>(s.home));
  pipeline_async(
      2, to,
      [&begun](int n, const channel<int>& result) {
        result.put_then(n, [](bool) {});
        begun[static_cast<std::size_t>(n)] = result;
      },
      from);
  for (const int n : {0, 1, 2}) from.put(n);
  from.close();
  s.run();
  sim::threads({[&] { s.run(); }, [&] { begun[2].close(); }, [&] { begun[0].close(); },
                [&] { begun[1].close(); }});
  sim::require(s.drain(to) == ints({0, 1, 2}), "in order");
  sim::require(s.living() == 0, "it has ended");
}

void pipeline_whose_target_closes() {
  stage s;
  const channel<int> from(s.home, fixed(8));
  const channel<int> to(s.home);
  pipeline(1, to, xf::map([](int n) { return n; }), from);
  for (int n = 0; n < 8; ++n) from.put(n);
  std::optional<int> got;
  sim::threads({[&] { s.run(); }, [&] { to.close(); }, [&] { got = to.take(); }});
  while (to.take()) s.run();
  s.run();
  sim::require(!got || *got == 0, "the first one, or none");
  sim::require(from.try_take().value.has_value(), "it does not take all");
  from.close();
  s.run();
  sim::require(s.living() == 0, "it has ended");
}

void pipeline_whose_target_goes() {
  stage s;
  const channel<int> from(s.home, fixed(8));
  auto to = std::make_optional<channel<int>>(s.home);
  pipeline(2, *to, xf::map([](int n) { return n; }), from);
  for (int n = 0; n < 8; ++n) from.put(n);
  sim::threads({[&] { s.run(); }, [&] { to.reset(); }});
  s.run();
  sim::require(from.try_take().value.has_value(), "it does not take all");
  sim::require(s.living() == 0, "it has ended");
}

void a_runtime_ends_beside_a_pipeline() {
  const channel<int> to;
  {
    runtime on({.compute_threads = 2});
    const channel<int> from(on, fixed(4));
    pipeline(2, to, xf::map([](int n) { return n; }), from);
    for (int n = 0; n < 4; ++n) from.put(n);
    sim::require(to.take() == 0, "the first one");
  }
  while (to.take()) {
  }
}

// --- mult, pub, mix --------------------------------------------------------------------

void mult_with_tap_and_untap_in_traffic() {
  stage s;
  const channel<int> source(s.home, fixed(3));
  const mult m(source);
  const channel<int> steady(s.home, fixed(4));
  const channel<int> visitor(s.home, fixed(4));
  m.tap(steady);
  sim::threads({[&] {
                  for (const int n : {1, 2, 3}) source.put(n);
                  s.run();
                },
                [&] {
                  m.tap(visitor, false);
                  s.run();
                  m.untap(visitor);
                }});
  source.close();
  sim::require(s.drain(steady) == ints({1, 2, 3}), "it sees all");
  visitor.close();
  sim::require(is_run(s.drain(visitor)), "no gap");
}

void mult_of_two_takers() {
  runtime on({.compute_threads = 1});
  const channel<freight> source(on, fixed(2));
  const mult m(source);
  const channel<freight> a(on);
  const channel<freight> b(on);
  m.tap(a);
  m.tap(b);
  for (const int n : {1, 2}) source.put(make(n));
  source.close();
  std::vector<int> sums(2);
  const auto take = [&](const channel<freight>& from, std::size_t i) {
    return [&from, &sums, i] {
      while (const auto got = from.take()) sums[i] += (*got)->value.read();
    };
  };
  sim::threads({take(a, 0), take(b, 1)});
  sim::require(sums[0] == 3 && sums[1] == 3, "each got all");
}

void mult_whose_taps_close_and_go() {
  stage s;
  const channel<int> source(s.home, fixed(3));
  const mult m(source);
  const channel<int> steady(s.home, fixed(4));
  const channel<int> closing(s.home, fixed(1));
  auto going = std::make_optional<channel<int>>(s.home);
  for (const auto& each : {steady, closing, *going}) m.tap(each);
  for (const int n : {1, 2, 3}) source.put(n);
  source.close();
  sim::threads({[&] { s.run(); }, [&] { going.reset(); },
                [&] {
                  closing.close();
                  while (closing.take()) {
                  }
                }});
  while (closing.take()) {
  }
  sim::require(s.drain(steady) == ints({1, 2, 3}), "it sees all");
  sim::require(s.living() == 0, "it has ended");
}

void a_runtime_ends_beside_a_round() {
  std::optional<stage> s(std::in_place);
  const channel<int> source(s->home, fixed(1));
  const channel<int> a;
  const channel<int> b;
  {
    const mult m(source);
    m.tap(a);
    m.tap(b);
    source.put(1);
  }
  s->run();
  bool taken = false;
  sim::threads(
      {[&] { s.reset(); }, [&] { taken = a.take().has_value(); }, [&] { b.take(); }});
  sim::require(!a.take() && !b.take(), "they are closed");
  static_cast<void>(taken);
}

void pub_with_unsub_in_traffic() {
  stage s;
  const channel<int> source(s.home, fixed(4));
  const pub p(source, [](int n) { return n / 10; });
  const channel<int> ones(s.home, fixed(4));
  const channel<int> others(s.home, fixed(4));
  p.sub(1, ones, false);
  p.sub(2, others);
  sim::threads({[&] {
                  for (const int n : {10, 20, 11, 12}) source.put(n);
                  s.run();
                },
                [&] { p.unsub(1, ones); },
                [&] {
                  p.unsub_all(1);
                  s.run();
                }});
  source.close();
  sim::require(s.drain(others) == ints{20}, "the others get theirs");
  ones.close();
  const ints seen = s.drain(ones);
  sim::require(is_run(seen) && (seen.empty() || seen[0] == 10), "the first ones");
  sim::require(s.living() == 0, "all has ended");
}

void two_subscribe_to_a_new_topic() {
  stage s;
  const channel<int> source(s.home, fixed(1));
  const pub p(source, [](int n) { return n; });
  const channel<int> a(s.home, fixed(1));
  const channel<int> b(s.home, fixed(1));
  sim::threads({[&] { p.sub(1, a); }, [&] { p.sub(1, b); }});
  source.put(1);
  source.close();
  sim::require(s.drain(a) == ints{1} && s.drain(b) == ints{1}, "each gets it");
  sim::require(s.living() == 0, "one topic, and it has ended");
}

void sub_beside_the_end() {
  stage s;
  const channel<int> source(s.home, fixed(1));
  const pub p(source, [](int n) { return n; });
  const channel<int> a(s.home, fixed(1));
  sim::threads({[&] { p.sub(1, a); },
                [&] {
                  source.close();
                  s.run();
                }});
  s.run();
  sim::require(s.living() == 0, "all has ended");
}

void mix_with_changes_in_traffic() {
  stage s;
  const channel<int> out(s.home, fixed(8));
  const channel<int> a(s.home, fixed(4));
  const channel<int> b(s.home, fixed(4));
  const mix m(out);
  m.admix(a);
  sim::threads({[&] {
                  for (const int n : {1, 2}) a.put(n);
                  s.run();
                },
                [&] {
                  m.toggle({{a, {.pause = true}}, {b, {.mute = false}}});
                  s.run();
                },
                [&] { b.put(10); }});
  m.toggle({{a, {.pause = false}}});
  s.run();
  ints of_a;
  int sum = 0;
  while (const auto got = out.try_take().value) {
    sum += *got;
    if (*got < 10) of_a.push_back(*got);
  }
  sim::require(sum == 13 && of_a == ints({1, 2}), "all is heard, in order");
}

void mix_loses_its_handle() {
  stage s;
  const channel<int> out(s.home, fixed(4));
  const channel<int> a(s.home, fixed(2));
  auto m = std::make_optional<mix<int>>(out);
  m->admix(a);
  sim::threads({[&] { s.run(); }, [&] { m.reset(); },
                [&] {
                  a.put(1);
                  a.close();
                }});
  s.run();
  sim::require(out.try_take().value == 1, "it was heard");
  sim::require(s.living() == 0, "it has ended");
}

class connectors_in_sim : public testing::TestWithParam<program> {};

TEST_P(connectors_in_sim, hold_whatever_the_schedule) {
  tests::expect_to_hold_whatever_the_schedule(GetParam(), 1'000);
}

TEST_P(connectors_in_sim, hold_with_every_schedule_of_few_preemptions) {
  tests::expect_to_hold_with_few_preemptions(GetParam());
}

TEST_P(connectors_in_sim, hold_where_memory_is_weak) {
  tests::expect_to_hold_where_memory_is_weak(GetParam(), 1'000);
}

INSTANTIATE_TEST_SUITE_P(
    all, connectors_in_sim,
    testing::Values(
        TUSSLE_PROGRAM(merge_against_close), TUSSLE_PROGRAM(merge_whose_output_closes),
        TUSSLE_PROGRAM(pipe_whose_output_goes), TUSSLE_PROGRAM(split_beside_two_takers),
        TUSSLE_PROGRAM(zip_of_two_putters),
        TUSSLE_PROGRAM(a_joint_wait_ends_beside_a_put),
        TUSSLE_PROGRAM(pipeline_of_2_with_3_elements),
        TUSSLE_PROGRAM(pipeline_of_2_that_block_with_3_elements),
        TUSSLE_PROGRAM(pipeline_of_2_that_others_end),
        TUSSLE_PROGRAM(pipeline_whose_target_closes),
        TUSSLE_PROGRAM(pipeline_whose_target_goes),
        TUSSLE_PROGRAM(a_runtime_ends_beside_a_pipeline),
        TUSSLE_PROGRAM(mult_with_tap_and_untap_in_traffic),
        TUSSLE_PROGRAM(mult_of_two_takers), TUSSLE_PROGRAM(mult_whose_taps_close_and_go),
        TUSSLE_PROGRAM(a_runtime_ends_beside_a_round),
        TUSSLE_PROGRAM(pub_with_unsub_in_traffic),
        TUSSLE_SMALL_PROGRAM(two_subscribe_to_a_new_topic),
        TUSSLE_PROGRAM(sub_beside_the_end), TUSSLE_PROGRAM(mix_with_changes_in_traffic),
        TUSSLE_PROGRAM(mix_loses_its_handle)),
    tests::name_of);

}  // namespace
}  // namespace tussle
