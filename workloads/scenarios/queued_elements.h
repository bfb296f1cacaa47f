// queued_elements.h: elements that tell who put them, and what consumers make of them.
//
// An element is the number of its producer and how many that one had put before. A consumer
// sees those of one producer in the order that they were put in; what all consumers saw
// together is what all producers put, each once.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "harness/case/verdict.h"
#include "harness/case/worker.h"

namespace tussle::workloads {

inline constexpr std::int64_t elements_a_producer = std::int64_t{1} << 40;

inline std::int64_t element_of(std::size_t producer, std::int64_t sequence) {
  return static_cast<std::int64_t>(producer) * elements_a_producer + sequence;
}

// What one producer has put, or one consumer has taken. Counts may be read by others.
class alignas(harness::padding) elements_seen {
 public:
  explicit elements_seen(std::size_t producers) : next_(producers, 1) {}

  // Of a consumer. Sequences of a producer begin with one and grow; between two of them others
  // may be other consumers'.
  void take(std::int64_t element) {
    const auto producer = static_cast<std::size_t>(element / elements_a_producer);
    const std::int64_t sequence = element % elements_a_producer;
    if (producer >= next_.size() || sequence < next_[producer]) {
      ++disordered_;
    } else {
      next_[producer] = sequence + 1;
    }
    add(element);
  }
  // Of a producer.
  void add(std::int64_t element) {
    sum_ += mixed(static_cast<std::uint64_t>(element));
    // Relaxed: a count, of which the others need no more than about how many.
    count_.store(count() + 1, std::memory_order_relaxed);
  }

  std::int64_t count() const { return count_.load(std::memory_order_relaxed); }
  std::uint64_t sum() const { return sum_; }
  std::int64_t disordered() const { return disordered_; }

 private:
  // So that other elements have another sum, whatever they add up to (SplitMix64, Steele, Lea
  // and Flood 2014).
  static std::uint64_t mixed(std::uint64_t z) {
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
  }

  std::vector<std::int64_t> next_;  // the least that may come, by producer
  std::uint64_t sum_ = 0;
  std::int64_t disordered_ = 0;
  std::atomic<std::int64_t> count_{0};
};

inline std::int64_t counted(const std::deque<elements_seen>& all) {
  std::int64_t sum = 0;
  for (const elements_seen& each : all) sum += each.count();
  return sum;
}

// Of threads that have ended.
inline harness::verdict all_taken_once(const std::deque<elements_seen>& put,
                                       const std::deque<elements_seen>& taken) {
  std::uint64_t difference = 0;
  for (const elements_seen& each : put) difference += each.sum();
  for (const elements_seen& each : taken) difference -= each.sum();
  return harness::first_failure(
      {harness::expect_equal("elements taken", counted(taken), "put", counted(put)),
       harness::expect_equal("elements that nobody put", difference == 0 ? 0 : 1,
                             "allowed", 0)});
}

inline harness::verdict all_taken_once_in_order(const std::deque<elements_seen>& put,
                                                const std::deque<elements_seen>& taken) {
  std::int64_t disordered = 0;
  for (const elements_seen& each : taken) disordered += each.disordered();
  const harness::verdict once = all_taken_once(put, taken);
  // Which says more than the other about one that came twice in the place of another.
  const harness::verdict in_order = harness::expect_equal(
      "elements repeated or out of order", disordered, "allowed", 0);
  return counted(taken) == counted(put) ? harness::first_failure({in_order, once}) : once;
}

}  // namespace tussle::workloads
