// callers.h (subjects): UC-8 with futures, with std::async, and with threads.
//
// future_calls: all futures first, then their results. With a bound, the window of pmap: one
//               more is started when the oldest has been read.
// async_calls:  std::async, kept until all are started; with a bound, behind a semaphore.
// thread_calls: a few threads that take one request after the other.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <future>
#include <optional>
#include <semaphore>
#include <thread>
#include <vector>

#include "harness/case/case_info.h"
#include "primitives/task/future.h"
#include "primitives/task/pmap.h"
#include "primitives/task/runtime.h"
#include "workloads/use_cases/parallel_calls.h"

namespace tussle::workloads::subjects {

struct future_calls {
  static harness::subject_info info() {
    return {.name = "future_calls",
            .kind = harness::subject_kind::ours,
            .description =
                "A tussle::future for each call; with a bound, in the window of a pmap.",
            .source = "workloads/subjects/callers.h"};
  }

  class calls {
   public:
    explicit calls(runtime& on) : on_(on) {}

    std::vector<use_cases::api_answer> make(std::int64_t count, std::int64_t at_once,
                                            const use_cases::api_call& call) {
      // The error of a call becomes its answer, so that it is one answer's affair.
      std::int64_t next = 0;
      pmap_results<use_cases::api_answer> answers(
          [&]() -> std::optional<future<use_cases::api_answer>> {
            if (next == count) return std::nullopt;
            return future_call(on_, [call, request = next++] {
              return use_cases::answer_of(call, request);
            });
          },
          static_cast<std::size_t>(at_once));
      return answers.all();
    }

   private:
    runtime& on_;
  };
};

struct async_calls {
  static harness::subject_info info() {
    return {.name = "async_calls",
            .kind = harness::subject_kind::baseline,
            .description =
                "std::async for each call, with a std::counting_semaphore as bound.",
            .source = "workloads/subjects/callers.h"};
  }

  class calls {
   public:
    explicit calls(runtime& /*on*/) {}

    std::vector<use_cases::api_answer> make(std::int64_t count, std::int64_t at_once,
                                            const use_cases::api_call& call) {
      std::counting_semaphore<> room(at_once);
      std::vector<std::future<use_cases::api_answer>> started;
      for (std::int64_t i = 0; i < count; ++i) {
        room.acquire();
        started.push_back(std::async(std::launch::async, [&call, &room, i] {
          const use_cases::api_answer answer = use_cases::answer_of(call, i);
          room.release();
          return answer;
        }));
      }
      std::vector<use_cases::api_answer> answers;
      answers.reserve(started.size());
      for (auto& each : started) answers.push_back(each.get());
      return answers;
    }
  };
};

struct thread_calls {
  static harness::subject_info info() {
    return {.name = "thread_calls",
            .kind = harness::subject_kind::baseline,
            .description = "A std::thread for each call that may be under way at once.",
            .source = "workloads/subjects/callers.h"};
  }

  class calls {
   public:
    explicit calls(runtime& /*on*/) {}

    std::vector<use_cases::api_answer> make(std::int64_t count, std::int64_t at_once,
                                            const use_cases::api_call& call) {
      std::vector<use_cases::api_answer> answers(static_cast<std::size_t>(count));
      std::atomic<std::int64_t> next{0};
      {
        std::vector<std::jthread> threads;
        for (std::int64_t t = 0; t < at_once; ++t) {
          threads.emplace_back([&] {
            // Relaxed: a number that nobody else has; answers are read after the join.
            for (std::int64_t i;
                 (i = next.fetch_add(1, std::memory_order_relaxed)) < count;)
              answers[static_cast<std::size_t>(i)] = use_cases::answer_of(call, i);
          });
        }
      }
      return answers;
    }
  };
};

}  // namespace tussle::workloads::subjects
