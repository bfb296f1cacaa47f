// pipeline.h: what does it cost to pass items through stages of workers, in order?
//
// Question:  what does each stage cost, as there are more of them, with more workers, more work
//            on an item and larger items?
// Invariant: every item that was put comes out once, whole, after each stage has worked on it
//            once; those of one producer in the order put; no more are inside than buffers and
//            workers hold; once the source is closed everything comes out.
// A failure means: an item was lost, repeated, torn or left out by a stage, overtook another, or
//            a slow stage makes memory grow.
//
// The threads of the team put items in; a step is one put, which waits while there is no room.
// Each stage computes something and changes all words of the item. `staged_pipeline` (UC-12) is
// the worked example, with items that are filtered out and fail.
#pragma once

#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "harness/case/case_info.h"
#include "harness/case/case_run.h"
#include "harness/case/conditions.h"
#include "harness/case/verdict.h"
#include "harness/case/worker.h"
#include "primitives/task/runtime.h"
#include "workloads/scenarios/payload.h"
#include "workloads/scenarios/queued_elements.h"

namespace tussle::workloads {

// An item: whose it is and which (element_of), and what is carried.
template <typename Load>
struct conveyed {
  std::int64_t number = 0;  // 0: none
  Load load{};

  static conveyed made(std::int64_t number) {
    return {number, Load(static_cast<std::uint32_t>(number))};
  }
};

struct conveyor_plan {
  std::size_t stages;
  std::size_t workers;  // of each stage
  std::size_t room;     // in front of each stage, and behind the last

  // Between put() and the end; what is in hands is counted generously.
  std::int64_t most_inside() const {
    return static_cast<std::int64_t>((stages + 1) * room + stages * (workers + 2) + 8);
  }
};

// What the stages do, and what is noted of what comes out.
template <typename Load>
class conveyor_ledger {
 public:
  using item = conveyed<Load>;

  conveyor_ledger(const conveyor_plan& plan, std::size_t producers, std::int64_t work)
      : stages_(static_cast<std::uint32_t>(plan.stages)), work_(work), done_(producers) {}

  // A stage. By any threads at once.
  item work_on(item one) const {
    harness::work(work_);
    one.load = one.load.next();
    return one;
  }
  // What comes out, in order, by one thread at a time.
  void done(const item& one) {
    const sight seen = look_at(one.load, due_for_full_check(++looks_));
    if (!seen.whole) ++torn_;
    if (seen.version != static_cast<std::uint32_t>(one.number) + stages_) ++unfinished_;
    done_.take(one.number);
  }

  // May be a little less than there are.
  std::int64_t count() const { return done_.count(); }

  // When everything has come out.
  harness::verdict judge(std::int64_t put, std::uint64_t sum) const {
    using harness::expect_equal;
    return harness::first_failure(
        {expect_equal("items that came out", done_.count(), "put", put),
         expect_equal("items repeated or out of order", done_.disordered(), "allowed", 0),
         expect_equal("items that nobody put", done_.sum() == sum ? 0 : 1, "allowed", 0),
         expect_equal("torn items", torn_, "allowed", 0),
         expect_equal("items on which a stage has not worked once", unfinished_,
                      "allowed", 0)});
  }

 private:
  const std::uint32_t stages_;
  const std::int64_t work_;
  elements_seen done_;
  std::uint64_t looks_ = 0;
  std::int64_t torn_ = 0;
  std::int64_t unfinished_ = 0;
};

template <typename Line, typename Load>
concept conveyor_line = std::constructible_from < Line,
        runtime&, const conveyor_plan&, conveyor_ledger<Load>
& > &&requires(Line line, conveyed<Load> one) {
  // From many threads; waits while there is no room.
  line.put(one);
  // After the last put: everything has come out, and all stages have ended.
  line.finish();
};
template <typename S>
concept conveyor_subject =
    conveyor_line<typename S::template line<payload<8>>, payload<8>>;

template <typename Subject, typename Load>
class pipeline_run {
 public:
  explicit pipeline_run(const harness::conditions& values)
      : plan_{.stages = static_cast<std::size_t>(values.count("stages")),
              .workers = static_cast<std::size_t>(values.count("workers")),
              .room = static_cast<std::size_t>(values.count("buffer"))},
        put_(static_cast<std::size_t>(values.threads())),
        ledger_(plan_, put_.size(), values.count("work")),
        line_(on_, plan_, ledger_) {}

