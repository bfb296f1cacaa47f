// How much of a value is new after an update (IMM-3), and what a dropped version leaves.
#include <gtest/gtest.h>

#include <cstdint>
#include <utility>
#include <vector>

#include "primitives/testing/instances_testing.h"
#include "primitives/testing/value_nodes_testing.h"
#include "primitives/value/map.h"
#include "primitives/value/vector.h"

namespace tussle::value {
namespace {

using tests::counted_value;
using tests::new_nodes;

constexpr int many = 100'000;

TEST(value_sharing, IMM_3_an_update_of_a_large_vector_makes_one_node_a_level) {
  transient_vector<int> filling;
  for (int i = 0; i < many; ++i) filling.push_back(i);
  const vector<int> v = filling.persistent();
  const auto before = tests::node_walk::of(v);

  for (const std::size_t i : {0U, 31U, 32U, 1024U, 32'768U, 70'000U}) {
    EXPECT_EQ(new_nodes(before, v.assoc(i, -1)), 4U) << i;
  }
  EXPECT_EQ(new_nodes(before, v.assoc(many - 1, -1)), 1U) << "the tail";
  EXPECT_LE(new_nodes(before, v.push_back(0)), 4U);
}

TEST(value_sharing, IMM_3_an_update_of_a_large_map_makes_one_node_a_level) {
  transient_map<int, int> filling;
  for (int i = 0; i < many; ++i) filling.assoc(i, i);
  const map<int, int> m = filling.persistent();
  const auto before = tests::node_walk::of(m);
  const std::size_t levels = detail::node_walk::levels(m);

  for (int i = 0; i < many; i += 9'777) {
    EXPECT_LE(new_nodes(before, m.assoc(i, -1)), levels) << i;
    EXPECT_LE(new_nodes(before, m.dissoc(i)), levels) << i;
    EXPECT_LE(new_nodes(before, m.assoc(many + i, 0)), levels + 1) << i;
  }
}

// A chain of origins keeps what was replaced, for a while. How much is bounded.
TEST(value_sharing, a_history_of_dropped_versions_keeps_little_of_what_it_replaced) {
  const std::int64_t before = counted_value::live();
  vector<counted_value> v;
  for (int i = 0; i < 2000; ++i) v = std::move(v).push_back(counted_value(i));
  for (int i = 0; i < 1000; ++i)
    v = v.assoc(static_cast<std::size_t>(i * 37 % 2000), counted_value(-i));

  // One replaced leaf of each inner node.
  EXPECT_LE(counted_value::live() - before, 2000 + 3 * 32);
}

TEST(value_sharing, versions_kept_and_then_dropped_leave_a_bounded_chain) {
  const std::int64_t before = counted_value::live();
  vector<counted_value> last;
  for (int i = 0; i < 1500; ++i) last = std::move(last).push_back(counted_value(i));
  {
    std::vector<vector<counted_value>> all = {last};
    for (int i = 0; i < 300; ++i) all.push_back(all.back().assoc(5, counted_value(-i)));
    last = all.back();
  }

  const auto chain = static_cast<std::int64_t>(detail::longest_chain);
  EXPECT_LE(counted_value::live() - before, 1500 + (2 * chain + 1) * 32);
  last = last.assoc(5, counted_value(0));
  last = last.assoc(5, counted_value(1));
  EXPECT_LE(counted_value::live() - before, 1500 + 3 * 32) << "an update settles";
}

}  // namespace
}  // namespace tussle::value
