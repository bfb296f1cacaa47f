// buses.h (subjects): events by topic, for those who have subscribed.
//
// pub_bus:    a channel and tussle::pub; a go block for each subscriber.
// locked_bus: lists of subscribers behind a lock, each with a bounded queue and a thread.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "harness/case/case_info.h"
#include "primitives/channel/channel.h"
#include "primitives/channel/go.h"
#include "primitives/channel/pub.h"
#include "primitives/sync/schedule_point.h"
#include "primitives/task/runtime.h"
#include "workloads/use_cases/event_bus.h"

namespace tussle::workloads::subjects {

// How many events may wait for a subscriber before the publisher does.
inline constexpr std::size_t subscriber_room = 64;

struct pub_bus {
  static harness::subject_info info() {
    return {
        .name = "pub_bus",
        .kind = harness::subject_kind::ours,
        .description = "tussle::pub, with a channel and a go block for each subscriber.",
        .source = "workloads/subjects/buses.h"};
  }

  class bus {
    using event = use_cases::event;

   public:
    bus(runtime& on, std::int64_t /*topics*/)
        : on_(on),
          events_(on, fixed(subscriber_room)),
          pub_(events_, [](const event& e) { return e.topic; }) {}
    ~bus() { finish(); }
    bus(const bus&) = delete;
    bus& operator=(const bus&) = delete;

    void publish(const event& one) { static_cast<void>(events_.put(one)); }

    std::size_t subscribe(std::int64_t topic, use_cases::inbox& to) {
      channel<event> mine(on_, fixed(subscriber_room));
      pub_.sub(topic, mine);
      const std::lock_guard held(lock_);
      ends_.push_back(go(on_, &receive_all, mine, &to));
      subscribers_.push_back(std::move(mine));
      return subscribers_.size() - 1;
    }
    void unsubscribe(std::int64_t topic, std::size_t who) {
      channel<event> mine = [&] {
        const std::lock_guard held(lock_);
        return subscribers_[who];
      }();
      pub_.unsub(topic, mine);
      mine.close();
    }
    void subscribe_latest(std::int64_t topic, use_cases::inbox& to, std::size_t count) {
      const channel<event> mine(on_, sliding(count));
      pub_.sub(topic, mine);
      late_.emplace_back(mine, &to);
    }

    // The pub closes all subscribers' channels when the last event has been handed on.
    void finish() {
      events_.close();
      for (const channel<std::monostate>& each : ends_) static_cast<void>(each.take());
      for (const auto& [from, to] : std::exchange(late_, {})) {
        static_cast<void>(go(on_, &receive_all, from, to).take());
      }
    }

   private:
    static go_block<void> receive_all(channel<event> from, use_cases::inbox* to) {
      while (const std::optional<event> one = co_await from.async_take())
        to->receive(*one);
      to->end();
    }

    runtime& on_;
    channel<event> events_;
    pub<event, std::int64_t> pub_;
    std::mutex lock_;
    std::vector<channel<event>> subscribers_;
    std::vector<channel<std::monostate>> ends_;
    std::vector<std::pair<channel<event>, use_cases::inbox*>> late_;
  };
};

// A subscriber of locked_bus and of what is planted: a bounded queue and a thread.
class threaded_subscriber {
 public:
  explicit threaded_subscriber(use_cases::inbox& to)
      : thread_([this, &to] {
          while (const std::optional<use_cases::event> one = take()) {
            sync::schedule_point("threaded_subscriber.before_receive");
            to.receive(*one);
          }
          to.end();
        }) {}
  ~threaded_subscriber() { close(); }
  threaded_subscriber(const threaded_subscriber&) = delete;
  threaded_subscriber& operator=(const threaded_subscriber&) = delete;

