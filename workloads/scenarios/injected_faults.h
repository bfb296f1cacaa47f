// injected_faults.h: allocations of nodes and starts of threads that fail now and then.
//
// For the lifetime of the object, on all threads, in modes with schedule points; elsewhere
// nothing fails. It stands in front of whatever scheduler is installed, which goes on with all
// else. No thread is in the seam when it comes and goes.
// Which fail is a function of the seed and of the order in which they come.
#pragma once

#include <atomic>
#include <cstdint>

#include "harness/case/worker.h"
#include "primitives/sync/hooks.h"

namespace tussle::workloads {

class injected_faults final : public sync::scheduler {
 public:
  explicit injected_faults(std::uint64_t seed)
      : seed_(seed), inner_(sync::installed_scheduler()) {
    sync::install_scheduler(this);
  }
  ~injected_faults() { sync::install_scheduler(inner_); }
  injected_faults(const injected_faults&) = delete;
  injected_faults& operator=(const injected_faults&) = delete;

  // While it lives nothing fails on the calling thread.
  class pause {
   public:
    pause() noexcept { ++pauses; }
    ~pause() { --pauses; }
    pause(const pause&) = delete;
    pause& operator=(const pause&) = delete;
  };

  void before(const sync::visible_operation& next) noexcept override {
    if (inner_ != nullptr) inner_->before(next);
  }
  bool fails_weak_compare_exchange() noexcept override {
    return inner_ != nullptr && inner_->fails_weak_compare_exchange();
  }
  bool fails_thread_start() noexcept override { return draw(one_start_in); }
  bool fails_allocation() noexcept override { return draw(one_allocation_in); }

  std::int64_t failed() const { return failed_.load(std::memory_order_relaxed); }

 private:
  static constexpr std::uint64_t one_start_in = 4;
  static constexpr std::uint64_t one_allocation_in = 64;

  bool draw(std::uint64_t one_in) noexcept {
    if (pauses > 0) return false;
    // Relaxed: numbers that are handed out; they order nothing.
    const std::uint64_t turn = drawn_.fetch_add(1, std::memory_order_relaxed);
    if (harness::generator(seed_ + turn)() % one_in != 0) return false;
    failed_.fetch_add(1, std::memory_order_relaxed);
    return true;
  }

  static inline thread_local int pauses = 0;

  const std::uint64_t seed_;
  sync::scheduler* const inner_;
  std::atomic<std::uint64_t> drawn_{0};
  std::atomic<std::int64_t> failed_{0};
};

}  // namespace tussle::workloads
