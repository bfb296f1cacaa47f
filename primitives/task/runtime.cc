#include "primitives/task/runtime.h"

#include <utility>

#include "primitives/sync/thread.h"

namespace tussle {

struct runtime::pools {
  explicit pools(const runtime_options& options)
      : compute({.most_threads = options.compute_threads == 0 ? usual_width()
                                                              : options.compute_threads,
                 .idle_time = options.blocking.idle_time,
                 .patience = options.blocking.patience}),
        blocking(options.blocking) {}

  thread_pool compute;
  thread_pool blocking;
};

runtime::runtime(runtime_options options)
    : own_(std::make_unique<pools>(options)),
      compute_(&own_->compute),
      blocking_(&own_->blocking),
      at_end_(options.at_end),
      uncaught_(std::move(options.uncaught)) {}

runtime::runtime(executor& compute, executor& blocking, uncaught_hook uncaught)
    : compute_(&compute), blocking_(&blocking), uncaught_(std::move(uncaught)) {}

runtime::~runtime() {
  shutdown(at_end_);
  if (own_ == nullptr) return;
  // Each may have tasks that turn to the other, and are refused: neither goes before both
  // stand still.
  own_->compute.join();
  own_->blocking.join();
}

void runtime::report_uncaught(const std::exception_ptr& error) noexcept {
  if (!uncaught_) return;
  try {
    uncaught_(error);
  } catch (...) {  // there is nobody left to tell
  }
}

void runtime::shutdown(shutdown_policy waiting) noexcept {
  if (own_ == nullptr) return;
  ending before = ending::none;
  const ending now = waiting == shutdown_policy::drain ? ending::drain : ending::discard;
  // (1) acq_rel; pairs with (2). Relaxed on failure: only which policy it was.
  if (!ending_.compare_exchange_strong(before, now, std::memory_order_acq_rel,
                                       std::memory_order_relaxed)) {
    // The first may not have come to it yet: after this call, too, nothing is accepted.
    waiting = before == ending::drain ? shutdown_policy::drain : shutdown_policy::discard;
  }
  own_->compute.shutdown(waiting);
  own_->blocking.shutdown(waiting);
}

runtime& default_runtime() {
  // Never destroyed: destructors of static objects may still use it.
  static auto* const shared = new runtime();
  return *shared;
}

std::size_t usual_width() noexcept { return std::size_t{sync::usable_cores()} + 2; }

}  // namespace tussle
