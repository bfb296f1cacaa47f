// timeout_channel.h: a channel that closes after a while.
//
//   auto r = tussle::alts(tussle::take_from(answers),
//                         tussle::take_from(tussle::timeout_channel(10ms)));
//
// Each is a channel of its own. It closes not before its duration, by the monotonic clock; a
// duration that is not positive is over at once. Several close in the order of their
// deadlines. One that nobody owns any more costs nothing from then on. After the runtime has
// been shut down it does not close by itself.
// Contract: CONTRACT.md section 8 (CH-29, CH-30), deviations DEV-13 and DEV-15.
#pragma once

#include <chrono>
#include <variant>

#include "primitives/channel/channel.h"
#include "primitives/sync/clock.h"
#include "primitives/task/deadline.h"
#include "primitives/task/runtime.h"

namespace tussle {

namespace detail {
channel<std::monostate> make_timeout(runtime& on, sync::time_point when);
}  // namespace detail

// Throws: executor_rejected_error if the runtime was shut down; std::bad_alloc; where it is
//         the runtime's first timer, std::system_error.
template <typename Rep, typename Period>
channel<std::monostate> timeout_channel(runtime& on,
                                        std::chrono::duration<Rep, Period> after) {
  return detail::make_timeout(on, detail::deadline_after(after));
}
template <typename Rep, typename Period>
channel<std::monostate> timeout_channel(std::chrono::duration<Rep, Period> after) {
  return timeout_channel(default_runtime(), after);
}

}  // namespace tussle
