// queues.h (subjects): bounded queues between threads.
//
// channel_queue:   a channel, of which threads put and take.
// go_queue:        a channel that go blocks take from; producers are threads.
// all_go_queue:    a channel that go blocks put into and take from.
// condition_queue: a deque, a mutex and two condition variables.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "harness/case/case_info.h"
#include "primitives/channel/channel.h"
#include "primitives/channel/go.h"
#include "primitives/task/runtime.h"

namespace tussle::workloads::subjects {

inline buffer room_for(std::size_t capacity) {
  return capacity == 0 ? buffer() : fixed(capacity);
}

struct channel_queue {
  static constexpr bool may_have_no_room = true;
  static constexpr bool may_be_closed_by_others = true;

  static harness::subject_info info() {
    return {.name = "channel_queue",
            .kind = harness::subject_kind::ours,
            .description = "A tussle::channel; put and take block.",
            .source = "workloads/subjects/queues.h"};
  }

  class queue {
   public:
    explicit queue(std::size_t capacity) : elements_(room_for(capacity)) {}

    bool put(std::int64_t element) { return elements_.put(element); }
    std::optional<std::int64_t> take() { return elements_.take(); }
    void close() { elements_.close(); }

    // answer(accepted), when it is known; nobody waits for it.
    template <typename F>
    void begin_put(std::int64_t element, F answer) {
      elements_.put_then(element, std::move(answer));
    }

   private:
    channel<std::int64_t> elements_;
  };
};

struct go_queue {
  static constexpr bool may_have_no_room = true;

  static harness::subject_info info() {
    return {.name = "go_queue",
            .kind = harness::subject_kind::ours,
            .description =
                "A tussle::channel; go blocks take from it, without a thread "
                "for each.",
            .source = "workloads/subjects/queues.h"};
  }

  class queue {
   public:
    explicit queue(std::size_t capacity) : elements_(on_, room_for(capacity)) {}

    bool put(std::int64_t element) { return elements_.put(element); }
    std::optional<std::int64_t> take() { return elements_.take(); }
    void close() { elements_.close(); }

    // f(element) for each that this consumer takes, until the queue is closed.
    template <typename F>
    void consume(F f) {
      consumers_.push_back(go(on_, &take_all<F>, elements_, std::move(f)));
    }
    void wait_for_consumers() {
      for (const channel<std::monostate>& each : consumers_)
        static_cast<void>(each.take());
    }

   private:
    template <typename F>
    static go_block<void> take_all(channel<std::int64_t> from, F f) {
      while (const std::optional<std::int64_t> element = co_await from.async_take())
        f(*element);
    }

   protected:  // for those whose producers are go blocks, too
    runtime on_;
    channel<std::int64_t> elements_;

   private:
    std::vector<channel<std::monostate>> consumers_;
  };
};

struct all_go_queue {
  static constexpr bool may_have_no_room = true;

  static harness::subject_info info() {
    return {
        .name = "all_go_queue",
        .kind = harness::subject_kind::ours,
        .description =
            "A tussle::channel; go blocks put into it and take from it. A step allows "
            "one put, a thousand at a time: not to be timed one by one.",
        .source = "workloads/subjects/queues.h"};
  }

  class queue : public go_queue::queue {
   public:
    using go_queue::queue::queue;
    ~queue() { wait_for_producers(); }
    queue(const queue&) = delete;
    queue& operator=(const queue&) = delete;

    // One more producer, of elements next(), who says told(accepted) of each.
    template <typename Next, typename Told>
    void produce(Next next, Told told) {
      allowed_.emplace_back(on_, fixed(1));
      producers_.push_back(go(on_, &put_all<Next, Told>, allowed_.back(), elements_,
                              std::move(next), std::move(told)));
    }
    // So many puts more. Waits while those before the last are not done.
    void allow(std::size_t producer, std::int64_t puts) {
      static_cast<void>(allowed_[producer].put(puts));
    }
    // What was allowed is done first.
    void wait_for_producers() {
      for (const channel<std::int64_t>& each : allowed_) each.close();
      for (const channel<std::monostate>& each : producers_)
        static_cast<void>(each.take());
    }

   private:
    template <typename Next, typename Told>
    static go_block<void> put_all(channel<std::int64_t> allowed, channel<std::int64_t> to,
                                  Next next, Told told) {
      while (const std::optional<std::int64_t> puts = co_await allowed.async_take()) {
        for (std::int64_t i = 0; i < *puts; ++i) {
          const bool accepted = co_await to.async_put(next());
          told(accepted);
        }
      }
    }

    std::vector<channel<std::int64_t>> allowed_;
    std::vector<channel<std::monostate>> producers_;
  };
};

struct condition_queue {
  static constexpr bool may_have_no_room = true;
  static constexpr bool may_be_closed_by_others = true;

  static harness::subject_info info() {
    return {.name = "condition_queue",
            .kind = harness::subject_kind::baseline,
            .description = "A std::deque, a std::mutex and two condition variables.",
            .source = "workloads/subjects/queues.h"};
  }

  class queue {
   public:
    explicit queue(std::size_t capacity) : capacity_(capacity) {}

    bool put(std::int64_t element) {
      std::unique_lock held(lock_);
      // Without room there may be one that waits to be met.
      const std::size_t most = capacity_ == 0 ? 1 : capacity_;
      room_.wait(held, [&] { return closed_ || elements_.size() < most; });
      if (closed_) return false;
      elements_.push_back(element);
      const std::uint64_t mine = ++put_;
      there_.notify_one();
      if (capacity_ > 0) return true;
      met_.wait(held, [&] { return taken_ >= mine; });
      return true;
    }

    std::optional<std::int64_t> take() {
      std::unique_lock held(lock_);
      there_.wait(held, [&] { return closed_ || !elements_.empty(); });
      if (elements_.empty()) return std::nullopt;
      const std::int64_t element = elements_.front();
      elements_.pop_front();
      ++taken_;
      room_.notify_one();
      if (capacity_ == 0) met_.notify_all();
      return element;
    }

    void close() {
      const std::lock_guard held(lock_);
      closed_ = true;
      there_.notify_all();
      room_.notify_all();
    }

   protected:  // for the planted ones
    const std::size_t capacity_;
    std::mutex lock_;
    std::condition_variable there_;
    std::condition_variable room_;
    std::condition_variable met_;
    std::deque<std::int64_t> elements_;
    std::uint64_t put_ = 0;
    std::uint64_t taken_ = 0;
    bool closed_ = false;
  };
};

}  // namespace tussle::workloads::subjects
