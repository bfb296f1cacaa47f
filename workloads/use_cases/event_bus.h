// event_bus.h (UC-13): does everybody get the events that he asked for, and only these?
//
// Question:  what does it cost to publish events by topic to those who have subscribed?
// Invariant: a subscriber gets every event of his topic, in order, and those of no other; one
//            who comes and goes meanwhile gets a run of them without gaps; who wants the
//            latest only, and does not look, holds up nobody and has exactly these at the end;
//            afterwards everybody is told that nothing more comes.
// A failure means: events were lost, came to the wrong one or in another order, or a slow
//            subscriber holds up the others.
//
// The threads of the team publish, each on topics of its own; a step is one event. Each topic
// has `subscribers` that stay, and the first topic one that wants the latest events only. Now
// and then a thread has somebody subscribe to one of its topics, who leaves some events later.
//
// Teaching: one channel that several subscribers take from is no bus: each event goes to one of
// them, and whoever gets one that he did not ask for can only drop it.
#pragma once

#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "harness/case/case_info.h"
#include "harness/case/conditions.h"
#include "harness/case/verdict.h"
#include "harness/case/worker.h"
#include "primitives/task/runtime.h"

namespace tussle::workloads::use_cases {

// Events of a topic are numbered 1, 2, 3 ...
struct event {
  std::int64_t topic;
  std::int64_t number;
};

// What one subscriber has got. Called by one thread at a time.
class inbox {
 public:
  explicit inbox(std::int64_t topic) : topic_(topic) {}

  void receive(const event& one) {
    if (one.topic != topic_) {
      ++foreign_;
      return;
    }
    if (last_ == 0) {
      first_ = one.number;
    } else if (one.number != last_ + 1) {
      ++gaps_;
    }
    last_ = one.number;
  }
  // Nothing more comes.
  void end() { ended_.store(true); }

  std::int64_t first() const { return first_; }  // 0: none
  std::int64_t last() const { return last_; }
  std::int64_t gaps() const { return gaps_; }
  std::int64_t foreign() const { return foreign_; }
  bool ended() const { return ended_.load(); }

 private:
  const std::int64_t topic_;
  std::int64_t first_ = 0;
  std::int64_t last_ = 0;
  std::int64_t gaps_ = 0;
  std::int64_t foreign_ = 0;
  std::atomic<bool> ended_{false};
};

template <typename S>
concept event_bus_subject =
    std::constructible_from<typename S::bus, runtime&, std::int64_t> &&
    requires(typename S::bus bus, std::int64_t topic, const event& one, inbox& to,
             std::size_t count, std::size_t who) {
  // Of so many topics. From any threads at once, events of a topic by one of them; waits where
  // a subscriber has no room.
  bus.publish(one);
  // From then on `to` receives, by one thread at a time, until unsubscribe() or the end. An
  // event that is on its way at that moment may or may not come.
  { bus.subscribe(topic, to) } -> std::same_as<std::size_t>;
  bus.unsubscribe(topic, who);  // and `to` is told the end, later
  // `to` receives the latest `count` events of the topic, when everything is over.
  bus.subscribe_latest(topic, to, count);
  // After the last event: everybody has got what was published, and was told the end.
  bus.finish();
};

struct event_bus {
  static harness::workload_info info() {
    return {
        .name = "event_bus",
        .question =
            "What does it cost to publish events by topic to those who have "
            "subscribed?",
        .invariant =
            "A subscriber gets every event of his topic, in order, and of no other; a "
            "slow one that wants the latest only holds up nobody.",
        .failure =
            "Events were lost, came to the wrong one or in another order, or a slow "
            "subscriber holds up the others.",
        .role = "event_bus",
        .conditions = {{.name = "topics",
                        .unit = "topics",
                        .description = "How many there are; at least one a thread.",
                        .default_values = {4},
                        .minimum = 1,
                        .maximum = 1000,
                        .drawn_maximum = 8},
                       {.name = "subscribers",
                        .unit = "subscribers",
                        .description = "Of each topic, that stay.",
                        .default_values = {1, 4},
                        .minimum = 1,
                        .maximum = 64,
                        .drawn_maximum = 4},
                       harness::threads_condition({1, 2})},
        .operations = {"event"}};
  }

