#include "primitives/channel/callback.h"

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

bool inline_calls::may_begin() noexcept { return own_calls::mine().depth < deepest; }

void inline_calls::run(task& call) noexcept {
  if (!may_begin()) {
    static_cast<void>(own_calls::mine().later.push(call));
    return;
  }
  const scope here;
  call.run();
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
