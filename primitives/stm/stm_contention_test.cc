// What holds whatever the threads do.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "primitives/reclaim/retired.h"
#include "primitives/stm/stm_counters.h"
#include "primitives/stm/tx_ref.h"
#include "primitives/testing/instances_testing.h"
#include "primitives/testing/representations_testing.h"
#include "primitives/testing/threads_testing.h"

namespace tussle {
namespace {

using tests::rounds;
using tests::run_together;
using tests::sample;
using tests::successor;

constexpr int threads = 4;

template <typename T>
class refs_contended : public ::testing::Test {
 public:
  static T plus(const T& v, std::int64_t n) {
    return sample<T>::of(sample<T>::number(v) + n);
  }
  static std::int64_t number(const tx_ref<T>& r) { return sample<T>::number(*r.load()); }

  tx_ref<T> a{sample<T>::of(1000)};
  tx_ref<T> b{sample<T>::of(1000)};
};
TYPED_TEST_SUITE(refs_contended, tests::all_representations, tests::representation_names);

TYPED_TEST(refs_contended, STM_7_the_sum_is_the_same_in_every_transaction) {
  std::atomic<bool> ended{false};

  run_together(threads, [&](int index) {
    if (index < 2) {
      for (int i = 0; i < rounds / 4; ++i) {
        transact([&] {
          auto& from = ((i + index) & 1) != 0 ? this->a : this->b;
          auto& to = ((i + index) & 1) != 0 ? this->b : this->a;
          from.alter(this->plus, -1);
          to.alter(this->plus, 1);
        });
      }
      ended.store(true);
    } else {
      while (!ended.load()) {
        const auto sum =
            transact([&] { return this->number(this->a) + this->number(this->b); });
        ASSERT_EQ(sum, 2000);
      }
    }
  });

  EXPECT_EQ(this->number(this->a) + this->number(this->b), 2000);
}

TYPED_TEST(refs_contended, STM_8_no_increment_is_lost) {
  run_together(threads, [&](int) {
    for (int i = 0; i < rounds / 10; ++i) {
      transact([&] { this->a.alter(successor<TypeParam>); });
      transact([&] { this->b.commute(successor<TypeParam>); });
      transact([&] { this->b.set(successor(*this->b.load())); });
    }
  });

  EXPECT_EQ(this->number(this->a), 1000 + threads * (rounds / 10));
  EXPECT_EQ(this->number(this->b), 1000 + 2 * threads * (rounds / 10));
}

TYPED_TEST(refs_contended, STM_20_commutes_in_opposite_orders_all_end) {
  run_together(threads, [&](int index) {
    for (int i = 0; i < rounds / 10; ++i) {
      transact([&] {
        (index % 2 == 0 ? this->a : this->b).commute(successor<TypeParam>);
        (index % 2 == 0 ? this->b : this->a).commute(successor<TypeParam>);
      });
    }
  });

  EXPECT_EQ(this->number(this->a), 1000 + threads * (rounds / 10));
  EXPECT_EQ(this->number(this->b), 1000 + threads * (rounds / 10));
}

TYPED_TEST(refs_contended, STM_52_claims_in_opposite_orders_all_end) {
  run_together(threads, [&](int index) {
    for (int i = 0; i < rounds / 10; ++i) {
      transact([&] {
        auto& first = index % 2 == 0 ? this->a : this->b;
        auto& second = index % 2 == 0 ? this->b : this->a;
        if (i % 3 == 0) second.ensure();
        first.alter(successor<TypeParam>);
        second.commute(successor<TypeParam>);
      });
    }
  });

  EXPECT_EQ(this->number(this->a), 1000 + threads * (rounds / 10));
  EXPECT_EQ(this->number(this->b), 1000 + threads * (rounds / 10));
}

TYPED_TEST(refs_contended, STM_38_a_body_that_only_reads_runs_once) {
  std::atomic<bool> ended{false};
  std::int64_t bodies = 0;
  std::int64_t transactions = 0;

  run_together(3, [&](int index) {
    if (index < 2) {
      for (int i = 0; i < rounds / 4; ++i)
        transact([&] { (index == 0 ? this->a : this->b).alter(successor<TypeParam>); });
      ended.store(true);
    } else {
      while (!ended.load() || transactions < 10) {
        ++transactions;
        transact([&] {
          ++bodies;
          for (int i = 0; i < 10; ++i) this->number(i % 2 == 0 ? this->a : this->b);
        });
      }
    }
  });

  EXPECT_EQ(bodies, transactions);
}

TYPED_TEST(refs_contended, STM_39_plain_loads_do_not_go_back_behind_a_commit) {
  std::atomic<bool> ended{false};

  run_together(3, [&](int index) {
    if (index == 0) {
      for (int i = 0; i < rounds / 2; ++i) {
        transact([&] {
          this->b.alter(successor<TypeParam>);
          this->a.alter(successor<TypeParam>);
        });
      }
      ended.store(true);
    } else {
      const auto& first = index == 1 ? this->a : this->b;
      const auto& second = index == 1 ? this->b : this->a;
      while (!ended.load()) {
        const auto seen = this->number(first);
        ASSERT_GE(this->number(second), seen);
      }
    }
  });
}

TEST(refs, STM_7_long_audits_beside_transfers_of_many_accounts) {
  constexpr std::size_t count = 64;
  std::vector<tx_ref<std::int64_t>> accounts(count, tx_ref<std::int64_t>(0));
  for (auto& each : accounts) each = tx_ref<std::int64_t>(100);
  std::atomic<bool> ended{false};

  run_together(3, [&](int index) {
    if (index < 2) {
      std::uint64_t draw = 17 + static_cast<std::uint64_t>(index);
      for (int i = 0; i < rounds; ++i) {
        draw = draw * 6364136223846793005U + 1442695040888963407U;
        auto& from = accounts[(draw >> 33) % count];
        auto& to = accounts[(draw >> 43) % count];
        transact([&] {
          from.alter([](std::int64_t v) { return v - 1; });
          to.alter([](std::int64_t v) { return v + 1; });
        });
      }
      ended.store(true);
    } else {
      while (!ended.load()) {
        const auto sum = transact([&] {
          std::int64_t all = 0;
          for (auto& each : accounts) all += *each.load();
          return all;
        });
        ASSERT_EQ(sum, 100 * static_cast<std::int64_t>(count));
      }
    }
  });
}

TEST(refs, STM_54_what_was_made_is_freed_and_what_was_done_is_counted) {
  const auto before = count_stm();
  const auto live = tests::counted_value::live();
  {
    tx_ref<tests::counted_value> r{tests::counted_value(0)};
    run_together(3, [&](int) {
      for (int i = 0; i < rounds / 20; ++i) {
        transact([&] {
          r.alter([](const auto& v) { return tests::counted_value(v.number() + 1); });
          r.alter([](const auto& v) { return tests::counted_value(v.number() + 1); });
        });
        transact([&] { return r.load(); });
      }
    });
    EXPECT_EQ(r.load()->number(), 2 * 3 * (rounds / 20));
  }
  const auto after = count_stm();
  const auto transactions = 3 * static_cast<std::uint64_t>(rounds / 20);

  EXPECT_EQ(after.commits - before.commits, transactions);
  EXPECT_EQ(after.reads_only - before.reads_only, transactions);
  EXPECT_EQ(after.attempts - before.attempts,
            2 * transactions + after.bodies_again - before.bodies_again);
  EXPECT_GE(after.all_retries() - before.all_retries(),
            after.bodies_again - before.bodies_again);
  EXPECT_GT(after.versions_made - before.versions_made, 2 * transactions);
  // What the threads left is freed by a later one that ends.
  tests::on_another_thread([] { transact([] { return tx_ref<int>(0).load(); }); });
  reclaim::clean_up();
  EXPECT_LE(tests::counted_value::live(), live);
  EXPECT_LE(count_stm().versions_alive(), before.versions_alive());
}

}  // namespace
}  // namespace tussle
