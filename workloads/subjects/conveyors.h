// conveyors.h (subjects): items of any size through any number of stages, in order.
//
// go_conveyor:       tussle::pipeline for each stage, and a channel between any two.
// blocking_conveyor: the same of tussle::pipeline_blocking.
// thread_conveyor:   threads, bounded queues of a mutex and condition variables, and turns that
//                    they wait for.
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
#include "primitives/channel/pipeline.h"
#include "primitives/channel/transducer.h"
#include "primitives/task/runtime.h"
#include "workloads/scenarios/pipeline.h"
#include "workloads/subjects/pipelines.h"
#include "workloads/subjects/queues.h"

namespace tussle::workloads::subjects {

template <typename Load, bool may_wait>
class line_of_channels {
  using item = conveyed<Load>;

 public:
  line_of_channels(runtime& on, const conveyor_plan& plan, conveyor_ledger<Load>& ledger)
      : source_(on, room_for(plan.room)) {
    const auto stage =
        xf::map([&ledger](item one) { return ledger.work_on(std::move(one)); });
    channel<item> from = source_;
    for (std::size_t i = 0; i < plan.stages; ++i) {
      const channel<item> to(on, room_for(plan.room));
      if constexpr (may_wait) {
        pipeline_blocking(plan.workers, to, stage, from);
      } else {
        pipeline(plan.workers, to, stage, from);
      }
      from = to;
    }
    all_done_ = go(on, &note_done, from, &ledger);
  }
  ~line_of_channels() { finish(); }
  line_of_channels(const line_of_channels&) = delete;
  line_of_channels& operator=(const line_of_channels&) = delete;

  void put(item one) { static_cast<void>(source_.put(std::move(one))); }
  // The source alone: each stage closes the next.
  void finish() {
    source_.close();
    static_cast<void>(all_done_.take());
  }

 private:
  static go_block<void> note_done(channel<item> from, conveyor_ledger<Load>* ledger) {
    while (const std::optional<item> one = co_await from.async_take()) ledger->done(*one);
  }

  channel<item> source_;
  channel<std::monostate> all_done_;
};

struct go_conveyor {
  static harness::subject_info info() {
    return {.name = "go_conveyor",
            .kind = harness::subject_kind::ours,
            .description = "tussle::pipeline for each stage, between channels.",
            .source = "workloads/subjects/conveyors.h"};
  }
  template <typename Load>
  using line = line_of_channels<Load, false>;
};

struct blocking_conveyor {
  static harness::subject_info info() {
    return {.name = "blocking_conveyor",
            .kind = harness::subject_kind::ours,
            .description =
                "tussle::pipeline_blocking for each stage, between channels: a thread of "
                "the pool for each item that is worked on.",
            .source = "workloads/subjects/conveyors.h"};
  }
  template <typename Load>
  using line = line_of_channels<Load, true>;
};

// Gives each item the number of the order in which it was taken, which is theirs.
template <typename Item>
class numbering_queue {
 public:
  explicit numbering_queue(std::size_t room) : most_(room) {}

  void put(Item item) {
    std::unique_lock held(lock_);
    room_.wait(held, [this] { return items_.size() < most_; });
    items_.push_back(std::move(item));
    there_.notify_one();
  }
  std::optional<std::pair<std::int64_t, Item>> take() {
    std::unique_lock held(lock_);
    there_.wait(held, [this] { return closed_ || !items_.empty(); });
    if (items_.empty()) return std::nullopt;
    std::pair<std::int64_t, Item> first(taken_++, std::move(items_.front()));
    items_.pop_front();
    room_.notify_one();
    return first;
  }
  void close() {
    const std::lock_guard held(lock_);
    closed_ = true;
    there_.notify_all();
  }

 private:
  const std::size_t most_;
  std::mutex lock_;
  std::condition_variable there_;
  std::condition_variable room_;
  std::deque<Item> items_;
  std::int64_t taken_ = 0;
  bool closed_ = false;
};

// `keeps_turns`: whoever is done before his turn waits for those before him.
template <typename Load, bool keeps_turns>
class line_of_threads {
  using item = conveyed<Load>;

 public:
  line_of_threads(runtime& /*on*/, const conveyor_plan& plan,
                  conveyor_ledger<Load>& ledger)
      : ledger_(ledger) {
    for (std::size_t i = 0; i < plan.stages; ++i) stages_.emplace_back(plan.room);
    for (std::size_t i = 0; i < plan.stages; ++i) {
      stages_[i].workers.reserve(plan.workers);
      for (std::size_t n = 0; n < plan.workers; ++n)
        stages_[i].workers.emplace_back([this, i] { work_all(i); });
    }
  }
  ~line_of_threads() { finish(); }
  line_of_threads(const line_of_threads&) = delete;
  line_of_threads& operator=(const line_of_threads&) = delete;

  void put(item one) { stages_.front().waiting.put(std::move(one)); }
  void finish() {
    for (stage& each : stages_) {
      each.waiting.close();
      each.workers.clear();  // joins: nobody has anything for the next stage any more
    }
  }

 private:
  struct stage {
    explicit stage(std::size_t room) : waiting(room) {}

    numbering_queue<item> waiting;
    in_turn turns;
    std::vector<std::jthread> workers;
  };

  void work_all(std::size_t which) {
    stage& mine = stages_[which];
    while (auto one = mine.waiting.take()) {
      item done = ledger_.work_on(std::move(one->second));
      if constexpr (keeps_turns) {
        mine.turns.go_on(one->first, [&] { hand_on(which, std::move(done)); });
      } else {
        hand_on(which, std::move(done));
      }
    }
  }
  void hand_on(std::size_t which, item one) {
    if (which + 1 < stages_.size()) return stages_[which + 1].waiting.put(std::move(one));
    const std::lock_guard held(out_);
    ledger_.done(one);
  }

  conveyor_ledger<Load>& ledger_;
  std::mutex out_;
  std::deque<stage> stages_;
};

struct thread_conveyor {
  static harness::subject_info info() {
    return {.name = "thread_conveyor",
            .kind = harness::subject_kind::baseline,
            .description =
                "Threads, bounded queues of a mutex and condition variables, and turns "
                "that they wait for.",
            .source = "workloads/subjects/conveyors.h"};
  }
  template <typename Load>
  using line = line_of_threads<Load, true>;
};

}  // namespace tussle::workloads::subjects
