// pairs.h (subjects): two that hand a ball to and fro.
//
// go_pair:          two go blocks, with a channel without room in each direction.
// channel_pair:     two threads, with the same channels.
// condition_pair:   two threads, with a place, a mutex and a condition variable in each
//                   direction.
// atomic_wait_pair: two threads that wait for one std::atomic to change.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <variant>

#include "harness/case/case_info.h"
#include "primitives/channel/channel.h"
#include "primitives/channel/go.h"
#include "primitives/task/runtime.h"
#include "workloads/scenarios/ping_pong.h"

namespace tussle::workloads::subjects {

struct go_pair {
  static harness::subject_info info() {
    return {
        .name = "go_pair",
        .kind = harness::subject_kind::ours,
        .description = "Two go blocks, with a channel without room in each direction.",
        .source = "workloads/subjects/pairs.h"};
  }

  class pair {
    using balls = channel<std::int64_t>;

   public:
    pair(runtime& on, ping_pong_score& score)
        : serves_(on), over_(on), there_(on), back_(on) {
      first_ended_ = go(on, &play_first, serves_, there_, back_, over_, &score);
      second_ended_ = go(on, &play_second, there_, back_, &score);
    }
    ~pair() { finish(); }
    pair(const pair&) = delete;
    pair& operator=(const pair&) = delete;

    std::int64_t play(ping_pong_match match) {
      static_cast<void>(serves_.put(match));
      return over_.take().value_or(0);
    }
    void finish() {
      serves_.close();
      static_cast<void>(first_ended_.take());
      static_cast<void>(second_ended_.take());
    }

   private:
    static go_block<void> play_first(channel<ping_pong_match> serves, balls there,
                                     balls back, balls over, ping_pong_score* score) {
      while (const std::optional<ping_pong_match> match = co_await serves.async_take()) {
        std::int64_t ball = match->ball;
        for (std::int64_t i = 0; i < match->rounds; ++i) {
          co_await there.async_put(score->hit(0, ball));
          const std::optional<std::int64_t> returned = co_await back.async_take();
          ball = returned.value_or(0);
        }
        co_await over.async_put(ball);
      }
      there.close();
    }
    static go_block<void> play_second(balls there, balls back, ping_pong_score* score) {
      while (const std::optional<std::int64_t> ball = co_await there.async_take())
        co_await back.async_put(score->hit(1, *ball));
    }

    channel<ping_pong_match> serves_;
    balls over_;
    balls there_;
    balls back_;
    channel<std::monostate> first_ended_;
    channel<std::monostate> second_ended_;
  };
};

// Room for one.
template <typename T>
class condition_place {
 public:
  void put(T one) {
    const std::lock_guard held(lock_);
    there_ = one;
    changed_.notify_one();
  }
  std::optional<T> take() {
    std::unique_lock held(lock_);
    changed_.wait(held, [this] { return there_ || closed_; });
    return std::exchange(there_, std::nullopt);
  }
  void close() {
    const std::lock_guard held(lock_);
    closed_ = true;
    changed_.notify_one();
  }

 private:
  std::mutex lock_;
  std::condition_variable changed_;
  std::optional<T> there_;
  bool closed_ = false;
};

class channel_place {
 public:
  void put(std::int64_t one) { static_cast<void>(way_.put(one)); }
  std::optional<std::int64_t> take() { return way_.take(); }
  void close() { way_.close(); }

 private:
  channel<std::int64_t> way_;
};

// Two threads, between which balls go by `Place`s.
template <typename Place>
class pair_of_threads {
 public:
  pair_of_threads(runtime& /*on*/, ping_pong_score& score)
      : first_([this, &score] { play_first(score); }), second_([this, &score] {
          while (const std::optional<std::int64_t> ball = there_.take())
            back_.put(score.hit(1, *ball));
        }) {}
  ~pair_of_threads() { finish(); }
  pair_of_threads(const pair_of_threads&) = delete;
  pair_of_threads& operator=(const pair_of_threads&) = delete;

  std::int64_t play(ping_pong_match match) {
    serves_.put(match);
    return over_.take().value_or(0);
  }
  void finish() {
    serves_.close();
    if (first_.joinable()) first_.join();
    if (second_.joinable()) second_.join();
  }

 private:
  void play_first(ping_pong_score& score) {
    while (const std::optional<ping_pong_match> match = serves_.take()) {
      std::int64_t ball = match->ball;
      for (std::int64_t i = 0; i < match->rounds; ++i) {
        there_.put(score.hit(0, ball));
        ball = back_.take().value_or(0);
      }
      over_.put(ball);
    }
    there_.close();
  }

  condition_place<ping_pong_match> serves_;
  condition_place<std::int64_t> over_;
  Place there_;
  Place back_;
  std::thread first_;
  std::thread second_;
};

struct channel_pair {
  static harness::subject_info info() {
    return {.name = "channel_pair",
            .kind = harness::subject_kind::ours,
            .description = "Two threads, with a channel without room in each direction.",
            .source = "workloads/subjects/pairs.h"};
  }
  using pair = pair_of_threads<channel_place>;
};

struct condition_pair {
  static harness::subject_info info() {
    return {.name = "condition_pair",
            .kind = harness::subject_kind::baseline,
            .description =
                "Two threads, with a place, a mutex and a condition variable in each "
                "direction.",
            .source = "workloads/subjects/pairs.h"};
  }
  using pair = pair_of_threads<condition_place<std::int64_t>>;
};

struct atomic_wait_pair {
  static harness::subject_info info() {
    return {.name = "atomic_wait_pair",
            .kind = harness::subject_kind::baseline,
            .description = "Two threads that wait for one std::atomic to change.",
            .source = "workloads/subjects/pairs.h"};
  }

  // The ball itself says whose it is: odd ones are the second player's.
  class pair {
   public:
    pair(runtime& /*on*/, ping_pong_score& score)
        : first_([this, &score] { play_first(score); }),
          second_([this, &score] { play_second(score); }) {}
    ~pair() { finish(); }
    pair(const pair&) = delete;
    pair& operator=(const pair&) = delete;

    std::int64_t play(ping_pong_match match) {
      serves_.put(match);
      return over_.take().value_or(0);
    }
    void finish() {
      serves_.close();
      if (first_.joinable()) first_.join();
      if (second_.joinable()) second_.join();
    }

   private:
    static constexpr std::int64_t closed = -1;

    void hand_on(std::int64_t ball) {
      ball_.store(ball);
      ball_.notify_one();
    }
    void play_first(ping_pong_score& score) {
      while (const std::optional<ping_pong_match> match = serves_.take()) {
        std::int64_t ball = match->ball;
        for (std::int64_t i = 0; i < match->rounds; ++i) {
          const std::int64_t hit = score.hit(0, ball);
          hand_on(hit);
          for (ball = hit; ball == hit; ball = ball_.load()) ball_.wait(hit);
        }
        over_.put(ball);
      }
      hand_on(closed);
    }
    void play_second(ping_pong_score& score) {
      for (std::int64_t ball = ball_.load(); ball != closed; ball = ball_.load()) {
        if (ball % 2 != 0) {
          hand_on(score.hit(1, ball));
        } else {
          ball_.wait(ball);
        }
      }
    }

    condition_place<ping_pong_match> serves_;
    condition_place<std::int64_t> over_;
    std::atomic<std::int64_t> ball_{0};
    std::thread first_;
    std::thread second_;
  };
};

}  // namespace tussle::workloads::subjects
