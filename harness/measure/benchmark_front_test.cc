#include "harness/measure/benchmark_front.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "harness/case/case_name.h"
#include "harness/case/infos_for_test.h"

namespace tussle::harness {
namespace {

struct one {
  static subject_info info() { return subject_named("one"); }
};
struct two {
  static subject_info info() { return subject_named("two"); }
};

struct nothing {
  static workload_info info() {
    return workload_named(
        "nothing", "none",
        {condition_named("hold", {0, 100}, 1000), threads_condition({1, 2})});
  }
  template <typename Subject>
  class run {
   public:
    explicit run(const conditions& /*values*/) {}
    void step(worker& /*self*/) {}
    verdict verify(const tally& /*done*/) { return verdict::pass(""); }
  };
};

std::vector<std::string> matching(const std::string& filter) {
  registry all;
  all.add<nothing, one, two>();
  std::vector<std::string> names;
  for (const selected_case& each : matching_cases(all, filter))
    names.push_back(each.name);
  return names;
}

std::string complaint(const std::string& filter) {
  try {
    return "no complaint, but " + std::to_string(matching(filter).size()) + " cases";
  } catch (const usage_error& e) {
    return e.what();
  }
}

TEST(filter, that_is_empty_takes_every_case) { EXPECT_EQ(matching("").size(), 8U); }

TEST(filter, matches_anywhere_in_undecorated_names) {
  EXPECT_EQ(matching("one/hold:0/"),
            (std::vector<std::string>{"nothing/one/hold:0/threads:1",
                                      "nothing/one/hold:0/threads:2"}));
}

TEST(filter, may_be_anchored_at_the_end_where_google_benchmark_would_have_added_words) {
  EXPECT_EQ(matching("^nothing/two/hold:100/threads:2$"),
            (std::vector<std::string>{"nothing/two/hold:100/threads:2"}));
}

TEST(filter, with_a_leading_dash_excludes) {
  EXPECT_EQ(matching("-one|threads:2"),
            (std::vector<std::string>{"nothing/two/hold:0/threads:1",
                                      "nothing/two/hold:100/threads:1"}));
}

TEST(filter, that_is_no_regular_expression_is_refused) {
  for (const char* filter : {"(", "-(", "[", "*", "a{2,1}"}) {
    EXPECT_NE(complaint(filter).find("is not a regular expression"), std::string::npos)
        << filter;
  }
}

TEST(filter, that_matches_nothing_is_refused) {
  for (const char* filter : {"three", "-.", "-"}) {
    EXPECT_NE(complaint(filter).find("matches no case"), std::string::npos) << filter;
  }
}

}  // namespace
}  // namespace tussle::harness
