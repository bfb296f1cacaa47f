// stop_token.h: asking somebody to stop.
//
// The standard library's, whose operations the seam does not see: no scheduling points but
// the one before a request. In mode sim they are steps that nothing comes between.
#pragma once

#include <stop_token>

#include "primitives/sync/schedule_point.h"

namespace tussle::sync {
inline namespace TUSSLE_SYNC_MODE {

using stop_token = std::stop_token;
using stop_source = std::stop_source;

// Calls what was registered for it, on this thread. Returns whether this call was the first.
inline bool request_stop(stop_source& source) noexcept {
  schedule_point("stop_source.request");
  return source.request_stop();
}

}  // namespace TUSSLE_SYNC_MODE
}  // namespace tussle::sync
