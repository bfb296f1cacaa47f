// Do threads that derive from one version of a value, or drop old ones, leave its nodes in
// order, whatever the interleaving? Leaks, double frees and uses after free are findings of
// the scheduler's own.
#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>

#include "harness/schedule/sim/explore.h"
#include "harness/schedule/sim/program.h"
#include "harness/schedule/sim/report.h"
#include "harness/schedule/sim/weak_memory.h"
#include "primitives/value/map.h"
#include "primitives/value/vector.h"

namespace tussle::value {
namespace {

// So many that the root has children enough to be borrowed, and so few that making them is
// not most of what there is to schedule.
constexpr int entries = 64;
constexpr int elements = 200;

map<int, int> sample(map<int, int>*) {
  transient_map<int, int> filling;
  for (int i = 0; i < entries; ++i) filling.assoc(i, i);
  return filling.persistent();
}
map<int, int> changed(const map<int, int>& from, int to) { return from.assoc(7, to); }
int look(const map<int, int>& at) { return *at.find(7); }

vector<int> sample(vector<int>*) {
  transient_vector<int> filling;
  for (int i = 0; i < elements; ++i) filling.push_back(i);
  return filling.persistent();
}
vector<int> changed(const vector<int>& from, int to) { return from.assoc(7, to); }
int look(const vector<int>& at) { return at[7]; }

// Two threads update a version that borrows from an older one, which stays: who settles a
// node second must not undo what the first put back.
template <typename Value>
void derive_from_a_borrower() {
  const Value first = sample(static_cast<Value*>(nullptr));
  const Value second = changed(first, -1);
  const auto derive = [&second](int to) {
    const Value third = changed(second, to);
    sim::require(look(third) == to, "the version has what was put into it");
    sim::require(look(second) == -1, "the version before is as it was");
  };
  sim::threads({[&] { derive(-2); }, [&] { derive(-3); }});
  sim::require(look(first) == 7 && look(second) == -1, "old versions are as they were");
}

// One drops the version that the other's is borrowed from.
template <typename Value>
void drop_what_is_borrowed_from() {
  std::optional<Value> first = sample(static_cast<Value*>(nullptr));
  const Value second = changed(*first, -1);
  sim::threads({[&] { first.reset(); },
                [&] { sim::require(look(changed(second, -2)) == -2, "it is updated"); },
                [&] { sim::require(look(changed(second, -3)) == -3, "it is updated"); }});
  sim::require(look(second) == -1, "the version is as it was");
}

template <typename Value>
class values_in_sim : public testing::Test {};

using values = testing::Types<map<int, int>, vector<int>>;
TYPED_TEST_SUITE(values_in_sim, values);

void expect_nothing(const sim::options& how, void (*program)()) {
  const sim::result seen = sim::explore(how, program);

  EXPECT_FALSE(seen.failed) << sim::render(seen.failed->shown);
}

TYPED_TEST(values_in_sim, IMM_10_two_may_derive_from_a_version_that_borrows) {
  expect_nothing({.name = "derive", .with = sim::strategy::random, .executions = 3'000},
                 &derive_from_a_borrower<TypeParam>);
  expect_nothing({.name = "derive", .with = sim::strategy::pct, .executions = 1'000},
                 &derive_from_a_borrower<TypeParam>);
}

TYPED_TEST(values_in_sim, IMM_10_an_old_version_may_go_while_others_derive) {
  expect_nothing({.name = "drop", .with = sim::strategy::random, .executions = 3'000},
                 &drop_what_is_borrowed_from<TypeParam>);
  expect_nothing({.name = "drop", .with = sim::strategy::pct, .executions = 1'000},
                 &drop_what_is_borrowed_from<TypeParam>);
}

TYPED_TEST(values_in_sim, IMM_10_memory_may_be_weak) {
  sim::options how{.name = "weak", .with = sim::strategy::random, .executions = 1'000};
  how.memory = &sim::make_weak_memory;
  expect_nothing(how, &derive_from_a_borrower<TypeParam>);
  expect_nothing(how, &drop_what_is_borrowed_from<TypeParam>);
}

}  // namespace
}  // namespace tussle::value
