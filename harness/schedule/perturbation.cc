#include "harness/schedule/perturbation.h"

#include <atomic>
#include <chrono>
#include <thread>

namespace tussle::harness {
namespace {

// One in so many operations is perturbed.
constexpr std::uint64_t sleep_every = 4096;
constexpr std::uint64_t yield_every = 256;
constexpr std::uint64_t spin_every = 32;
constexpr std::uint64_t fail_every = 64;
constexpr std::int64_t longest_spin = 64;
constexpr auto sleep_time = std::chrono::microseconds(50);

// Tells perturbations apart, also those that were one after the other at the same
// address.
std::uint64_t next_id() {
  static std::atomic<std::uint64_t> last{0};
  // Relaxed: only has to be different each time.
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

}  // namespace

perturbation::perturbation(std::uint64_t seed)
    : id_(next_id()), seed_(seed), outer_(sync::install_scheduler(this)) {}

perturbation::~perturbation() { sync::install_scheduler(outer_); }

generator& perturbation::stream() noexcept {
  thread_local std::uint64_t drawn_for = 0;
  thread_local generator random(0);
  if (drawn_for != id_) {
    drawn_for = id_;
    // Relaxed: only has to be different for each thread.
    random = generator(seed_ * 4096 + threads_.fetch_add(1, std::memory_order_relaxed));
  }
  return random;
}

void perturbation::before(const sync::visible_operation& /*next*/) noexcept {
  const std::uint64_t draw = stream()();
  if (draw % sleep_every == 0) {
    std::this_thread::sleep_for(sleep_time);
  } else if (draw % yield_every == 0) {
    std::this_thread::yield();
  } else if (draw % spin_every == 0) {
    work(static_cast<std::int64_t>((draw >> 32) % longest_spin));
  }
}

bool perturbation::fails_weak_compare_exchange() noexcept {
  return stream()() % fail_every == 0;
}

}  // namespace tussle::harness
