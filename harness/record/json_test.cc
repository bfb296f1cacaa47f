#include "harness/record/json.h"

#include <gtest/gtest.h>

#include <limits>
#include <locale>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "harness/case/infos_for_test.h"

namespace tussle::harness {
namespace {

struct steady {
  static subject_info info() { return subject_named("steady", subject_kind::ours); }
};

struct wobbly {
  static subject_info info() {
    return {.name = "wobbly",
            .kind = subject_kind::planted,
            .description = "Broken on purpose.",
            .source = "none",
            .not_race_checkable = "its lock is not known to the sanitizer",
            .counts_failed_attempts = true,
            .breaks_invariant = expectation::yes,
            .races = expectation::may};
  }
};

struct walk {
  static workload_info info() {
    return workload_named(
        "walk", "cell",
        {condition_named("share", {0.5, 1}, 1, false),
         condition_named("hold", {0, 100000}, 1'000'000), threads_condition({2})});
  }
  template <typename Subject>
  class run {
   public:
    explicit run(const conditions& /*values*/) {}
    static harness::limit limit() {
      if (Subject::info().name == "steady") return {};
      return {.condition = "hold", .only = 0, .reason = "it has no inside"};
    }
    void step(worker& /*self*/) {}
    verdict verify(const tally& /*done*/) { return verdict::pass(""); }
  };
};

const registry& all_cases() {
  static const registry all = [] {
    registry filled;
    filled.add<walk, steady, wobbly>();
    return filled;
  }();
  return all;
}

case_sample sample_with(std::uint64_t first, std::uint64_t second) {
  case_sample sample;
  sample.window.window_seconds = 0.5;
  sample.window.cpu_seconds = 1;
  sample.window.operations = {first, second};
  sample.window.overlap = 1;
  sample.window.failed_attempts = 10;
  sample.window.done.steps = {first + 1, second + 1};
  sample.served = fairness_of(sample.window.operations);
  sample.verdict = verdict::pass("fine");
  return sample;
}

case_result result_of(std::string_view name, std::vector<case_sample> samples) {
  return {all_cases().find(name), {}, {}, std::move(samples),
          verdict::pass("fine"),  {}, {}, {}};
}

std::set<std::string> keys_of(const json& object) {
  std::set<std::string> keys;
  for (const auto& item : object.items()) keys.insert(item.key());
  return keys;
}

// All that `expected` names is there.
void expect_keys(const json& object, const std::set<std::string>& expected) {
  const std::set<std::string> found = keys_of(object);
  for (const std::string& key : expected) EXPECT_TRUE(found.contains(key)) << key;
}

TEST(json, numbers_that_are_not_finite_become_null) {
  EXPECT_EQ(number(1.5), json(1.5));
  EXPECT_TRUE(number(std::numeric_limits<double>::infinity()).is_null());
  EXPECT_TRUE(number(-std::numeric_limits<double>::infinity()).is_null());
  EXPECT_TRUE(number(std::numeric_limits<double>::quiet_NaN()).is_null());
}

TEST(json, text_that_is_not_utf_8_is_mended_and_does_not_throw) {
  const std::string text = to_text({{"error", "bad \xff\xc3 bytes"}});

  EXPECT_EQ(json::parse(text).at("error"), "bad \xEF\xBF\xBD\xEF\xBF\xBD bytes");
}

TEST(json, text_is_one_line) {
  const std::string text = to_text({{"error", "first\nsecond"}, {"list", {1, 2}}});

  EXPECT_EQ(text.find('\n'), text.size() - 1);
}

struct decimal_comma : std::numpunct<char> {
  char do_decimal_point() const override { return ','; }
  char do_thousands_sep() const override { return '.'; }
  std::string do_grouping() const override { return "\3"; }
};

TEST(json, is_the_same_in_a_comma_locale) {
  const std::string plain = to_text(catalog(all_cases()));

  const std::locale outer =
      std::locale::global(std::locale(std::locale::classic(), new decimal_comma));
  const std::string there = to_text(catalog(all_cases()));
  const std::string number_there = to_text({1234567.5, 1234567});
  std::locale::global(outer);

  EXPECT_EQ(there, plain);
  EXPECT_EQ(number_there, "[1234567.5,1234567]\n");
}

TEST(catalog, says_what_can_be_run) {
  const json found = json::parse(to_text(catalog(all_cases())));

  EXPECT_EQ(found.at("schema"), 1);
  EXPECT_EQ(found.at("mode"), sync::mode_name());
  expect_keys(found.at("build"), {"compiler", "flags", "build_type", "commit", "dirty",
                                  "sanitizer", "libraries"});
  EXPECT_EQ(found.at("roles").at(0).at("name"), "counter");
  EXPECT_EQ(found.at("workloads").size(), 1U);
  EXPECT_EQ(found.at("subjects").size(), 2U);
  EXPECT_EQ(found.at("cases").size(), 2U);
}

TEST(catalog, describes_a_workload_and_its_conditions_whole_numbers_plain) {
  const json walked = catalog(all_cases()).at("workloads").at(0);

  expect_keys(walked, {"name", "question", "invariant", "failure", "role", "conditions",
                       "operations"});
  EXPECT_EQ(walked.at("operations").dump(), R"(["operation"])");
  const json& hold = walked.at("conditions").at(1);
  EXPECT_EQ(
      hold.dump(),
      R"({"name":"hold","unit":"units","description":"A condition.","default":[0,100000],)"
      R"("minimum":0,"maximum":1000000,"integer":true})");
  EXPECT_EQ(walked.at("conditions").at(0).at("default").dump(), "[0.5,1]");
  EXPECT_EQ(walked.at("conditions").back().at("name"), "threads");
}

TEST(catalog, says_of_a_subject_what_must_and_may_catch_it) {
  const json found = catalog(all_cases());
  const json& sound = found.at("subjects").at(0);
  const json& planted = found.at("subjects").at(1);

  expect_keys(sound, {"name", "kind", "roles", "description", "race_checkable",
                      "race_reason", "expected", "source"});
  EXPECT_EQ(sound.at("expected").dump(), R"({"invariant":false,"race":false})");
  EXPECT_EQ(sound.at("race_checkable"), true);
  EXPECT_EQ(sound.at("roles").dump(), R"(["cell"])");
  EXPECT_EQ(planted.at("expected").dump(), R"({"invariant":true,"race":"may"})");
  EXPECT_EQ(planted.at("kind"), "planted");
  EXPECT_EQ(planted.at("race_checkable"), false);
  EXPECT_EQ(planted.at("race_reason"), "its lock is not known to the sanitizer");
}

TEST(catalog, gives_labels_and_says_what_names_leave_out) {
  const json walked = catalog(all_cases()).at("workloads").at(0);
  const json& placement = walked.at("conditions").at(2);

  EXPECT_EQ(placement.at("name"), "placement");
  EXPECT_EQ(placement.at("labels").dump(), R"(["free","compact","scatter"])");
  EXPECT_EQ(placement.at("default").dump(), R"(["free"])");
  EXPECT_EQ(placement.at("optional"), true);
  EXPECT_FALSE(walked.at("conditions").at(0).contains("labels"));
}

TEST(catalog, lists_subjects_that_are_not_built_apart) {
  registry all;
  all.add<walk, steady>();
  all.add_not_built(subject_named("absent"), {"cell"}, "libabsent-dev");

  const json found = catalog(all);

  EXPECT_EQ(found.at("subjects").size(), 1U);
  EXPECT_EQ(found.at("not_built").at(0).at("name"), "absent");
  EXPECT_EQ(found.at("not_built").at(0).at("needs"), "libabsent-dev");
}

TEST(case_result, gives_labels_and_leaves_defaults_of_optional_conditions_out) {
  const json found =
      to_json(result_of("walk/steady/placement:compact", {sample_with(1, 1)}));

  EXPECT_EQ(found.at("conditions").dump(),
            R"({"share":0.5,"hold":0,"placement":"compact","threads":2})");
}

TEST(catalog, gives_limits_with_their_reasons) {
  const json cases = catalog(all_cases()).at("cases");

  EXPECT_EQ(cases.at(0).at("limits"), "");
  EXPECT_EQ(cases.at(1).at("limits"), "hold=0");
  EXPECT_EQ(cases.at(1).at("limits_reason"), "it has no inside");
}

TEST(case_json, has_what_the_schema_of_records_requires) {
  const json found = to_json(result_of("walk/steady", {sample_with(300, 100)}));

  expect_keys(found, {"schema", "case", "workload", "subject", "kind", "role",
                      "conditions", "mode", "seed", "context", "samples",
                      "total_operations", "verdict", "error", "races"});
  EXPECT_EQ(found.at("case"), "walk/steady/share:0.5/hold:0/threads:2");
  EXPECT_EQ(found.at("conditions").dump(), R"({"share":0.5,"hold":0,"threads":2})");
  EXPECT_EQ(found.at("total_operations"), 402);
  EXPECT_TRUE(found.at("error").is_null());
  EXPECT_GE(found.at("context").at("cores"), 1);
}

TEST(case_json, sample_has_rates_shares_and_its_own_verdict) {
  const json sample =
      to_json(result_of("walk/wobbly", {sample_with(300, 100)})).at("samples").at(0);

  EXPECT_EQ(sample.at("operations"), 400);
  EXPECT_DOUBLE_EQ(sample.at("ops_per_s"), 800);
  EXPECT_DOUBLE_EQ(sample.at("ns_per_op"), 1.25e6);
  EXPECT_DOUBLE_EQ(sample.at("cpu_ns_per_op"), 2.5e6);
  EXPECT_EQ(sample.at("per_thread").dump(), "[300,100]");
  EXPECT_DOUBLE_EQ(sample.at("min_share"), 0.25);
  EXPECT_EQ(sample.at("failed_attempts"), 10);
  EXPECT_DOUBLE_EQ(sample.at("failed_per_success"), 0.025);
  EXPECT_EQ(sample.at("verdict").dump(),
            R"({"passed":true,"invariant":"An invariant.","message":"fine"})");
}

TEST(case_json, a_verdict_has_what_the_subject_counted) {
  case_sample counted = sample_with(300, 100);
  counted.verdict.counts = {{"commits", 7}, {"again per commit", 0.5}};
  const json sample = to_json(result_of("walk/wobbly", {counted})).at("samples").at(0);

  EXPECT_EQ(sample.at("verdict").at("counts").dump(),
            R"({"commits":7.0,"again per commit":0.5})");
}

TEST(case_json, failed_attempts_are_null_when_the_subject_does_not_count_them) {
  const json sample =
      to_json(result_of("walk/steady", {sample_with(300, 100)})).at("samples").at(0);

  EXPECT_TRUE(sample.at("failed_attempts").is_null());
  EXPECT_TRUE(sample.at("failed_per_success").is_null());
}

TEST(case_json, sample_without_operations_has_null_where_nothing_was_measured) {
  const json sample =
      to_json(result_of("walk/wobbly", {sample_with(0, 0)})).at("samples").at(0);

  EXPECT_TRUE(sample.at("ns_per_op").is_null());
  EXPECT_TRUE(sample.at("cpu_ns_per_op").is_null());
  EXPECT_TRUE(sample.at("failed_per_success").is_null());
  EXPECT_TRUE(sample.at("ops_per_s").is_null());
}

case_result with_samples(int count) {
  case_result result = result_of("walk/steady", {sample_with(300, 100)});
  result.options.latency.every = 8;
  result.latency = no_samples({"read", "update"});
  for (int ns = 1; ns <= count; ++ns) {
    result.latency[0].lengths.record(static_cast<std::uint64_t>(ns));
  }
  return result;
}

TEST(case_json, has_no_latency_unless_it_was_asked_for) {
  EXPECT_FALSE(to_json(result_of("walk/steady", {})).contains("latency"));
}

TEST(case_json, latency_has_percentiles_and_the_histogram_that_they_come_from) {
  const json latency = to_json(with_samples(127)).at("latency");
  const json& read = latency.at("operations").at(0);

  expect_keys(latency, {"measures", "every", "clock", "sub_bucket_bits", "operations"});
  EXPECT_EQ(latency.at("every"), 8);
  EXPECT_GT(latency.at("clock").at("read_ns"), 0);
  EXPECT_EQ(read.at("name"), "read");
  EXPECT_EQ(read.at("samples"), 127);
  EXPECT_EQ(read.at("min_ns"), 1);
  EXPECT_EQ(read.at("max_ns"), 127);
  EXPECT_EQ(read.at("mean_ns"), 64);
  EXPECT_EQ(read.at("p50_ns"), 64);
  EXPECT_EQ(read.at("p90_ns"), 115);
  EXPECT_EQ(read.at("buckets").size(), 127U);
  EXPECT_EQ(read.at("buckets").at(4).dump(), "[5,1]");
}

TEST(case_json,
     percentile_with_fewer_than_ten_samples_beyond_it_is_null_with_the_reason) {
  const json enough = to_json(with_samples(100)).at("latency").at("operations").at(0);
  EXPECT_EQ(enough.at("p90_ns"), 90);
  EXPECT_TRUE(enough.at("p99_ns").is_null());
  EXPECT_EQ(enough.at("null_because"), "too few samples");

  const json fewer = to_json(with_samples(99)).at("latency").at("operations").at(0);
  EXPECT_TRUE(fewer.at("p90_ns").is_null());
}

TEST(case_json, operation_without_samples_has_no_lengths) {
  const json update = to_json(with_samples(10)).at("latency").at("operations").at(1);

  EXPECT_EQ(update.at("samples"), 0);
  for (const char* name : {"min_ns", "max_ns", "mean_ns", "p50_ns"}) {
    EXPECT_TRUE(update.at(name).is_null()) << name;
  }
  EXPECT_TRUE(update.at("buckets").empty());
}

TEST(case_json, error_is_the_text_of_the_exception) {
  case_result failed = result_of("walk/steady", {});
  failed.error = "planted \xff";
  failed.verdict = verdict::fail("the case ended by an exception");

  const json found = json::parse(to_text(to_json(failed)));

  EXPECT_EQ(found.at("error"), "planted \xEF\xBF\xBD");
  EXPECT_EQ(found.at("verdict").at("passed"), false);
  EXPECT_TRUE(found.at("samples").empty());
}

}  // namespace
}  // namespace tussle::harness