  // Waits for room. After close() it does nothing.
  void put(const use_cases::event& one) {
    std::unique_lock held(lock_);
    changed_.wait(held, [this] { return closed_ || events_.size() < subscriber_room; });
    if (closed_) return;
    events_.push_back(one);
    changed_.notify_all();
  }
  // False: it has no room.
  bool try_put(const use_cases::event& one) {
    const std::lock_guard held(lock_);
    if (closed_ || events_.size() >= subscriber_room) return false;
    events_.push_back(one);
    changed_.notify_all();
    return true;
  }
  void close() {
    const std::lock_guard held(lock_);
    closed_ = true;
    changed_.notify_all();
  }

 private:
  std::optional<use_cases::event> take() {
    std::unique_lock held(lock_);
    changed_.wait(held, [this] { return closed_ || !events_.empty(); });
    if (events_.empty()) return std::nullopt;
    const use_cases::event first = events_.front();
    events_.pop_front();
    changed_.notify_all();
    return first;
  }

  std::mutex lock_;
  std::condition_variable changed_;
  std::deque<use_cases::event> events_;
  bool closed_ = false;
  std::jthread thread_;
};

struct locked_bus {
  static harness::subject_info info() {
    return {.name = "locked_bus",
            .kind = harness::subject_kind::baseline,
            .description =
                "A list of subscribers for each topic behind a std::mutex; each has a "
                "bounded queue and a thread.",
            .source = "workloads/subjects/buses.h"};
  }

  class bus {
   public:
    bus(runtime& /*on*/, std::int64_t topics)
        : topics_(static_cast<std::size_t>(topics)) {}
    ~bus() { finish(); }
    bus(const bus&) = delete;
    bus& operator=(const bus&) = delete;

    // The list is copied: nobody is called, and nobody waited for, under the lock.
    void publish(const use_cases::event& one) {
      for (const auto& each : subscribers_now(one)) each->put(one);
    }
    std::size_t subscribe(std::int64_t number, use_cases::inbox& to) {
      auto made = std::make_shared<threaded_subscriber>(to);
      std::size_t who = 0;
      {
        const std::lock_guard held(lock_);
        all_.push_back(made);
        who = all_.size() - 1;
      }
      topic& at = topic_of(number);
      const std::lock_guard held(at.lock);
      at.subscribers.push_back(std::move(made));
      return who;
    }
    void unsubscribe(std::int64_t number, std::size_t who) {
      std::shared_ptr<threaded_subscriber> gone;
      {
        const std::lock_guard held(lock_);
        gone = all_[who];
      }
      topic& at = topic_of(number);
      {
        const std::lock_guard held(at.lock);
        std::erase(at.subscribers, gone);
      }
      gone->close();
    }
    void subscribe_latest(std::int64_t number, use_cases::inbox& to, std::size_t count) {
      topic_of(number).late.push_back({&to, count, {}});
    }
    void finish() {
      for (const auto& each : all_) each->close();
      for (topic& each : topics_) each.subscribers.clear();
      all_.clear();  // joins
      for (topic& each : topics_) {
        for (const latest& one : each.late) one.tell();
        each.late.clear();
      }
    }

   protected:
    std::vector<std::shared_ptr<threaded_subscriber>> subscribers_now(
        const use_cases::event& one) {
      topic& at = topic_of(one.topic);
      const std::lock_guard held(at.lock);
      for (latest& each : at.late) each.keep(one);
      return at.subscribers;
    }

   private:
    struct latest {
      use_cases::inbox* to;
      std::size_t count;
      std::deque<use_cases::event> events;

      void keep(const use_cases::event& one) {
        events.push_back(one);
        if (events.size() > count) events.pop_front();
      }
      void tell() const {
        for (const use_cases::event& each : events) to->receive(each);
        to->end();
      }
    };
    struct topic {
      std::mutex lock;
      std::vector<std::shared_ptr<threaded_subscriber>> subscribers;
      std::vector<latest> late;
    };

    topic& topic_of(std::int64_t number) {
      return topics_[static_cast<std::size_t>(number)];
    }

    std::deque<topic> topics_;
    std::mutex lock_;
    std::vector<std::shared_ptr<threaded_subscriber>> all_;
  };
};

}  // namespace tussle::workloads::subjects
