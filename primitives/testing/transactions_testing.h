// transactions_testing.h: what transactions of other threads have come to.
#pragma once

#include <cstdint>
#include <thread>

#include "primitives/stm/stm_counters.h"

namespace tussle::tests {

// Until some transaction has failed for that reason since `before`: that it has met what the
// caller holds.
inline void wait_for_retry(retry_cause why, const stm_counters& before) {
  while (count_stm().retried(why) == before.retried(why)) std::this_thread::yield();
}

inline std::uint64_t attempts_since(const stm_counters& before) {
  return count_stm().attempts - before.attempts;
}

}  // namespace tussle::tests
