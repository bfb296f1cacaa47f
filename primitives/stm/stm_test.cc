// What one thread sees of refs and transactions.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "primitives/reclaim/retired.h"
#include "primitives/reference/errors.h"
#include "primitives/stm/tx_ref.h"
#include "primitives/testing/instances_testing.h"
#include "primitives/testing/representations_testing.h"
#include "primitives/testing/threads_testing.h"
#include "primitives/testing/two_refs_testing.h"

namespace tussle {
namespace {

using tests::on_another_thread;
using tests::sample;
using tests::successor;

template <typename T>
class ref_of : public tests::two_refs<T> {};
TYPED_TEST_SUITE(ref_of, tests::all_representations, tests::representation_names);

TYPED_TEST(ref_of, STM_1_writing_needs_a_transaction_and_loading_does_not) {
  const auto next = successor<TypeParam>;

  EXPECT_THROW(this->r.set(this->of(2)), no_transaction_error);
  EXPECT_THROW(this->r.alter(next), no_transaction_error);
  EXPECT_THROW(this->r.commute(next), no_transaction_error);
  EXPECT_THROW(this->r.ensure(), no_transaction_error);

  EXPECT_EQ(this->present(this->r), 1);
  EXPECT_EQ(this->r.read(sample<TypeParam>::number), 1);
}

TYPED_TEST(ref_of, STM_2_transact_returns_the_result_and_commits_at_its_end) {
  const int result = transact([&] {
    this->r.set(this->of(2));
    this->q.alter(successor<TypeParam>);
    on_another_thread([&] {
      EXPECT_EQ(this->present(this->r), 1);
      EXPECT_EQ(this->present(this->q), 10);
    });
    return 7;
  });

  EXPECT_EQ(result, 7);
  EXPECT_EQ(this->present(this->r), 2);
  EXPECT_EQ(this->present(this->q), 11);
  on_another_thread([&] { EXPECT_EQ(this->present(this->r), 2); });
}

TYPED_TEST(ref_of, STM_2_whatever_it_is_written_by_and_whatever_else_the_body_does) {
  transact([&] {
    this->q.ensure();
    this->r.set(this->of(2));
  });
  EXPECT_EQ(this->present(this->r), 2);

  transact([&] { this->r.commute(successor<TypeParam>); });
  EXPECT_EQ(this->present(this->r), 3);

  transact([&] {
    this->r.alter(successor<TypeParam>);
    this->q.ensure();
  });
  EXPECT_EQ(this->present(this->r), 4);
  EXPECT_EQ(this->present(this->q), 10);
}

TYPED_TEST(ref_of, STM_3_the_body_sees_its_own_latest_write) {
  transact([&] {
    EXPECT_EQ(this->number(this->r.set(this->of(2))), 2);
    EXPECT_EQ(this->present(this->r), 2);
    EXPECT_EQ(this->number(this->r.alter(successor<TypeParam>)), 3);
    EXPECT_EQ(this->r.read(sample<TypeParam>::number), 3);
    EXPECT_EQ(this->number(this->q.commute(successor<TypeParam>)), 11);
    EXPECT_EQ(this->present(this->q), 11);
    EXPECT_EQ(this->number(this->r.ensure()), 3);
  });

  EXPECT_EQ(this->present(this->r), 3);
}

TEST(transactions, STM_3_the_body_sees_its_own_writes_however_many_there_are) {
  constexpr int many = 300;
  std::vector<tx_ref<int>> refs;
  for (int i = 0; i < many; ++i) refs.emplace_back(i);
  tx_ref<int> beside(7);
  const auto index = [](int i) { return static_cast<std::size_t>(i); };
  const auto require = [&](int i, int expected) {
    EXPECT_EQ(*refs[index(i)].load(), expected) << i;
  };

  for (int pass = 0; pass < 2; ++pass) {
    transact([&] {
      for (int i = 0; i < many; ++i) {
        refs[index(i)].set(2 * i);
        require(i, 2 * i);
        if (i + 1 < many) require(i + 1, pass == 0 ? i + 1 : -1);
        if (i % 100 == 50) refs[index(i / 2)].alter([](int v) { return v; });
      }
      EXPECT_EQ(*beside.ensure(), 7);
      EXPECT_EQ(*beside.commute([](int v) { return v + 1; }), 8);
      for (int i = 0; i < many; ++i)
        EXPECT_EQ(*refs[index(i)].alter([](int v) { return v + 1; }), 2 * i + 1);
      for (int i = 0; i < many; ++i) require(i, 2 * i + 1);
    });
    for (int i = 0; i < many; ++i) require(i, 2 * i + 1);
    EXPECT_EQ(*beside.load(), 8);
    transact([&] {
      for (auto& each : refs) each.set(-1);
      beside.set(7);
    });
  }
}

TYPED_TEST(ref_of, STM_3_a_value_that_was_set_over_stays_valid_while_it_is_held) {
  transact([&] {
    const auto first = this->r.set(this->of(2));
    this->r.alter([&](const TypeParam& borrowed) {
      this->r.set(this->of(5));
      return this->of(sample<TypeParam>::number(borrowed) + 1);
    });
    EXPECT_EQ(this->number(first), 2);
    EXPECT_EQ(this->present(this->r), 3);
  });
}

TYPED_TEST(ref_of, STM_4_an_exception_of_the_body_leaves_everything_as_it_was) {
  int bodies = 0;
  int heard = 0;
  this->r.add_watch("w", [&](auto&...) { ++heard; });
  this->q.add_watch("w", [&](auto&...) { ++heard; });
  tx_ref<int> ensured(1);

  EXPECT_THROW(transact([&] {
                 ++bodies;
                 this->r.set(this->of(2));
                 this->q.commute(successor<TypeParam>);
                 ensured.ensure();
                 throw std::out_of_range("mine");
               }),
               std::out_of_range);
  EXPECT_THROW(transact([&] {
                 this->r.set(this->of(3));
                 throw 5;  // of any type
               }),
               int);

  EXPECT_EQ(bodies, 1);
  EXPECT_EQ(heard, 0);
  EXPECT_EQ(this->present(this->r), 1);
  EXPECT_EQ(this->present(this->q), 10);
  const auto set_all = [&] {
    set_stm_options({.most_attempts = 2, .longest_wait = std::chrono::milliseconds(1)});
    transact([&] {
      this->r.set(this->of(4));
      ensured.set(2);
    });
  };
  on_another_thread(set_all);  // nothing is left claimed
  EXPECT_EQ(this->present(this->r), 4);
  EXPECT_EQ(heard, 1);
}

struct refusal : std::runtime_error {
  explicit refusal(int n) : std::runtime_error("no"), number(n) {}
  int number;
};

TEST(transaction, STM_4_the_caller_gets_the_very_exception_that_the_body_threw) {
  tx_ref<int> r(1);
  const refusal* thrown = nullptr;
  int bodies = 0;
  const auto refuse = [&] {
    ++bodies;
    r.set(2);
    try {
      throw refusal(42);
    } catch (const refusal& mine) {
      thrown = &mine;
      throw;
    }
  };

  try {
    transact(refuse);
    ADD_FAILURE() << "it went on";
  } catch (const std::exception& caught) {
    EXPECT_EQ(&caught, thrown);
    const auto* const same = dynamic_cast<const refusal*>(&caught);
    ASSERT_NE(same, nullptr);
    EXPECT_EQ(same->number, 42);
  }
  EXPECT_EQ(bodies, 1);
  EXPECT_EQ(*r.load(), 1);
}

TEST(transaction, STM_4_nor_is_one_tried_again_that_came_after_a_conflict) {
  tx_ref<int> r(1);
  int bodies = 0;

  EXPECT_THROW(transact([&] {
                 ++bodies;
                 r.load();
                 if (bodies == 1) on_another_thread([&] { transact([&] { r.set(5); }); });
                 r.alter([](int v) { return v + 1; });
                 throw refusal(bodies);
               }),
               refusal);

  EXPECT_EQ(bodies, 2);
  EXPECT_EQ(*r.load(), 5);
}

TYPED_TEST(ref_of, STM_10_a_nested_transaction_joins_the_outer_one) {
  transact([&] {
    const int inner = transact([&] {
      this->r.set(this->of(2));
      return 3;
    });
    EXPECT_EQ(inner, 3);
    EXPECT_EQ(this->present(this->r), 2);
    on_another_thread([&] { EXPECT_EQ(this->present(this->r), 1); });
  });
  EXPECT_EQ(this->present(this->r), 2);

  EXPECT_THROW(transact([&] {
                 transact([&] { this->r.set(this->of(3)); });
                 throw 1;
               }),
               int);
  EXPECT_EQ(this->present(this->r), 2);
}

TYPED_TEST(ref_of, STM_11_what_an_inner_transaction_wrote_before_it_threw_is_committed) {
  transact([&] {
    try {
      transact([&] {
        this->r.set(this->of(2));
        throw 1;
      });
    } catch (int) {
      this->q.set(this->of(20));
    }
  });

  EXPECT_EQ(this->present(this->r), 2);
  EXPECT_EQ(this->present(this->q), 20);
}

void guarded_deep_inside() { io_guard(); }

TEST(transaction, STM_12_io_guard_throws_inside_at_any_depth_and_passes_outside) {
  tx_ref<int> r(1);
  int passed = 0;
  r.add_watch("w", [&](auto&...) {
    io_guard();
    ++passed;
  });

  EXPECT_THROW(transact([] { guarded_deep_inside(); }), io_in_transaction_error);
  EXPECT_THROW(transact([] { transact([] { no_tx([] { return 1; }); }); }),
               io_in_transaction_error);
  EXPECT_THROW(transact([&] {
                 r.commute([](int v) {
                   io_guard();
                   return v;
                 });
               }),
               io_in_transaction_error);
  bool in_body = true;
  EXPECT_THROW(transact([&] {
                 in_body = true;
                 r.commute([&](int v) {
                   if (!std::exchange(in_body, false)) guarded_deep_inside();
                   return v;
                 });
               }),
               io_in_transaction_error)
      << "in what the commit calls";

  io_guard();
  EXPECT_EQ(no_tx([] { return 7; }), 7);
  transact([&] { r.set(2); });
  EXPECT_EQ(passed, 1);
  transact([] { on_another_thread([] { io_guard(); }); });
}

TEST(transaction, STM_42_destructors_of_what_the_body_made_run_once_for_each_attempt) {
  tx_ref<int> r(1);
  int destroyed = 0;
  struct counts {
    int& destroyed;
    ~counts() { ++destroyed; }
  };
  int attempts = 0;

  transact([&] {
    const counts here{destroyed};
    r.load();
    if (++attempts < 3) on_another_thread([&] { transact([&] { r.set(attempts); }); });
    r.alter([](int v) { return v + 1; });
  });

  EXPECT_EQ(attempts, 3);
  EXPECT_EQ(destroyed, 3);
}

TEST(transaction, STM_42_so_do_those_of_what_it_handed_to_the_transaction) {
  using tests::counted_value;
  const auto next = [](const counted_value& v) { return counted_value(v.number() + 1); };
  tx_ref<counted_value> set{counted_value(0)};
  tx_ref<counted_value> commuted{counted_value(0)};
  tx_ref<int> r(1);
  std::vector<std::int64_t> alive;  // when each attempt begins

  transact([&] {
    reclaim::clean_up();
    alive.push_back(counted_value::live());
    set.set(counted_value(5));
    set.alter(next);
    commuted.commute([kept = counted_value(7)](const counted_value& v) {
      return counted_value(v.number() + kept.number());
    });
    r.load();
    if (alive.size() < 4) on_another_thread([&] { transact([&] { r.set(0); }); });
    r.alter([](int v) { return v + 1; });
  });

  EXPECT_EQ(alive, std::vector<std::int64_t>(4, alive.front()));
  EXPECT_EQ(set.load()->number(), 6);
  EXPECT_EQ(commuted.load()->number(), 7);
}

TEST(transaction, STM_43_a_transaction_that_writes_nothing_returns_its_result) {
  tx_ref<std::string> r("one");
  int heard = 0;
  r.add_watch("w", [&](auto&...) { ++heard; });

  EXPECT_EQ(transact([&] { return *r.load() + "!"; }), "one!");
  EXPECT_EQ(transact([&] { return *r.ensure(); }), "one");
  EXPECT_EQ(transact([] { return std::make_unique<int>(4); }).operator*(), 4);
  transact([] {});

  EXPECT_EQ(heard, 0);
}

TEST(transaction, STM_4_writing_from_a_function_that_the_commit_calls_is_refused) {
  tx_ref<int> r(1);
  tx_ref<int> q(1);
  bool in_body = true;

  EXPECT_THROW(transact([&] {
                 in_body = true;
                 r.commute([&](int v) {
                   if (!std::exchange(in_body, false)) q.set(5);
                   return v + 1;
                 });
               }),
               no_transaction_error);

  EXPECT_EQ(*r.load(), 1);
  EXPECT_EQ(*q.load(), 1);
}

TEST(transaction, STM_2_many_refs_are_found_again) {
  constexpr int count = 300;
  std::vector<tx_ref<int>> refs;
  for (int i = 0; i < count; ++i) refs.emplace_back(i);

  transact([&] {
    for (auto& each : refs) each.alter([](int v) { return v + 1; });
    for (auto& each : refs) each.alter([](int v) { return v + 1; });
    for (int i = 0; i < count; ++i)
      ASSERT_EQ(*refs[static_cast<std::size_t>(i)].load(), i + 2);
  });

  for (int i = 0; i < count; ++i)
    EXPECT_EQ(*refs[static_cast<std::size_t>(i)].load(), i + 2);
}

TEST(transaction, STM_2_a_ref_whose_last_handle_the_body_drops_is_committed) {
  int heard = 0;

  transact([&] {
    tx_ref<std::string> gone("one");
    gone.add_watch("w", [&](auto&, auto& ref, auto&, auto& is) {
      ++heard;
      EXPECT_EQ(*is, "two");
      EXPECT_EQ(*ref.load(), "two");
    });
    gone.set("two");
  });

  EXPECT_EQ(heard, 1);
}

// Its destructor uses refs while the transaction that replaced it ends.
struct uses_refs_when_it_goes {
  std::shared_ptr<tx_ref<int>> count;
  bool armed = false;
  explicit uses_refs_when_it_goes(std::shared_ptr<tx_ref<int>> c)
      : count(std::move(c)), armed(true) {}
  uses_refs_when_it_goes(uses_refs_when_it_goes&& other) noexcept
      : count(std::move(other.count)), armed(std::exchange(other.armed, false)) {}
  ~uses_refs_when_it_goes() {
    if (armed && !in_transaction())
      transact([&] { count->alter([](int v) { return v + 1; }); });
  }
};

TEST(transaction, STM_4_destructors_of_values_may_run_transactions_of_their_own) {
  const auto count = std::make_shared<tx_ref<int>>(0);
  {
    tx_ref<uses_refs_when_it_goes> r{uses_refs_when_it_goes(count)};
    for (int i = 0; i < 1000; ++i)
      transact([&] { r.set(uses_refs_when_it_goes(count)); });
  }
  for (int i = 0; i < 1000; ++i) {
    tx_ref<uses_refs_when_it_goes> q{uses_refs_when_it_goes(count)};
  }

  reclaim::clean_up();
  EXPECT_GT(*count->load(), 1000);
}

}  // namespace
}  // namespace tussle
