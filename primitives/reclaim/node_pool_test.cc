// Blocks are apart, aligned, used again, and come back from other threads.
#include "primitives/reclaim/node_pool.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <new>
#include <set>
#include <vector>

#include "primitives/testing/failing_allocation_testing.h"
#include "primitives/testing/threads_testing.h"

namespace tussle::reclaim {
namespace {

template <std::size_t Size>
struct pool_of {
  using type = node_pool<Size, 16>;
  static constexpr std::size_t size = Size;
};

template <typename Pool>
class node_pools : public ::testing::Test {};
using sizes =
    ::testing::Types<pool_of<24>, pool_of<64>, pool_of<65>, pool_of<1024>, pool_of<1040>,
                     pool_of<4112>, pool_of<16384>, pool_of<20000>>;
TYPED_TEST_SUITE(node_pools, sizes);

TYPED_TEST(node_pools, blocks_in_use_do_not_overlap) {
  using pool = typename TypeParam::type;
  std::vector<unsigned char*> blocks;
  for (int i = 0; i < 300; ++i) {
    blocks.push_back(static_cast<unsigned char*>(pool::allocate()));
    std::memset(blocks.back(), i % 256, TypeParam::size);
  }

  for (int i = 0; i < 300; ++i) {
    const unsigned char* const block = blocks[static_cast<std::size_t>(i)];
    EXPECT_TRUE(std::all_of(block, block + TypeParam::size,
                            [i](unsigned char byte) { return byte == i % 256; }));
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(block) % 16, 0U);
  }
  for (unsigned char* const block : blocks) pool::deallocate(block);
}

TYPED_TEST(node_pools, a_size_known_at_run_time_comes_from_the_same_lists) {
  using pool = typename TypeParam::type;
  void* const block = sized_pool::allocate(TypeParam::size);
  std::memset(block, 1, TypeParam::size);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(block) % 64, 0U);

  sized_pool::deallocate(block, TypeParam::size);

  if (!detail::pools_nodes || TypeParam::size > detail::largest_block) return;
  void* const again = pool::allocate();
  EXPECT_EQ(again, block);
  pool::deallocate(again);
}

TYPED_TEST(node_pools, blocks_that_another_thread_gave_back_are_used_again) {
  using pool = typename TypeParam::type;
  if (!detail::pools_nodes || TypeParam::size > detail::largest_block) {
    GTEST_SKIP() << "operator new and delete here";
  }
  std::set<void*> seen;
  // Memory moves one way, from this thread to others, in rounds: the number of different
  // blocks stays below what a few rounds need.
  constexpr int rounds = 40;
  constexpr int blocks_a_round = 200;
  for (int round = 0; round < rounds; ++round) {
    std::vector<void*> blocks;
    for (int i = 0; i < blocks_a_round; ++i) {
      blocks.push_back(pool::allocate());
      seen.insert(blocks.back());
    }
    tests::on_another_thread([&] {
      for (void* const block : blocks) pool::deallocate(block);
    });
  }

  EXPECT_LT(seen.size(), 3U * blocks_a_round);
}

TYPED_TEST(node_pools, without_memory_bad_alloc_is_thrown_and_nothing_is_lost) {
  using pool = typename TypeParam::type;
  std::vector<void*> blocks;
  blocks.reserve(100'000);

  tests::let_allocations_succeed(0);
  EXPECT_THROW(for (int i = 0; i < 100'000; ++i) blocks.push_back(pool::allocate()),
               std::bad_alloc);
  tests::let_all_allocations_succeed();

  blocks.push_back(pool::allocate());
  for (void* const block : blocks) pool::deallocate(block);
}

TEST(node_pool, classes_are_as_large_as_what_is_asked_and_little_larger) {
  for (std::size_t size = 1; size <= detail::largest_block; ++size) {
    const std::size_t block = detail::block_size(detail::class_of(size));
    EXPECT_GE(block, size);
    EXPECT_LE(block, std::max(size + 63, size + size / 4));
    EXPECT_EQ(block % detail::cache_line, 0U) << "a block shares no line with another";
  }
}

// Producers and consumers: blocks are made by some threads and given back by others.
TEST(node_pool, threads_exchange_blocks) {
  using pool = node_pool<100, 8>;
  constexpr int threads = 4;
  constexpr int blocks_each = 500;
  std::vector<std::vector<void*>> made(threads);

  for (int round = 0; round < 5; ++round) {
    tests::run_together(threads, [&](int index) {
      auto& mine = made[static_cast<std::size_t>(index)];
      for (int i = 0; i < blocks_each; ++i) {
        mine.push_back(pool::allocate());
        std::memset(mine.back(), index, 100);
      }
    });
    tests::run_together(threads, [&](int index) {
      auto& others = made[static_cast<std::size_t>((index + 1) % threads)];
      for (void* const block : others) {
        EXPECT_EQ(*static_cast<unsigned char*>(block), (index + 1) % threads);
        pool::deallocate(block);
      }
      others.clear();
    });
  }
}

}  // namespace
}  // namespace tussle::reclaim
