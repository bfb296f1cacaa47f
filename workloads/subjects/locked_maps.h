// locked_maps.h: a container behind a lock, in every role that a map can play.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <numeric>
#include <shared_mutex>
#include <string>
#include <utility>
#include <vector>

#include "workloads/use_cases/route_stats.h"
#include "workloads/use_cases/service_config.h"

namespace tussle::workloads::subjects {

// For readers: shared where the lock can be.
template <typename Lock>
auto reading(Lock& lock) {
  if constexpr (requires { lock.lock_shared(); }) {
    return std::shared_lock(lock);
  } else {
    return std::unique_lock(lock);
  }
}

template <typename Values>
std::int64_t sum_of(const Values& values) {
  return std::accumulate(
      values.begin(), values.end(), std::int64_t{0},
      [](std::int64_t sum, const auto& entry) { return sum + entry.second; });
}

template <typename Map>
Map numbered(const std::vector<typename Map::key_type>& keys) {
  Map filled;
  std::int64_t next = 0;
  for (const auto& key : keys) filled[key] = next++;
  return filled;
}

// `Map` is a mutable one: everything that looks at all of it keeps updates out meanwhile.
template <typename Map, typename Lock>
class locked_map {
 public:
  using key = typename Map::key_type;

  explicit locked_map(const std::vector<key>& keys) : values_(numbered<Map>(keys)) {}

  std::int64_t get(const key& k) const {
    const auto held = reading(lock_);
    return values_.find(k)->second;
  }
  void add(const key& k, std::int64_t amount) {
    const std::lock_guard held(lock_);
    values_[k] += amount;
  }
  std::int64_t sum() const {
    const auto held = reading(lock_);
    return sum_of(values_);
  }
  bool equals(const locked_map& other) const {
    const auto held = reading(lock_);
    const auto held_too = reading(other.lock_);
    return values_ == other.values_;
  }

 private:
  mutable Lock lock_;
  Map values_;
};

template <typename Lock>
class locked_sequence {
 public:
  explicit locked_sequence(const std::vector<std::int64_t>& elements)
      : values_(elements) {}

  std::int64_t get(std::int64_t i) const {
    const auto held = reading(lock_);
    return values_[static_cast<std::size_t>(i)];
  }
  void add(std::int64_t i, std::int64_t amount) {
    const std::lock_guard held(lock_);
    values_[static_cast<std::size_t>(i)] += amount;
  }
  void push_back(std::int64_t element) {
    const std::lock_guard held(lock_);
    values_.push_back(element);
  }
  std::int64_t sum() const {
    const auto held = reading(lock_);
    return std::reduce(values_.begin(), values_.end());
  }
  bool equals(const locked_sequence& other) const {
    const auto held = reading(lock_);
    const auto held_too = reading(other.lock_);
    return values_ == other.values_;
  }

 private:
  mutable Lock lock_;
  std::vector<std::int64_t> values_;
};

// UC-1: `Map` from route to route_stats.
template <typename Map, typename Lock>
class locked_metrics {
 public:
  void record(const std::string& route, const use_cases::request& r) {
    const std::lock_guard held(lock_);
    use_cases::route_stats& stats = stats_[route];
    stats = stats.with(r);
  }
  // Copies under the lock, so that a slow reader of the report holds nobody up.
  template <typename F>
  void report(F f) const {
    for (const auto& [route, stats] : copied()) f(route, stats);
  }
  template <typename F>
  void harvest(F f) {
    Map taken;
    {
      const std::lock_guard held(lock_);
      std::swap(taken, stats_);
    }
    for (const auto& [route, stats] : taken) f(route, stats);
  }

 private:
  Map copied() const {
    const auto held = reading(lock_);
    return stats_;
  }

  mutable Lock lock_;
  Map stats_;
};

// UC-2: a request uses the config under the lock; a reload checks and tells under it.
template <typename Lock>
class locked_configuration {
 public:
  explicit locked_configuration(use_cases::service_config initial)
      : current_(std::move(initial)) {}

  template <typename F>
  void request(F f) const {
    const auto held = reading(lock_);
    f(current_);
  }
  template <typename F>
  bool reload(F f) {
    const std::lock_guard held(lock_);
    use_cases::service_config next = f(std::as_const(current_));
    if (!next.consistent()) return false;
    current_ = std::move(next);
    told_(current_);
    return true;
  }
  template <typename F>
  void on_reload(F f) {
    told_ = f;
  }

 private:
  mutable Lock lock_;
  use_cases::service_config current_;
  std::function<void(const use_cases::service_config&)> told_;
};

}  // namespace tussle::workloads::subjects
