#include "harness/case/case_name.h"

#include <gtest/gtest.h>

#include <clocale>
#include <locale>
#include <string>

#include "harness/case/infos_for_test.h"

namespace tussle::harness {
namespace {

workload_info shelf() {
  return workload_named(
      "shelf", "cell",
      {condition_named("hold", {7, 8}, 1'000'000),
       condition_named("read_share", {0.9}, 1, false), threads_condition()});
}

conditions read(std::string_view name) {
  return read_conditions(parse_case_name(name), shelf());
}

// The message of the usage_error that reading `name` must throw.
std::string complaint(std::string_view name) {
  try {
    const conditions values = read(name);
    return "no complaint, but " + to_name(values);
  } catch (const usage_error& e) {
    return e.what();
  }
}

TEST(case_name, is_taken_apart_at_slashes_and_colons) {
  const parsed_case_name parsed = parse_case_name("shelf/mutex/hold:3/threads:4");

  EXPECT_EQ(parsed.workload, "shelf");
  EXPECT_EQ(parsed.subject, "mutex");
  ASSERT_EQ(parsed.values.size(), 2U);
  EXPECT_EQ(parsed.values[0].first, "hold");
  EXPECT_EQ(parsed.values[0].second, "3");
  EXPECT_EQ(parsed.values[1].first, "threads");
  EXPECT_EQ(parsed.values[1].second, "4");
}

TEST(case_name, that_lacks_a_part_is_told_the_form) {
  for (const char* name : {"", "shelf", "shelf/", "/mutex", "/"}) {
    EXPECT_NE(complaint(name).find("workload/subject/condition:value"), std::string::npos)
        << name;
  }
}

TEST(case_name, part_without_a_colon_is_no_condition) {
  EXPECT_EQ(complaint("shelf/mutex/threads"),
            "case 'shelf/mutex/threads': 'threads' is not condition:value");
  EXPECT_EQ(complaint("shelf/mutex/"), "case 'shelf/mutex/': '' is not condition:value");
}

TEST(case_name, leaves_conditions_out_that_then_take_their_first_default) {
  EXPECT_EQ(to_name(read("shelf/mutex")), "hold:7/read_share:0.9/threads:1");
  EXPECT_EQ(to_name(read("shelf/mutex/threads:2")), "hold:7/read_share:0.9/threads:2");
}

TEST(case_name, conditions_may_come_in_any_order_and_are_kept_in_the_declared_one) {
  EXPECT_EQ(to_name(read("shelf/mutex/threads:2/read_share:0.5/hold:0")),
            "hold:0/read_share:0.5/threads:2");
}

TEST(case_name, unknown_condition_is_told_the_nearest) {
  EXPECT_EQ(complaint("shelf/mutex/thread:2"),
            "workload 'shelf' has no condition 'thread': did you mean 'threads'?");
  EXPECT_EQ(complaint("shelf/mutex/colour:2"),
            "workload 'shelf' has no condition 'colour': choose from hold, read_share, "
            "threads");
}

TEST(case_name, repeated_condition_is_refused) {
  EXPECT_EQ(complaint("shelf/mutex/hold:1/hold:2"),
            "condition 'hold' is given twice: give it once");
}

TEST(case_name, value_that_is_no_number_is_refused) {
  for (const char* text :
       {"", "many", "1x", " 1", "1 ", "+1", "0x1", "nan", "inf", "1,5", "1e999"}) {
    EXPECT_EQ(complaint(std::string("shelf/mutex/read_share:") + text),
              std::string("condition 'read_share': '") + text + "' is not a number");
  }
}

TEST(case_name, fraction_of_a_whole_number_is_refused) {
  EXPECT_EQ(complaint("shelf/mutex/threads:1.5"),
            "condition 'threads': 1.5 is not a whole number");
}

TEST(case_name, value_out_of_range_is_told_the_range) {
  EXPECT_EQ(complaint("shelf/mutex/threads:0"),
            "condition 'threads': 0 is out of range: use 1 to 1024");
  EXPECT_EQ(complaint("shelf/mutex/hold:1000001"),
            "condition 'hold': 1000001 is out of range: use 0 to 1000000");
  EXPECT_EQ(complaint("shelf/mutex/hold:-1"),
            "condition 'hold': -1 is out of range: use 0 to 1000000");
}

TEST(case_name, bounds_themselves_are_in_range) {
  EXPECT_EQ(read("shelf/mutex/hold:1000000").count("hold"), 1'000'000);
  EXPECT_EQ(read("shelf/mutex/read_share:1").fraction("read_share"), 1.0);
  EXPECT_EQ(read("shelf/mutex/threads:1024").threads(), 1024);
}

TEST(case_name, survives_writing_and_reading_again) {
  for (const char* values :
       {"hold:0/read_share:0.9/threads:1",
        "hold:100000/read_share:0.123456789/threads:64",
        "hold:1000000/read_share:1e-07/threads:1024", "hold:12/read_share:0/threads:3"}) {
    EXPECT_EQ(to_name(read(std::string("shelf/mutex/") + values)), values);
  }
}

TEST(case_name, one_case_has_one_name_however_its_numbers_are_spelled) {
  EXPECT_EQ(to_name(read("shelf/mutex/hold:1e2/read_share:0.50/threads:02")),
            "hold:100/read_share:0.5/threads:2");
  EXPECT_EQ(to_name(read("shelf/mutex/hold:-0")), "hold:0/read_share:0.9/threads:1");
}

workload_info wardrobe() {
  workload_info info = shelf();
  condition_info size = condition_named("size", {8}, 64);
  size.allowed = {8, 16, 64};
  size.optional = true;
  info.conditions.insert(info.conditions.begin(), {size, placement_condition()});
  return info;
}

std::string read_wardrobe(std::string_view name) {
  try {
    return to_name(read_conditions(parse_case_name(name), wardrobe()));
  } catch (const usage_error& e) {
    return e.what();
  }
}

TEST(case_name, leaves_optional_conditions_out_where_they_have_their_default) {
  constexpr const char* usual = "hold:7/read_share:0.9/threads:1";

  EXPECT_EQ(read_wardrobe("shelf/mutex"), usual);
  EXPECT_EQ(read_wardrobe("shelf/mutex/size:8/placement:free"), usual);
  EXPECT_EQ(read_wardrobe("shelf/mutex/size:16"), std::string("size:16/") + usual);
}

TEST(case_name, spells_labels) {
  EXPECT_EQ(read_wardrobe("shelf/mutex/placement:scatter"),
            "placement:scatter/hold:7/read_share:0.9/threads:1");
}

TEST(case_name, unknown_label_is_told_the_nearest) {
  EXPECT_EQ(read_wardrobe("shelf/mutex/placement:compakt"),
            "condition 'placement': no value 'compakt': did you mean 'compact'?");
  EXPECT_EQ(read_wardrobe("shelf/mutex/placement:1"),
            "condition 'placement': no value '1': choose from free, compact, scatter");
}

TEST(case_name, value_that_is_not_allowed_is_told_those_that_are) {
  EXPECT_EQ(read_wardrobe("shelf/mutex/size:9"),
            "condition 'size': 9 is not allowed: choose from 8, 16, 64");
  EXPECT_EQ(read_wardrobe("shelf/mutex/size:100"),
            "condition 'size': 100 is out of range: use 0 to 64");
}

TEST(case_name, unknown_condition_value_of_a_workload_is_a_mistake_of_its_author) {
  EXPECT_THROW(read("shelf/mutex").fraction("skew"), std::out_of_range);
}

// A locale in which 1234.5 is 1.234,5.
struct decimal_comma : std::numpunct<char> {
  char do_decimal_point() const override { return ','; }
  char do_thousands_sep() const override { return '.'; }
  std::string do_grouping() const override { return "\3"; }
};

class in_a_comma_locale : public ::testing::Test {
 protected:
  void SetUp() override {
    std::locale::global(std::locale(std::locale::classic(), new decimal_comma));
    // Also C's, where such a locale is installed.
    std::setlocale(LC_NUMERIC, "de_DE.UTF-8");
  }
  void TearDown() override {
    std::setlocale(LC_NUMERIC, "C");
    std::locale::global(std::locale::classic());
  }
};

TEST_F(in_a_comma_locale, names_are_written_and_read_as_everywhere) {
  EXPECT_EQ(to_name(read("shelf/mutex/hold:100000/read_share:0.25")),
            "hold:100000/read_share:0.25/threads:1");
  EXPECT_EQ(complaint("shelf/mutex/read_share:0,25"),
            "condition 'read_share': '0,25' is not a number");
  EXPECT_EQ(complaint("shelf/mutex/hold:1000001"),
            "condition 'hold': 1000001 is out of range: use 0 to 1000000");
}

TEST(suggestion, names_the_nearest_and_lists_all_when_none_is_near) {
  EXPECT_EQ(suggestion("cuonter", {"counter", "transfer"}), ": did you mean 'counter'?");
  EXPECT_EQ(suggestion("zzz", {"counter", "transfer"}),
            ": choose from counter, transfer");
  EXPECT_EQ(suggestion("anything", {}), "");
}

}  // namespace
}  // namespace tussle::harness
