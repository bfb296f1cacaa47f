#include "harness/measure/benchmark_rows.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <locale>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "harness/case/infos_for_test.h"
#include "harness/record/json.h"

namespace tussle::harness {
namespace {

const workload_info workload = workload_named("nothing", "none", {threads_condition()});
const subject_info subject = subject_named("one");
const std::string name = "nothing/one/threads:2";

// Two threads, `operations` in all, in half a second of which each was on a core for
// half.
case_sample sample_with(std::uint64_t operations) {
  case_sample sample;
  sample.window.window_seconds = 0.5;
  sample.window.cpu_seconds = 0.5;
  sample.window.operations = {operations / 2, operations - operations / 2};
  sample.window.overlap = 1;
  sample.verdict = verdict::pass("fine");
  return sample;
}

case_rows rows_of(std::vector<case_sample> samples) {
  case_rows rows{{nullptr, &workload, &subject, {}, name}, std::move(samples), ""};
  rows.selected.values.set("threads", 2);
  return rows;
}

json benchmarks(const case_rows& rows) {
  return json::parse(google_benchmark_json({rows})).at("benchmarks");
}

TEST(benchmark_rows, of_one_sample_are_one_row_with_time_per_operation) {
  const json rows = benchmarks(rows_of({sample_with(1000)}));

  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].at("name"), name);
  EXPECT_EQ(rows[0].at("run_name"), name);
  EXPECT_EQ(rows[0].at("run_type"), "iteration");
  EXPECT_EQ(rows[0].at("iterations"), 1000);
  EXPECT_EQ(rows[0].at("threads"), 2);
  EXPECT_DOUBLE_EQ(rows[0].at("real_time"), 0.5e9 / 1000);
  EXPECT_DOUBLE_EQ(rows[0].at("cpu_time"), 0.5e9 / 1000);
  EXPECT_EQ(rows[0].at("time_unit"), "ns");
  EXPECT_DOUBLE_EQ(rows[0].at("items_per_second"), 2000);
}

TEST(benchmark_rows, of_repetitions_end_with_their_aggregates) {
  // 100, 200 and 400 ns an operation.
  const json rows = benchmarks(
      rows_of({sample_with(5'000'000), sample_with(2'500'000), sample_with(1'250'000)}));

  ASSERT_EQ(rows.size(), 7U);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(rows[i].at("repetition_index"), i);
  EXPECT_EQ(rows[3].at("name"), name + "_mean");
  EXPECT_EQ(rows[3].at("run_type"), "aggregate");
  EXPECT_NEAR(rows[3].at("real_time"), 700.0 / 3, 1e-9);
  EXPECT_EQ(rows[4].at("aggregate_name"), "median");
  EXPECT_NEAR(rows[4].at("real_time"), 200, 1e-9);
  EXPECT_EQ(rows[5].at("aggregate_name"), "stddev");
  EXPECT_NEAR(rows[5].at("real_time"), std::sqrt(70000.0 / 3), 1e-9);
  EXPECT_EQ(rows[6].at("aggregate_name"), "cv");
  EXPECT_NEAR(rows[6].at("real_time"), std::sqrt(70000.0 / 3) / (700.0 / 3), 1e-12);
  for (std::size_t i = 3; i < 7; ++i) EXPECT_EQ(rows[i].at("run_name"), name);
}

TEST(benchmark_rows, without_operations_have_null_for_what_is_not_finite) {
  const json rows = benchmarks(rows_of({sample_with(0), sample_with(0)}));

  for (const json& row : rows) EXPECT_TRUE(row.at("real_time").is_null()) << row;
}

TEST(benchmark_rows, of_a_broken_invariant_say_so) {
  case_sample broken = sample_with(10);
  broken.verdict = verdict::fail("final value 9, expected increments 10");

  const json rows = benchmarks(rows_of({broken}));

  EXPECT_EQ(rows[0].at("verified"), false);
  EXPECT_EQ(rows[0].at("error_occurred"), true);
  EXPECT_EQ(rows[0].at("error_message"), "final value 9, expected increments 10");
  EXPECT_NE(console_row(rows_of({broken})).find("BROKEN: final value 9"),
            std::string::npos);
}

TEST(benchmark_rows, of_a_case_that_failed_carry_the_error) {
  case_rows failed = rows_of({});
  failed.error = "planted";

  const json rows = benchmarks(failed);

  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].at("error_message"), "planted");
  EXPECT_NE(console_row(failed).find("failed: planted"), std::string::npos);
}

struct decimal_comma : std::numpunct<char> {
  char do_decimal_point() const override { return ','; }
  char do_thousands_sep() const override { return '.'; }
  std::string do_grouping() const override { return "\3"; }
};

TEST(benchmark_rows, are_the_same_in_a_comma_locale) {
  const case_rows rows = rows_of({sample_with(1'234'567), sample_with(7)});
  const std::string console = console_row(rows);
  const std::string plain = benchmarks(rows).dump();

  const std::locale outer =
      std::locale::global(std::locale(std::locale::classic(), new decimal_comma));
  const std::string console_there = console_row(rows);
  const std::string there = benchmarks(rows).dump();
  std::locale::global(outer);

  EXPECT_EQ(there, plain);
  EXPECT_EQ(console_there, console);
}

}  // namespace
}  // namespace tussle::harness