  template <event_bus_subject Subject>
  class run {
   public:
    explicit run(const harness::conditions& values)
        : threads_(static_cast<std::size_t>(values.threads())),
          topics_(static_cast<std::size_t>(values.count("topics") > values.threads()
                                               ? values.count("topics")
                                               : values.threads())),
          published_(topics_),
          latest_(0),
          bus_(on_, static_cast<std::int64_t>(topics_)) {
      for (std::size_t topic = 0; topic < topics_; ++topic) {
        for (std::int64_t i = 0; i < values.count("subscribers"); ++i) {
          inbox& mine = steady_.emplace_back(number(topic));
          steady_topics_.push_back(topic);
          bus_.subscribe(number(topic), mine);
        }
      }
      bus_.subscribe_latest(0, latest_, latest_count);
    }

    void step(harness::worker& self) {
      const auto index = static_cast<std::size_t>(self.index());
      thread_state& mine = threads_[index];
      const std::size_t topic =
          index + self.random() % (topics_ / threads_.size()) * threads_.size();
      if (++mine.events % events_between_visits == 0) change_visitor(mine, topic);
      bus_.publish({number(topic), ++published_[topic].count});
    }

    void settle() { bus_.finish(); }

    harness::verdict verify(const harness::tally& /*done*/) const {
      std::int64_t missed = 0;
      std::int64_t gaps = latest_.gaps();
      std::int64_t foreign = latest_.foreign();
      std::int64_t not_ended = latest_.ended() ? 0 : 1;
      const auto look = [&](const inbox& one) {
        gaps += one.gaps();
        foreign += one.foreign();
        not_ended += one.ended() ? 0 : 1;
      };
      for (std::size_t i = 0; i < steady_.size(); ++i) {
        const std::int64_t count = published_[steady_topics_[i]].count;
        look(steady_[i]);
        const bool all =
            steady_[i].first() == (count == 0 ? 0 : 1) && steady_[i].last() == count;
        missed += all ? 0 : 1;
      }
      for (const thread_state& each : threads_)
        for (const auto& visitor : each.visitors) look(*visitor);
      const std::int64_t count = published_[0].count;
      const std::int64_t first = count > latest_count ? count - latest_count + 1 : 1;
      return harness::first_failure(
          {harness::expect_equal("events that were not asked for", foreign, "allowed", 0),
           harness::expect_equal("gaps and events out of order", gaps, "allowed", 0),
           harness::expect_equal("subscribers that missed the first or last events",
                                 missed, "allowed", 0),
           harness::expect_equal("last of the latest events", latest_.last(), "published",
                                 count),
           harness::expect_equal("first of the latest events",
                                 count == 0 ? first : latest_.first(), "expected", first),
           harness::expect_equal("subscribers that were not told the end", not_ended,
                                 "allowed", 0)});
    }

   private:
    static constexpr std::int64_t events_between_visits = 64;
    static constexpr std::size_t most_visitors = 64;
    static constexpr std::int64_t latest_count = 8;

    struct alignas(harness::padding) thread_state {
      std::int64_t events = 0;
      std::vector<std::unique_ptr<inbox>> visitors;
      bool has_visitor = false;
      std::int64_t visited = 0;
      std::size_t who = 0;
    };
    // By topic; written by the one thread that publishes on it.
    struct alignas(harness::padding) counted_events {
      std::int64_t count = 0;
    };

    static std::int64_t number(std::size_t topic) {
      return static_cast<std::int64_t>(topic);
    }

    // Who is there leaves; then somebody comes.
    void change_visitor(thread_state& mine, std::size_t topic) {
      if (mine.has_visitor) bus_.unsubscribe(mine.visited, mine.who);
      mine.has_visitor = mine.visitors.size() < most_visitors;
      if (!mine.has_visitor) return;
      mine.visited = number(topic);
      mine.visitors.push_back(std::make_unique<inbox>(mine.visited));
      mine.who = bus_.subscribe(mine.visited, *mine.visitors.back());
    }

    std::vector<thread_state> threads_;
    const std::size_t topics_;
    std::vector<counted_events> published_;
    std::deque<inbox> steady_;
    std::vector<std::size_t> steady_topics_;
    inbox latest_;
    runtime on_;
    typename Subject::bus bus_;
  };
};

}  // namespace tussle::workloads::use_cases
