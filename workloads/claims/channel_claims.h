// channel_claims.h: what is taught of channels and of what is made of them; templates of what
// plays the part, as atom_claims.h.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <optional>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "harness/claims/claim.h"
#include "primitives/channel/channel.h"
#include "primitives/channel/folds.h"
#include "primitives/channel/go.h"
#include "primitives/channel/pipeline.h"
#include "primitives/channel/pub.h"
#include "primitives/task/runtime.h"
#include "workloads/claims/gate.h"

namespace tussle::workloads::claims {

using tussle::claims::evidence;
using tussle::claims::verdict;

// A thousand are put while nobody takes, and one is offered. Then all are taken.
template <typename Channel>
evidence put_without_waiting() {
  constexpr int puts = 1000;
  const Channel line;
  std::atomic<int> accepted{0};
  gate all_put;
  double longest = 0;
  bool turned_away = false;
  std::thread putter([&] {
    for (int i = 0; i < puts; ++i) {
      const auto begun = std::chrono::steady_clock::now();
      line.put_then(i, [&](bool is_in) { accepted.fetch_add(is_in ? 1 : 0); });
      longest = std::max(longest, seconds_since(begun));
    }
    turned_away = line.try_put(puts) == put_status::would_wait;
    all_put.open();
  });
  const bool returned = all_put.passes_within(long_enough);
  const int accepted_before = accepted.load();
  int in_order = 0;
  for (int i = 0; i < puts; ++i) in_order += line.take() == i ? 1 : 0;
  putter.join();
  const bool holds = returned && turned_away && accepted_before == 0 &&
                     in_order == puts && accepted.load() == puts;
  return {holds ? verdict::supported : verdict::refuted,
          holds
              ? "all puts returned while nobody took, an offer was turned away, and all "
                "elements came in order"
              : "a put waited for who takes, or elements were lost",
          {{"puts while nobody took", puts * 1.0},
           {"accepted by then", accepted_before * 1.0},
           {"the longest", longest * 1e6, "µs"},
           {"taken in order", in_order * 1.0},
           {"accepted in the end", accepted.load() * 1.0}}};
}

// Bodies of a pipeline come in waves of n: those of one wave wait for each other inside, and
// end in reverse order.
template <int n, int waves>
class wave_bodies {
 public:
  static constexpr int count = n * waves;

  explicit wave_bodies(std::chrono::nanoseconds moment) : moment_(moment) {}

  int operator()(int element) {
    const auto mine = static_cast<std::size_t>(element);
    const int now = inside_.fetch_add(1) + 1;
    int seen = most_.load();
    while (seen < now && !most_.compare_exchange_weak(seen, now)) {
    }
    if (now > n) one_more_.open();
    wait_for_wave(mine / n);
    if (mine == n - 1) one_more_.passes_within(moment_);
    if (mine % n != n - 1) wait_for(ended_[mine + 1]);
    inside_.fetch_sub(1);
    ended_[mine].open();
    return element;
  }

  int most() const { return most_.load(); }
  // Waves whose bodies all were inside together.
  int met() const { return met_.load(); }
  // Somebody waited in vain for another one.
  bool gave_up() const { return gave_up_.load(); }

 private:
  void wait_for_wave(std::size_t which) {
    if (here_[which].fetch_add(1) + 1 == n) {
      if (!gave_up()) met_.fetch_add(1);  // else others have left already
      full_[which].open();
    }
    wait_for(full_[which]);
  }
  // Once in vain, nobody waits any more.
  void wait_for(const gate& one) {
    if (!gave_up() && !one.passes_within(long_enough)) gave_up_.store(true);
  }

  const std::chrono::nanoseconds moment_;
  std::atomic<int> inside_{0};
  std::atomic<int> most_{0};
  std::atomic<int> met_{0};
  std::atomic<bool> gave_up_{false};
  gate one_more_;
  std::array<std::atomic<int>, waves> here_{};
  std::array<gate, waves> full_;
  std::array<gate, count> ended_;
};

// `Pipeline::run(n, to, f, from)`: f(element) for all of `from`, n at once, into `to`, which
// it closes. While the first n stand still inside, one more has a moment to come.
template <typename Pipeline>
evidence pipeline_keeps_order(std::chrono::nanoseconds moment) {
  constexpr int n = 4;
  constexpr int waves = 25;
  using bodies = wave_bodies<n, waves>;
  bodies all(moment);
  std::vector<int> elements(bodies::count);
  for (std::size_t i = 0; i < elements.size(); ++i) elements[i] = static_cast<int>(i);
  runtime on;
  const channel<int> from(on);
  const channel<int> to(on);
  Pipeline::run(
      n, to, [&all](int element) { return all(element); }, from);
  onto_channel(from, elements);
  int came = 0;
  int in_order = 0;
  while (const std::optional<int> each = to.take()) in_order += *each == came++ ? 1 : 0;
  const bool ordered = came == bodies::count && in_order == came;
  const bool holds = ordered && all.most() == n && all.met() == waves && !all.gave_up();
  return {holds ? verdict::supported : verdict::refuted,
          holds ? "four were inside at once and never five, they ended in reverse order, "
                  "and came out in the order that they went in"
                : "fewer or more were inside, or they came out in another order",
          {{"elements", came * 1.0},
           {"came out in their place", in_order * 1.0},
           {"inside at once, at most", all.most() * 1.0},
           {"times that all four were inside", all.met() * 1.0}}};
}

// The bodies wait for each other: where they compute, on as many threads as there are cores,
// those of tussle::pipeline must not.
struct threads_pipeline {
  template <typename F>
  static void run(std::size_t n, const channel<int>& to, F f, const channel<int>& from) {
    pipeline_blocking(n, to, xf::map(std::move(f)), from);
  }
};
struct topic_event {
  int topic;
  int number;
};

// A pub in front of the subscribers.
class bus_of_pub {
 public:
  explicit bus_of_pub(runtime& on) : on_(on), events_(on, fixed(100)) {}

