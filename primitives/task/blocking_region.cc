#include "primitives/task/blocking_region.h"

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "primitives/sync/permits.h"
#include "primitives/sync/thread.h"
#include "primitives/task/deadline.h"
#include "primitives/task/pool_membership.h"
#include "primitives/task/thread_pool.h"

namespace tussle::detail {
namespace {

// After so long a thread that waits asks the system for a thread again.
constexpr std::chrono::milliseconds retry_pause{1};

}  // namespace

blocking_region::blocking_region() noexcept : pool_(own_pool::mine().pool) {
  if (pool_ != nullptr) asks_again_ = !pool_->begin_to_wait();
}
blocking_region::~blocking_region() {
  if (pool_ != nullptr) pool_->end_to_wait();
}

const sync::time_point* blocking_region::wake_by(
    const sync::time_point* deadline) noexcept {
  if (!asks_again_) [[likely]]
    return deadline;
  if (next_ask_ && sync::clock::now() >= *next_ask_) {
    asks_again_ = !pool_->leave_line_to_others();
    if (!asks_again_) return deadline;
  }
  next_ask_ = deadline_after(retry_pause);
  return deadline != nullptr && *deadline < *next_ask_ ? deadline : &*next_ask_;
}

namespace {

// Of threads that look for long.
constinit sync::permits lookers;

bool may_look_for_long() noexcept {
  static const unsigned most = sync::usable_cores() - 1;
  return lookers.try_acquire(most);
}

}  // namespace

look::look() noexcept : longest_(shortest) {
  constexpr std::uint64_t longest = 200'000;
  pool_membership& mine = own_pool::mine();
  if (mine.pool != nullptr) return;
  if (mine.short_looks > 0) {
    --mine.short_looks;
  } else if (may_look_for_long()) {
    longest_ = longest;
  }
}

look::~look() {
  if (longest_ != shortest) lookers.release();
}

// After a long look in vain the next long one comes after seven, then fifteen, 31 and so on:
// two threads that wait for each other in turn, each woken too late to meet the other's look,
// come out of it so, and who always waits for long loses little.
void look::was(bool in_vain) const noexcept {
  constexpr unsigned fewest = 7;
  constexpr unsigned most = 1023;
  pool_membership& mine = own_pool::mine();
  if (!in_vain) {
    mine.short_looks = 0;
    mine.short_looks_before = 0;
  } else if (longest_ != shortest) {
    mine.short_looks_before = std::clamp(2 * mine.short_looks_before + 1, fewest, most);
    mine.short_looks = mine.short_looks_before;
  }
}

}  // namespace tussle::detail
