#include "primitives/channel/blocked_thread.h"

#include <algorithm>
#include <cstdint>

#include "primitives/channel/errors.h"
#include "primitives/channel/go_scheduler.h"
#include "primitives/sync/clock.h"
#include "primitives/sync/per_thread.h"

namespace tussle::detail {

void require_may_block() {
  if (go_scheduler::must_not_block()) throw blocking_in_go_error();
}

#if defined(TUSSLE_MODE_BENCH)

namespace {

// How many short looks come before the next long one, and how many came before the last one.
struct history {
  unsigned short_looks = 0;
  unsigned before = 0;
};
using own_history = sync::per_thread<history, history>;

constexpr std::uint64_t short_look = 3'000;  // cycles
constexpr std::uint64_t long_look = 60'000;
constexpr unsigned most_short_looks = 63;

}  // namespace

// Being woken costs tens of microseconds on virtual machines: a look first. After the first
// microsecond it lets others have the core: two threads that serve each other in turn may
// share one, and all looks would be in vain. Where it does not get the core back soon there
// are others who want it, and the next looks are short.
bool blocked_thread::is_served_soon() const noexcept {
  history& mine = own_history::mine();
  const bool is_long = mine.short_looks == 0;
  if (!is_long) --mine.short_looks;
  const std::uint64_t longest = is_long ? long_look : short_look;
  std::uint64_t looked = 0;
  for (const std::uint64_t begun = sync::cycles(); looked < longest;
       looked = sync::cycles() - begun) {
    if (shot_.is_settled()) {
      mine.before = 0;
      return true;
    }
    looked < short_look ? __builtin_ia32_pause() : sync::yield();
  }
  if (is_long) {
    mine.before = std::min(2 * mine.before + 1, most_short_looks);
    mine.short_looks = mine.before;
  }
  return shot_.is_settled();
}

#else

bool blocked_thread::is_served_soon() const noexcept { return shot_.is_settled(); }

#endif

}  // namespace tussle::detail
