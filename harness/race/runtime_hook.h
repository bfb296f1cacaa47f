// runtime_hook.h: where does the ThreadSanitizer runtime leave its reports?

#pragma once

#include "harness/race/report_store.h"

namespace tussle::race {

// Returns the store that the runtime's hook fills, or null in a build without
// ThreadSanitizer. Calling it is also what links the hook, the runtime's default options
// and its suppressions in.
report_store* runtime_reports() noexcept;

}  // namespace tussle::race
