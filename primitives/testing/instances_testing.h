// instances_testing.h: a value that counts its kind, to see leaks and double destruction.
#pragma once

#include <atomic>
#include <cstdint>

namespace tussle::tests {

// Boxed (its copies are not trivial). `live` is too high after a leak, too low after a
// double destruction.
class counted_value {
 public:
  explicit counted_value(std::int64_t number = 0) : number_(number) { born(); }
  counted_value(const counted_value& other) : number_(other.number_) { born(); }
  counted_value& operator=(const counted_value&) = default;
  // Relaxed throughout: a count that tests read when the other threads are joined.
  ~counted_value() { living.fetch_sub(1, std::memory_order_relaxed); }

  std::int64_t number() const { return number_; }

  static std::int64_t live() { return living.load(std::memory_order_relaxed); }

 private:
  static void born() { living.fetch_add(1, std::memory_order_relaxed); }

  static inline std::atomic<std::int64_t> living{0};

  std::int64_t number_;
};

}  // namespace tussle::tests
