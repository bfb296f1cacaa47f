// one_shot.h: how long does a value take from the thread that has it to those that wait for it?
//
// Question:  what does it cost to hand a value over once, to a thread that waits for it, and
//            to many?
// Invariant: who waits has the value that was delivered in this round; of several deliveries
//            one wins, the others are told so, and change nothing.
// A failure means: a receiver went on without a value, with that of another round, or with one
//            that had lost; or two deliveries won.
//
// Each thread of the team has receivers of its own. A step is one round there and back: the
// thread delivers its number to a fresh one-shot, its receivers have that, and the last of
// them answers by another one-shot. One receiver: ping-pong. Many: all of them are woken.
//
// The first round and every 64th after it is contested: there the sender delivers a second
// value, too, and rivals his own receivers for the answer.
#pragma once

#include <array>
#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "harness/case/case_info.h"
#include "harness/case/conditions.h"
#include "harness/case/verdict.h"
#include "harness/case/worker.h"
#include "primitives/sync/per_thread.h"

namespace tussle::workloads {

template <typename S>
concept one_shot_subject = std::default_initializable<typename S::shot> &&
    requires(typename S::shot shot, std::int64_t value) {
  { shot.deliver(value) } -> std::same_as<bool>;        // whether this one was the first
  { shot.get() } -> std::convertible_to<std::int64_t>;  // waits; by many threads
};

struct one_shot {
  static harness::workload_info info() {
    return {
        .name = "one_shot",
        .question =
            "What does it cost to hand a value over once, to one thread that waits or "
            "to many?",
        .invariant =
            "Who waits has the value of this round, and exactly one delivery wins.",
        .failure =
            "A receiver went on without the value of its round, or two deliveries "
            "won.",
        .role = "one_shot",
        .conditions = {{.name = "receivers",
                        .unit = "threads",
                        .description =
                            "Threads that wait for each value: one (ping-pong), or "
                            "many that are woken.",
                        .default_values = {1, 8},
                        .minimum = 1,
                        .maximum = 64,
                        .drawn_maximum = 4},
                       harness::threads_condition({1, 2})},
        .operations = {"round trip"}};
  }

  template <one_shot_subject Subject>
  class run {
   public:
    explicit run(const harness::conditions& values) {
      groups_.reserve(static_cast<std::size_t>(values.threads()));
      for (int i = 0; i < values.threads(); ++i)
        groups_.push_back(std::make_unique<group>(values.count("receivers")));
    }

    void step(harness::worker& self) {
      groups_[static_cast<std::size_t>(self.index())]->round_trip();
    }

    void settle() {
      for (auto& each : groups_) each->end();
    }

    harness::verdict verify(const harness::tally& /*done*/) const {
      std::int64_t missed = 0;
      std::int64_t answers = 0;
      std::int64_t refused = 0;
      std::int64_t accepted = 0;
      std::int64_t winners = 0;
      std::int64_t contested = 0;
      for (const auto& each : groups_) {
        missed += each->missed.load();
        answers += each->wrong_answers;
        refused += each->refused.load();
        accepted += each->second_accepted;
        winners += each->winners.load();
        contested += each->contested;
      }
      return harness::first_failure(
          {harness::expect_equal("receivers without the value of their round", missed,
                                 "allowed", 0),
           harness::expect_equal("wrong answers", answers, "allowed", 0),
           harness::expect_equal("only deliveries that lost", refused, "allowed", 0),
           harness::expect_equal("second deliveries that won", accepted, "allowed", 0),
           harness::expect_equal("rivals that won", winners, "contested answers",
                                 contested)});
    }

   private:
    using shot = typename Subject::shot;
    static constexpr std::int64_t ends = -1;
    static constexpr std::int64_t contested_every = 64;

    // One thread of the team, and its receivers.
    //
    // Rounds take turns with three exchanges. When one is over, all receivers have left the one
    // before: that is where the round after the next will be, and it is made anew before the
    // next begins, because a receiver goes there as soon as it has what it waited for.
    class alignas(harness::padding) group {
     public:
      explicit group(std::int64_t receivers) : receivers_(receivers) {
        for (std::int64_t i = 1; i <= 2; ++i) make(i);
        threads_.reserve(static_cast<std::size_t>(receivers));
        for (std::int64_t i = 0; i < receivers; ++i)
          threads_.emplace_back([this] { receive(); });
      }
      ~group() { end(); }
      group(const group&) = delete;
      group& operator=(const group&) = delete;

