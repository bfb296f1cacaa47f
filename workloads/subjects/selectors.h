// selectors.h (subjects): taking from whichever of several queues has something.
//
// alts_selector:      channels and alts.
// go_selector:        channels, of which go blocks take by async_alts.
// condition_selector: deques, one mutex and one condition variable for what there is, another
//                     for room.
// polling_selector:   a deque and a mutex each; who takes looks at one after the other, and
//                     gives his core to others when all were empty.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "harness/case/case_info.h"
#include "primitives/channel/alts.h"
#include "primitives/channel/channel.h"
#include "primitives/channel/go.h"
#include "primitives/task/runtime.h"

namespace tussle::workloads::subjects {

struct alts_selector {
  static harness::subject_info info() {
    return {.name = "alts_selector",
            .kind = harness::subject_kind::ours,
            .description = "A tussle::channel for each source; alts.",
            .source = "workloads/subjects/selectors.h"};
  }

  class selector {
   public:
    selector(std::size_t sources, std::size_t capacity) {
      sources_.reserve(sources);
      for (std::size_t i = 0; i < sources; ++i) sources_.emplace_back(fixed(capacity));
    }

    void put(std::size_t source, std::int64_t element) {
      static_cast<void>(sources_[source].put(element));
    }
    // A closed source is always ready, with nothing: then all are closed, or will be, and are
    // emptied one after the other.
    std::optional<std::int64_t> take() {
      std::vector<alts_case<std::int64_t>> cases;
      cases.reserve(sources_.size());
      for (const channel<std::int64_t>& each : sources_)
        cases.emplace_back(take_from(each));
      const auto first = alts(cases);
      if (first.value) return first.value;
      for (const channel<std::int64_t>& each : sources_) {
        const std::optional<std::int64_t> left = each.take();
        if (left) return left;
      }
      return std::nullopt;
    }
    void close() {
      for (const channel<std::int64_t>& each : sources_) each.close();
    }

   private:
    std::vector<channel<std::int64_t>> sources_;
  };
};

struct go_selector {
  static harness::subject_info info() {
    return {.name = "go_selector",
            .kind = harness::subject_kind::ours,
            .description =
                "A tussle::channel for each source; consumers are go blocks that await "
                "async_alts.",
            .source = "workloads/subjects/selectors.h"};
  }

  class selector {
    using channels = std::vector<channel<std::int64_t>>;

   public:
    selector(std::size_t sources, std::size_t capacity) {
      sources_.reserve(sources);
      for (std::size_t i = 0; i < sources; ++i)
        sources_.emplace_back(on_, fixed(capacity));
    }

    void put(std::size_t source, std::int64_t element) {
      static_cast<void>(sources_[source].put(element));
    }
    void close() {
      for (const channel<std::int64_t>& each : sources_) each.close();
    }

    // f(element) for each that this consumer takes, until all are closed and empty.
    template <typename F>
    void consume(F f) {
      consumers_.push_back(go(on_, &take_all<F>, sources_, std::move(f)));
    }
    void wait_for_consumers() {
      for (const channel<std::monostate>& each : consumers_)
        static_cast<void>(each.take());
    }

   private:
    // A closed source is always ready, with nothing: then all are closed, or will be.
    template <typename F>
    static go_block<void> take_all(channels sources, F f) {
      std::vector<alts_case<std::int64_t>> cases;
      cases.reserve(sources.size());
      for (const channel<std::int64_t>& each : sources)
        cases.emplace_back(take_from(each));
      for (;;) {
        const auto first = co_await async_alts(cases);
        if (!first.value) break;
        f(*first.value);
      }
      for (const channel<std::int64_t>& each : sources) {
        while (const std::optional<std::int64_t> left = co_await each.async_take())
          f(*left);
      }
    }

    runtime on_;
    channels sources_;
    std::vector<channel<std::monostate>> consumers_;
  };
};

struct condition_selector {
  static harness::subject_info info() {
    return {
        .name = "condition_selector",
        .kind = harness::subject_kind::baseline,
        .description =
            "A std::deque for each source, and for all of them one std::mutex and two "
            "condition variables.",
        .source = "workloads/subjects/selectors.h"};
  }

  class selector {
   public:
    selector(std::size_t sources, std::size_t capacity)
        : capacity_(capacity), sources_(sources) {}

    void put(std::size_t source, std::int64_t element) {
      std::unique_lock held(lock_);
      std::deque<std::int64_t>& to = sources_[source];
      room_.wait(held, [&] { return to.size() < capacity_; });
      to.push_back(element);
      ++length_;
      there_.notify_one();
    }
    std::optional<std::int64_t> take() {
      std::unique_lock held(lock_);
      there_.wait(held, [this] { return length_ > 0 || closed_; });
      if (length_ == 0) return std::nullopt;
      while (sources_[next_].empty()) next_ = (next_ + 1) % sources_.size();
      std::deque<std::int64_t>& from = sources_[next_];
      next_ = (next_ + 1) % sources_.size();
      const std::int64_t element = from.front();
      from.pop_front();
      --length_;
      room_.notify_all();  // whoever waits may wait for another source
      return element;
    }
    void close() {
      const std::lock_guard held(lock_);
      closed_ = true;
      there_.notify_all();
    }

   private:
    const std::size_t capacity_;
    std::mutex lock_;
    std::condition_variable there_;
    std::condition_variable room_;
    std::vector<std::deque<std::int64_t>> sources_;
    std::size_t length_ = 0;
    std::size_t next_ = 0;
    bool closed_ = false;
  };
};

struct polling_selector {
  static harness::subject_info info() {
    return {.name = "polling_selector",
            .kind = harness::subject_kind::baseline,
            .description =
                "A std::deque and a std::mutex for each source; who waits looks at one "
                "after the other and yields: see the processor time.",
            .source = "workloads/subjects/selectors.h"};
  }

  class selector {
   public:
    selector(std::size_t sources, std::size_t capacity)
        : capacity_(capacity), sources_(sources) {}

    void put(std::size_t source, std::int64_t element) {
      while (!sources_[source].try_put(element, capacity_)) std::this_thread::yield();
    }
    std::optional<std::int64_t> take() {
      for (;;) {
        const bool closed = closed_.load();
        const std::size_t first = next_.fetch_add(1);
        for (std::size_t i = 0; i < sources_.size(); ++i) {
          const auto element = sources_[(first + i) % sources_.size()].try_take();
          if (element) return element;
        }
        if (closed) return std::nullopt;
        std::this_thread::yield();
      }
    }
    void close() { closed_.store(true); }

   protected:
    class place {
     public:
      bool try_put(std::int64_t element, std::size_t capacity) {
        const std::lock_guard held(lock_);
        if (elements_.size() >= capacity) return false;
        elements_.push_back(element);
        return true;
      }
      std::optional<std::int64_t> try_take() {
        const std::lock_guard held(lock_);
        if (elements_.empty()) return std::nullopt;
        const std::int64_t element = elements_.front();
        elements_.pop_front();
        return element;
      }

     private:
      std::mutex lock_;
      std::deque<std::int64_t> elements_;
    };

    const std::size_t capacity_;
    std::deque<place> sources_;
    std::atomic<std::size_t> next_{0};
    std::atomic<bool> closed_{false};
  };
};

}  // namespace tussle::workloads::subjects
