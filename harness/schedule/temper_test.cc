// Does each run get a temper of its own, drawn from its seed, within what is useful?
#include "harness/schedule/temper.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>

#include "harness/schedule/chosen_sites.h"

namespace tussle::harness {
namespace {

constexpr std::uint64_t seeds = 300;
constexpr auto full = perturbation_strength::full;

TEST(temper, is_the_same_for_the_same_seed) {
  const temper first = draw_temper(7, full);
  const temper second = draw_temper(7, full);

  EXPECT_EQ(first.long_every, second.long_every);
  EXPECT_EQ(first.short_every, second.short_every);
  EXPECT_EQ(first.fail_every, second.fail_every);
  EXPECT_EQ(first.sites, second.sites);
}

TEST(temper, differs_from_seed_to_seed_over_a_wide_range) {
  std::uint64_t rarest = 0;
  std::uint64_t most_frequent = ~std::uint64_t{0};
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const std::uint64_t every = draw_temper(seed, full).long_every;
    rarest = std::max(rarest, every);
    most_frequent = std::min(most_frequent, every);
  }

  EXPECT_GT(rarest, 10 * most_frequent);
  EXPECT_GT(most_frequent, 0U);
}

TEST(temper, of_about_a_third_of_the_runs_has_two_to_five_sites) {
  std::uint64_t with_sites = 0;
  std::set<std::size_t> numbers;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const std::size_t sites = draw_temper(seed, full).sites;
    if (sites == 0) continue;
    ++with_sites;
    numbers.insert(sites);
  }

  EXPECT_GT(with_sites, seeds / 5);
  EXPECT_LT(with_sites, seeds / 2);
  EXPECT_EQ(numbers, (std::set<std::size_t>{2, 3, 4, 5}));
}

TEST(temper, that_is_light_delays_more_rarely_and_for_less_of_the_time) {
  const temper heavy = draw_temper(3, full);
  const temper light = draw_temper(3, perturbation_strength::light);

  EXPECT_GT(light.long_every, heavy.long_every);
  EXPECT_GT(light.short_every, heavy.short_every);
  EXPECT_LT(light.most_share, heavy.most_share);
}

TEST(chosen_sites, take_in_what_threads_come_by) {
  chosen_sites sites(2);
  generator random(1);
  const int place = 0;

  int visits = 1;
  while (!sites.contains(&place, random())) ++visits;

  EXPECT_LT(visits, 200);
  EXPECT_TRUE(sites.contains(&place, random()));
}

TEST(chosen_sites, are_not_more_than_asked_for) {
  chosen_sites sites(3);
  generator random(1);
  const std::array<int, 20> places{};
  for (int round = 0; round < 1000; ++round) {
    for (const int& place : places) sites.contains(&place, random());
  }

  std::size_t chosen = 0;
  // A draw of 1: not the one that replaces a site.
  for (const int& place : places) chosen += sites.contains(&place, 1U << 8) ? 1 : 0;

  EXPECT_EQ(chosen, 3U);
}

TEST(chosen_sites, change_while_time_goes_by) {
  chosen_sites sites(1);
  generator random(1);
  const std::array<int, 2> places{};
  while (!sites.contains(&places[0], random())) {
  }

  int visits = 1;
  while (!sites.contains(&places[1], random())) ++visits;

  EXPECT_GT(visits, 8);
  EXPECT_FALSE(sites.contains(&places[0], 1U << 8));
}

}  // namespace
}  // namespace tussle::harness
