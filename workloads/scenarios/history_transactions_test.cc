// Does history_transactions notice what it is there to notice, and is what is planted in the
// stores really there? Each bug is forced step by step.
#include "workloads/scenarios/history_transactions.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "harness/case/verdict.h"
#include "workloads/planted/naive_stores.h"
#include "workloads/subjects/stores.h"
#include "workloads/use_cases/run_for_test.h"

namespace tussle::workloads {
namespace {

using harness::verdict;

template <typename Subject>
verdict history_verdict(int threads = 1) {
  return verdict_of<history_transactions, Subject>({{"keys", 4}, {"transactions", 150}},
                                                   threads, 2 * steps_a_thread);
}

template <typename Subject>
class sound_store : public ::testing::Test {};
using sound_stores = ::testing::Types<subjects::ref_store, subjects::ensured_store,
                                      subjects::atom_store, subjects::mutex_store>;
TYPED_TEST_SUITE(sound_store, sound_stores);

TYPED_TEST(sound_store, isolates_transactions_as_it_promises) {
  const verdict found = history_verdict<TypeParam>(3);

  EXPECT_TRUE(found.passed) << found.message;
}

TYPED_TEST(sound_store, leaves_nothing_of_what_is_aborted) {
  typename TypeParam::store store(2);

  const bool stayed = store.transact([](auto& view) {
    view.write(0, view.read(0) + 1);
    view.write(0, view.read(0) + 1);
    return false;
  });
  std::int64_t seen = -1;
  store.transact([&](auto& view) {
    seen = view.read(0);
    return true;
  });

  EXPECT_FALSE(stayed);
  EXPECT_EQ(seen, 0);
}

// A store of one thread, which is wrong in the manner of Wrong.
template <typename Wrong>
struct with_store {
  static constexpr bool serializable = true;
  class store {
   public:
    explicit store(std::size_t keys) : all_(keys) {}
    template <typename Body>
    bool transact(const Body& body) {
      ++begun_;
      view seen{all_, all_, before_, begun_};
      const bool stays = body(seen);
      if (stays || Wrong::keeps_what_is_aborted) {
        before_ = all_;
        all_ = seen.now;
      }
      return stays;
    }

   private:
    using contents = std::vector<std::int64_t>;
    struct view {
      std::int64_t read(std::size_t key) {
        ++reads;
        if (Wrong::sees_old(begun, reads)) return before[key];
        return Wrong::sees_own_writes ? now[key] : committed[key];
      }
      void write(std::size_t key, std::int64_t value) { now[key] = value; }
      contents now;
      const contents& committed;
      const contents& before;  // the commit before
      int begun;
      int reads = 0;
    };
    contents all_;
    contents before_ = all_;
    int begun_ = 0;
  };
};
struct right {
  static constexpr bool keeps_what_is_aborted = false;
  static constexpr bool sees_own_writes = true;
  static bool sees_old(int /*begun*/, int /*reads*/) { return false; }
};
struct keeps_all : right {
  static constexpr bool keeps_what_is_aborted = true;
};
struct forgets_own : right {
  static constexpr bool sees_own_writes = false;
};
struct sees_one_commit_late : right {
  static bool sees_old(int begun, int /*reads*/) { return begun % 10 == 0; }
};

TEST(history_transactions, tells_what_was_recorded) {
  const verdict found = history_verdict<with_store<right>>();

  EXPECT_TRUE(found.passed) << found.message;
  EXPECT_EQ(found.message.find("serializable: "), 0U) << found.message;
}

TEST(history_transactions, finds_what_was_aborted_and_stayed) {
  const verdict found = history_verdict<with_store<keeps_all>>();

  EXPECT_EQ(found.message.find("aborted read (G1a)"), 0U) << found.message;
  EXPECT_FALSE(found.evidence.empty());
}

TEST(history_transactions, finds_a_write_that_its_transaction_does_not_see) {
  const verdict found = history_verdict<with_store<forgets_own>>();

  EXPECT_EQ(found.message.find("own write not seen"), 0U) << found.message;
}

TEST(history_transactions, finds_what_is_out_of_date) {
  const verdict found = history_verdict<with_store<sees_one_commit_late>>();

  EXPECT_FALSE(found.passed) << found.message;
}

template <typename Store>
std::pair<std::int64_t, std::int64_t> both_of(Store& store) {
  std::pair<std::int64_t, std::int64_t> seen;
  store.transact([&](auto& view) {
    seen = {view.read(0), view.read(1)};
    return true;
  });
  return seen;
}
template <typename Store>
void put(Store& store, std::size_t key, std::int64_t value) {
  store.transact([&](auto& view) {
    view.read(key);
    view.write(key, value);
    return true;
  });
}
using pair = std::pair<std::int64_t, std::int64_t>;

// Those below run a transaction in the body of another, on the same thread: to these stores
// that is somebody else's.
TEST(planted_reads_uncommitted, what_is_undone_later_is_seen) {
  planted::reads_uncommitted::store store(2);
  pair seen;

  store.transact([&](auto& view) {
    view.write(0, 7);
    seen = both_of(store);
    return false;
  });

  EXPECT_EQ(seen, pair(7, 0));
  EXPECT_EQ(both_of(store), pair(0, 0));
}

TEST(planted_loses_updates, the_later_commit_replaces_what_it_has_not_seen) {
  planted::loses_updates::store store(2);

  store.transact([&](auto& view) {
    const std::int64_t seen = view.read(0);
    put(store, 0, 1);
    view.write(0, seen + 1);
    return true;
  });

  EXPECT_EQ(both_of(store), pair(1, 0)) << "of two increments";
}

TEST(planted_reads_committed, a_commit_is_seen_by_half) {
  planted::reads_committed::store store(2);
  pair seen;

  store.transact([&](auto& view) {
    seen.first = view.read(0);
    store.transact([](auto& other) {
      other.write(0, other.read(0) + 5);
      other.write(1, other.read(1) + 5);
      return true;
    });
    seen.second = view.read(1);
    return true;
  });

  EXPECT_EQ(seen, pair(0, 5));
}

// A key becomes one more than both.
template <typename View>
bool add_up(View& view, std::size_t key) {
  view.write(key, view.read(0) + view.read(1) + 1);
  return true;
}

// Each of two transactions changes what the other one has read.
TEST(planted_promises_too_much, each_relies_on_what_the_other_one_changes) {
  planted::promises_too_much::store store(2);
  std::once_flag first;
  const auto meanwhile = [&] {
    std::thread other(
        [&] { store.transact([](auto& view) { return add_up(view, 1); }); });
    other.join();
  };

  store.transact([&](auto& view) {
    const std::int64_t both = view.read(0) + view.read(1);
    std::call_once(first, meanwhile);
    view.write(0, both + 1);
    return true;
  });

  EXPECT_EQ(both_of(store), pair(1, 1)) << "one after the other it would be 1 and 2";
}

}  // namespace
}  // namespace tussle::workloads
