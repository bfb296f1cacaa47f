// transactions_testing.h: transactions of other threads, and how often they try.
#pragma once

#include <cstdint>
#include <thread>

#include "primitives/stm/stm_counters.h"
#include "primitives/stm/stm_options.h"
#include "primitives/stm/tx_ref.h"
#include "primitives/testing/threads_testing.h"

namespace tussle::tests {

// Until some transaction has failed for that reason since `before`: that it has met what the
// caller holds.
inline void wait_for_retry(retry_cause why, const stm_counters& before) {
  while (count_stm().retried(why) == before.retried(why)) std::this_thread::yield();
}

inline std::uint64_t attempts_since(const stm_counters& before) {
  return count_stm().attempts - before.attempts;
}

// Of this thread, for a scope.
class scoped_options {
 public:
  explicit scoped_options(const stm_options& now) : outer_(set_stm_options(now)) {}
  ~scoped_options() { set_stm_options(outer_); }
  scoped_options(const scoped_options&) = delete;
  scoped_options& operator=(const scoped_options&) = delete;

 private:
  stm_options outer_;
};

inline void set_elsewhere(tx_ref<int>& r, int value) {
  on_another_thread([&] { transact([&] { r.set(value); }); });
}
inline void add_one_elsewhere(tx_ref<int>& r) {
  on_another_thread([&] { transact([&] { r.alter([](int v) { return v + 1; }); }); });
}

}  // namespace tussle::tests
