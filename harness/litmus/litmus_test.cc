#include <gtest/gtest.h>

#include <array>
#include <stdexcept>
#include <string>
#include <vector>

#include "harness/case/case_name.h"
#include "harness/litmus/command_line.h"
#include "harness/litmus/main.h"
#include "harness/litmus/on_threads.h"
#include "harness/litmus/result.h"

namespace tussle::litmus {
namespace {

struct two_values {
  static program_info info() {
    return {.name = "test.two_values",
            .question = "Does every actor run once?",
            .statement = "",
            .source = "here"};
  }
  static constexpr std::array outcomes = {
      outcome{1, 2, acceptable, "both ran"},
      outcome{0, 2, forbidden, "the first did not run"},
  };

  int first = 0;
  int second = 0;

  void actor_1() { first += 1; }
  void actor_2() { second += 2; }
  std::array<int, 2> arbiter() { return {first, second}; }
};

struct three_actors : two_values {
  int third = 0;

  void actor_3() { third += 3; }
  std::array<int, 3> arbiter() { return {first, second, third}; }
};

struct throwing : two_values {
  void actor_2() { throw std::runtime_error("the second actor threw"); }
};

// Short, and long enough for a batch however busy the machine is: a round always runs one.
constexpr thread_options briefly{.seconds = 0.001, .seed = 1};

TEST(litmus, grades_what_is_not_listed_as_forbidden) {
  const program p = declared<two_values>();

  const auto all = graded(p.outcomes, {{values{1, 2}, 5}, {values{7, 8}, 1}});

  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].count, 5U);
  EXPECT_EQ(all[1].count, 0U);
  EXPECT_EQ(all[2].seen, (values{7, 8}));
  EXPECT_EQ(all[2].meaning, forbidden);
  EXPECT_FALSE(all[2].listed);
  EXPECT_TRUE(has_forbidden(all));
}

TEST(litmus, finds_nothing_when_a_listed_forbidden_outcome_never_came_out) {
  const program p = declared<two_values>();

  EXPECT_FALSE(has_forbidden(graded(p.outcomes, {{values{1, 2}, 5}})));
  EXPECT_TRUE(has_forbidden(graded(p.outcomes, {{values{0, 2}, 1}})));
}

TEST(litmus, counts_the_actors_and_the_values_of_a_declaration) {
  EXPECT_EQ(declared<two_values>().actors, 2);
  EXPECT_EQ(declared<two_values>().values, 2U);
  EXPECT_EQ(declared<three_actors>().actors, 3);
  EXPECT_EQ(declared<three_actors>().values, 3U);
}

TEST(litmus, on_threads_runs_every_actor_once_on_every_fresh_state) {
  const thread_result seen = run_on_threads(declared<two_values>(), briefly);

  ASSERT_EQ(seen.found.size(), 1U);
  EXPECT_EQ(seen.found.begin()->first, (values{1, 2}));
  EXPECT_EQ(seen.found.begin()->second, seen.executions);
  EXPECT_GT(seen.executions, 0U);
}

TEST(litmus, on_threads_runs_more_actors_than_there_may_be_cores) {
  const thread_result seen = run_on_threads(declared<three_actors>(), briefly);

  EXPECT_EQ(seen.found.begin()->first, (values{1, 2, 3}));
}

TEST(litmus, on_threads_hands_on_what_an_actor_threw) {
  EXPECT_THROW(run_on_threads(declared<throwing>(), briefly), std::runtime_error);
  EXPECT_EQ(on_threads(declared<throwing>(), 0.001, 1).error, "the second actor threw");
}

result with_counts(const counts& found, program_kind kind) {
  const program p = declared<two_values>();
  result one{.info = p.info, .actors = p.actors, .values = p.values};
  one.info.kind = kind;
  one.outcomes = graded(p.outcomes, found);
  return one;
}

TEST(litmus, a_forbidden_outcome_is_a_finding_unless_it_was_planted) {
  const counts bad{{values{9, 9}, 1}};

  EXPECT_TRUE(with_counts(bad, program_kind::ours).is_finding());
  EXPECT_FALSE(with_counts(bad, program_kind::planted).is_finding());
  EXPECT_TRUE(with_counts(bad, program_kind::planted).broken());
}

TEST(litmus, says_whether_all_listed_outcomes_came_out) {
  EXPECT_TRUE(with_counts({{values{1, 2}, 1}}, program_kind::ours).all_reached());
  EXPECT_FALSE(with_counts({}, program_kind::ours).all_reached());
}

// What the program ends with when its one program comes to this.
int exit_code(const counts& found, const std::string& error = "") {
  const auto run = [&](const program&, double, std::uint64_t, const search&) {
    result one = with_counts(found, program_kind::ours);
    one.error = error;
    return one;
  };
  const char* const arguments[] = {"tussle_litmus"};
  return run_main({declared<two_values>()}, run, 1, arguments);
}

TEST(litmus, ends_with_3_for_a_forbidden_outcome_and_4_for_a_failure) {
  EXPECT_EQ(exit_code({{values{1, 2}, 1}}), 0);
  EXPECT_EQ(exit_code({{values{0, 2}, 1}}), 3);
  EXPECT_EQ(exit_code({{values{5, 5}, 1}}), 3);
  EXPECT_EQ(exit_code({}, "no memory"), 4);
}

TEST(litmus, refuses_what_it_does_not_know) {
  const auto read = [](std::vector<const char*> words) {
    words.insert(words.begin(), "tussle_litmus");
    return read_command_line(static_cast<int>(words.size()), words.data());
  };

  EXPECT_THROW(read({"--bugdet", "1"}), harness::usage_error);
  EXPECT_THROW(read({"--budget", "0"}), harness::usage_error);
  EXPECT_THROW(read({"--seed", "x"}), harness::usage_error);
  EXPECT_THROW(read({"--json"}), harness::usage_error);
  EXPECT_THROW(read({"--strategy", "pct"}), harness::usage_error) << "not in mode sim";
  EXPECT_THROW(read({"--no-shrink"}), harness::usage_error) << "not in mode sim";
  EXPECT_EQ(read({"--seed=7", "--filter", "atom"}).seed, 7U);
}

}  // namespace
}  // namespace tussle::litmus
