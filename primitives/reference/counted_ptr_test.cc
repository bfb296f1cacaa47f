// Does a counted_ptr destroy what it owns exactly once, whoever drops the last handle?
#include "primitives/reference/counted_ptr.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <stdexcept>
#include <utility>

#include "primitives/testing/instances_testing.h"
#include "primitives/testing/threads_testing.h"

namespace tussle {
namespace {

using tests::counted_value;
using handle = counted_ptr<const counted_value>;

class counted_ptr_to : public ::testing::Test {
 public:
  std::int64_t live() const { return counted_value::live() - live_before_; }

 private:
  const std::int64_t live_before_ = counted_value::live();
};

TEST_F(counted_ptr_to, one_object_is_shared_by_copies_and_dies_with_the_last) {
  auto first = handle::make(7);
  {
    const handle second = first;
    EXPECT_TRUE(second == first);

    first = handle();

    EXPECT_EQ(second->number(), 7);
    EXPECT_EQ(live(), 1);
  }
  EXPECT_EQ(live(), 0);
}

TEST_F(counted_ptr_to, a_moved_from_handle_is_null) {
  auto first = handle::make(7);
  const handle second = std::move(first);

  EXPECT_FALSE(first);  // NOLINT: use after move is what is tested
  EXPECT_EQ(first.get(), nullptr);
  EXPECT_EQ((*second).number(), 7);
  EXPECT_EQ(live(), 1);
}

TEST_F(counted_ptr_to, assignment_drops_the_old_object_and_survives_itself) {
  auto first = handle::make(1);
  const auto second = handle::make(2);

  first = second;
  EXPECT_EQ(live(), 1);

  const handle& self = first;
  first = self;
  EXPECT_EQ(first->number(), 2);
  EXPECT_EQ(live(), 1);
}

TEST_F(counted_ptr_to, distinct_objects_are_distinct_even_if_equal) {
  EXPECT_FALSE(handle::make(1) == handle::make(1));
  EXPECT_TRUE(handle() == handle());
}

struct refuses_to_be {
  explicit refuses_to_be(int) { throw std::domain_error("constructor"); }
  counted_value part;
};

TEST_F(counted_ptr_to, an_object_whose_constructor_throws_leaves_nothing) {
  EXPECT_THROW(counted_ptr<refuses_to_be>::make(1), std::domain_error);
  EXPECT_EQ(live(), 0);
}

struct alignas(128) wide_apart {
  int number = 1;
};

TEST_F(counted_ptr_to, an_aligned_object_is_aligned) {
  const auto p = counted_ptr<wide_apart>::make();
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(p.get()) % 128, 0U);
}

TEST_F(counted_ptr_to, many_threads_may_copy_and_drop_and_the_last_destroys) {
  auto shared = handle::make(7);
  const handle mine = shared;

  tests::run_together(3, [&, copy = std::move(shared)](int) {
    for (int i = 0; i < tests::rounds; ++i) {
      handle second = copy;
      const handle third = std::move(second);
      ASSERT_EQ(third->number(), 7);
    }
  });

  EXPECT_EQ(live(), 1);
}

TEST_F(counted_ptr_to, what_an_owner_did_is_visible_to_the_destructor) {
  // The destructor reads what each owner wrote: a data race if the count did not order
  // them.
  struct notes {
    explicit notes(int* target) : sum(target) {}
    ~notes() { *sum = a + b; }
    int* sum;
    int a = 0;
    int b = 0;
  };
  for (int i = 0; i < tests::rounds / 100; ++i) {
    int sum = 0;
    auto first = counted_ptr<notes>::make(&sum);
    auto second = first;

    tests::run_together(2, [&](int index) {
      counted_ptr<notes> own = std::move(index == 0 ? first : second);
      (index == 0 ? own->a : own->b) = 1;
    });

    ASSERT_EQ(sum, 2);
  }
}

}  // namespace
}  // namespace tussle
