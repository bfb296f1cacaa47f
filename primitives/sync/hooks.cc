#include "primitives/sync/hooks.h"

namespace tussle::sync {
namespace {

std::atomic<scheduler*> current_scheduler{nullptr};
thread_local event_counts* current_counts = nullptr;

}  // namespace

scheduler* install_scheduler(scheduler* next) noexcept {
  // (1) acq_rel; pairs with the acquire load (2): a thread that sees the scheduler sees
  // it constructed.
  return current_scheduler.exchange(next, std::memory_order_acq_rel);
}

scheduler* installed_scheduler() noexcept {
  // (2) acquire; pairs with (1).
  return current_scheduler.load(std::memory_order_acquire);
}

event_counts* count_into(event_counts* counts) noexcept {
  event_counts* const previous = current_counts;
  current_counts = counts;
  return previous;
}

void count(event e) noexcept {
  if (current_counts == nullptr) return;
  auto& value = current_counts->values[static_cast<std::size_t>(e)];
  // Relaxed, and not a read-modify-write: this thread is the only writer.
  value.store(value.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

}  // namespace tussle::sync
