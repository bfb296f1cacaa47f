// canary_testing.h: a value that shows when it is used after its destruction, and counts
// its kind.
//
// It shows that in every mode: its memory comes back from a pool where nothing else looks.
#pragma once

#include <atomic>
#include <cstdint>

namespace tussle::tests {

class canary {
 public:
  explicit canary(std::uint64_t number = 0) : number_(number) { born(); }
  canary(const canary& other) : number_(other.number_) { born(); }
  canary& operator=(const canary&) = delete;
  ~canary() {
    // Relaxed; atomic so that the compiler keeps a store to memory that is given back.
    mark_.store(dead, std::memory_order_relaxed);
    living.fetch_sub(1, std::memory_order_relaxed);
  }

  // Plain, so that ThreadSanitizer sees who reads without being ordered before the end.
  std::uint64_t number() const { return number_; }
  bool is_alive() const { return mark_.load(std::memory_order_relaxed) == alive; }

  static std::int64_t live() { return living.load(std::memory_order_relaxed); }

 private:
  static constexpr std::uint64_t alive = 0xa11feULL;
  static constexpr std::uint64_t dead = 0xdeadULL;

  static void born() { living.fetch_add(1, std::memory_order_relaxed); }

  static inline std::atomic<std::int64_t> living{0};

  std::uint64_t number_;
  std::atomic<std::uint64_t> mark_{alive};
};

}  // namespace tussle::tests
