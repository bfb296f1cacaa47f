// The examples of the README, run as they stand there.
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "harness/case/registry.h"
#include "harness/measure/measure.h"
#include "workloads/examples/max_so_far.h"
#include "workloads/examples/ticket_lock.h"
#include "workloads/scenarios/counter.h"
#include "workloads/scenarios/read_mostly.h"
#include "workloads/subjects/atom.h"
#include "workloads/subjects/mutex.h"

namespace tussle::workloads::examples {
namespace {

harness::registry example_cases() {
  harness::registry all;
  all.add<max_so_far, ticket_lock, subjects::atom, subjects::mutex>();
  all.add<counter, ticket_lock>();
  all.add<read_mostly, ticket_lock>();
  return all;
}

// Applies every update to the value that it began with, and so forgets all but the last.
struct forgetful {
  static harness::subject_info info() {
    return {.name = "forgetful",
            .kind = harness::subject_kind::planted,
            .description = "Forgets all updates but the last.",
            .source = "workloads/examples/examples_test.cc"};
  }
  template <typename T>
  class cell {
   public:
    explicit cell(T initial) : initial_(initial), value_(initial) {}
    T load() const { return value_; }
    template <typename F>
    void update(F f) {
      value_ = f(initial_);
    }

   private:
    const T initial_;
    T value_;
  };
};

class example : public ::testing::TestWithParam<std::string> {};

TEST_P(example, runs_and_keeps_its_invariant) {
  const harness::registry all = example_cases();

  const harness::case_sample sample = harness::measure_once(
      all.find(GetParam()), {.window = {.ramp_seconds = 0.005, .window_seconds = 0.01}});

  EXPECT_TRUE(sample.verdict.passed) << sample.verdict.message;
}

std::vector<std::string> names_of_example_cases() {
  const harness::registry all = example_cases();
  std::vector<std::string> names;
  for (const harness::selected_case& each : all.default_cases())
    names.push_back(each.name);
  return names;
}

std::string as_test_name(const ::testing::TestParamInfo<std::string>& name) {
  std::string text = name.param;
  for (char& c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  }
  return text;
}

INSTANTIATE_TEST_SUITE_P(of_the_readme, example,
                         ::testing::ValuesIn(names_of_example_cases()), as_test_name);

TEST(max_so_far, verdict_fails_for_a_cell_that_forgets_the_largest) {
  harness::conditions values;
  values.set("threads", 1);
  max_so_far::run<forgetful> broken(values);
  harness::worker self(0, 1, 1);

  for (int i = 0; i < 100; ++i) broken.step(self);

  EXPECT_FALSE(broken.verify({{100}}).passed);
}

}  // namespace
}  // namespace tussle::workloads::examples
