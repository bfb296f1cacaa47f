// fibers.h (subjects): the channels of Boost.Fiber.
//
// fiber_queue: a buffered_channel between threads. Who takes sleeps; who puts spins, giving his
//              core to others in between.
// fiber_ring:  fibers on a thread of their own, with an unbuffered_channel between any two.
// fiber_pair:  two of them, with one in each direction.
//
// A thread that waits in such a channel must not end before whoever wakes it has returned: the
// waker touches its scheduler once more. So threads of the team never wait in one, and those
// that do end after close() has returned. For the same reason there is no rendezvous of it.
#pragma once

#if defined(TUSSLE_HAS_FIBER)
#include <atomic>
#include <boost/fiber/buffered_channel.hpp>
#include <boost/fiber/fiber.hpp>
#include <boost/fiber/fixedsize_stack.hpp>
#include <boost/fiber/unbuffered_channel.hpp>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>
#endif

#include "harness/case/case_info.h"
#include "primitives/task/runtime.h"
#include "workloads/scenarios/ping_pong.h"

namespace tussle::workloads::subjects {

inline constexpr const char* fibers_need =
    "libboost-fiber-dev, and a build in mode bench: the sanitizers do not know its "
    "stacks";
inline constexpr const char* fibers_not_race_checkable =
    "the distribution's Boost.Fiber is not instrumented, and its stacks are unknown to "
    "ThreadSanitizer";

struct fiber_queue {
  static constexpr const char* needs = fibers_need;

  static harness::subject_info info() {
    return {.name = "fiber_queue",
            .kind = harness::subject_kind::baseline,
            .description =
                "A boost::fibers::buffered_channel between threads, of a power of "
                "two places, one of them empty; who finds no room spins and yields: see "
                "the processor time.",
            .source = "workloads/subjects/fibers.h",
            .not_race_checkable = fibers_not_race_checkable};
  }

#if defined(TUSSLE_HAS_FIBER)
  class queue {
   public:
    explicit queue(std::size_t capacity) : elements_(places_for(capacity)) {}

    bool put(std::int64_t element) {
      using boost::fibers::channel_op_status;
      channel_op_status now = elements_.try_push(element);
      while (now == channel_op_status::full) {
        std::this_thread::yield();
        now = elements_.try_push(element);
      }
      return now == channel_op_status::success;
    }
    std::optional<std::int64_t> take() {
      std::int64_t element = 0;
      if (elements_.pop(element) == boost::fibers::channel_op_status::success)
        return element;
      while (!closed_.load()) std::this_thread::yield();
      return std::nullopt;
    }
    // After the last put.
    void close() {
      elements_.close();
      closed_.store(true);
    }

   private:
    // A power of two, of which one place stays empty.
    static std::size_t places_for(std::size_t capacity) {
      std::size_t places = 2;
      while (2 * places <= capacity + 1) places *= 2;
      return places;
    }

    boost::fibers::buffered_channel<std::int64_t> elements_;
    std::atomic<bool> closed_{false};
  };
#endif
};

#if defined(TUSSLE_HAS_FIBER)
inline constexpr std::size_t fiber_stack_bytes = std::size_t{32} * 1024;

// Where what fibers hand on comes back to the thread that sent it.
class fiber_result {
 public:
  void put(std::int64_t token) {
    const std::lock_guard held(lock_);
    token_ = token;
    there_.notify_one();
  }
  std::int64_t take() {
    std::unique_lock held(lock_);
    there_.wait(held, [this] { return token_.has_value(); });
    const std::int64_t token = *token_;
    token_.reset();
    return token;
  }

 private:
  std::mutex lock_;
  std::condition_variable there_;
  std::optional<std::int64_t> token_;
};
#endif

struct fiber_ring {
  static constexpr const char* needs = fibers_need;

  static harness::subject_info info() {
    return {.name = "fiber_ring",
            .kind = harness::subject_kind::baseline,
            .description =
                "Fibers of Boost.Fiber on one thread, with an unbuffered_channel between "
                "any two.",
            .source = "workloads/subjects/fibers.h",
            .not_race_checkable = fibers_not_race_checkable};
  }

#if defined(TUSSLE_HAS_FIBER)
  class ring {
   public:
    ring(runtime& /*on*/, std::int64_t processes)
        : passed_(static_cast<std::size_t>(processes)),
          between_(passed_.size() - 1),
          thread_([this] { run_all(); }) {}
    ~ring() { finish(); }
    ring(const ring&) = delete;
    ring& operator=(const ring&) = delete;

