// Values between threads (IMM-10, IMM-12): many read and derive from one version at once.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <thread>
#include <utility>
#include <vector>

#include "primitives/atom/atom.h"
#include "primitives/testing/threads_testing.h"
#include "primitives/value/map.h"
#include "primitives/value/queue.h"
#include "primitives/value/update_in.h"

namespace tussle::value {
namespace {

constexpr int threads = 4;
constexpr int steps = tests::rounds / 20;

vector<int> zeros(std::size_t count) {
  return vector<int>(from_range, std::vector<int>(count, 0));
}

TEST(value_threads, IMM_10_many_derive_from_one_vector_and_see_their_own_changes) {
  const vector<int> shared = zeros(3000).assoc(7, 0).assoc(8, 0);

  tests::run_together(threads, [&](int index) {
    vector<int> own = shared;
    for (int step = 0; step < steps; ++step) {
      const auto i = static_cast<std::size_t>(step * 31 % 3000);
      own = step % 3 == 0 ? std::move(own).assoc(i, index) : own.assoc(i, index);
      ASSERT_EQ(own[i], index);
      ASSERT_EQ(shared[i], 0);
    }
    ASSERT_EQ(own.size(), shared.size());
  });

  EXPECT_EQ(shared, zeros(3000));
}

TEST(value_threads, IMM_10_many_derive_from_one_map_and_see_their_own_changes) {
  map<int, int> filling;
  for (int i = 0; i < 500; ++i) filling = filling.assoc(i, 0);
  const map<int, int> shared = filling;
  filling = {};

  tests::run_together(threads, [&](int index) {
    map<int, int> own = shared;
    for (int step = 0; step < steps; ++step) {
      const int key = step * 31 % 600;
      own = step % 3 == 0 ? std::move(own).assoc(key, index) : own.assoc(key, index);
      ASSERT_EQ(own.at(key), index);
      if (step % 5 == 0) own = own.dissoc(key);
      ASSERT_EQ(shared.contains(key), key < 500);
    }
  });

  EXPECT_EQ(shared.size(), 500U);
}

// The chains of origins of one lineage are settled and given up by several threads at once.
TEST(value_threads, IMM_10_versions_of_one_lineage_are_derived_from_and_dropped_at_once) {
  for (int round = 0; round < steps / 20; ++round) {
    std::vector<vector<int>> versions = {zeros(2000)};
    for (int i = 1; i < 20; ++i) versions.push_back(versions.back().assoc(40, i));

    tests::run_together(threads, [&](int index) {
      for (std::size_t n = static_cast<std::size_t>(index); n < versions.size();
           n += threads) {
        vector<int> mine = std::exchange(versions[n], {});
        ASSERT_EQ(mine[40], static_cast<int>(n));
        mine = mine.assoc(41, index).assoc(1500, index);
        mine = std::move(mine).assoc(42, index);
        ASSERT_EQ(mine[40] + mine[41] + mine[42], static_cast<int>(n) + 2 * index);
      }
    });
  }
}

TEST(value_threads, IMM_10_one_handle_is_derived_from_by_all_threads_at_once) {
  for (int round = 0; round < steps / 20; ++round) {
    const map<int, int> shared = [] {
      map<int, int> m;
      for (int i = 0; i < 300; ++i) m = m.assoc(i, i);
      return m;
    }();

    tests::run_together(threads, [&](int index) {
      for (int i = 0; i < 20; ++i) {
        const map<int, int> mine = shared.assoc(i, -1 - index);
        ASSERT_EQ(mine.at(i), -1 - index);
        ASSERT_EQ(mine.at(i + 100), i + 100);
      }
    });
    EXPECT_EQ(shared.at(5), 5);
  }
}

TEST(value_threads, IMM_10_an_atom_of_a_map_counts_every_update_of_every_key) {
  atom<map<int, std::int64_t>> counts({});
  tests::run_together(threads, [&](int) {
    for (int step = 0; step < steps; ++step) {
      counts.swap([&](const map<int, std::int64_t>& m) {
        return m.update(step % 50, [](std::int64_t n) { return n + 1; });
      });
    }
  });

  std::int64_t sum = 0;
  counts.load()->for_each([&](int, std::int64_t n) { sum += n; });
  EXPECT_EQ(sum, std::int64_t{threads} * steps);
}

TEST(value_threads, IMM_10_a_queue_in_an_atom_hands_out_each_element_once) {
  atom<queue<int>> work({});
  std::vector<std::vector<int>> taken(threads);
  tests::run_together(threads, [&](int index) {
    for (int step = 0; step < steps; ++step) {
      work.swap([&](const queue<int>& q) { return q.push_back(index * steps + step); });
      const auto change =
          work.swap_vals([](const queue<int>& q) { return q.pop_front(); });
      const int* const first = change.first->front();
      if (first != nullptr) taken[static_cast<std::size_t>(index)].push_back(*first);
    }
  });

  std::vector<int> all(std::size_t{threads} * steps, 0);
  for (const auto& each : taken)
    for (const int element : each) ++all[static_cast<std::size_t>(element)];
  EXPECT_EQ(std::vector<int>(std::size_t{threads} * steps, 1), all);
}

TEST(value_threads, IMM_12_a_transient_goes_on_in_another_thread) {
  auto edited = zeros(100).transient();
  edited.push_back(1);
  vector<int> result;
  std::thread other([&result, moved = std::move(edited)]() mutable {
    for (int i = 2; i < 1000; ++i) moved.push_back(i);
    result = moved.persistent();
  });
  other.join();

  EXPECT_EQ(result.size(), 1099U);
  EXPECT_EQ(result[100], 1);
  EXPECT_EQ(result.back(), 999);
}

}  // namespace
}  // namespace tussle::value
