// Do the parallel helpers give what a loop would give, with no more ahead than they say?
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <latch>
#include <list>
#include <memory>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "primitives/task/manual_executor.h"
#include "primitives/task/memoize.h"
#include "primitives/task/pmap.h"
#include "primitives/task/seque.h"
#include "primitives/task/with_lock.h"
#include "primitives/testing/threads_testing.h"

namespace tussle {
namespace {

int squared(int n) { return n * n; }

std::vector<int> numbers(int count) {
  std::vector<int> all(static_cast<std::size_t>(count));
  std::iota(all.begin(), all.end(), 0);
  return all;
}

TEST(pmap, PAR_1_equals_a_loop_in_content_and_order) {
  runtime on;
  for (const int count : {0, 1, 2, 100}) {
    std::vector<int> expected = numbers(count);
    std::transform(expected.begin(), expected.end(), expected.begin(), squared);

    EXPECT_EQ(pmap(on, squared, numbers(count)).all(), expected) << count;
  }
}

TEST(pmap, PAR_1_several_ranges_end_with_the_shortest) {
  runtime on;
  const std::list<std::string> words = {"a", "b", "c"};
  const auto joined = [](const std::string& word, int n) {
    return word + std::to_string(n);
  };

  EXPECT_EQ(pmap(on, joined, words, numbers(2)).all(),
            (std::vector<std::string>{"a0", "b1"}));
}

// Passes on what is submitted, and counts it.
class counting_executor final : public executor {
 public:
  explicit counting_executor(executor& serving) : serving_(serving) {}
  bool submit(task& work) noexcept override {
    ++submitted;
    return serving_.submit(work);
  }
  std::size_t submitted = 0;

