// Can the evidence on channels and go blocks tell something that does not keep the promise?
#include "workloads/claims/channel_claims.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <future>
#include <memory>
#include <optional>
#include <semaphore>
#include <thread>
#include <variant>
#include <vector>

#include "workloads/claims/go_claims.h"
#include "workloads/claims/impatience_for_test.h"

namespace tussle::workloads::claims {
namespace {

// A thread waits for each question.
class waiting_threads {
 public:
  waiting_threads(runtime& /*on*/, int count) : right_(static_cast<std::size_t>(count)) {
    for (std::atomic<int>& each : right_) {
      threads_.emplace_back([this, &each] {
        begun_.fetch_add(1);
        asked_.pass();
        each.store(1);
      });
    }
  }

  int begun() const { return begun_.load(); }
  int ask_all() {
    asked_.open();
    for (std::thread& each : threads_) each.join();
    int right = 0;
    for (const std::atomic<int>& each : right_) right += each.load();
    return right;
  }

 private:
  std::atomic<int> begun_{0};
  gate asked_;
  std::vector<std::atomic<int>> right_;
  std::vector<std::thread> threads_;
};

TEST(channel_claims, a_thread_for_each_that_waits_is_seen) {
  constexpr int few = 30;
  const evidence found = waits_without_a_thread<waiting_threads, few>();

  EXPECT_EQ(found.came_to, verdict::refuted);
  EXPECT_EQ(found.figures[0].value, few) << "all waited";
  EXPECT_EQ(found.figures[3].value, few) << "all answered";
}

// Blocks the pool's thread until it is asked: the second one never begins.
class blocking_go_blocks {
 public:
  blocking_go_blocks(runtime& on, int count) {
    for (int i = 0; i < count; ++i) ends_.push_back(go(on, &wait, this));
    while (begun() < 1) std::this_thread::yield();
  }
  int begun() const { return begun_.load(); }
  int ask_all() {
    asked_.open();
    for (const channel<std::monostate>& each : ends_) static_cast<void>(each.take());
    return begun();
  }

 private:
  static go_block<> wait(blocking_go_blocks* self) {
    self->begun_.fetch_add(1);
    self->asked_.pass();
    co_return;
  }

  std::atomic<int> begun_{0};
  gate asked_;
  std::vector<channel<std::monostate>> ends_;
};

TEST(channel_claims, who_blocks_the_threads_of_the_pool_is_seen_to_keep_others_out) {
  const impatience short_waits;
  const evidence found = waits_without_a_thread<blocking_go_blocks, 10>();

  EXPECT_EQ(found.came_to, verdict::refuted);
  EXPECT_GE(found.figures[0].value, 1);
  EXPECT_LE(found.figures[0].value, 2) << "no more than the pool has threads";
}

class blocking_sleepers {
 public:
  blocking_sleepers(runtime& on, int count, std::chrono::milliseconds each) {
    for (int i = 0; i < count; ++i) ends_.push_back(go(on, &sleep, each));
  }
  void wait() const {
    for (const channel<std::monostate>& each : ends_) static_cast<void>(each.take());
  }

 private:
  static go_block<> sleep(std::chrono::milliseconds length) {
    std::this_thread::sleep_for(length);
    co_return;
  }

  std::vector<channel<std::monostate>> ends_;
};

TEST(channel_claims, who_sleeps_on_the_thread_is_seen_to_hold_it) {
  const evidence found = sleeps_without_a_thread<blocking_sleepers, 100, 5>();

  EXPECT_EQ(found.came_to, verdict::refuted);
  EXPECT_GE(found.figures[2].value, 500) << "one after the other";
}

// Has the thread wait for each answer.
class blocking_sequence {
 public:
  blocking_sequence(runtime& on, service& whom, int first, int steps)
      : last_(go(on, &ask, &whom, first, steps)) {}
  int last() const { return last_.take().value_or(-1); }

 private:
  static go_block<int> ask(service* whom, int question, int steps) {
    for (int i = 0; i < steps; ++i) {
      const auto answered = std::make_shared<std::promise<int>>();
      whom->ask(question, [answered](int answer) { answered->set_value(answer); });
      question = answered->get_future().get();
    }
    co_return question;
  }

  channel<int> last_;
};

// Asks all at once, with the answers that it expects.
class hasty_sequence {
 public:
  hasty_sequence(runtime& /*on*/, service& whom, int first, int steps)
      : expected_(first + steps) {
    for (int i = 0; i < steps; ++i) whom.ask(first + i, [](int) {});
  }
  int last() const { return expected_; }