  void step(harness::worker& self) {
    const auto index = static_cast<std::size_t>(self.index());
    producer& mine = put_[index];
    const std::int64_t number = element_of(index, ++mine.sequence);
    line_.put(conveyed<Load>::made(number));
    mine.accepted.add(number);
    if (mine.sequence % puts_between_looks == 0 && holds_too_many()) ++mine.crowded;
  }

  void settle() { line_.finish(); }

  harness::verdict verify(const harness::tally& /*done*/) const {
    std::int64_t crowded = 0;
    std::uint64_t sum = 0;
    for (const producer& each : put_) {
      crowded += each.crowded;
      sum += each.accepted.sum();
    }
    return harness::first_failure(
        {ledger_.judge(count_put(), sum),
         harness::expect_equal("looks that found more inside than there is room for",
                               crowded, "allowed", 0)});
  }

 private:
  static constexpr std::int64_t puts_between_looks = 16;

  struct alignas(harness::padding) producer {
    std::int64_t sequence = 0;
    std::int64_t crowded = 0;
    elements_seen accepted{0};
  };

  std::int64_t count_put() const {
    std::int64_t sum = 0;
    for (const producer& each : put_) sum += each.accepted.count();
    return sum;
  }
  // What was put is read first, so that it can only look like less.
  bool holds_too_many() const {
    const std::int64_t put = count_put();
    return put - ledger_.count() > plan_.most_inside();
  }

  const conveyor_plan plan_;
  std::deque<producer> put_;
  runtime on_;
  conveyor_ledger<Load> ledger_;
  typename Subject::template line<Load> line_;
};

// Not `pipeline`: so a function is called that subjects use.
struct pipeline_load {
  static harness::workload_info info() {
    return {
        .name = "pipeline",
        .question =
            "What does it cost to pass items through stages of workers, in order?",
        .invariant =
            "Every item comes out once, whole, in order, after each stage has worked on "
            "it once; no more are inside than buffers and workers hold.",
        .failure =
            "An item was lost, repeated, torn or overtaken, a stage left it out, or a "
            "slow "
            "stage makes memory grow.",
        .role = "conveyor",
        .conditions = {count("stages", "stages", "How many an item passes.", {1, 4}, 1,
                             16, 4),
                       count("workers", "workers", "How many work at once in each stage.",
                             {1, 4}, 1, 64, 4),
                       count("work", "work units", "Of a stage on an item.", {100}, 0,
                             1'000'000, 1000),
                       payload_condition({8, 64, 1024}, {8, 1024}, false),
                       buffer_condition(), harness::threads_condition({1})},
        .operations = {"item"}};
  }

  template <conveyor_subject Subject>
  using run = pipeline_run<Subject, payload<8>>;

  template <typename Subject>
  static std::unique_ptr<harness::case_run> make(const harness::conditions& values) {
    return make_sized<pipeline_run, Subject, 8, 64, 1024>(
        static_cast<std::size_t>(values.count("payload")), values);
  }

 private:
  static harness::condition_info count(std::string name, std::string unit,
                                       std::string description,
                                       std::vector<double> default_values, double minimum,
                                       double maximum, double drawn_maximum) {
    return {.name = std::move(name),
            .unit = std::move(unit),
            .description = std::move(description),
            .default_values = std::move(default_values),
            .minimum = minimum,
            .maximum = maximum,
            .drawn_maximum = drawn_maximum};
  }
  static harness::condition_info buffer_condition() {
    harness::condition_info room =
        count("buffer", "items", "Room in front of each stage.", {16}, 1, 4096, 16);
    room.optional = true;
    return room;
  }
};

}  // namespace tussle::workloads
