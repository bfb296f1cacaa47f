// perturbed_main_testing.cc: the main function of the tests in modes with schedule points.
//
// Every test runs perturbed, from before its fixture is made until after it is gone. A
// test that installs a scheduler of its own replaces the perturbation for that time.
//
// TUSSLE_PERTURB=SEED   other seeds than the usual one; 0: no perturbation
// --gtest_repeat=N      takes the next seed for each repetition
#include <gtest/gtest.h>

#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>

#include "harness/schedule/perturbation.h"

namespace tussle::harness {
namespace {

constexpr std::uint64_t usual_seed = 1;
constexpr const char* variable = "TUSSLE_PERTURB";

class perturb_each_test final : public ::testing::EmptyTestEventListener {
 public:
  explicit perturb_each_test(std::uint64_t seed) : seed_(seed) {}

  void OnTestIterationStart(const ::testing::UnitTest& /*all*/, int iteration) override {
    present_ = seed_ + static_cast<std::uint64_t>(iteration);
  }

  void OnTestStart(const ::testing::TestInfo& /*test*/) override {
    perturbed_.emplace(present_);
  }

  void OnTestEnd(const ::testing::TestInfo& test) override {
    perturbed_.reset();
    if (!test.result()->Failed()) return;
    std::printf("[ PERTURBED] %s=%llu tries it again with the same draws, %s=0 without\n",
                variable, static_cast<unsigned long long>(present_), variable);
  }

 private:
  const std::uint64_t seed_;
  std::uint64_t present_ = 0;  // of this repetition
  std::optional<perturbation> perturbed_;
};

// The seed that the environment asks for; none when what it says is no number.
std::optional<std::uint64_t> asked_for() {
  const char* const text = std::getenv(variable);
  if (text == nullptr) return usual_seed;
  std::uint64_t seed = 0;
  const char* const end = text + std::strlen(text);
  const auto [stop, error] = std::from_chars(text, end, seed);
  if (error != std::errc{} || stop != end || text == end) return std::nullopt;
  return seed;
}

}  // namespace
}  // namespace tussle::harness

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  const auto seed = tussle::harness::asked_for();
  if (!seed) {
    std::fprintf(stderr,
                 "tussle: %s is not a whole number in the environment: unset it\n",
                 tussle::harness::variable);
    return 2;
  }
  if (*seed != 0) {
    // The list owns what is appended to it.
    ::testing::UnitTest::GetInstance()->listeners().Append(
        new tussle::harness::perturb_each_test(*seed));
  }
  return RUN_ALL_TESTS();
}
