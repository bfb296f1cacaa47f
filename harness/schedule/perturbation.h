// perturbation.h: makes unlikely interleavings likely.
//
// Installed as the seam's scheduler, it now and then yields, spins or sleeps before a
// visible operation. Most perturbations are rare and long (others do thousands of
// operations meanwhile: finds frozen owners, reuse); some are short (opens windows
// between a check and its use). Weak compare-exchanges sometimes fail. All of it is drawn
// from a seed, a stream per thread; threads are numbered in the order in which they first
// come by.
//
// Works only in modes with schedule points; elsewhere nothing calls it.
#pragma once

#include <atomic>
#include <cstdint>

#include "harness/case/worker.h"
#include "primitives/sync/hooks.h"

namespace tussle::harness {

class perturbation final : public sync::scheduler {
 public:
  explicit perturbation(std::uint64_t seed);
  ~perturbation();
  perturbation(const perturbation&) = delete;
  perturbation& operator=(const perturbation&) = delete;

  void before(const sync::visible_operation& next) noexcept override;
  bool fails_weak_compare_exchange() noexcept override;

 private:
  // This thread's.
  generator& stream() noexcept;

  const std::uint64_t id_;
  const std::uint64_t seed_;
  std::atomic<std::uint64_t> threads_{0};  // that have drawn
  sync::scheduler* const outer_;           // what was installed before
};

}  // namespace tussle::harness
