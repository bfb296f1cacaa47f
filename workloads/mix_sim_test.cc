// Do changes that are asked of a mix together come at one point, in every interleaving that
// the controlled scheduler comes upon?
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "harness/schedule/sim/program.h"
#include "primitives/channel/mix.h"
#include "workloads/go_programs_for_test.h"

namespace tussle {
namespace {

using ints = std::vector<int>;
using changes = std::vector<mix_change<int>>;

// Elements of the first input are 1, 2, ...; of the second one 11, 12, ...; and 21 of one that
// a change admits.
struct mix_of_two : tests::own_stage {
  const channel<int> out{home, fixed(8)};
  const channel<int> a{home, fixed(4)};
  const channel<int> b{home, fixed(4)};
  const channel<int> fresh{home, fixed(1)};
  const mix<int> mixed{out};

  void begin_with(const changes& first) {
    mixed.toggle(first);
    run();
  }
  void feed(int element) {
    static_cast<void>((element < 10 ? a : b).try_put(std::move(element)));
    run();
  }
  ints heard() {
    run();
    ints all;
    while (const auto got = out.try_take().value) all.push_back(*got);
    return all;
  }
};

bool is_of_a(int element) { return element < 10; }
bool is_of_b(int element) { return element > 10 && element < 20; }

// Whether these are those of a up to some point of `fed`, and those of b from there on.
bool change_at_one_point(const ints& heard, const ints& fed) {
  for (std::size_t point = 0; point <= fed.size(); ++point) {
    ints expected;
    for (std::size_t i = 0; i < fed.size(); ++i)
      if (i < point ? is_of_a(fed[i]) : is_of_b(fed[i])) expected.push_back(fed[i]);
    if (heard == expected) return true;
  }
  return false;
}

bool one_of_a_follows_others(const ints& heard) {
  const auto other =
      std::find_if(heard.begin(), heard.end(), [](int each) { return !is_of_a(each); });
  return std::any_of(other, heard.end(), is_of_a);
}

// Each element has been dropped or heard before the next one is put: one thread does both.
void feed_beside(mix_of_two& s, const ints& fed, const changes& asked) {
  sim::threads({[&] {
                  for (const int each : fed) s.feed(each);
                },
                [&] { s.mixed.toggle(asked); }});
}

const ints in_turn{1, 11, 2, 12};

void mute_goes_from_one_to_the_other() {
  mix_of_two s;
  s.begin_with({{s.a, {}}, {s.b, {.mute = true}}});
  feed_beside(s, in_turn, {{s.b, {.mute = false}}, {s.a, {.mute = true}}});
  sim::require(change_at_one_point(s.heard(), in_turn), "a, and then b");
}

void mute_goes_the_other_way() {
  mix_of_two s;
  s.begin_with({{s.a, {}}, {s.b, {.mute = true}}});
  feed_beside(s, in_turn, {{s.a, {.mute = true}}, {s.b, {.mute = false}}});
  sim::require(change_at_one_point(s.heard(), in_turn), "a, and then b");
}

void solo_goes_from_one_to_the_other() {
  mix_of_two s;
  s.begin_with({{s.a, {.solo = true}}, {s.b, {}}});
  feed_beside(s, in_turn, {{s.a, {.solo = false}}, {s.b, {.solo = true}}});
  sim::require(change_at_one_point(s.heard(), in_turn), "a, and then b");
}

// What is paused stays where it is, but for what the mix was waiting for.
void pause_goes_from_one_to_the_other() {
  mix_of_two s;
  s.begin_with({{s.a, {}}, {s.b, {.pause = true}}});
  s.feed(11);
  const ints fed{1, 2, 3};
  feed_beside(s, fed, {{s.b, {.pause = false}}, {s.a, {.pause = true}}});
  ints heard = s.heard();
  sim::require(!one_of_a_follows_others(heard), "a, and then b");
  while (const auto left = s.a.try_take().value) heard.push_back(*left);
  heard.erase(std::remove(heard.begin(), heard.end(), 11), heard.end());
  sim::require(heard == fed, "what was not heard is still there");
}

// One that comes with the change is heard after it, and so beside none that it mutes.
void one_comes_as_another_is_muted() {
  mix_of_two s;
  s.begin_with({{s.a, {}}});
  static_cast<void>(s.fresh.try_put(21));
  const ints fed{1, 2, 3};
  feed_beside(s, fed, {{s.fresh, {}}, {s.a, {.mute = true}}});
  const ints heard = s.heard();
  sim::require(std::count(heard.begin(), heard.end(), 21) == 1, "the new one is heard");
  sim::require(!one_of_a_follows_others(heard), "a, and then the new one");
}

TEST(mix_in_sim, MIX_3_changes_of_several_inputs_come_at_one_point) {
  for (const auto& each : {TUSSLE_PROGRAM(mute_goes_from_one_to_the_other),
                           TUSSLE_PROGRAM(mute_goes_the_other_way),
                           TUSSLE_PROGRAM(solo_goes_from_one_to_the_other),
                           TUSSLE_PROGRAM(pause_goes_from_one_to_the_other),
                           TUSSLE_PROGRAM(one_comes_as_another_is_muted)}) {
    tests::expect_to_hold_whatever_the_schedule(each, 1'000);
    tests::expect_to_hold_where_memory_is_weak(each, 1'000);
  }
}

}  // namespace
}  // namespace tussle
