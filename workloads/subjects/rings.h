// rings.h (subjects): processes that pass a token on.
//
// go_ring:     go blocks, with a channel without room between any two.
// thread_ring: threads, each with a place for the token, a mutex and a condition variable.
#pragma once

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
#include "primitives/channel/channel.h"
#include "primitives/channel/go.h"
#include "primitives/task/runtime.h"

namespace tussle::workloads::subjects {

struct go_ring {
  static harness::subject_info info() {
    return {.name = "go_ring",
            .kind = harness::subject_kind::ours,
            .description = "Go blocks, with a channel without room between any two.",
            .source = "workloads/subjects/rings.h"};
  }

  class ring {
   public:
    ring(runtime& on, std::int64_t processes)
        : passed_(static_cast<std::size_t>(processes)) {
      places_.reserve(passed_.size() + 1);
      for (std::size_t i = 0; i <= passed_.size(); ++i) places_.emplace_back(on);
      ends_.reserve(passed_.size());
      for (std::size_t i = 0; i < passed_.size(); ++i)
        ends_.push_back(go(on, &pass, places_[i], places_[i + 1], &passed_[i]));
    }
    ~ring() { finish(); }
    ring(const ring&) = delete;
    ring& operator=(const ring&) = delete;

    std::int64_t send_round(std::int64_t token) {
      static_cast<void>(places_.front().put(token));
      return places_.back().take().value_or(0);
    }
    void finish() {
      places_.front().close();
      for (const channel<std::monostate>& each : ends_) static_cast<void>(each.take());
    }
    const std::vector<std::int64_t>& passed() const { return passed_; }

   private:
    static go_block<void> pass(channel<std::int64_t> from, channel<std::int64_t> to,
                               std::int64_t* passed) {
      while (const std::optional<std::int64_t> token = co_await from.async_take()) {
        ++*passed;
        if (!co_await to.async_put(*token + 1)) break;
      }
      to.close();
    }

    std::vector<std::int64_t> passed_;
    std::vector<channel<std::int64_t>> places_;
    std::vector<channel<std::monostate>> ends_;
  };
};

struct thread_ring {
  static harness::subject_info info() {
    return {.name = "thread_ring",
            .kind = harness::subject_kind::baseline,
            .description =
                "Threads, each with a place for the token, a mutex and a condition "
                "variable.",
            .source = "workloads/subjects/rings.h"};
  }

  class ring {
   public:
    ring(runtime& /*on*/, std::int64_t processes)
        : passed_(static_cast<std::size_t>(processes)), places_(passed_.size() + 1) {
      threads_.reserve(passed_.size());
      for (std::size_t i = 0; i < passed_.size(); ++i)
        threads_.emplace_back(
            [this, i] { pass(places_[i], places_[i + 1], passed_[i]); });
    }
    ~ring() { finish(); }
    ring(const ring&) = delete;
    ring& operator=(const ring&) = delete;

    std::int64_t send_round(std::int64_t token) {
      places_.front().put(token);
      return places_.back().take().value_or(0);
    }
    void finish() {
      places_.front().close();
      threads_.clear();  // joins
    }
    const std::vector<std::int64_t>& passed() const { return passed_; }

   private:
    class place {
     public:
      void put(std::int64_t token) {
        const std::lock_guard held(lock_);
        token_ = token;
        changed_.notify_one();
      }
      std::optional<std::int64_t> take() {
        std::unique_lock held(lock_);
        changed_.wait(held, [this] { return token_ || closed_; });
        return std::exchange(token_, std::nullopt);
      }
      void close() {
        const std::lock_guard held(lock_);
        closed_ = true;
        changed_.notify_one();
      }

     private:
      std::mutex lock_;
      std::condition_variable changed_;
      std::optional<std::int64_t> token_;
      bool closed_ = false;
    };

    static void pass(place& from, place& to, std::int64_t& passed) {
      while (const std::optional<std::int64_t> token = from.take()) {
        ++passed;
        to.put(*token + 1);
      }
      to.close();
    }

    std::vector<std::int64_t> passed_;
    std::deque<place> places_;
    std::vector<std::jthread> threads_;
  };
};

}  // namespace tussle::workloads::subjects
