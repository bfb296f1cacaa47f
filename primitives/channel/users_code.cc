#include "primitives/channel/users_code.h"

#include <utility>

#include "primitives/channel/callback.h"
#include "primitives/channel/channel_core.h"
#include "primitives/channel/go_scheduler.h"
#include "primitives/sync/per_thread.h"

namespace tussle::detail {
namespace {

struct running {
  int locks = 0;
  bool put_off = false;
};
using here = sync::per_thread<running, running>;

}  // namespace

void users_code::begin() noexcept { ++here::mine().locks; }

void users_code::end() noexcept {
  running& mine = here::mine();
  if (--mine.locks > 0 || !std::exchange(mine.put_off, false)) return;
  inline_calls::run_put_off();
  channel_core::end_put_off();
  go_scheduler::drop_put_off();
}

bool users_code::puts_off() noexcept {
  running& mine = here::mine();
  if (mine.locks == 0) return false;
  mine.put_off = true;
  return true;
}

}  // namespace tussle::detail
