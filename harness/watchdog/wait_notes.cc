#include "harness/watchdog/wait_notes.h"

#include <unistd.h>

#include <array>
#include <atomic>
#include <cstddef>

#include "harness/case/worker.h"

namespace tussle::watchdog {
namespace {

// Written by its thread, read when that thread is stuck. All accesses relaxed: a note of a
// thread that still moves may be torn, and is not looked at.
struct alignas(harness::padding) slot {
  std::atomic<pid_t> thread{0};  // 0: free
  std::atomic<sync::operation> kind{sync::operation::load};
  std::atomic<const void*> address{nullptr};
  std::atomic<const char*> point{nullptr};
};

constexpr std::size_t most_threads = 512;

std::array<slot, most_threads>& slots() {
  static std::array<slot, most_threads> all;
  return all;
}

// A slot for as long as the thread lives; none when there are more threads than slots.
class own_slot {
 public:
  own_slot() {
    for (slot& each : slots()) {
      pid_t nobody = 0;
      if (each.thread.compare_exchange_strong(nobody, gettid(),
                                              std::memory_order_relaxed)) {
        mine_ = &each;
        return;
      }
    }
  }
  ~own_slot() {
    if (mine_ != nullptr) mine_->thread.store(0, std::memory_order_relaxed);
  }
  own_slot(const own_slot&) = delete;
  own_slot& operator=(const own_slot&) = delete;

  slot* get() const { return mine_; }

 private:
  slot* mine_ = nullptr;
};

}  // namespace

wait_notes::wait_notes() : inner_(sync::installed_scheduler()) {
  slots();
  sync::install_scheduler(this);
}

wait_notes::~wait_notes() { sync::install_scheduler(inner_); }

void wait_notes::before(const sync::visible_operation& next) noexcept {
  thread_local const own_slot own;
  if (slot* const mine = own.get()) {
    mine->kind.store(next.kind, std::memory_order_relaxed);
    mine->address.store(next.address, std::memory_order_relaxed);
    mine->point.store(next.name, std::memory_order_relaxed);
  }
  if (inner_ != nullptr) inner_->before(next);
}

bool wait_notes::fails_weak_compare_exchange() noexcept {
  return inner_ != nullptr && inner_->fails_weak_compare_exchange();
}

bool wait_notes::fails_thread_start() noexcept {
  return inner_ != nullptr && inner_->fails_thread_start();
}

bool wait_notes::fails_allocation() noexcept {
  return inner_ != nullptr && inner_->fails_allocation();
}

std::optional<wait_note> last_note_of(pid_t thread) {
  for (const slot& each : slots()) {
    if (each.thread.load(std::memory_order_relaxed) != thread) continue;
    return wait_note{each.kind.load(std::memory_order_relaxed),
                     each.address.load(std::memory_order_relaxed),
                     each.point.load(std::memory_order_relaxed)};
  }
  return std::nullopt;
}

const char* word_for(sync::operation kind) {
  constexpr std::array words = {
      "load",     "store",  "read_modify_write", "compare_exchange", "lock",
      "try_lock", "unlock", "named_point"};
  return words.at(static_cast<std::size_t>(kind));
}

}  // namespace tussle::watchdog
