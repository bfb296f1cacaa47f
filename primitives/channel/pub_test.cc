// Which subscribers get which events, and who waits for whom.
#include "primitives/channel/pub.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "primitives/testing/channels_testing.h"
#include "primitives/testing/stage_testing.h"

namespace tussle {
namespace {

using tests::drain;
using tests::drained;
using tests::live_processes;
using tests::pending_puts;
using tests::put_and_close;
using tests::stage;

using ints = std::vector<int>;

int last_digit(int n) { return n % 10; }

TEST(pub, PUB_1_subscribers_get_exactly_the_events_of_their_topics_in_order) {
  stage s;
  const channel<int> source(s.home());
  const pub p(source, &last_digit);
  const channel<int> ones(s.home(), fixed(8));
  const channel<int> twos(s.home(), fixed(8));
  p.sub(1, ones);
  p.sub(2, twos);
  put_and_close(source, {11, 10, 12, 21, 31, 33, 22});

  EXPECT_EQ(drain(s, ones), (drained<int>{{11, 21, 31}, true}));
  EXPECT_EQ(drain(s, twos), (drained<int>{{12, 22}, true}));
  EXPECT_EQ(live_processes(s), 0U);
}

TEST(pub, PUB_1_topics_may_be_words) {
  stage s;
  using event = std::pair<std::string, int>;
  const channel<event> source(s.home());
  const pub p(source, &event::first);
  const channel<event> news(s.home(), fixed(8));
  p.sub("news", news);
  put_and_close<event>(source, {{"news", 1}, {"weather", 2}, {"news", 3}});

  EXPECT_EQ(drain(s, news).elements, (std::vector<event>{{"news", 1}, {"news", 3}}));
}

TEST(pub, PUB_2_two_subscribers_of_a_topic_each_get_every_event) {
  stage s;
  const channel<int> source(s.home());
  const pub p(source, &last_digit);
  const channel<int> a(s.home(), fixed(8));
  const channel<int> b(s.home(), fixed(8));
  p.sub(1, a);
  p.sub(1, b);
  put_and_close(source, {1, 11});

  EXPECT_EQ(drain(s, a), (drained<int>{{1, 11}, true}));
  EXPECT_EQ(drain(s, b), (drained<int>{{1, 11}, true}));
}

TEST(pub, PUB_2_one_subscriber_of_two_topics_gets_both) {
  stage s;
  const channel<int> source(s.home());
  const pub p(source, &last_digit);
  const channel<int> a(s.home());
  p.sub(1, a, false);
  p.sub(2, a, false);
  for (const int event : {1, 2, 3, 11, 12}) {
    s.run_all();
    EXPECT_EQ(source.try_put(event), put_status::accepted);
    EXPECT_EQ(drain(s, a).elements, event == 3 ? ints() : ints{event});
  }
}

TEST(pub, PUB_3_events_without_subscribers_are_dropped) {
  stage s;
  const channel<int> source(s.home());
  const pub p(source, &last_digit);
  const channel<int> a(s.home(), fixed(8));
  p.sub(1, a);
  p.sub(2, a);
  p.unsub(2, a);
  pending_puts<int> puts;
  puts.add(source, {5, 2, 12, 1});

  EXPECT_EQ(drain(s, a).elements, (ints{1}));
  EXPECT_EQ(puts.accepted, 4);
}

TEST(pub, PUB_4_after_unsub_nothing_more_comes) {
  stage s;
  const channel<int> source(s.home());
  const pub p(source, &last_digit);
  const channel<int> a(s.home(), fixed(8));
  const channel<int> b(s.home(), fixed(8));
  p.sub(1, a);
  p.sub(1, b);
  s.run_all();
  EXPECT_EQ(source.try_put(1), put_status::accepted);
  s.run_all();
  p.unsub(1, a);
  EXPECT_EQ(source.try_put(11), put_status::accepted);
  source.close();

  EXPECT_EQ(drain(s, a), (drained<int>{{1}, false}));
  EXPECT_EQ(drain(s, b), (drained<int>{{1, 11}, true}));
}

TEST(pub, PUB_4_unsub_all_of_a_topic_leaves_the_others) {
  stage s;
  const channel<int> source(s.home());
  const pub p(source, &last_digit);
  const channel<int> a(s.home(), fixed(8));
  const channel<int> b(s.home(), fixed(8));
  p.sub(1, a);
  p.sub(2, b);
  s.run_all();
  p.unsub_all(1);
  s.run_all();
  EXPECT_EQ(live_processes(s), 2U) << "the topic's process has ended";
  put_and_close(source, {1, 2});

  EXPECT_EQ(drain(s, a), (drained<int>{{}, false})) << "nor is it closed";
  EXPECT_EQ(drain(s, b), (drained<int>{{2}, true}));
}

TEST(pub, PUB_4_unsub_all_is_for_all_topics_and_they_can_come_again) {
  stage s;
  const channel<int> source(s.home());
  const pub p(source, &last_digit);
  const channel<int> a(s.home(), fixed(8));
  p.sub(1, a);
  p.sub(2, a);
  p.unsub_all();
  s.run_all();
  EXPECT_EQ(live_processes(s), 1U);
  p.sub(2, a);
  put_and_close(source, {1, 2});

  EXPECT_EQ(drain(s, a), (drained<int>{{2}, true}));
}

TEST(pub, PUB_5_the_end_of_the_source_closes_those_that_are_to_be_closed) {
  stage s;
  const channel<int> source(s.home());
  const pub p(source, &last_digit);
  const channel<int> closed(s.home());
  const channel<int> open(s.home());
  const channel<int> open_and_first(s.home());
  const channel<int> late(s.home());
  p.sub(1, closed);
  p.sub(1, open, false);
  p.sub(2, open_and_first, false);
  source.close();
  s.run_all();
  p.sub(1, late);
  s.run_all();

  EXPECT_TRUE(closed.is_closed());
  EXPECT_FALSE(open.is_closed());
  EXPECT_FALSE(open_and_first.is_closed());
  EXPECT_FALSE(late.is_closed()) << "it came after the end";
  EXPECT_EQ(live_processes(s), 0U);
}

TEST(pub, PUB_6_a_slow_subscriber_holds_up_the_pub_one_event_later) {
  stage s;
  const channel<int> source(s.home());
  const pub p(source, &last_digit);
  const channel<int> slow(s.home());
  const channel<int> other(s.home(), fixed(8));
  p.sub(1, slow);
  p.sub(2, other);
  pending_puts<int> puts;
  puts.add(source, {1, 2, 11, 12, 21, 22});

  EXPECT_EQ(drain(s, other).elements, (ints{2}));
  EXPECT_EQ(puts.accepted, 3) << "11 cannot go on";
  EXPECT_EQ(slow.take(), 1);
  EXPECT_EQ(drain(s, other).elements, (ints{12}));
  EXPECT_EQ(puts.accepted, 5);
}

TEST(pub, PUB_6_with_a_buffer_that_drops_it_does_not) {
  stage s;
  const channel<int> source(s.home());
  const pub p(source, &last_digit);
  const channel<int> slow(s.home(), sliding(1));
  const channel<int> other(s.home(), fixed(8));
  p.sub(1, slow);
  p.sub(2, other);
  put_and_close(source, {1, 2, 11, 12, 21, 22});

  EXPECT_EQ(drain(s, other), (drained<int>{{2, 12, 22}, true}));
  EXPECT_EQ(drain(s, slow), (drained<int>{{21}, true}));
}

TEST(pub, PUB_6_nor_where_the_topic_has_one) {
  stage s;
  const channel<int> source(s.home());
  const pub p(source, &last_digit,
              [](int topic) { return topic == 1 ? sliding(1) : buffer(); });
  const channel<int> slow(s.home());
  const channel<int> other(s.home(), fixed(8));
  p.sub(1, slow);
  p.sub(2, other);
  put_and_close(source, {1, 2, 11, 12, 21, 22});

  EXPECT_EQ(drain(s, other).elements, (ints{2, 12, 22}));
  EXPECT_EQ(drain(s, slow), (drained<int>{{1, 21}, true})) << "the last one waited";
}

TEST(pub, PUB_6_who_has_left_holds_up_nobody_once_its_put_is_taken) {
  stage s;
  const channel<int> source(s.home());
  const pub p(source, &last_digit);
  const channel<int> slow(s.home());
  const channel<int> other(s.home(), fixed(8));
  p.sub(1, slow);
  p.sub(2, other);
  put_and_close(source, {1, 11, 21, 2});
  s.run_all();
  p.unsub(1, slow);
  EXPECT_EQ(drain(s, other).elements, ints()) << "the put is not taken back";

  EXPECT_EQ(slow.take(), 1);
  EXPECT_EQ(drain(s, other), (drained<int>{{2}, true}));
  EXPECT_EQ(slow.try_take().status, take_status::empty);
}

TEST(pub, PUB_7_a_topic_function_that_throws_ends_the_pub) {
  stage s;
  const channel<int> source(s.home());
  const pub p(source, [](int n) { return n != 3 ? n : throw std::runtime_error("3"); });
  const channel<int> ones(s.home(), fixed(8));
  p.sub(1, ones);
  pending_puts<int> puts;
  puts.add(source, {1, 3, 1, 1});

  EXPECT_EQ(drain(s, ones), (drained<int>{{1}, true})) << "subscribers are told";
  EXPECT_EQ(puts.accepted, 2) << "later events are not taken";
  ASSERT_EQ(s.uncaught.size(), 1U);
  EXPECT_THROW(std::rethrow_exception(s.uncaught[0]), std::runtime_error);
  EXPECT_EQ(live_processes(s), 0U);
}

// An event that cannot be copied where it says so.
struct fragile {
  int topic;
  bool breaks = false;
  fragile(int of, bool is_broken) : topic(of), breaks(is_broken) {}
  fragile(fragile&&) noexcept = default;
  fragile& operator=(fragile&&) noexcept = default;
  fragile(const fragile& other) : topic(other.topic), breaks(other.breaks) {
    if (breaks) throw std::runtime_error("a copy");
  }
  fragile& operator=(const fragile&) = delete;
  ~fragile() = default;
};

// With and without an event behind it, at which the pub waits by then.
TEST(pub, PUB_7_an_event_that_cannot_be_copied_ends_the_pub_and_subscribers_are_told) {
  for (const bool more_of_it : {false, true}) {
    stage s;
    const channel<fragile> source(s.home());
    const pub p(source, &fragile::topic);
    const channel<fragile> a(s.home(), fixed(8));
    const channel<fragile> b(s.home(), fixed(8));
    const channel<fragile> other(s.home(), fixed(30));
    p.sub(1, a);
    p.sub(1, b);
    p.sub(2, other);
    s.run_all();  // all wait for events
    int accepted = 0;
    const auto put = [&](int topic, bool breaks) {
      source.put_then(fragile(topic, breaks),
                      [&](bool done) { accepted += done ? 1 : 0; });
    };
    put(1, true);
    if (more_of_it) put(1, false);
    for (int i = 0; i < 30; ++i) put(2, false);
    s.run_all();

    EXPECT_EQ(a.try_take().status, take_status::closed);
    EXPECT_EQ(b.try_take().status, take_status::closed);
    while (other.try_take().value) continue;
    EXPECT_EQ(other.try_take().status, take_status::closed);
    EXPECT_EQ(live_processes(s), 0U);
    ASSERT_EQ(s.uncaught.size(), 1U);
    EXPECT_THROW(std::rethrow_exception(s.uncaught[0]), std::runtime_error);
    EXPECT_LT(accepted, 15) << "later events are not taken";
  }
}

// Subscribes, takes three, goes; what it saw has no gap.
void visit(runtime& on, const pub<int, int>& p, int topic, bool all) {
  const channel<int> mine(on, fixed(16));
  p.sub(topic, mine);
  ints seen;
  for (int i = 0; i < 3; ++i) seen.push_back(mine.take().value());
  all ? p.unsub_all(topic) : p.unsub(topic, mine);
  mine.close();
  while (const auto more = mine.take()) seen.push_back(*more);
  EXPECT_EQ(seen[0] % 2, topic);
  for (std::size_t i = 1; i < seen.size(); ++i) EXPECT_EQ(seen[i], seen[i - 1] + 2);
}

TEST(pub, PUB_4_in_traffic_who_comes_and_goes_sees_all_in_between) {
  runtime on;
  const channel<int> source(on);
  const pub p(source, [](int n) { return n % 2; });
  std::atomic<int> visiting{3};
  std::vector<std::thread> visitors;
  visitors.reserve(3);
  for (const int topic : {0, 1, 1})
    visitors.emplace_back([&, topic] {
      for (int i = 0; i < 20; ++i) visit(on, p, topic, topic == 0 && i % 4 == 3);
      visiting.fetch_sub(1);
    });
  for (int event = 0; visiting.load() > 0; ++event) EXPECT_TRUE(source.put(event));
  source.close();
  for (std::thread& each : visitors) each.join();
}

}  // namespace
}  // namespace tussle
