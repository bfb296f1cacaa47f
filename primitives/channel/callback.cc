#include "primitives/channel/callback.h"

#include "primitives/channel/users_code.h"
#include "primitives/sync/per_thread.h"
#include "primitives/task/task_line.h"

namespace tussle::detail {
namespace {

constexpr int deepest = 8;

struct calls {
  int depth = 0;
  task_line later;
};
using own_calls = sync::per_thread<calls, calls>;

}  // namespace

bool inline_calls::may_begin() noexcept {
  return own_calls::mine().depth < deepest && !users_code::puts_off();
}

void inline_calls::run(task& call) noexcept {
  if (!may_begin()) {
    static_cast<void>(own_calls::mine().later.push(call));
    return;
  }
  const scope here;
  call.run();
}

void inline_calls::run_put_off() noexcept {
  const scope here;  // its end runs them
}

inline_calls::scope::scope() noexcept { ++own_calls::mine().depth; }

inline_calls::scope::~scope() {
  calls& mine = own_calls::mine();
  if (mine.depth == 1) {
    while (task* const one = mine.later.pop()) one->run();
  }
  --mine.depth;
}

}  // namespace tussle::detail