 private:
  executor& serving_;
};

TEST(pmap, PAR_2_no_more_than_the_window_is_started_and_not_read) {
  constexpr std::size_t count = 50;
  runtime pools;
  counting_executor counting(pools.blocking());
  runtime on(pools.compute(), counting);
  auto results = pmap(on, squared, numbers(count));
  EXPECT_EQ(counting.submitted, 0U) << "nothing was asked for yet";

  std::size_t read = 0;
  for (; results.next(); ++read) {
    ASSERT_EQ(counting.submitted, std::min(count, read + usual_width()));
  }

  EXPECT_EQ(read, count);
}

TEST(pmap, PAR_3_an_error_is_thrown_where_its_element_is_read) {
  runtime on;
  std::atomic<int> runs{0};
  std::latch error_was_read(1);
  auto results = pmap(
      on,
      [&](int n) {
        runs.fetch_add(1);
        if (n == 3) error_was_read.wait();
        return n == 2 ? throw std::runtime_error("two") : n;
      },
      numbers(4));

  EXPECT_EQ(results.next(), 0);
  EXPECT_EQ(results.next(), 1);
  EXPECT_THROW(results.next(), std::runtime_error);
  error_was_read.count_down();
  EXPECT_EQ(results.next(), 3) << "which was under way";
  EXPECT_EQ(results.next(), std::nullopt);
  EXPECT_EQ(runs.load(), 4);
}

TEST(pmap, PAR_4_as_many_as_the_window_are_in_their_bodies_at_once) {
  runtime on;
  const int width = static_cast<int>(usual_width());
  std::latch all_inside(width);
  auto results = pmap(
      on,
      [&all_inside](int n) {
        all_inside.arrive_and_wait();  // or this test never ends
        return n;
      },
      numbers(width));

  EXPECT_EQ(results.all(), numbers(width));
}

TEST(pcalls, PAR_1_equals_calling_each_in_turn) {
  runtime on;
  const auto one = [] { return 1; };
  const auto two = [] { return 2L; };

  EXPECT_EQ(pcalls(on, one, two).all(), (std::vector<long>{1, 2}));
}

// Counts up to `count`, then ends.
auto counting(int count, std::shared_ptr<std::atomic<int>> made = nullptr) {
  return [n = 0, count, made = std::move(made)]() mutable -> std::optional<int> {
    if (n == count) return std::nullopt;
    if (made != nullptr) made->fetch_add(1);
    return n++;
  };
}

template <typename T>
std::vector<T> read_all(seque<T>& from) {
  std::vector<T> all;
  while (std::optional<T> one = from.next()) all.push_back(*std::move(one));
  return all;
}

TEST(seque, PAR_5_yields_the_source_exactly_and_in_order) {
  runtime on;
  for (const std::size_t capacity : {0U, 1U, 3U, 1000U}) {
    seque<int> ahead(on, capacity, counting(200));

    EXPECT_EQ(read_all(ahead), numbers(200)) << capacity;
    EXPECT_EQ(ahead.next(), std::nullopt) << "and stays at its end";
  }
}

TEST(seque, PAR_5_empty_elements_are_elements) {
  runtime on;
  seque<std::optional<int>> ahead(on, 2,
                                  [n = 0]() mutable -> std::optional<std::optional<int>> {
                                    if (n++ == 3) return std::nullopt;
                                    return std::optional<int>();
                                  });

  EXPECT_EQ(read_all(ahead).size(), 3U);
}

TEST(seque, PAR_5_one_inside_another_does_not_deadlock) {
  runtime on;
  seque<int> inner(on, 1, counting(100));
  seque<int> middle(on, 1, [&inner] { return inner.next(); });
  seque<int> outer(on, 1, [&middle] { return middle.next(); });

  EXPECT_EQ(read_all(outer), numbers(100));
}

TEST(seque, PAR_5_an_error_comes_after_the_elements_before_it) {
  manual_executor compute;
  manual_executor blocking;
  runtime on(compute, blocking);
  seque<int> ahead(on, 10, [n = 0]() mutable -> std::optional<int> {
    if (n == 3) throw std::runtime_error("no fourth");
    return n++;
  });
  EXPECT_EQ(blocking.run_all(), 1U) << "the error is there before anything is read";

  EXPECT_EQ(ahead.next(), 0);
  EXPECT_EQ(ahead.next(), 1);
  EXPECT_EQ(ahead.next(), 2);
  EXPECT_THROW(ahead.next(), std::runtime_error);
  EXPECT_THROW(ahead.next(), std::runtime_error);
}

TEST(seque, PAR_6_holds_no_more_than_its_capacity_and_no_thread_when_full) {
  manual_executor compute;
  manual_executor blocking;
  runtime on(compute, blocking);
  const auto made = std::make_shared<std::atomic<int>>(0);
  seque<int> ahead(on, 3, counting(10, made));

  EXPECT_EQ(blocking.run_all(), 1U) << "the producer came back: it holds no thread";
  EXPECT_EQ(made->load(), 3);
  EXPECT_EQ(ahead.waiting(), 3U);

  EXPECT_EQ(ahead.next(), 0);
  EXPECT_EQ(blocking.run_all(), 1U);
  EXPECT_EQ(made->load(), 4);
  EXPECT_EQ(ahead.waiting(), 3U);
}

TEST(seque, PAR_6_when_the_reader_goes_the_producer_stops) {
  const auto made = std::make_shared<std::atomic<int>>(0);
  {
    runtime on;
    seque<int> ahead(on, 2, counting(1'000'000, made));
    EXPECT_EQ(ahead.next(), 0);
  }  // joins all threads: none of them waits for a reader

  EXPECT_LE(made->load(), 5);
  EXPECT_EQ(made.use_count(), 1) << "the source is gone";
}

// Asks as it moves, and as it ends, whether the seque would answer.
class curious {
 public:
  explicit curious(std::function<void()> ask) : ask_(std::move(ask)) {}
  // NOLINTNEXTLINE(performance-*): both ask, and what they ask may throw
  curious(curious&& other) : ask_(other.ask_) { ask_(); }
  curious& operator=(curious&&) = delete;
  ~curious() { ask_(); }

