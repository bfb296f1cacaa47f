// findings_testing.h: what tests of findings ask of a program.
#pragma once

#include <gtest/gtest.h>

#include <optional>

#include "harness/schedule/sim/explore.h"

namespace tussle::sim {

// The kind of what 2000 executions find; nothing if they find nothing.
inline std::optional<finding_kind> kind_found(const program& what, const options& how) {
  const result seen = explore(how, what);
  if (!seen.failed) return std::nullopt;
  EXPECT_TRUE(seen.failed->repeats);
  return seen.failed->found.kind;
}

inline std::optional<finding_kind> kind_found(const program& what) {
  return kind_found(what, {.executions = 2000});
}

inline void expect_clean(const program& what, options how = {.executions = 2000}) {
  for (const strategy each : {strategy::random, strategy::pct, strategy::pos}) {
    how.with = each;
    const result seen = explore(how, what);
    EXPECT_FALSE(seen.failed) << to_string(each) << ": " << seen.failed->found.text;
  }
}

}  // namespace tussle::sim