 private:
  int expected_;
};

TEST(channel_claims, who_waits_on_the_thread_is_seen_to_hold_up_the_other_sequence) {
  const impatience short_waits;
  EXPECT_EQ(callbacks_in_sequence<blocking_sequence>().came_to, verdict::refuted);
}

TEST(channel_claims, who_asks_before_the_answer_is_seen) {
  EXPECT_EQ(callbacks_in_sequence<hasty_sequence>().came_to, verdict::refuted);
}

class channel_that_waits : public channel<int> {
 public:
  template <typename F>
  bool put_then(int element, F f) const {
    f(put(element));
    return true;
  }
};

class channel_that_says_so_too_early : public channel<int> {
 public:
  template <typename F>
  bool put_then(int element, F f) const {
    f(true);
    return channel<int>::put_then(element, [](bool) {});
  }
};

TEST(channel_claims, a_put_that_waits_is_seen_to) {
  const impatience short_waits;
  EXPECT_EQ(put_without_waiting<channel_that_waits>().came_to, verdict::refuted);
}

TEST(channel_claims, a_put_that_is_answered_before_it_is_accepted_is_seen) {
  EXPECT_EQ(put_without_waiting<channel_that_says_so_too_early>().came_to,
            verdict::refuted);
}

// n go blocks, each of which takes, does and puts: nobody puts in order.
struct as_they_come {
  template <typename F>
  static void run(std::size_t n, const channel<int>& to, F f, const channel<int>& from) {
    const auto left = std::make_shared<std::atomic<std::size_t>>(n);
    for (std::size_t i = 0; i < n; ++i) {
      spawn_thread(from.state().home(), [=] {
        while (const std::optional<int> each = from.take())
          static_cast<void>(to.put(f(*each)));
        if (left->fetch_sub(1) == 1) to.close();
      });
    }
  }
};
template <int difference>
struct other_width {
  template <typename F>
  static void run(std::size_t n, const channel<int>& to, F f, const channel<int>& from) {
    threads_pipeline::run(n + static_cast<std::size_t>(difference), to, f, from);
  }
};

TEST(channel_claims, a_pipeline_that_puts_as_they_come_is_seen) {
  const evidence found = pipeline_keeps_order<as_they_come>(std::chrono::milliseconds(1));

  EXPECT_EQ(found.came_to, verdict::refuted);
  EXPECT_LT(found.figures[1].value, found.figures[0].value) << "not in their place";
  EXPECT_EQ(found.figures[2].value, 4) << "inside at once";
}

TEST(channel_claims, a_pipeline_that_has_fewer_inside_is_seen) {
  const impatience short_waits;
  const evidence found =
      pipeline_keeps_order<other_width<-1>>(std::chrono::milliseconds(1));

  EXPECT_EQ(found.came_to, verdict::refuted);
  EXPECT_LE(found.figures[2].value, 3) << "inside at once";
  EXPECT_EQ(found.figures[3].value, 0) << "never four";
}

// As many as it should at first, and one less from the second wave on.
struct narrows {
  template <typename F>
  static void run(std::size_t n, const channel<int>& to, F f, const channel<int>& from) {
    const auto left =
        std::make_shared<std::counting_semaphore<>>(static_cast<std::ptrdiff_t>(n) - 1);
    const auto narrow = [=](int element) {
      if (static_cast<std::size_t>(element) < n) return f(element);
      left->acquire();
      const int done = f(element);
      left->release();
      return done;
    };
    threads_pipeline::run(n, to, narrow, from);
  }
};

TEST(channel_claims, a_pipeline_that_narrows_is_seen) {
  const impatience enough_for_the_first_wave{std::chrono::milliseconds(4000)};
  const evidence found = pipeline_keeps_order<narrows>(std::chrono::milliseconds(1));

  EXPECT_EQ(found.came_to, verdict::refuted);
  EXPECT_EQ(found.figures[3].value, 1) << "four in the first wave";
}

TEST(channel_claims, a_pipeline_that_has_one_more_inside_is_seen) {
  const evidence found = pipeline_keeps_order<other_width<1>>(long_enough);

  EXPECT_EQ(found.came_to, verdict::refuted);
  EXPECT_EQ(found.figures[2].value, 5) << "inside at once";
}

TEST(channel_claims, subscribers_that_compete_are_seen_to_miss_events) {
  const evidence found = every_subscriber_hears<bus_as_printed>();

  EXPECT_EQ(found.came_to, verdict::refuted);
  EXPECT_LT(found.figures[1].value + found.figures[2].value, 2000);
}

}  // namespace
}  // namespace tussle::workloads::claims
