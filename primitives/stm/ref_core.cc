#include "primitives/stm/ref_core.h"

#include "primitives/stm/history.h"

namespace tussle::stm {
namespace {

constinit sync::atomic<std::uint64_t> last_id{0};

void note_freed(std::uint64_t versions) noexcept {
  try {
    own_participant().counters.versions_freed.add(versions);
  } catch (...) {  // no memory for a thread's counters: the sum is too high by these
  }
}

}  // namespace

// Relaxed: only that ids differ counts.
ref_core::ref_core(version_base* first) noexcept
    : head_(first), id_(last_id.fetch_add(1, std::memory_order_relaxed)) {
  clear_up_at_exit();
}

// Nobody looks at its versions any more, because whoever does has a handle.
ref_core::~ref_core() {
  std::uint64_t freed = 0;
  // Relaxed: whoever destroys it is its last user.
  for (version_base* v = head_.load(std::memory_order_relaxed); v != nullptr; ++freed) {
    version_base* const gone = v;
    v = v->older();
    gone->destroy();
  }
  note_freed(freed);
}

}  // namespace tussle::stm
