#include "primitives/task/runtime.h"

#include <utility>

#include "primitives/sync/schedule_point.h"
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
      uncaught_(std::make_shared<const uncaught_hook>(std::move(options.uncaught))),
      checked_(options.checked),
      timer_(*compute_, uncaught_) {}

runtime::runtime(executor& compute, executor& blocking, uncaught_hook uncaught,
                 bool checked)
    : compute_(&compute),
      blocking_(&blocking),
      uncaught_(std::make_shared<const uncaught_hook>(std::move(uncaught))),
      checked_(checked),
      timer_(*compute_, uncaught_) {}

runtime::~runtime() {
  shutdown(at_end_);
  if (own_ != nullptr) {
    own_->compute.require_other_thread();
    own_->blocking.require_other_thread();
    // Each may have tasks that turn to the other, and are refused: neither goes before both
    // stand still.
    own_->compute.join();
    own_->blocking.join();
    // Started by a thread of the other that was sending when the shutdown came.
    own_->compute.join();
  }
  // (4) acquire; pairs with (3), where another thread than its own made the part.
  runtime_part* const left = part_.load(std::memory_order_acquire);
  if (left != nullptr) left->end();
}

runtime_part& runtime::part(runtime_part* (*make)(runtime&)) {
  // (4) acquire; pairs with (3): the part is seen as it was made.
  runtime_part* made = part_.load(std::memory_order_acquire);
  if (made != nullptr) return *made;
  runtime_part* const mine = make(*this);
  // (3) acq_rel; pairs with (4), and with itself where another one was first.
  if (part_.compare_exchange_strong(made, mine, std::memory_order_acq_rel,
                                    std::memory_order_acquire))
    return *mine;
  mine->end();
  return *made;
}

bool runtime::submit_accepted(executor& where, task& work) noexcept {
  if (own_ == nullptr) return false;
  if (&where == compute_) return own_->compute.submit_accepted(work);
  return &where == blocking_ && own_->blocking.submit_accepted(work);
}

void runtime::report_uncaught(const std::exception_ptr& error) noexcept {
  if (!*uncaught_) return;
  try {
    (*uncaught_)(error);
  } catch (...) {  // there is nobody left to tell
  }
}

void runtime::shutdown(shutdown_policy waiting) noexcept {
  timer_.shutdown();
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
  sync::schedule_point("runtime.shutdown.between_pools");
  own_->blocking.shutdown(waiting);
}

std::size_t runtime::threads() const {
  return own_ == nullptr ? 0 : own_->compute.threads() + own_->blocking.threads();
}

runtime& default_runtime() {
  // Never destroyed: destructors of static objects may still use it.
  static auto* const shared = new runtime();
  return *shared;
}

std::size_t usual_width() noexcept { return std::size_t{sync::usable_cores()} + 2; }

}  // namespace tussle
