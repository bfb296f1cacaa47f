// spawners.h (subjects): tasks that are started, and their results.
//
// future_spawner:   this project's future.
// async_spawner:    std::async.
// thread_spawner:   a std::thread for each task, joined by who asks for the result.
// packaged_spawner: a std::packaged_task on a pool with a fixed number of threads.
// That of oneTBB: tbb_tasks.h.
#pragma once

#include <cstdint>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "harness/case/case_info.h"
#include "primitives/task/future.h"
#include "primitives/task/runtime.h"
#include "workloads/subjects/work_line.h"

namespace tussle::workloads::subjects {

inline harness::subject_info spawner_info(std::string name, harness::subject_kind kind,
                                          std::string description) {
  return {.name = std::move(name),
          .kind = kind,
          .description = std::move(description),
          .source = "workloads/subjects/spawners.h"};
}

struct future_spawner {
  static harness::subject_info info() {
    return spawner_info("future_spawner", harness::subject_kind::ours,
                        "A tussle::future for each task.");
  }

  class spawner {
   public:
    explicit spawner(runtime& on) : on_(on) {}
    template <typename F>
    future<std::int64_t> start(F task) {
      return future_call(on_, std::move(task));
    }

   private:
    runtime& on_;
  };
};

struct async_spawner {
  static harness::subject_info info() {
    return spawner_info("async_spawner", harness::subject_kind::baseline,
                        "std::async for each task.");
  }

  struct spawner {
    explicit spawner(runtime& /*on*/) {}
    template <typename F>
    std::future<std::int64_t> start(F task) {
      return std::async(std::launch::async, std::move(task));
    }
  };
};

struct thread_spawner {
  static harness::subject_info info() {
    return spawner_info("thread_spawner", harness::subject_kind::baseline,
                        "A std::thread for each task, joined for its result.");
  }

  class started {
   public:
    template <typename F>
    explicit started(F task)
        : result_(std::make_unique<std::int64_t>()),
          thread_([to = result_.get(), task = std::move(task)] { *to = task(); }) {}
    std::int64_t get() {
      thread_.join();
      return *result_;
    }

   private:
    std::unique_ptr<std::int64_t> result_;
    std::jthread thread_;
  };

  struct spawner {
    explicit spawner(runtime& /*on*/) {}
    template <typename F>
    started start(F task) {
      return started(std::move(task));
    }
  };
};

struct packaged_spawner {
  static harness::subject_info info() {
    return spawner_info("packaged_spawner", harness::subject_kind::baseline,
                        "A std::packaged_task on a fixed pool of threads.");
  }

  class spawner {
   public:
    explicit spawner(runtime& /*on*/) {}
    template <typename F>
    std::future<std::int64_t> start(F task) {
      std::packaged_task<std::int64_t()> packaged(std::move(task));
      std::future<std::int64_t> result = packaged.get_future();
      pool_.run(std::move(packaged));
      return result;
    }

   private:
    fixed_pool pool_{usual_width()};
  };
};

}  // namespace tussle::workloads::subjects
