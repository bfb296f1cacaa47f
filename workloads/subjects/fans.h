// fans.h (subjects): UC-11 with promises, with std::async, with std::latch, and with a condition
// variable.
//
// promise_fan:   a future for each worker, and a promise for its part.
// async_fan:     std::async, whose futures wait for their threads: also for those of which
//                nothing more is needed.
// latch_fan:     a thread for each worker, and a std::latch that counts how many have done.
// condition_fan: a thread for each, and a list of parts behind a mutex.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <future>
#include <latch>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "harness/case/case_info.h"
#include "primitives/task/future.h"
#include "primitives/task/promise.h"
#include "primitives/task/runtime.h"
#include "workloads/use_cases/fan_in.h"

namespace tussle::workloads::subjects {

struct promise_fan {
  static harness::subject_info info() {
    return {.name = "promise_fan",
            .kind = harness::subject_kind::ours,
            .description =
                "A tussle::future for each worker and a tussle::promise for its part.",
            .source = "workloads/subjects/fans.h"};
  }

  class fan {
   public:
    explicit fan(runtime& on) : on_(on) {}

    use_cases::combined_parts gather(std::int64_t width, std::int64_t enough,
                                     const use_cases::work_of_part& work) {
      const auto all = std::make_shared<shared>(width, enough);
      for (std::int64_t i = 0; i < width; ++i) {
        future_call(on_, [all, i, work] {
          // First the part, then the count: who waits for the count has the part.
          all->parts[static_cast<std::size_t>(i)].deliver(use_cases::part_of(i, work));
          // acq_rel; pairs with itself: the last one hands on what all did.
          if (all->missing.fetch_sub(1, std::memory_order_acq_rel) == 1)
            all->enough.deliver(true);
        });
      }
      all->enough.get();
      use_cases::combined_parts found;
      for (const promise<use_cases::part>& each : all->parts) {
        if (each.is_realized()) found.add(each.get());
      }
      return found;
    }

   private:
    struct shared {
      shared(std::int64_t width, std::int64_t wanted)
          : parts(static_cast<std::size_t>(width)), missing(wanted) {}
      std::vector<promise<use_cases::part>> parts;
      std::atomic<std::int64_t> missing;
      promise<bool> enough;
    };

    runtime& on_;
  };
};

struct async_fan {
  static harness::subject_info info() {
    return {.name = "async_fan",
            .kind = harness::subject_kind::baseline,
            .description = "std::async for each worker, all of them waited for.",
            .source = "workloads/subjects/fans.h"};
  }

  class fan {
   public:
    explicit fan(runtime& /*on*/) {}

    use_cases::combined_parts gather(std::int64_t width, std::int64_t /*enough*/,
                                     const use_cases::work_of_part& work) {
      std::vector<std::future<use_cases::part>> parts;
      for (std::int64_t i = 0; i < width; ++i) {
        parts.push_back(std::async(std::launch::async,
                                   [i, &work] { return use_cases::part_of(i, work); }));
      }
      use_cases::combined_parts found;
      for (auto& each : parts) found.add(each.get());
      return found;
    }
  };
};

struct latch_fan {
  static harness::subject_info info() {
    return {.name = "latch_fan",
            .kind = harness::subject_kind::baseline,
            .description = "A std::thread for each worker and a std::latch.",
            .source = "workloads/subjects/fans.h"};
  }

  class fan {
   public:
    explicit fan(runtime& /*on*/) {}

    use_cases::combined_parts gather(std::int64_t width, std::int64_t /*enough*/,
                                     const use_cases::work_of_part& work) {
      std::vector<use_cases::part> parts(static_cast<std::size_t>(width));
      std::latch done(width);
      std::vector<std::jthread> threads;
      for (std::int64_t i = 0; i < width; ++i) {
        threads.emplace_back([&, i] {
          parts[static_cast<std::size_t>(i)] = use_cases::part_of(i, work);
          done.count_down();
        });
      }
      done.wait();
      use_cases::combined_parts found;
      for (const use_cases::part& each : parts) found.add(each);
      return found;
    }
  };
};

struct condition_fan {
  static harness::subject_info info() {
    return {.name = "condition_fan",
            .kind = harness::subject_kind::baseline,
            .description =
                "A std::thread for each worker, and parts behind a std::mutex with a "
                "condition variable.",
            .source = "workloads/subjects/fans.h"};
  }

  class fan {
   public:
    explicit fan(runtime& /*on*/) {}
    ~fan() { join(); }

    use_cases::combined_parts gather(std::int64_t width, std::int64_t enough,
                                     const use_cases::work_of_part& work) {
      const auto all = std::make_shared<shared>();
      std::vector<std::jthread> threads;
      for (std::int64_t i = 0; i < width; ++i) {
        threads.emplace_back([all, i, work] {
          const use_cases::part mine = use_cases::part_of(i, work);
          const std::lock_guard held(all->lock);
          all->parts.push_back(mine);
          all->more.notify_one();
        });
      }
      use_cases::combined_parts found;
      {
        std::unique_lock held(all->lock);
        all->more.wait(
            held, [&] { return static_cast<std::int64_t>(all->parts.size()) >= enough; });
        for (const use_cases::part& each : all->parts) found.add(each);
      }
      keep(std::move(threads));
      return found;
    }

   private:
    struct shared {
      std::mutex lock;
      std::condition_variable more;
      std::vector<use_cases::part> parts;
    };

    // Threads that are not waited for have to be joined by somebody: who comes next.
    void keep(std::vector<std::jthread> threads) {
      {
        const std::lock_guard held(lock_);
        std::swap(threads, left_behind_);
      }
      threads.clear();
    }
    void join() { keep({}); }

    std::mutex lock_;
    std::vector<std::jthread> left_behind_;
  };
};

}  // namespace tussle::workloads::subjects
