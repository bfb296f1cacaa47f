// publishers.h (subjects): messages by topic, each to all who have subscribed.
//
// pub_publisher:     a channel and tussle::pub; a go block for each subscriber that keeps up, a
//                    thread for a slow one.
// locked_publisher:  lists of subscribers behind a lock, each with a bounded queue of a mutex and
//                    condition variables, and a thread.
// calling_publisher: such lists of functions, that who publishes calls; only slow ones have a
//                    queue and a thread.
#pragma once

#include <algorithm>
#include <atomic>
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
#include "primitives/task/runtime.h"
#include "workloads/scenarios/pub_sub.h"

namespace tussle::workloads::subjects {

struct pub_publisher {
  static harness::subject_info info() {
    return {
        .name = "pub_publisher",
        .kind = harness::subject_kind::ours,
        .description =
            "tussle::pub, with a channel and a go block for each subscriber; slow ones "
            "have a thread.",
        .source = "workloads/subjects/publishers.h"};
  }

  class publisher {
   public:
    publisher(runtime& on, std::size_t /*topics*/)
        : on_(on),
          messages_(on, fixed(messages_that_wait)),
          pub_(messages_, [](const message& one) { return one.topic; }) {}
    ~publisher() { finish(); }
    publisher(const publisher&) = delete;
    publisher& operator=(const publisher&) = delete;

    void publish(const message& one) { static_cast<void>(messages_.put(one)); }

    void subscribe(std::int64_t topic, message_reader& to) {
      const channel<message> mine(on_, fixed(messages_that_wait));
      pub_.sub(topic, mine);
      ends_.push_back(go(on_, &receive_all, mine, &to));
    }
    std::size_t subscribe_slow(std::int64_t topic, message_reader& to, no_room then,
                               std::size_t room) {
      const channel<message> mine(on_, buffer_for(then, room));
      pub_.sub(topic, mine);
      const std::lock_guard held(lock_);
      slow_.emplace_back(mine);
      threads_.emplace_back([mine, &to] {
        while (const std::optional<message> one = mine.take()) to.receive(*one);
        to.end();
      });
      return slow_.size() - 1;
    }
    // A put to him that waits is not taken back: his thread takes what is left.
    void unsubscribe(std::int64_t topic, std::size_t who) {
      const channel<message> mine = [&] {
        const std::lock_guard held(lock_);
        return slow_[who];
      }();
      pub_.unsub(topic, mine);
      mine.close();
    }
    // The pub closes all subscribers' channels when the last message has been handed on.
    void finish() {
      messages_.close();
      for (const channel<std::monostate>& each : ends_) static_cast<void>(each.take());
      threads_.clear();  // joins
    }

   private:
    static buffer buffer_for(no_room then, std::size_t room) {
      if (then == no_room::drops_it) return dropping(room);
      if (then == no_room::drops_oldest) return sliding(room);
      return fixed(room);
    }
    static go_block<void> receive_all(channel<message> from, message_reader* to) {
      while (const std::optional<message> one = co_await from.async_take())
        to->receive(*one);
      to->end();
    }

    runtime& on_;
    channel<message> messages_;
    pub<message, std::int64_t> pub_;
    std::vector<channel<std::monostate>> ends_;
    std::mutex lock_;
    std::vector<channel<message>> slow_;
    std::vector<std::jthread> threads_;
  };
};

// A bounded queue, and a thread that reads from it.
class threaded_reader {
 public:
  threaded_reader(message_reader& to, no_room then, std::size_t room)
      : then_(then), most_(room), thread_([this, &to] {
          while (const std::optional<message> one = take()) to.receive(*one);
          to.end();
        }) {}
  ~threaded_reader() { close(); }
  threaded_reader(const threaded_reader&) = delete;
  threaded_reader& operator=(const threaded_reader&) = delete;

  // Nothing once he has left, which ends the waiting for room.
  void put(const message& one) {
    std::unique_lock held(lock_);
    if (then_ == no_room::waits)
      room_.wait(held, [this] { return has_left_ || has_room(); });
    if (!has_left_) add(one);
  }
  // After the last message: what is there is read yet.
  void close() {
    const std::lock_guard held(lock_);
    closed_ = true;
    there_.notify_all();
  }
  // Nothing more is read.
  void leave() {
    const std::lock_guard held(lock_);
    has_left_ = true;
    there_.notify_all();
    room_.notify_all();
  }

