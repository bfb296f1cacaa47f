// pub_sub.h: what does it cost to tell many what one says, when one of them is slow or leaves?
//
// Question:  what does it cost to publish messages by topic to all who have subscribed, as
//            there are more of them, as one reads slowly, and as some leave?
// Invariant: a subscriber gets every message of his topic, once, in order, and those of no
//            other; a slow one whose buffer drops gets the first messages, as many as it
//            holds, and none twice or out of order; one whose buffer slides gets the last ones,
//            likewise; neither holds up the publishers, nor does one that stands still and is
//            removed; who comes and goes gets messages without gaps; at the end everybody is
//            told that nothing more comes.
// A failure means: messages were lost, came to the wrong one or in another order, or
//            publishers wait for one who is slow, or gone.
//
// The threads of the team publish, each on topics of its own; a step is one message. Each topic
// has `subscribers` that keep up. The first topic has a slow one, too, where there is one: at
// his first message he stands still until more have been published than lie in all buffers, and
// then he needs his time for each. With `leaving`, a thread of the run has subscribers without
// such a buffer come, who stand still at their first message, and removes them when those who
// publish wait for them, or soon will.
#pragma once

#include <algorithm>
#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "harness/case/case_info.h"
#include "harness/case/conditions.h"
#include "harness/case/verdict.h"
#include "harness/case/worker.h"
#include "primitives/task/runtime.h"
#include "workloads/scenarios/message_reader.h"