    // There is one token: it finds room.
    std::int64_t send_round(std::int64_t token) {
      static_cast<void>(first_.try_push(token));
      return last_.take();
    }
    void finish() {
      if (!thread_.joinable()) return;
      first_.close();
      closed_.store(true);
      thread_.join();
    }
    const std::vector<std::int64_t>& passed() const { return passed_; }

   private:
    void run_all() {
      boost::fibers::fixedsize_stack stacks(fiber_stack_bytes);
      std::vector<boost::fibers::fiber> all;
      all.reserve(passed_.size());
      for (std::size_t i = 0; i < passed_.size(); ++i) {
        all.emplace_back(std::allocator_arg, stacks, [this, i] {
          i == 0 ? pass(first_, i) : pass(between_[i - 1], i);
        });
      }
      for (boost::fibers::fiber& each : all) each.join();
      while (!closed_.load()) std::this_thread::yield();
    }

    template <typename From>
    void pass(From& from, std::size_t mine) {
      const bool is_last = mine + 1 == passed_.size();
      std::int64_t token = 0;
      while (from.pop(token) == boost::fibers::channel_op_status::success) {
        ++passed_[mine];
        if (is_last) {
          last_.put(token + 1);
        } else {
          static_cast<void>(between_[mine].push(token + 1));
        }
      }
      if (!is_last) between_[mine].close();
    }

    std::vector<std::int64_t> passed_;
    boost::fibers::buffered_channel<std::int64_t> first_{2};
    std::deque<boost::fibers::unbuffered_channel<std::int64_t>> between_;
    fiber_result last_;
    std::atomic<bool> closed_{false};
    std::thread thread_;
  };
#endif
};

struct fiber_pair {
  static constexpr const char* needs = fibers_need;

  static harness::subject_info info() {
    return {.name = "fiber_pair",
            .kind = harness::subject_kind::baseline,
            .description =
                "Two fibers of Boost.Fiber on one thread, with an unbuffered_channel in "
                "each direction.",
            .source = "workloads/subjects/fibers.h",
            .not_race_checkable = fibers_not_race_checkable};
  }

#if defined(TUSSLE_HAS_FIBER)
  class pair {
   public:
    pair(runtime& /*on*/, ping_pong_score& score)
        : thread_([this, &score] { run_both(score); }) {}
    ~pair() { finish(); }
    pair(const pair&) = delete;
    pair& operator=(const pair&) = delete;

    // There is one match at a time: it finds room.
    std::int64_t play(ping_pong_match match) {
      static_cast<void>(serves_.try_push(match));
      return over_.take();
    }
    void finish() {
      if (!thread_.joinable()) return;
      serves_.close();
      closed_.store(true);
      thread_.join();
    }

   private:
    using status = boost::fibers::channel_op_status;

    void run_both(ping_pong_score& score) {
      boost::fibers::fixedsize_stack stacks(fiber_stack_bytes);
      boost::fibers::fiber first(std::allocator_arg, stacks,
                                 [this, &score] { play_first(score); });
      boost::fibers::fiber second(std::allocator_arg, stacks, [this, &score] {
        std::int64_t ball = 0;
        while (there_.pop(ball) == status::success)
          static_cast<void>(back_.push(score.hit(1, ball)));
      });
      first.join();
      second.join();
      while (!closed_.load()) std::this_thread::yield();
    }
    void play_first(ping_pong_score& score) {
      ping_pong_match match{};
      while (serves_.pop(match) == status::success) {
        for (std::int64_t i = 0; i < match.rounds; ++i) {
          static_cast<void>(there_.push(score.hit(0, match.ball)));
          static_cast<void>(back_.pop(match.ball));
        }
        over_.put(match.ball);
      }
      there_.close();
    }

    boost::fibers::buffered_channel<ping_pong_match> serves_{2};
    boost::fibers::unbuffered_channel<std::int64_t> there_;
    boost::fibers::unbuffered_channel<std::int64_t> back_;
    fiber_result over_;
    std::atomic<bool> closed_{false};
    std::thread thread_;
  };
#endif
};

}  // namespace tussle::workloads::subjects
