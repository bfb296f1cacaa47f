// Does resource_pool notice what it is there to notice?
#include "workloads/use_cases/resource_pool.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>

#include "harness/case/verdict.h"
#include "workloads/planted/naive_pools.h"
#include "workloads/subjects/pools.h"
#include "workloads/use_cases/run_for_test.h"

namespace tussle::workloads::use_cases {
namespace {

using harness::verdict;

template <typename Subject>
verdict pool_verdict(double handles, int threads = 1) {
  return verdict_of<resource_pool, Subject>(
      {{"handles", handles}, {"look_share", 0.1}, {"hold", 50}}, threads,
      threads == 1 ? 2000 : steps_a_thread);
}

template <typename Subject>
class sound_pool : public ::testing::Test {};
using sound_pools = ::testing::Types<subjects::ref_pool, subjects::atom_pool,
                                     subjects::mutex_pool, subjects::flags_pool>;
TYPED_TEST_SUITE(sound_pool, sound_pools);

TYPED_TEST(sound_pool, UC_5_lends_each_handle_to_one_holder_and_loses_none) {
  for (const double handles : {1.0, 2.0, 8.0}) {
    const verdict found = pool_verdict<TypeParam>(handles, 3);
    EXPECT_TRUE(found.passed) << found.message;
  }
}

TYPED_TEST(sound_pool, UC_5_an_empty_pool_gives_none_and_refuses_a_second_release) {
  resource_maker maker;
  typename TypeParam::pool pool(maker, 2);
  pool_view seen;

  const handle first = pool.acquire(0);
  const handle second = pool.acquire(1);
  EXPECT_TRUE(pool.acquire(2).is_none());
  EXPECT_FALSE(pool.release(first, 1)) << "another one has it";
  EXPECT_TRUE(pool.release(first, 0));
  EXPECT_FALSE(pool.release(first, 0));
  pool.look(seen);

  EXPECT_FALSE(first == second);
  EXPECT_TRUE(seen.free == (std::vector<handle>{first}));
  EXPECT_TRUE(seen.lent == (std::vector<handle>{second}));
  EXPECT_EQ(maker.live(), 2);
}

TYPED_TEST(sound_pool, UC_5_who_throws_gives_back_what_he_holds) {
  resource_maker maker;
  typename TypeParam::pool pool(maker, 1);

  try {
    const lease<typename TypeParam::pool> mine(pool, 0);
    EXPECT_FALSE(mine.held().is_none());
    throw std::string("the work failed");
  } catch (const std::string&) {  // expected
  }

  EXPECT_FALSE(pool.acquire(1).is_none());
}

// Makes something of a sound pool.
template <typename Pool>
struct with_pool {
  using pool = Pool;
};
using plain = subjects::mutex_pool::pool;

struct refuses_a_release : plain {
  using plain::plain;
  bool release(handle which, std::size_t holder) {
    return plain::release(which, holder) && ++released_ % 5 != 0;
  }
  int released_ = 0;
};
struct makes_one_more : plain {
  makes_one_more(resource_maker& maker, std::size_t handles) : plain(maker, handles) {
    maker.make();
  }
};
struct lends_too_many : plain {
  lends_too_many(resource_maker& maker, std::size_t handles)
      : plain(maker, handles + 1) {}
};
// Somebody else has used it all the time.
struct lends_what_is_used : plain {
  lends_what_is_used(resource_maker& maker, std::size_t handles) : plain(maker, handles) {
    const handle used = plain::acquire(0);
    used->begin_use();
    plain::release(used, 0);
  }
};

template <typename Wrong>
std::string said_of() {
  const verdict found = pool_verdict<with_pool<Wrong>>(2);
  EXPECT_FALSE(found.passed);
  return found.message;
}

TEST(resource_pool, tells_what_was_done) {
  const verdict found = pool_verdict<with_pool<plain>>(2);

  EXPECT_TRUE(found.passed) << found.message;
  EXPECT_NE(found.message.find(" found none, "), std::string::npos) << found.message;
}

TEST(resource_pool, finds_a_handle_that_two_have) {
  EXPECT_EQ(said_of<lends_what_is_used>().find("handles lent to two"), 0U);
}

TEST(resource_pool, finds_a_release_that_is_refused) {
  EXPECT_EQ(said_of<refuses_a_release>().find("releases that were refused"), 0U);
}

TEST(resource_pool, finds_a_resource_that_nobody_knows) {
  EXPECT_EQ(said_of<makes_one_more>().find("resources there are"), 0U);
}

TEST(resource_pool, finds_more_handles_than_there_may_be) {
  EXPECT_EQ(said_of<lends_too_many>().find("looks with more handles"), 0U);
}

TEST(resource_pool, finds_a_second_release_that_is_taken) {
  EXPECT_EQ(pool_verdict<planted::releases_anything>(2).message.find("handles free and"),
            0U);
}

TEST(resource_pool, finds_a_handle_that_a_holder_who_threw_has_kept) {
  EXPECT_EQ(
      pool_verdict<planted::forgets_on_throw>(2).message.find("handles lent at the"), 0U);
}

}  // namespace
}  // namespace tussle::workloads::use_cases
