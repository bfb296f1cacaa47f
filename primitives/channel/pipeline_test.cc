// What pipelines give in which order, and how many at once.
#include "primitives/channel/pipeline.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "primitives/channel/folds.h"
#include "primitives/testing/channels_testing.h"
#include "primitives/testing/pipelines_testing.h"
#include "primitives/testing/stage_testing.h"

namespace tussle {
namespace {

using tests::drain;
using tests::drained;
using tests::itself;
using tests::live_processes;
using tests::numbers;
using tests::pending_puts;
using tests::pipeline_kind;
using tests::pipeline_kinds;
using tests::put_and_close;
using tests::stage;
using tests::start_pipeline;

using ints = std::vector<int>;

// Where threads race.
#if defined(TUSSLE_MODE_BENCH)
constexpr int many = 300;
#else
constexpr int many = 60;
#endif

// Spins for a while that is different for each element.
int after_a_while(int n) {
  for (int i = (n * 7919) % 31; i > 0; --i) std::this_thread::yield();
  return n;
}

TEST(pipeline, PIPE_1_comes_out_in_order_from_workers_that_are_fast_and_slow) {
  for (const std::size_t n : {1U, 2U, 5U}) {
    for (const pipeline_kind which :
         {pipeline_kind::computing, pipeline_kind::blocking}) {
      runtime on;
      const channel<int> to(on);
      start_pipeline(
          which, n, to, [](int e) { return ints{after_a_while(e)}; },
          to_channel(on, numbers(many)));
      EXPECT_EQ(into(ints(), to).take(), numbers(many));
    }
  }
}

// Ends what was begun in an order of its own.
class finisher {
 public:
  explicit finisher(int count) : thread_([this, count] { finish(count); }) {}
  ~finisher() { thread_.join(); }

  void begin(int element, channel<int> result) {
    const std::lock_guard lock(mutex_);
    begun_.emplace_back(element, std::move(result));
  }

 private:
  void finish(int count) {
    std::mt19937 random(4711);
    for (int ended = 0; ended < count;) {
      std::optional<std::pair<int, channel<int>>> one;
      {
        const std::lock_guard lock(mutex_);
        if (!begun_.empty()) {
          std::swap(begun_[random() % begun_.size()], begun_.back());
          one = std::move(begun_.back());
          begun_.pop_back();
        }
      }
      if (!one) {
        std::this_thread::yield();
        continue;
      }
      EXPECT_TRUE(one->second.put(one->first));
      one->second.close();
      ++ended;
    }
  }

