#include "primitives/sync/short_mutex.h"

namespace tussle::sync {
inline namespace TUSSLE_SYNC_MODE {

namespace detail {

// Who has slept does not know whether others sleep, and so holds it as waited for.
void short_mutex_word::lock_slowly() noexcept {
#if defined(TUSSLE_MODE_BENCH)
  constexpr int most_pauses = 256;
  constexpr int most_looks = 6;
  int pauses = 32;
  for (int i = 0; i < most_looks; ++i) {
    for (int n = 0; n < pauses; ++n) __builtin_ia32_pause();
    if (pauses < most_pauses) pauses *= 2;
    // Relaxed: a hint; try_lock acquires.
    if (word_.load(std::memory_order_relaxed) == free && try_lock()) return;
  }
#endif
  // (2) acquire; pairs with (3).
  while (word_.exchange(waited_for, std::memory_order_acquire) != free) {
    word_.wait(waited_for);
  }
}

}  // namespace detail
}  // namespace TUSSLE_SYNC_MODE
}  // namespace tussle::sync