      void round_trip() {
        const std::int64_t round = ++rounds_;
        make(round + 1);
        // (1) release; pairs with (2), for who came here by mistake.
        begun_.store(round, std::memory_order_release);
        exchange& now = at(round);
        if (!now.there->deliver(round)) refused.fetch_add(1);
        if (is_contested(round)) {
          contest(now, round);
        } else {
          wrong_answers += now.back->get() == round ? 0 : 1;
        }
        wait_for_all(now);
      }

      // Ends the receivers. Also where one of them was missed.
      void end() {
        if (threads_.empty()) return;
        ended_.store(true);
        at(rounds_ + 1).there->deliver(ends);
        threads_.clear();  // joins
      }

      std::atomic<std::int64_t> missed{0};
      std::atomic<std::int64_t> refused{0};
      std::atomic<std::int64_t> winners{0};
      std::int64_t wrong_answers = 0;
      std::int64_t second_accepted = 0;
      std::int64_t contested = 0;

     private:
      struct exchange {
        std::optional<shot> there;
        std::optional<shot> back;
        std::atomic<std::int64_t> waiting{0};  // receivers that have not been here
      };

      exchange& at(std::int64_t round) {
        return exchanges_[static_cast<std::size_t>(round) % exchanges_.size()];
      }
      void make(std::int64_t round) {
        exchange& fresh = at(round);
        fresh.there.emplace();
        fresh.back.emplace();
        // Relaxed: the one-shot of the round before publishes it all.
        fresh.waiting.store(receivers_, std::memory_order_relaxed);
      }

      static bool is_contested(std::int64_t round) {
        return round % contested_every == 1;
      }
      // What loses, where it does not win as the answer.
      static std::int64_t rival_of(std::int64_t round) { return -1 - round; }

      void contest(exchange& now, std::int64_t round) {
        ++contested;
        second_accepted += now.there->deliver(rival_of(round)) ? 1 : 0;
        const bool won = now.back->deliver(rival_of(round));
        if (won) winners.fetch_add(1);
        const std::int64_t answer = now.back->get();
        wrong_answers += answer == (won ? rival_of(round) : round) ? 0 : 1;
      }

      // Where the answer is the receivers' they all have been here.
      static void wait_for_all(const exchange& now) {
        // (3) acquire; pairs with (4).
        while (now.waiting.load(std::memory_order_acquire) > 0) sync::yield();
      }

      void receive() {
        for (std::int64_t round = 1;; ++round) {
          exchange& now = at(round);
          const std::int64_t value = now.there->get();
          if (value == ends) return;
          if (value != round) {
            if (!wait_until_begun(round)) return;
            missed.fetch_add(1);
          }
          // (4) acq_rel; pairs with (3), and with itself: the last answers for all.
          if (now.waiting.fetch_sub(1, std::memory_order_acq_rel) == 1)
            answer(now, round);
        }
      }

      void answer(exchange& now, std::int64_t round) {
        const bool won = now.back->deliver(round);
        if (is_contested(round)) {
          winners.fetch_add(won ? 1 : 0);
        } else {
          refused.fetch_add(won ? 0 : 1);
        }
      }

      // Whoever was let go too early must not go where nothing has been made yet. False: there
      // will be no such round.
      bool wait_until_begun(std::int64_t round) const {
        // (2) acquire; pairs with (1).
        while (begun_.load(std::memory_order_acquire) < round) {
          if (ended_.load()) return false;
          sync::yield();
        }
        return true;
      }

      const std::int64_t receivers_;
      std::array<exchange, 3> exchanges_;
      std::int64_t rounds_ = 0;
      std::atomic<std::int64_t> begun_{0};
      std::atomic<bool> ended_{false};
      std::vector<std::jthread> threads_;
    };

    std::vector<std::unique_ptr<group>> groups_;
  };
};

}  // namespace tussle::workloads
