// crowds.h (subjects): processes that wait to be asked.
//
// go_crowd:     a go block and a channel for each.
// thread_crowd: a thread each, with a place for the question, a mutex and a condition variable.
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

struct go_crowd {
  static harness::subject_info info() {
    return {.name = "go_crowd",
            .kind = harness::subject_kind::ours,
            .description = "A go block and a channel for each process.",
            .source = "workloads/subjects/crowds.h"};
  }

  class crowd {
   public:
    crowd(runtime& on, std::int64_t processes, int askers)
        : answered_(static_cast<std::size_t>(processes)) {
      replies_.reserve(static_cast<std::size_t>(askers));
      for (int i = 0; i < askers; ++i) replies_.emplace_back(on);
      questions_.reserve(answered_.size());
      ends_.reserve(answered_.size());
      for (std::size_t i = 0; i < answered_.size(); ++i) {
        questions_.emplace_back(on);
        ends_.push_back(
            go(on, &answer, questions_[i], static_cast<std::int64_t>(i), &answered_[i]));
      }
    }
    ~crowd() { finish(); }
    crowd(const crowd&) = delete;
    crowd& operator=(const crowd&) = delete;

    std::int64_t ask(std::int64_t process, int asker, std::int64_t question) {
      const reply_channel& reply = replies_[static_cast<std::size_t>(asker)];
      static_cast<void>(
          questions_[static_cast<std::size_t>(process)].put({question, &reply}));
      return reply.take().value_or(0);
    }
    void finish() {
      for (const channel<asked>& each : questions_) each.close();
      for (const channel<std::monostate>& each : ends_) static_cast<void>(each.take());
    }
    const std::vector<std::int64_t>& answered() const { return answered_; }

   private:
    using reply_channel = channel<std::int64_t>;
    struct asked {
      std::int64_t question;
      const reply_channel* reply;
    };

    static go_block<void> answer(channel<asked> from, std::int64_t self,
                                 std::int64_t* answered) {
      while (const std::optional<asked> one = co_await from.async_take()) {
        ++*answered;
        static_cast<void>(co_await one->reply->async_put(one->question + self));
      }
    }

    std::vector<std::int64_t> answered_;
    std::vector<reply_channel> replies_;
    std::vector<channel<asked>> questions_;
    std::vector<channel<std::monostate>> ends_;
  };
};

struct thread_crowd {
  static harness::subject_info info() {
    return {.name = "thread_crowd",
            .kind = harness::subject_kind::baseline,
            .description =
                "A thread for each process, with a place for the question, a mutex and a "
                "condition variable.",
            .source = "workloads/subjects/crowds.h"};
  }

  class crowd {
   public:
    crowd(runtime& /*on*/, std::int64_t processes, int askers)
        : answered_(static_cast<std::size_t>(processes)),
          replies_(static_cast<std::size_t>(askers)),
          questions_(answered_.size()) {
      threads_.reserve(answered_.size());
      for (std::size_t i = 0; i < answered_.size(); ++i)
        threads_.emplace_back([this, i] { answer(i); });
    }
    ~crowd() { finish(); }
    crowd(const crowd&) = delete;
    crowd& operator=(const crowd&) = delete;

    std::int64_t ask(std::int64_t process, int asker, std::int64_t question) {
      place<std::int64_t>& reply = replies_[static_cast<std::size_t>(asker)];
      questions_[static_cast<std::size_t>(process)].put({question, &reply});
      return reply.take().value_or(0);
    }
    void finish() {
      for (place<asked>& each : questions_) each.close();
      threads_.clear();  // joins
    }
    const std::vector<std::int64_t>& answered() const { return answered_; }

   private:
    // Room for one, which who puts waits for.
    template <typename T>
    class place {
     public:
      void put(T value) {
        std::unique_lock held(lock_);
        changed_.wait(held, [this] { return !value_; });
        value_ = std::move(value);
        changed_.notify_all();
      }
      std::optional<T> take() {
        std::unique_lock held(lock_);
        changed_.wait(held, [this] { return value_ || closed_; });
        std::optional<T> taken = std::exchange(value_, std::nullopt);
        changed_.notify_all();
        return taken;
      }
      void close() {
        const std::lock_guard held(lock_);
        closed_ = true;
        changed_.notify_all();
      }

     private:
      std::mutex lock_;
      std::condition_variable changed_;
      std::optional<T> value_;
      bool closed_ = false;
    };
    struct asked {
      std::int64_t question;
      place<std::int64_t>* reply;
    };

    void answer(std::size_t self) {
      while (const std::optional<asked> one = questions_[self].take()) {
        ++answered_[self];
        one->reply->put(one->question + static_cast<std::int64_t>(self));
      }
    }

    std::vector<std::int64_t> answered_;
    std::deque<place<std::int64_t>> replies_;
    std::deque<place<asked>> questions_;
    std::vector<std::jthread> threads_;
  };
};

}  // namespace tussle::workloads::subjects
