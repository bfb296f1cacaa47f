// What is left when an element's copy throws or memory runs out (IMM-14): the value as it was.
//
// Replaces operator new. In mode bench nodes come from a pool that seldom asks for memory, and
// the copies are what fails.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "primitives/testing/failing_allocation_testing.h"
#include "primitives/value/map.h"
#include "primitives/value/queue.h"
#include "primitives/value/set.h"

namespace tussle::value {
namespace {

struct copy_failed : std::runtime_error {
  copy_failed() : std::runtime_error("copy") {}
};

// Its copies throw when the budget is spent; with Movable its moves do not.
template <bool Movable>
class brittle {
 public:
  // NOLINTNEXTLINE(google-explicit-constructor): stands for a number
  brittle(int number = 0) : number_(number) { ++live; }
  brittle(const brittle& other) : number_(other.number_) {
    spend();
    ++live;
  }
  // NOLINTNEXTLINE(performance-noexcept-move-constructor): that is the point
  brittle(brittle&& other) noexcept(Movable) : number_(other.number_) {
    if constexpr (!Movable) spend();
    ++live;
  }
  brittle& operator=(const brittle&) = default;
  ~brittle() { --live; }

  int number() const { return number_; }
  friend bool operator==(const brittle&, const brittle&) = default;

  static inline int budget = -1;  // copies that succeed; negative: all
  static inline std::int64_t live = 0;

