// pipelines.h (subjects): items through two stages of workers, in order.
//
// channel_pipeline: tussle::pipeline and tussle::pipeline_blocking between three channels.
// thread_pipeline:  threads, bounded queues of mutexes and condition variables, and a place for
//                   what is done before its turn.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "harness/case/case_info.h"
#include "primitives/channel/channel.h"
#include "primitives/channel/connectors.h"
#include "primitives/channel/go.h"
#include "primitives/channel/pipeline.h"
#include "primitives/channel/transducer.h"
#include "primitives/task/runtime.h"
#include "workloads/subjects/queues.h"
#include "workloads/use_cases/staged_pipeline.h"

namespace tussle::workloads::subjects {

struct channel_pipeline {
  static harness::subject_info info() {
    return {.name = "channel_pipeline",
            .kind = harness::subject_kind::ours,
            .description = "tussle::pipeline, then tussle::pipeline_blocking.",
            .source = "workloads/subjects/pipelines.h"};
  }

  class line {
   public:
    line(runtime& on, const use_cases::pipeline_plan& plan,
         use_cases::pipeline_ledger& ledger)
        : raw_(on, fixed(plan.room)) {
      const channel<std::int64_t> transformed(on, fixed(plan.room));
      const channel<std::int64_t> saved(on);
      const auto transform =
          xf::map([&ledger](std::int64_t item) { return ledger.transform(item); }) |
          xf::filter(&std::optional<std::int64_t>::has_value) |
          xf::map([](std::optional<std::int64_t> item) { return *item; });
      const auto save =
          xf::map([&ledger](std::int64_t item) { return ledger.save(item); });
      pipeline(plan.transformers, transformed, transform, raw_, {.handler = &marked});
      // Errors go their own way from here, and are waited for as everything is.
      const auto [errors, good] = split(&is_error, transformed);
      pipeline_blocking(plan.savers, saved, save, good);
      all_saved_ = go(on, &note_saved, saved, &ledger);
      all_failed_ = go(on, &note_failed, errors, &ledger);
    }
    ~line() { finish(); }
    line(const line&) = delete;
    line& operator=(const line&) = delete;

    void put(std::int64_t item) { static_cast<void>(raw_.put(item)); }
    // The source alone: each stage closes the next.
    void finish() {
      raw_.close();
      static_cast<void>(all_saved_.take());
      static_cast<void>(all_failed_.take());
    }

   private:
    // In the place of an item that failed. Items are greater than zero.
    static std::optional<std::int64_t> marked(const std::exception_ptr& error) {
      try {
        std::rethrow_exception(error);
      } catch (const use_cases::item_error& e) {
        return -e.item;
      }
    }
    static bool is_error(std::int64_t item) { return item < 0; }

    static go_block<void> note_saved(channel<std::int64_t> from,
                                     use_cases::pipeline_ledger* ledger) {
      while (const std::optional<std::int64_t> item = co_await from.async_take())
        ledger->saved(*item);
    }
    static go_block<void> note_failed(channel<std::int64_t> from,
                                      use_cases::pipeline_ledger* ledger) {
      while (const std::optional<std::int64_t> item = co_await from.async_take())
        ledger->failed(-*item);
    }

    channel<std::int64_t> raw_;
    channel<std::monostate> all_saved_;
    channel<std::monostate> all_failed_;
  };
};

// Whoever is done before his turn waits for those before him.
class in_turn {
 public:
  // Calls f, in the order of the numbers 0, 1, 2 ..., by one thread at a time.
  template <typename F>
  void go_on(std::int64_t number, F f) {
    std::unique_lock held(lock_);
    turn_.wait(held, [&] { return number == next_; });
    f();
    ++next_;
    turn_.notify_all();
  }

 private:
  std::mutex lock_;
  std::condition_variable turn_;
  std::int64_t next_ = 0;
};

struct thread_pipeline {
  static harness::subject_info info() {
    return {.name = "thread_pipeline",
            .kind = harness::subject_kind::baseline,
            .description =
                "Threads, bounded queues of a mutex and condition variables, and turns "
                "that they wait for.",
            .source = "workloads/subjects/pipelines.h"};
  }

  class line {
   public:
    line(runtime& /*on*/, const use_cases::pipeline_plan& plan,
         use_cases::pipeline_ledger& ledger)
        : ledger_(ledger), raw_(plan.room), transformed_(plan.room) {
      transformers_.reserve(plan.transformers);
      for (std::size_t i = 0; i < plan.transformers; ++i)
        transformers_.emplace_back([this] { transform_all(); });
      savers_.reserve(plan.savers);
      for (std::size_t i = 0; i < plan.savers; ++i)
        savers_.emplace_back([this] { save_all(); });
    }
    ~line() { finish(); }
    line(const line&) = delete;
    line& operator=(const line&) = delete;

    void put(std::int64_t item) { raw_.put(item); }
    void finish() {
      raw_.close();
      transformers_.clear();  // joins: nobody has anything for the next stage any more
      transformed_.close();
      savers_.clear();
    }

   private:
    // A queue, and the number that an item has in it.
    class numbered {
     public:
      explicit numbered(std::size_t room) : items_(room) {}

      void put(std::int64_t item) { static_cast<void>(items_.put(item)); }
      void close() { items_.close(); }
      // The number is that of the order in which items were taken, which is theirs.
      std::optional<std::pair<std::int64_t, std::int64_t>> take() {
        const std::lock_guard held(one_at_a_time_);
        const std::optional<std::int64_t> item = items_.take();
        if (!item) return std::nullopt;
        return std::pair(taken_++, *item);
      }

     private:
      std::mutex one_at_a_time_;
      condition_queue::queue items_;
      std::int64_t taken_ = 0;
    };

    // A function of its own: g++ 12 has kept what the turn before had put into a variable that
    // an exception leaves as it is.
    std::optional<std::int64_t> transform(std::int64_t item) {
      try {
        return ledger_.transform(item);
      } catch (const use_cases::item_error& e) {
        ledger_.failed(e.item);
        return std::nullopt;
      }
    }
    void transform_all() {
      while (const auto one = raw_.take()) {
        const std::optional<std::int64_t> result = transform(one->second);
        transformed_in_turn_.go_on(one->first, [&] {
          if (result) transformed_.put(*result);
        });
      }
    }
    void save_all() {
      while (const auto one = transformed_.take()) {
        const std::int64_t item = ledger_.save(one->second);
        saved_in_turn_.go_on(one->first, [&] { ledger_.saved(item); });
      }
    }

    use_cases::pipeline_ledger& ledger_;
    numbered raw_;
    numbered transformed_;
    in_turn transformed_in_turn_;
    in_turn saved_in_turn_;
    std::vector<std::jthread> transformers_;
    std::vector<std::jthread> savers_;
  };
};

}  // namespace tussle::workloads::subjects
