#include "primitives/sync/wait_word.h"

#include <array>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>

#if defined(__linux__) && !defined(TUSSLE_MODE_TSAN)
#define TUSSLE_HAS_FUTEX 1
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <ctime>
#endif

namespace tussle::sync {
inline namespace TUSSLE_SYNC_MODE {
namespace {

using word = atomic<std::uint32_t>;

#if defined(TUSSLE_HAS_FUTEX)

static_assert(sizeof(word) == sizeof(std::uint32_t),
              "the kernel looks at the word itself");

// The deadline is absolute, on CLOCK_MONOTONIC: that of FUTEX_WAIT would be relative.
bool sleep_in_system(const word& w, std::uint32_t expected, const time_point* deadline) {
  timespec until{};
  if (deadline != nullptr) {
    const auto since = deadline->time_since_epoch();
    const auto seconds = std::chrono::floor<std::chrono::seconds>(since);
    // Before the clock began: the kernel would call it invalid.
    if (seconds.count() >= 0) {
      until = {.tv_sec = static_cast<time_t>(seconds.count()),
               .tv_nsec =
                   static_cast<long>(std::chrono::nanoseconds(since - seconds).count())};
    }
  }
  const long slept =
      syscall(SYS_futex, &w, FUTEX_WAIT_BITSET_PRIVATE, expected,
              deadline != nullptr ? &until : nullptr, nullptr, FUTEX_BITSET_MATCH_ANY);
  return slept == 0 || errno != ETIMEDOUT;
}

void wake_in_system(const word* address, bool all) noexcept {
  syscall(SYS_futex, address, FUTEX_WAKE_PRIVATE, all ? INT_MAX : 1, nullptr, nullptr, 0);
}

#else

// Words share places; a wake wakes all who sleep at the place of its word.
struct place {
  std::mutex mutex;
  std::condition_variable sleepers;
};

place& place_of(const word* address) noexcept {
  // Never destroyed: threads may sleep until the process ends.
  static std::array<place, 64>& places = *new std::array<place, 64>;
  return places[(std::hash<const void*>()(address) >> 4) % places.size()];
}

bool sleep_in_system(const word& w, std::uint32_t expected, const time_point* deadline) {
  place& here = place_of(&w);
  std::unique_lock<std::mutex> lock(here.mutex);
  // Under the lock that wakers take: who changes the word after this look wakes after the
  // wait has begun.
  if (w.load(std::memory_order_acquire) != expected) return true;
  if (deadline == nullptr) {
    here.sleepers.wait(lock);
    return true;
  }
  return here.sleepers.wait_until(lock, *deadline) == std::cv_status::no_timeout;
}

void wake_in_system(const word* address, bool /*all*/) noexcept {
  place& here = place_of(address);
  // Waits until whoever has looked at the word sleeps.
  { const std::lock_guard<std::mutex> lock(here.mutex); }
  here.sleepers.notify_all();
}

#endif

}  // namespace

namespace detail {

bool sleep_on(const word& w, std::uint32_t expected, const time_point* deadline) {
  if (simulator* s = simulated()) {
    const memory_access look{.kind = access::load,
                             .size = sizeof expected,
                             .address = const_cast<word*>(&w),
                             .order = std::memory_order_relaxed,
                             .failure_order = std::memory_order_relaxed};
    return s->wait_while(look, expected, deadline);
  }
  announce({operation::wait, &w, nullptr});
  return sleep_in_system(w, expected, deadline);
}

void wake(const word& w, bool all) noexcept {
  if (simulator* s = simulated()) return s->notify(&w, all);
  wake_at(&w, all);
}

void wake_at(const word* address, bool all) noexcept {
  if (simulator* s = simulated()) return s->notify_address(address, all);
  announce({operation::notify, address, nullptr});
  wake_in_system(address, all);
}

}  // namespace detail
}  // namespace TUSSLE_SYNC_MODE
}  // namespace tussle::sync