namespace tussle::workloads {

// What becomes of a message that a subscriber has no room for.
enum class no_room : std::uint8_t { waits, drops_it, drops_oldest };

// Messages that may wait for a subscriber who keeps up; and in front of all, where there is a
// queue.
inline constexpr std::size_t messages_that_wait = 64;

template <typename S>
concept publisher_subject =
    std::constructible_from<typename S::publisher, runtime&, std::size_t> &&
    requires(typename S::publisher bus, std::int64_t topic, const message& one,
             message_reader& to, no_room then, std::size_t room, std::size_t who) {
  // Of so many topics. From any threads at once, messages of a topic by one of them; waits
  // where somebody has no room whose messages wait.
  bus.publish(one);
  // `to` receives, by one thread at a time, what is published from then on.
  bus.subscribe(topic, to);
  // Likewise; but `to` may take long or block in receive().
  { bus.subscribe_slow(topic, to, then, room) } -> std::same_as<std::size_t>;
  // Of a slow one: he may be inside receive(), and is not waited for. What is on its way may or
  // may not come; then he is told the end.
  bus.unsubscribe(topic, who);
  // After the last message, and with nobody standing still: everybody has got what was
  // published, and was told the end.
  bus.finish();
};

struct pub_sub {
  static harness::workload_info info() {
    return {
        .name = "pub_sub",
        .question =
            "What does it cost to publish messages to all who have subscribed, as one of "
            "them reads slowly, and as some leave?",
        .invariant =
            "A subscriber gets every message of his topic, once, in order; a slow one "
            "the "
            "first or the last that his buffer holds; neither he nor one who was removed "
            "holds up the publishers.",
        .failure =
            "Messages were lost, came to the wrong one or in another order, or "
            "publishers "
            "wait for one who is slow, or gone.",
        .role = "publisher",
        .conditions = {{.name = "topics",
                        .unit = "topics",
                        .description = "How many there are; at least one a thread.",
                        .default_values = {1, 16},
                        .minimum = 1,
                        .maximum = 1000,
                        .drawn_maximum = 8},
                       {.name = "subscribers",
                        .unit = "subscribers",
                        .description = "Of each topic, that keep up.",
                        .default_values = {1, 4},
                        .minimum = 1,
                        .maximum = 64,
                        .drawn_maximum = 4},
                       {.name = "slow",
                        .unit = "",
                        .description = "Whose buffer drops what has no room, or slides.",
                        .default_values = {0, 1, 2},
                        .minimum = 0,
                        .maximum = 2,
                        .labels = {"none", "dropping", "sliding"}},
                       {.name = "reading",
                        .unit = "work units",
                        .description = "What a message costs the slow one.",
                        .default_values = {10'000},
                        .minimum = 0,
                        .maximum = 1'000'000,
                        .optional = true,
                        .drawn_maximum = 1000},
                       {.name = "leaving",
                        .unit = "",
                        .description = "Whether some come, stand still and are removed.",
                        .default_values = {0},
                        .minimum = 0,
                        .maximum = 1,
                        .labels = {"no", "yes"},
                        .optional = true},
                       harness::threads_condition({1, 2})},
        .operations = {"message"}};
  }

  template <publisher_subject Subject>
  class run {
   public:
    explicit run(const harness::conditions& values)
        : threads_(static_cast<std::size_t>(values.threads())),
          topics_(static_cast<std::size_t>(values.count("topics") > values.threads()
                                               ? values.count("topics")
                                               : values.threads())),
          published_(topics_),
          bus_(on_, topics_) {
      for (std::size_t topic = 0; topic < topics_; ++topic) {
        for (std::int64_t i = 0; i < values.count("subscribers"); ++i) {
          const auto number = static_cast<std::int64_t>(topic);
          bus_.subscribe(number, steady_.emplace_back(number));
          steady_topics_.push_back(topic);
        }
      }
      if (const std::int64_t slow = values.count("slow"); slow != 0) {
        how_slow_ = slow == 1 ? no_room::drops_it : no_room::drops_oldest;
        slow_.emplace(0, values.count("reading"), message_reader::habit::waits_for_more);
        bus_.subscribe_slow(0, *slow_, how_slow_, slow_room);
      }
      if (values.count("leaving") == 1) comings_ = std::thread([this] { come_and_go(); });
    }
    ~run() {
      if (!over_.load()) settle();
    }
    run(const run&) = delete;
    run& operator=(const run&) = delete;

    void step(harness::worker& self) {
      const auto index = static_cast<std::size_t>(self.index());
      const std::size_t topic = index + self.random() % (topics_ / threads_) * threads_;
      // Relaxed: one thread writes, and the others need no more than about how many.
      std::atomic<std::int64_t>& count = published_[topic].count;
      const std::int64_t number = count.load(std::memory_order_relaxed) + 1;
      count.store(number, std::memory_order_relaxed);
      bus_.publish({static_cast<std::int64_t>(topic), number});
      if (topic == 0 && slow_ && number % messages_between_looks == 0)
        look_at_slow(number);
    }

    void settle() {
      over_.store(true);
      if (slow_) slow_->let_go();
      if (comings_.joinable()) comings_.join();
      bus_.finish();
    }

    harness::verdict verify(const harness::tally& /*done*/) const {
      faults found;
      for (std::size_t i = 0; i < steady_.size(); ++i) {
        const std::int64_t count = published_now(steady_topics_[i]);
        found.look_at(steady_[i]);
        found.gaps += steady_[i].gaps();
        const bool all =
            steady_[i].first() == (count == 0 ? 0 : 1) && steady_[i].last() == count;
        found.missed += all ? 0 : 1;
      }
      for (const auto& each : visitors_) {
        found.look_at(*each);
        found.gaps += each->gaps();
      }
      if (slow_) found.look_at(*slow_);
      return harness::first_failure(
          {harness::expect_equal("messages that were not asked for", found.foreign,
                                 "allowed", 0),
           harness::expect_equal("messages repeated or out of order", found.disordered,
                                 "allowed", 0),
           harness::expect_equal("gaps between messages", found.gaps, "allowed", 0),
           harness::expect_equal("subscribers that missed the first or last messages",
                                 found.missed, "allowed", 0),
           verdict_of_slow(),
           harness::expect_equal("subscribers that were not told the end",
                                 found.not_ended, "allowed", 0),
           harness::expect_equal("times that publishers were held by one who was gone",
                                 held_in_vain(), "allowed", 0)});
    }

   private:
    static constexpr std::size_t slow_room = 8;
    // That the slow one waits for: more than lie in what is before him, and in his own.
    static constexpr std::int64_t more_than_lie_between =
        2 * static_cast<std::int64_t>(messages_that_wait);
    static constexpr std::int64_t messages_between_looks = 16;
    static constexpr std::size_t visitor_room = 4;
    static constexpr std::size_t most_visitors = 64;
    // Of who waits until those who publish do.
    static constexpr int most_looks = 1000;

    // By topic; written by the one thread that publishes on it.
    struct alignas(harness::padding) counted_messages {
      std::atomic<std::int64_t> count{0};
    };
    struct faults {
      void look_at(const message_reader& one) {
        foreign += one.foreign();
        disordered += one.disordered();
        not_ended += one.ended() ? 0 : 1;
      }
      std::int64_t foreign = 0;
      std::int64_t disordered = 0;
      std::int64_t gaps = 0;
      std::int64_t missed = 0;
      std::int64_t not_ended = 0;
    };

    std::int64_t published_now(std::size_t topic) const {
      return published_[topic].count.load(std::memory_order_relaxed);
    }

    void look_at_slow(std::int64_t published) {
      const std::int64_t stands_at = slow_->stands_at();
      if (stands_at != 0 && published > stands_at + more_than_lie_between)
        slow_->let_go();
    }

    // A subscriber who holds up a topic, and is removed when it is.
    void come_and_go() {
      for (std::size_t i = 0; i < most_visitors && !over_.load(); ++i) {
        const std::size_t topic = i % topics_;
        const auto number = static_cast<std::int64_t>(topic);
        message_reader& one = *visitors_.emplace_back(std::make_unique<message_reader>(
            number, 0, message_reader::habit::stands_still));
        const std::size_t who =
            bus_.subscribe_slow(number, one, no_room::waits, visitor_room);
        while (one.stands_at() == 0 && !over_.load()) std::this_thread::yield();
        const std::int64_t held_at =
            one.stands_at() + static_cast<std::int64_t>(visitor_room) + 1;
        for (int looks = 0; looks < most_looks && published_now(topic) < held_at; ++looks)
          std::this_thread::yield();
        bus_.unsubscribe(number, who);
        one.let_go();
      }
    }

    harness::verdict verdict_of_slow() const {
      if (!slow_) return harness::verdict::pass("nobody is slow");
      const std::int64_t count = published_now(0);
      const std::int64_t least = std::min(count, static_cast<std::int64_t>(slow_room));
      const bool drops = how_slow_ == no_room::drops_it;
      const std::int64_t whole =
          drops ? slow_->in_a_row_at_first() : slow_->in_a_row_at_last();
      return harness::first_failure(
          {harness::expect_equal("times that a slow one held up the others",
                                 slow_->waited_in_vain() ? 1 : 0, "allowed", 0),
           drops ? harness::expect_equal("first message of the slow one", slow_->first(),
                                         "published", count == 0 ? 0 : 1)
                 : harness::expect_equal("last message of the slow one", slow_->last(),
                                         "published", count),
           harness::expect_equal(drops ? "of the first messages the slow one lacks"
                                       : "of the last messages the slow one lacks",
                                 std::max<std::int64_t>(0, least - whole), "allowed",
                                 0)});
    }

    std::int64_t held_in_vain() const {
      if constexpr (requires { bus_.held_in_vain(); }) {
        return bus_.held_in_vain();
      } else {
        return 0;
      }
    }

    const std::size_t threads_;
    const std::size_t topics_;
    std::vector<counted_messages> published_;
    std::deque<message_reader> steady_;
    std::vector<std::size_t> steady_topics_;
    std::optional<message_reader> slow_;
    no_room how_slow_ = no_room::waits;
    std::vector<std::unique_ptr<message_reader>> visitors_;
    std::atomic<bool> over_{false};
    runtime on_;
    typename Subject::publisher bus_;
    std::thread comings_;
  };
};

}  // namespace tussle::workloads
