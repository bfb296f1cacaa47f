// Does serial_counter notice what it is there to notice?
#include "workloads/scenarios/serial_counter.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "harness/case/verdict.h"
#include "workloads/subjects/asio_strand.h"
#include "workloads/subjects/moodycamel_line.h"
#include "workloads/subjects/serial_lines.h"
#include "workloads/use_cases/run_for_test.h"

namespace tussle::workloads {
namespace {

using harness::verdict;

template <typename Subject>
verdict line_verdict(double targets, int threads = 1, double outstanding = 50) {
  return verdict_of<serial_counter, Subject>(
      {{"targets", targets}, {"outstanding", outstanding}}, threads);
}

template <typename Subject>
class sound_line : public ::testing::Test {};
using sound_lines = ::testing::Types<
#if defined(TUSSLE_HAS_ASIO)
    subjects::asio_strand,
#endif
#if defined(TUSSLE_HAS_MOODYCAMEL) && !defined(TUSSLE_MODE_TSAN)
    subjects::moodycamel_line,
#endif
    subjects::agent_line, subjects::thread_line>;
TYPED_TEST_SUITE(sound_line, sound_lines);

TYPED_TEST(sound_line, applies_every_increment_once_and_in_order) {
  for (const double targets : {1.0, 7.0, 1000.0}) {
    for (const int threads : {1, 3}) {
      const verdict found = line_verdict<TypeParam>(targets, threads);
      EXPECT_TRUE(found.passed) << found.message;
    }
  }
}

TYPED_TEST(sound_line, lets_no_sender_run_away) {
  const verdict found = line_verdict<TypeParam>(1, 1, 5);

  const std::string before = "at most ";
  const std::size_t at = found.message.find(before);
  ASSERT_NE(at, std::string::npos) << found.message;
  EXPECT_LE(std::stoi(found.message.substr(at + before.size())), 5);
}

// Applies at once, on the sender's thread, in the manner of Send.
template <typename Send>
struct with_lines {
  class lines {
   public:
    lines(runtime& /*on*/, std::int64_t targets)
        : values_(static_cast<std::size_t>(targets)) {}
    void send(std::int64_t target, const increment& one) {
      send_(values_[static_cast<std::size_t>(target)], one);
    }
    void finish() {}
    std::int64_t value(std::int64_t target) const {
      return values_[static_cast<std::size_t>(target)];
    }

   private:
    std::vector<std::int64_t> values_;
    Send send_;
  };
};

struct applies {
  void operator()(std::int64_t& value, const increment& one) { value = one(value); }
};
struct repeats_one {
  int sent = 0;
  void operator()(std::int64_t& value, const increment& one) {
    value = one(value);
    if (++sent == 5) value = one(value);
  }
};
struct swaps_two {
  int sent = 0;
  increment kept;
  void operator()(std::int64_t& value, const increment& one) {
    if (++sent == 5) {
      kept = one;
      return;
    }
    value = one(value);
    if (sent == 6) value = kept(value);
  }
};
struct forgets_a_value {
  int sent = 0;
  void operator()(std::int64_t& value, const increment& one) {
    const std::int64_t next = one(value);
    if (++sent != 5) value = next;
  }
};

TEST(serial_counter, tells_both_rates) {
  const verdict found = line_verdict<with_lines<applies>>(3);

  EXPECT_TRUE(found.passed);
  EXPECT_NE(found.message.find("; accepted "), std::string::npos) << found.message;
  EXPECT_NE(found.message.find(", completed "), std::string::npos) << found.message;
}

TEST(serial_counter, finds_an_increment_that_was_repeated) {
  const verdict found = line_verdict<with_lines<repeats_one>>(1);

  EXPECT_EQ(found.message.find("increments repeated or out of order"), 0U)
      << found.message;
}

TEST(serial_counter, finds_an_increment_that_overtook_another) {
  const verdict found = line_verdict<with_lines<swaps_two>>(1);

  EXPECT_EQ(found.message.find("increments repeated or out of order"), 0U)
      << found.message;
}

TEST(serial_counter, finds_a_value_that_lost_an_increment) {
  const verdict found = line_verdict<with_lines<forgets_a_value>>(1);

  EXPECT_EQ(found.message.find("values other than the increments applied"), 0U)
      << found.message;
}

struct loses_one {
  int sent = 0;
  void operator()(std::int64_t& value, const increment& one) {
    if (++sent != 5) value = one(value);
  }
};

// Its sender waits for it once, for as long as anything might still come.
TEST(serial_counter, finds_an_increment_that_was_lost) {
  const verdict found = line_verdict<with_lines<loses_one>>(1);

  EXPECT_EQ(found.message.find("increments applied"), 0U) << found.message;
}

}  // namespace
}  // namespace tussle::workloads