  std::mutex mutex_;
  std::vector<std::pair<int, channel<int>>> begun_;
  std::thread thread_;
};

TEST(pipeline, PIPE_1_comes_out_in_order_whatever_ends_first) {
  runtime on;
  const channel<int> to(on);
  finisher ends(many);
  pipeline_async(
      4, to, [&ends](int e, channel<int> result) { ends.begin(e, std::move(result)); },
      to_channel(on, numbers(many)));

  EXPECT_EQ(into(ints(), to).take(), numbers(many));
}

// The first one is done last: it holds back what comes out, not the work on the others.
TEST(pipeline, PIPE_1_one_that_takes_long_holds_back_the_others_but_not_their_work) {
  stage s;
  const channel<int> from(s.home());
  const channel<int> to(s.home(), fixed(8));
  std::vector<std::pair<int, channel<int>>> begun;
  pipeline_async(
      2, to,
      [&begun](int e, const channel<int>& result) { begun.emplace_back(e, result); },
      from);
  put_and_close(from, {10, 11, 12});
  s.run_all();
  ASSERT_EQ(begun.size(), 3U);

  for (const std::size_t i : {2U, 1U}) {
    begun[i].second.put_then(begun[i].first, [](bool) {});
    begun[i].second.close();
    EXPECT_EQ(drain(s, to), (drained<int>{{}, false}));
  }
  begun[0].second.put_then(10, [](bool) {});
  begun[0].second.close();
  begun.clear();

  EXPECT_EQ(drain(s, to), (drained<int>{{10, 11, 12}, true}));
}

TEST(pipeline, PIPE_2_any_number_of_workers_and_of_elements) {
  for (const pipeline_kind which : pipeline_kinds) {
    for (const std::size_t n : {1U, 3U, 40U}) {
      for (const int count : {0, 1, 2, 7, n == 3 ? 1000 : 50}) {
        stage s;
        const channel<int> from(s.home());
        const channel<int> to(s.home());
        start_pipeline(which, n, to, &itself, from);
        put_and_close(from, numbers(count));

        EXPECT_EQ(drain(s, to), (drained<int>{numbers(count), true}));
        EXPECT_EQ(live_processes(s), 0U);
      }
    }
  }
}

TEST(pipeline, PIPE_2_without_workers_it_throws) {
  const channel<int> from;
  const channel<int> to;
  for (const pipeline_kind which : pipeline_kinds)
    EXPECT_THROW(start_pipeline(which, 0, to, &itself, from), std::invalid_argument);
  EXPECT_FALSE(to.is_closed());
}

TEST(pipeline, PIPE_3_none_one_or_many_of_an_element_keep_its_place) {
  for (const pipeline_kind which : pipeline_kinds) {
    for (const std::size_t n : {1U, 3U}) {
      stage s;
      const channel<int> from(s.home());
      const channel<int> to(s.home());
      start_pipeline(
          which, n, to, [](int e) { return ints(static_cast<std::size_t>(e % 4), e); },
          from);
      put_and_close(from, {4, 1, 2, 3, 8, 6, 5});

      EXPECT_EQ(drain(s, to), (drained<int>{{1, 2, 2, 3, 3, 3, 6, 6, 5}, true}));
    }
  }
}

TEST(pipeline, PIPE_3_each_element_has_a_transducer_of_its_own_which_is_completed) {
  stage s;
  const channel<int> from(s.home());
  const channel<ints> to(s.home());
  pipeline(2, to, xf::mapcat([](int n) {
                    return ints{n, n, n};
                  }) | xf::partition(2),
           from);
  put_and_close(from, {1, 2});

  EXPECT_EQ(drain(s, to).elements, (std::vector<ints>{{1, 1}, {1}, {2, 2}, {2}}));
}

TEST(pipeline, PIPE_3_a_transducer_that_ends_early_ends_for_its_element_only) {
  stage s;
  const channel<int> from(s.home());
  const channel<int> to(s.home());
  pipeline(2, to, xf::mapcat([](int n) { return ints{n, n, n}; }) | xf::take(2), from);
  put_and_close(from, {1, 2});

  EXPECT_EQ(drain(s, to), (drained<int>{{1, 1, 2, 2}, true}));
}

TEST(pipeline, PIPE_4_closes_behind_the_last_output_if_that_is_asked_for) {
  for (const pipeline_kind which : pipeline_kinds) {
    for (const bool close : {true, false}) {
      stage s;
      const channel<int> from(s.home());
      const channel<int> to(s.home());
      const auto over = start_pipeline(which, 2, to, &itself, from, close);
      put_and_close(from, {1, 2, 3, 4});
      s.run_all();
      EXPECT_FALSE(to.is_closed()) << "there is more to come";
      EXPECT_EQ(over.try_take().status, take_status::empty);

      EXPECT_EQ(drain(s, to), (drained<int>{{1, 2, 3, 4}, close}));
      EXPECT_EQ(over.try_take().status, take_status::closed);
      EXPECT_EQ(to.is_closed(), close);
      EXPECT_EQ(live_processes(s), 0U);
    }
  }
}

TEST(pipeline, PIPE_6_n_plus_2_elements_at_most_are_on_their_way) {
  for (const pipeline_kind which : pipeline_kinds) {
    for (const std::size_t n : {1U, 2U, 7U}) {
      stage s;
      const channel<int> from(s.home());
      const channel<int> to(s.home());
      start_pipeline(which, n, to, &itself, from);
      pending_puts<int> puts;
      puts.add(from, numbers(20));
      for (int delivered = 0; delivered < 5; ++delivered) {
        s.run_all();
        EXPECT_LE(puts.accepted - delivered, static_cast<int>(n) + 2);
        EXPECT_GE(puts.accepted - delivered, static_cast<int>(n));
        EXPECT_EQ(to.take(), delivered);
      }
    }
  }
}

TEST(pipeline, PIPE_6_n_threads_at_most_are_asked_for) {
  for (const std::size_t n : {1U, 3U}) {
    stage s;
    const channel<int> from(s.home());
    const channel<int> to(s.home(), fixed(20));
    start_pipeline(pipeline_kind::blocking, n, to, &itself, from);
    put_and_close(from, numbers(20));
    const auto run_processes = [&s] {
      while (s.compute.run_one()) {
      }
    };
    run_processes();
    EXPECT_EQ(s.blocking.pending(), n);
    EXPECT_TRUE(s.blocking.run_one());
    run_processes();
    EXPECT_EQ(s.blocking.pending(), n) << "the next one";
  }
}

TEST(pipeline, PIPE_6_never_more_than_n_are_in_the_transducer) {
  constexpr int n = 3;
  for (const pipeline_kind which : {pipeline_kind::computing, pipeline_kind::blocking}) {
    runtime on;
    const channel<int> to(on);
    std::atomic<int> inside{0};
    std::atomic<int> most{0};
    start_pipeline(
        which, n, to,
        [&](int e) {
          const int now = inside.fetch_add(1) + 1;
          int seen = most.load();
          while (seen < now && !most.compare_exchange_weak(seen, now)) {
          }
          after_a_while(e);
          inside.fetch_sub(1);
          return ints{e};
        },
        to_channel(on, numbers(many)));

    EXPECT_EQ(into(ints(), to).take(), numbers(many));
    EXPECT_LE(most.load(), n);
  }
}

TEST(pipeline, PIPE_7_as_many_bodies_as_there_are_workers_block_at_once) {
  constexpr int n = 4;
  runtime on(runtime_options{.compute_threads = 1});
  const channel<int> to(on);
  std::latch all_inside(n);
  start_pipeline(
      pipeline_kind::blocking, n, to,
      [&all_inside](int e) {
        if (e < n) all_inside.arrive_and_wait();  // each waits for the others
        return ints{e};
      },
      to_channel(on, numbers(10)));

  EXPECT_EQ(into(ints(), to).take(), numbers(10));
}

TEST(pipeline, PIPE_7_no_thread_is_held_while_there_is_nothing_to_do) {
  stage s;
  const channel<int> from(s.home());
  const channel<int> to(s.home());
  start_pipeline(pipeline_kind::blocking, 4, to, &itself, from);
  s.run_all();
  EXPECT_EQ(s.blocking.pending(), 0U);
}

TEST(pipeline, elements_that_only_move_go_through) {
  stage s;
  using box = std::unique_ptr<int>;
  const channel<box> from(s.home(), fixed(4));
  const channel<box> to(s.home());
  const channel<box> last(s.home());
  pipeline(2, to, xf::map([](box b) { return std::make_unique<int>(*b * 2); }), from);
  pipeline_async(
      2, last,
      [](box b, const channel<box>& result) {
        result.put_then(std::move(b), [](bool) {});
        result.close();
      },
      to);
  EXPECT_EQ(from.try_put(std::make_unique<int>(4)), put_status::accepted);
  from.close();

  const auto all = drain(s, last);

  ASSERT_EQ(all.elements.size(), 1U);
  EXPECT_EQ(*all.elements[0], 8);
}

}  // namespace
}  // namespace tussle