 private:
  std::function<void()> ask_;
};

TEST(seque, moves_and_destroys_elements_without_its_lock) {
  manual_executor compute;
  manual_executor blocking;
  runtime on(compute, blocking);
  seque<curious>* asked = nullptr;  // while it is there
  std::size_t most = 0;
  const auto ask = [&] {
    if (asked != nullptr) most = std::max(most, asked->waiting());
  };
  seque<curious> ahead(on, 2, [&]() -> std::optional<curious> { return curious(ask); });
  asked = &ahead;
  EXPECT_TRUE(blocking.run_one());

  EXPECT_TRUE(ahead.next());
  EXPECT_EQ(most, 2U);
  asked = nullptr;
  blocking.discard_all();
}

TEST(seque, an_element_that_does_not_move_stays_the_next_one) {
  struct shy {
    explicit shy(int* budget) : moves(budget) {}
    // NOLINTNEXTLINE(performance-noexcept-move-constructor): that it throws is the point
    shy(shy&& other) : moves(other.moves) {
      if (--*moves == 0) throw std::runtime_error("does not move");
    }
    int* moves;
  };
  manual_executor compute;
  manual_executor blocking;
  runtime on(compute, blocking);
  int moves = 1000;
  int made = 0;
  seque<shy> ahead(on, 2, [&]() -> std::optional<shy> {
    if (made == 2) return std::nullopt;
    ++made;
    return std::optional<shy>(std::in_place, &moves);
  });
  blocking.run_all();
  ASSERT_EQ(ahead.waiting(), 2U);

  moves = 1;
  EXPECT_THROW(ahead.next(), std::runtime_error);
  EXPECT_EQ(ahead.waiting(), 2U);
  moves = 1000;
  EXPECT_TRUE(ahead.next());
  EXPECT_TRUE(ahead.next());
  blocking.discard_all();
}

TEST(pmap, after_a_shutdown_the_rejection_is_told_once_and_is_the_end) {
  manual_executor compute;
  manual_executor blocking;
  runtime on(compute, blocking);
  auto results = pmap(on, squared, numbers(50));
  blocking.close();

  EXPECT_THROW(results.next(), executor_rejected_error);
  EXPECT_FALSE(results.next());
  EXPECT_TRUE(results.all().empty());
}

// Numbers from 0 on; the budget-th step of an iterator throws, once.
class stumbling {
 public:
  struct iterator {
    using value_type = int;
    using difference_type = std::ptrdiff_t;
    int operator*() const { return at; }
    iterator& operator++() {
      if (--*budget == 0) throw std::runtime_error("stumbles");
      ++at;
      return *this;
    }
    bool operator==(const iterator& other) const { return at == other.at; }

    int at;
    int* budget;
  };

  stumbling(int count, int* budget) : count_(count), budget_(budget) {}
  iterator begin() const { return {0, budget_}; }
  iterator end() const { return {count_, budget_}; }

