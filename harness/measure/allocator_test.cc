#include "harness/measure/allocator.h"

#include <gtest/gtest.h>

#include <string>

#include "harness/case/case_name.h"

namespace tussle::harness {
namespace {

selected_case case_with(const char* label) {
  selected_case selected;
  selected.name = std::string("walk/fine/allocator:") + label;
  const condition_info known = allocator_condition();
  for (std::size_t i = 0; i < known.labels.size(); ++i) {
    if (known.labels[i] == label) selected.values.set(known, static_cast<double>(i));
  }
  return selected;
}

std::string complaint(const char* label, const char* in_use, bool sanitized = false) {
  try {
    require_allocator(case_with(label), in_use, sanitized);
    return "";
  } catch (const usage_error& e) {
    return e.what();
  }
}

TEST(allocator, claim_that_is_true_is_accepted) {
  EXPECT_EQ(complaint("system", "system"), "");
  EXPECT_EQ(complaint("jemalloc", "jemalloc"), "");
  EXPECT_EQ(complaint("system", "system", true), "");
}

TEST(allocator, claim_that_is_not_true_is_refused_with_what_to_do) {
  EXPECT_EQ(complaint("jemalloc", "system"),
            "case 'walk/fine/allocator:jemalloc': this process runs on the allocator "
            "system, not jemalloc: start it with LD_PRELOAD=<library of jemalloc>, or by "
            "scripts/tussle run, which does that");
  EXPECT_EQ(complaint("system", "tcmalloc"),
            "case 'walk/fine/allocator:system': this process runs on the allocator "
            "tcmalloc, not system: start it without LD_PRELOAD, or add "
            "/allocator:tcmalloc");
}

TEST(allocator, other_than_the_systems_is_refused_in_a_sanitizer_build) {
  EXPECT_EQ(complaint("mimalloc", "mimalloc", true),
            "case 'walk/fine/allocator:mimalloc': a sanitizer build brings its own "
            "allocator, not mimalloc: use the bench build");
}

TEST(allocator, of_this_process_is_the_systems) {
  EXPECT_EQ(allocator_in_use(), "system");
}

}  // namespace
}  // namespace tussle::harness
