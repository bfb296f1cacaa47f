// wait_notes.h: what was each thread about to do when it was last heard of?
//
// Installed as the seam's scheduler around the one that is there, it notes every thread's
// last visible operation: of a thread that is stuck, that is what it waits for. Only in
// modes with schedule points; elsewhere nothing calls it.
#pragma once

#include <sys/types.h>

#include <optional>

#include "primitives/sync/hooks.h"

namespace tussle::watchdog {

struct wait_note {
  sync::operation kind = sync::operation::load;
  const void* address = nullptr;
  const char* point = nullptr;  // where the operation is a named point
};

class wait_notes final : public sync::scheduler {
 public:
  wait_notes();
  ~wait_notes();
  wait_notes(const wait_notes&) = delete;
  wait_notes& operator=(const wait_notes&) = delete;

  void before(const sync::visible_operation& next) noexcept override;
  bool fails_weak_compare_exchange() noexcept override;
  bool fails_thread_start() noexcept override;
  bool fails_allocation() noexcept override;

 private:
  sync::scheduler* const inner_;
};

// Nothing of a thread that never came by.
std::optional<wait_note> last_note_of(pid_t thread);

// "lock", "compare_exchange", ...
const char* word_for(sync::operation kind);

}  // namespace tussle::watchdog