 private:
  int count_;
  int* budget_;
};

TEST(pmap, an_element_behind_which_an_iterator_throws_is_not_called_twice) {
  runtime on;
  std::atomic<int> calls{0};
  int budget = 3;
  int never = 1'000'000;
  auto sums = pmap(
      on, [&](int a, int b) { return calls.fetch_add(1), a + b; }, stumbling(10, &never),
      stumbling(10, &budget));
  std::vector<int> read;
  int errors = 0;
  for (;;) {
    try {
      const std::optional<int> one = sums.next();
      if (!one) break;
      read.push_back(*one);
    } catch (const std::runtime_error&) {
      ++errors;
    }
  }

  EXPECT_EQ(read, (std::vector<int>{0, 2, 4, 6, 8, 10, 12, 14, 16, 18}));
  EXPECT_EQ(calls.load(), 10);
  EXPECT_LE(errors, 1);
}

TEST(seque, says_when_its_runtime_was_shut_down) {
  manual_executor compute;
  manual_executor blocking;
  runtime on(compute, blocking);
  seque<int> discarded(on, 2, counting(5));
  blocking.discard_all();
  blocking.close();
  seque<int> refused(on, 2, counting(5));

  EXPECT_THROW(discarded.next(), executor_rejected_error);
  EXPECT_THROW(refused.next(), executor_rejected_error);
}

TEST(memoize, PAR_7_equal_arguments_are_not_computed_again) {
  int calls = 0;
  const auto add =
      memoize<int(int, std::string)>([&calls](int n, const std::string& word) {
        ++calls;
        return n + static_cast<int>(word.size());
      });

  EXPECT_EQ(add(1, "ab"), 3);
  EXPECT_EQ(add(1, "ab"), 3);
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(add(1, "abc"), 4);
  EXPECT_EQ(add(2, "ab"), 4);
  EXPECT_EQ(calls, 3);
}

TEST(memoize, PAR_7_lists_are_compared_by_value_and_length) {
  int calls = 0;
  const auto sum = memoize<int(std::vector<int>)>([&calls](const std::vector<int>& all) {
    ++calls;
    return std::accumulate(all.begin(), all.end(), 0);
  });

  EXPECT_EQ(sum({1, 2}), 3);
  EXPECT_EQ(sum({1, 2, 0}), 3);
  EXPECT_EQ(sum({1, 2}), 3);
  EXPECT_EQ(calls, 2);
}

TEST(memoize, PAR_8_racing_first_calls_all_get_a_result_and_leave_one_entry) {
  constexpr int threads = 4;
  std::latch all_inside(threads);
  std::atomic<int> calls{0};
  const auto slow = memoize<int(int)>([&](int n) {
    all_inside.arrive_and_wait();  // nobody is first
    return n + ++calls;
  });
  std::vector<int> seen(threads);
  tests::run_together(threads,
                      [&](int i) { seen[static_cast<std::size_t>(i)] = slow(20); });

  EXPECT_EQ(calls.load(), threads);
  EXPECT_EQ(slow.size(), 1U);
  EXPECT_EQ(seen, std::vector<int>(threads, slow(20))) << "the one that is remembered";
  EXPECT_EQ(calls.load(), threads);
}

TEST(memoize, PAR_9_after_an_exception_the_next_call_tries_again) {
  int calls = 0;
  const auto flaky = memoize<int(int)>(
      [&calls](int n) { return ++calls == 1 ? throw std::runtime_error("once") : n; });

  EXPECT_THROW(flaky(5), std::runtime_error);
  EXPECT_EQ(flaky(5), 5);
  EXPECT_EQ(calls, 2);
}

TEST(with_lock, PAR_10_nests_on_one_thread) {
  reentrant_lock lock;

  EXPECT_EQ(with_lock(lock, [&] { return with_lock(lock, [] { return 3; }) + 1; }), 4);
}

TEST(with_lock, PAR_10_excludes_other_threads_until_the_outermost_is_left) {
  constexpr int threads = 4;
  constexpr int each = tests::rounds / 10;
  reentrant_lock lock;
  std::int64_t plain = 0;
  tests::run_together(threads, [&](int) {
    for (int i = 0; i < each; ++i) {
      with_lock(lock, [&] {
        const std::int64_t before = plain;
        with_lock(lock, [] {});
        plain = before + 1;
      });
    }
  });

  EXPECT_EQ(plain, std::int64_t{threads} * each);
}

TEST(with_lock, PAR_10_who_stands_at_the_door_comes_in_when_the_outermost_is_left) {
  reentrant_lock lock;
  std::latch at_the_door(1);
  std::atomic<bool> is_inside{false};
  std::thread other;
  with_lock(lock, [&] {
    other = std::thread([&] {
      at_the_door.count_down();
      with_lock(lock, [&] { is_inside.store(true); });
    });
    at_the_door.wait();
    with_lock(lock, [] {});
    // Time to come in, for who could.
    for (int i = 0; i < 10'000 && !is_inside.load(); ++i) std::this_thread::yield();
    EXPECT_FALSE(is_inside.load());
  });

  other.join();
  EXPECT_TRUE(is_inside.load());
}

TEST(with_lock, PAR_10_is_free_again_after_an_exception) {
  reentrant_lock lock;
  EXPECT_THROW(with_lock(lock, []() -> int { throw 1; }), int);

  std::thread other([&] { EXPECT_EQ(with_lock(lock, [] { return 2; }), 2); });
  other.join();
}

}  // namespace
}  // namespace tussle
