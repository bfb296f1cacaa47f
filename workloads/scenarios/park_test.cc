// Does park notice what it is there to notice?
#include "workloads/scenarios/park.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <thread>

#include "harness/case/verdict.h"
#include "workloads/planted/naive_crowds.h"
#include "workloads/subjects/crowds.h"
#include "workloads/use_cases/run_for_test.h"

namespace tussle::workloads {
namespace {

using harness::verdict;

template <typename Subject>
verdict park_verdict(double processes, int threads) {
  return verdict_of<park, Subject>({{"processes", processes}}, threads);
}

template <typename Subject>
class sound_crowd : public ::testing::Test {};
using sound_crowds = ::testing::Types<subjects::go_crowd, subjects::thread_crowd>;
TYPED_TEST_SUITE(sound_crowd, sound_crowds);

TYPED_TEST(sound_crowd, who_is_asked_answers) {
  for (const double processes : {1.0, 50.0}) {
    for (const int threads : {1, 3}) {
      const verdict found = park_verdict<TypeParam>(processes, threads);
      EXPECT_TRUE(found.passed) << found.message;
    }
  }
}

TEST(park, GO_4_what_waits_needs_no_thread) {
  const verdict found = park_verdict<subjects::go_crowd>(10'000, 1);
  EXPECT_TRUE(found.passed) << found.message;
}

struct asks_a_neighbour {
  struct crowd : subjects::thread_crowd::crowd {
    using base = subjects::thread_crowd::crowd;
    using base::base;
    std::int64_t ask(std::int64_t process, int asker, std::int64_t question) {
      return base::ask(0, asker, question) + process;
    }
  };
};

TEST(park, processes_that_did_not_answer_themselves_are_told) {
  const verdict found = park_verdict<asks_a_neighbour>(3, 1);

  EXPECT_EQ(
      found.message,
      "processes that answered more or less often than asked 3, expected allowed 0");
}

// The second asker takes first, and has the answer that the first one asked for.
TEST(planted_common_reply, one_asker_has_the_answer_of_another) {
  runtime on;
  planted::common_reply::crowd crowd(on, 2, 2);
  bool mixed = false;
  for (int i = 0; i < 10'000 && !mixed; ++i) {
    std::int64_t first = 0;
    std::thread other([&] { first = crowd.ask(0, 0, 100); });
    const std::int64_t second = crowd.ask(1, 1, 200);
    other.join();
    ASSERT_EQ(first + second, 301);
    mixed = first != 100;
  }
  EXPECT_TRUE(mixed);
}

}  // namespace
}  // namespace tussle::workloads
