// go_driver.h: a driver of go blocks. Of go_scheduler.cc and go_watching.cc alone.
#pragma once

#include <cstdint>

#include "absl/base/thread_annotations.h"
#include "primitives/channel/go_scheduler.h"
#include "primitives/sync/atomic.h"
#include "primitives/sync/short_mutex.h"
#include "primitives/task/executor.h"
#include "primitives/task/task_line.h"

namespace tussle::detail {

struct go_scheduler::driver final : task {
  void run() noexcept override { home->drive(*this); }
  void discard() noexcept override { home->was_discarded(*this); }

  go_scheduler* home = nullptr;
  // Of its own thread.
  std::uint32_t tick = 0;
  std::uint32_t slots_in_a_row = 0;
  bool may_have_line = false;
  // Of the scheduler, under its lock.
  bool busy = false;
  bool watches = false;
  std::uint32_t seen_turns = 0;  // by the watcher

  alignas(64) sync::atomic<task*> slot{nullptr};
  sync::atomic<std::uint32_t> turns{0};
  sync::short_mutex mutex;
  task_line line ABSL_GUARDED_BY(mutex);
};

}  // namespace tussle::detail