 private:
  static void spend() {
    if (budget == 0) throw copy_failed();
    if (budget > 0) --budget;
  }
  int number_;
};

template <typename T>
struct number_hash {
  std::size_t operator()(const T& key) const { return std::hash<int>()(key.number()); }
};

template <typename T>
class value_exceptions : public ::testing::Test {};
using brittles = ::testing::Types<brittle<true>, brittle<false>>;
TYPED_TEST_SUITE(value_exceptions, brittles);

// Lets `edit` fail at its first copy, its second, and so on, until it succeeds. The value must
// be the same after each failure.
template <typename T, typename Value, typename Edit>
void expect_strong(const Value& original, const Edit& edit) {
  // NOLINTNEXTLINE(performance-unnecessary-copy-initialization): what it was before
  const Value expected = original;
  for (int copies = 0;; ++copies) {
    ASSERT_LT(copies, 10'000);
    Value victim = original;
    T::budget = copies;
    try {
      edit(victim);
      T::budget = -1;
      return;
    } catch (const copy_failed&) {
      T::budget = -1;
    }
    ASSERT_EQ(victim, expected) << copies;
    ASSERT_EQ(original, expected) << copies;
  }
}

TYPED_TEST(value_exceptions, IMM_14_throwing_copies_leave_a_vector_as_it_was) {
  const std::int64_t before = TypeParam::live;
  {
    vector<TypeParam> v;
    for (int i = 0; i < 1090; ++i) v = v.push_back(i);

    for (const std::size_t i : {5U, 1060U, 1089U}) {
      expect_strong<TypeParam>(v, [i](auto& w) { w.assoc(i, TypeParam(-1)); });
      expect_strong<TypeParam>(v, [i](auto& w) {
        auto edited = w.transient();
        edited.assoc(i, TypeParam(-1));
      });
    }
    expect_strong<TypeParam>(v, [](auto& w) { w.push_back(TypeParam(-1)); });
    expect_strong<TypeParam>(v, [](auto& w) { w.pop_back(); });
    expect_strong<TypeParam>(v,
                             [](auto& w) { w = std::move(w).push_back(TypeParam(-1)); });
    expect_strong<TypeParam>(v, [](auto& w) { w = std::move(w).pop_back(); });
  }
  EXPECT_EQ(TypeParam::live, before);
}

TYPED_TEST(value_exceptions, IMM_14_throwing_copies_leave_a_map_as_it_was) {
  const std::int64_t before = TypeParam::live;
  {
    map<int, TypeParam> m;
    for (int i = 0; i < 300; ++i) m = m.assoc(i, i);

    for (const int key : {0, 17, 299, 300, 301, 302}) {
      expect_strong<TypeParam>(m, [key](auto& w) { w.assoc(key, TypeParam(-1)); });
      expect_strong<TypeParam>(m, [key](auto& w) { w.dissoc(key); });
      expect_strong<TypeParam>(
          m, [key](auto& w) { w.transient().assoc(key, TypeParam(-1)).dissoc(key); });
    }
  }
  EXPECT_EQ(TypeParam::live, before);
}

// In place, in a copy that shares everything with the source, and in one that shares
// nothing: what was not reached by the edit is as it was, and the source always.
TYPED_TEST(value_exceptions, IMM_14_throwing_copies_in_place_leave_a_map_as_it_was) {
  const std::int64_t before = TypeParam::live;
  {
    map<int, TypeParam> m;
    for (int i = 0; i < 300; ++i) m = m.assoc(i, i);

    for (const int key : {0, 17, 299, 300}) {
      expect_strong<TypeParam>(m, [key](auto& w) {
        auto copy = w;
        copy = std::move(copy).assoc(key, TypeParam(-1));
        copy = std::move(copy).dissoc(key);
      });
      expect_strong<TypeParam>(m, [key](auto& w) {
        auto copy = w;
        copy =
            std::move(copy).update(key, [](const TypeParam&) { return TypeParam(-1); });
      });
      expect_strong<TypeParam>(
          m, [key](auto& w) { w = std::move(w).assoc(key, TypeParam(-1)); });
      expect_strong<TypeParam>(m, [key](auto& w) { w = std::move(w).dissoc(key); });
    }
  }
  EXPECT_EQ(TypeParam::live, before);
}

TYPED_TEST(value_exceptions, IMM_14_throwing_copies_leave_a_set_as_it_was) {
  const std::int64_t before = TypeParam::live;
  {
    set<TypeParam, number_hash<TypeParam>> s;
    for (int i = 0; i < 300; ++i) s = s.insert(i);

    for (const int key : {0, 17, 299, 300}) {
      expect_strong<TypeParam>(s, [key](auto& w) { w.insert(TypeParam(key)); });
      expect_strong<TypeParam>(s, [key](auto& w) { w.erase(TypeParam(key)); });
      expect_strong<TypeParam>(s, [key](auto& w) {
        auto copy = w;
        copy = std::move(copy).insert(TypeParam(key)).erase(TypeParam(key));
      });
    }
  }
  EXPECT_EQ(TypeParam::live, before);
}

TYPED_TEST(value_exceptions, IMM_14_a_function_that_throws_leaves_the_source_as_it_was) {
  const map<int, TypeParam> m = {{1, 1}, {2, 2}};
  const map<int, TypeParam> expected = {{1, 1}, {2, 2}};
  const auto fails = [](const TypeParam&) -> TypeParam { throw copy_failed(); };

  EXPECT_THROW(m.update(1, fails), copy_failed);
  EXPECT_THROW(m.update(3, fails), copy_failed);
  EXPECT_EQ(m, expected);
}

// As above, with memory that runs out.
template <typename Value, typename Edit>
void expect_strong_without_memory(Value victim, const Edit& edit) {
  const Value expected = victim;
  for (int allocations = 0;; ++allocations) {
    ASSERT_LT(allocations, 1'000);
    tests::let_allocations_succeed(allocations);
    try {
      edit(victim);
      tests::let_all_allocations_succeed();
      return;
    } catch (const std::bad_alloc&) {
      tests::let_all_allocations_succeed();
    }
    ASSERT_EQ(victim, expected) << allocations;
  }
}

std::string text(int n) { return std::string(40, 'x') + std::to_string(n); }

TEST(value_memory, IMM_14_a_vector_without_memory_stays_as_it_was) {
  vector<std::string> v;
  for (int i = 0; i < 1056; ++i) v = v.push_back(text(i));

  expect_strong_without_memory(v, [](auto& w) { w = w.assoc(3, text(-1)); });
  expect_strong_without_memory(v, [](auto& w) { w = w.push_back(text(-1)); });
  expect_strong_without_memory(v.push_back("last"), [](auto& w) { w = w.pop_back(); });
}

TEST(value_memory, IMM_14_edits_in_place_without_memory_leave_the_elements_as_they_were) {
  for (const int size : {1056, 32 * 33, 1024 + 32, 32800}) {
    transient_vector<int> filling;
    for (int i = 0; i < size; ++i) filling.push_back(i);
    vector<int> v = filling.persistent();
    const vector<int> expected(v.begin(), v.end());
    for (int allocations = 0;; ++allocations) {
      tests::let_allocations_succeed(allocations);
      auto edited = v.transient();
      try {
        edited.push_back(-1);
        tests::let_all_allocations_succeed();
        break;
      } catch (const std::bad_alloc&) {
        tests::let_all_allocations_succeed();
      }
      ASSERT_EQ(edited.persistent(), expected);
    }
  }
}

TEST(value_memory, IMM_14_a_map_without_memory_stays_as_it_was) {
  map<std::string, std::string> m;
  for (int i = 0; i < 300; ++i) m = m.assoc(text(i), text(i));

  for (int i = 0; i < 300; i += 37) {
    expect_strong_without_memory(m, [i](auto& w) { w = w.assoc(text(i), text(-1)); });
    expect_strong_without_memory(m, [i](auto& w) { w = w.assoc(text(i + 300), ""); });
    expect_strong_without_memory(m, [i](auto& w) { w = w.dissoc(text(i)); });
  }
}

TEST(value_memory, IMM_14_a_queue_without_memory_stays_as_it_was) {
  queue<std::string> q;
  for (int i = 0; i < 200; ++i) q = q.push_back(text(i));

  for (int i = 0; i < 40; ++i) {
    expect_strong_without_memory(q, [](auto& w) { w = w.pop_front(); });
    expect_strong_without_memory(q, [](auto& w) { w = w.push_back(text(-1)); });
    q = q.pop_front();
  }
}

}  // namespace
}  // namespace tussle::value