  void publish(topic_event one) const { static_cast<void>(events_.put(one)); }
  channel<topic_event> subscribe(int topic) const {
    channel<topic_event> to(on_, fixed(10));
    topics_.sub(topic, to);
    return to;
  }
  void close() const { events_.close(); }

 private:
  runtime& on_;
  channel<topic_event> events_;
  pub<topic_event, int> topics_{events_,
                                [](const topic_event& one) { return one.topic; }};
};

// As it is printed: all take from one channel, and drop what they did not ask for. (There the
// subscriber's channel stays open for ever.)
class bus_as_printed {
 public:
  explicit bus_as_printed(runtime& on) : on_(on), events_(on, fixed(100)) {}

  void publish(topic_event one) const { static_cast<void>(events_.put(one)); }
  channel<topic_event> subscribe(int topic) const {
    channel<topic_event> to(on_, fixed(10));
    go(on_, &pass_on, events_, topic, to);
    return to;
  }
  void close() const { events_.close(); }

 private:
  static go_block<> pass_on(channel<topic_event> events, int topic,
                            channel<topic_event> to) {
    while (const std::optional<topic_event> one = co_await events.async_take())
      if (one->topic == topic) co_await to.async_put(*one);
    to.close();
  }

  runtime& on_;
  channel<topic_event> events_;
};

inline go_block<int> count_in_order(channel<topic_event> from) {
  int heard = 0;
  while (const std::optional<topic_event> one = co_await from.async_take())
    heard += one->number == heard ? 1 : 0;
  co_return heard;
}

// Two subscribers of one topic, and one of another.
template <typename Bus>
evidence every_subscriber_hears() {
  constexpr int events = 1000;
  runtime on;
  const Bus bus(on);
  const std::array heard{go(on, &count_in_order, bus.subscribe(1)),
                         go(on, &count_in_order, bus.subscribe(1)),
                         go(on, &count_in_order, bus.subscribe(2))};
  for (int i = 0; i < events; ++i) {
    bus.publish({1, i});
    bus.publish({2, i});
  }
  bus.close();
  const int first = heard[0].take().value_or(0);
  const int second = heard[1].take().value_or(0);
  const int third = heard[2].take().value_or(0);
  const bool holds = first == events && second == events && third == events;
  return {
      holds ? verdict::supported : verdict::refuted,
      holds ? "both subscribers of a topic, and the one of another, heard all of it in "
              "order"
            : "they take from one channel: an event reaches one of them, who may drop "
              "it",
      {{"events of each topic", events * 1.0},
       {"heard by the first of a topic, from the beginning without a gap", first * 1.0},
       {"by the second", second * 1.0},
       {"by the one of the other topic", third * 1.0}}};
}

inline tussle::claims::claims channel_claims() {
  const char* const here = "workloads/claims/channel_claims.h";
  static constexpr std::chrono::milliseconds moment{50};
  return {
      {.id = "channel.put_without_waiting",
       .statement = "put without waiting does not wait",
       .threshold = "1000 puts on a channel without room return while nobody takes, an "
                    "offer is turned away, and all elements are taken in order then",
       .source = here,
       .expected = verdict::supported,
       .try_it = put_without_waiting<channel<int>>},
      {.id = "pipeline.keeps_order",
       .statement = "a pipeline of n keeps order, and runs n at once",
       .threshold = "of 4, each time 4 are inside together, never 5, they end in reverse "
                    "order and come out in order",
       .source = here,
       .expected = verdict::supported,
       .try_it = [] { return pipeline_keeps_order<threads_pipeline>(moment); }},
      {.id = "event_bus.every_subscriber_hears",
       .statement = "every subscriber of the event bus hears all",
       .threshold =
           "two subscribers of one topic and one of another each hear all events "
           "of theirs, in order",
       .source = here,
       .expected = verdict::supported,
       .try_it = every_subscriber_hears<bus_of_pub>},
      {.id = "event_bus.as_printed",
       .statement = "every subscriber of the event bus hears all, as it is printed",
       .threshold =
           "as event_bus.every_subscriber_hears, with the subscribers taking from "
           "one channel",
       .source = here,
       .expected = verdict::refuted,
       .try_it = every_subscriber_hears<bus_as_printed>},
  };
}

}  // namespace tussle::workloads::claims