 protected:  // for the planted one
  bool has_room() const { return messages_.size() < most_; }
  // Under the lock.
  void add(const message& one) {
    if (!has_room() && then_ == no_room::drops_it) return;
    if (!has_room()) messages_.pop_front();
    messages_.push_back(one);
    there_.notify_one();
  }

  const no_room then_;
  std::mutex lock_;
  std::condition_variable there_;
  std::condition_variable room_;
  bool closed_ = false;
  bool has_left_ = false;

 private:
  std::optional<message> take() {
    std::unique_lock held(lock_);
    there_.wait(held, [this] { return has_left_ || closed_ || !messages_.empty(); });
    if (has_left_ || messages_.empty()) return std::nullopt;
    const message first = messages_.front();
    messages_.pop_front();
    room_.notify_one();
    return first;
  }

  const std::size_t most_;
  std::deque<message> messages_;
  std::jthread thread_;
};

// Of `Reader`s, and, where `calls`, of functions for those that keep up.
template <typename Reader, bool calls>
class listing_publisher {
 public:
  listing_publisher(runtime& /*on*/, std::size_t topics) : topics_(topics) {}
  ~listing_publisher() { finish(); }
  listing_publisher(const listing_publisher&) = delete;
  listing_publisher& operator=(const listing_publisher&) = delete;

  // The list is held, not locked: nobody is called, and nobody waited for, under the lock.
  void publish(const message& one) {
    const std::shared_ptr<const list> now = topic_of(one.topic).now();
    for (message_reader* each : now->called) each->receive(one);
    for (const std::shared_ptr<Reader>& each : now->queued) each->put(one);
  }
  void subscribe(std::int64_t number, message_reader& to) {
    if constexpr (calls) {
      topic_of(number).change([&](list& all) { all.called.push_back(&to); });
    } else {
      subscribe_slow(number, to, no_room::waits, messages_that_wait);
    }
  }
  std::size_t subscribe_slow(std::int64_t number, message_reader& to, no_room then,
                             std::size_t room) {
    const auto made = std::make_shared<Reader>(to, then, room);
    topic_of(number).change([&](list& all) { all.queued.push_back(made); });
    const std::lock_guard held(lock_);
    all_.push_back(made);
    return all_.size() - 1;
  }
  void unsubscribe(std::int64_t number, std::size_t who) {
    const std::shared_ptr<Reader> gone = [&] {
      const std::lock_guard held(lock_);
      return all_[who];
    }();
    topic_of(number).change([&](list& all) { std::erase(all.queued, gone); });
    gone->leave();
  }
  void finish() {
    for (subscriptions& each : topics_) {
      for (message_reader* called : each.now()->called) called->end();
      each.change([](list& all) { all = {}; });
    }
    for (const auto& each : all_) each->close();
    all_.clear();  // joins
  }

 protected:
  const std::vector<std::shared_ptr<Reader>>& all_readers() const { return all_; }

 private:
  struct list {
    std::vector<message_reader*> called;
    std::vector<std::shared_ptr<Reader>> queued;
  };
  class subscriptions {
   public:
    std::shared_ptr<const list> now() {
      const std::lock_guard held(lock_);
      return subscribers_;
    }
    template <typename F>
    void change(F f) {
      const std::lock_guard held(lock_);
      list changed = *subscribers_;
      f(changed);
      subscribers_ = std::make_shared<const list>(std::move(changed));
    }

   private:
    std::mutex lock_;
    std::shared_ptr<const list> subscribers_ = std::make_shared<const list>();
  };

  subscriptions& topic_of(std::int64_t number) {
    return topics_[static_cast<std::size_t>(number)];
  }

  std::deque<subscriptions> topics_;
  std::mutex lock_;
  std::vector<std::shared_ptr<Reader>> all_;
};

struct locked_publisher {
  static harness::subject_info info() {
    return {.name = "locked_publisher",
            .kind = harness::subject_kind::baseline,
            .description =
                "A list of subscribers for each topic behind a std::mutex; each has a "
                "bounded queue, with condition variables, and a thread.",
            .source = "workloads/subjects/publishers.h"};
  }
  using publisher = listing_publisher<threaded_reader, false>;
};

struct calling_publisher {
  static harness::subject_info info() {
    return {.name = "calling_publisher",
            .kind = harness::subject_kind::baseline,
            .description =
                "A list of functions for each topic behind a std::mutex, which who "
                "publishes calls; slow subscribers have a bounded queue and a thread.",
            .source = "workloads/subjects/publishers.h"};
  }
  using publisher = listing_publisher<threaded_reader, true>;
};

}  // namespace tussle::workloads::subjects
