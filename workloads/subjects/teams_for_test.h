// teams_for_test.h: what the tests of subjects share.
#pragma once

#include <cstdint>
#include <thread>
#include <vector>

namespace tussle::workloads::subjects {

inline constexpr int threads = 4;
// Fewer where schedules are perturbed: there every operation is an occasion, and locks that
// serve in order wait for a core at each of them.
#if defined(TUSSLE_MODE_BENCH)
inline constexpr std::int64_t each = 2000;
#else
inline constexpr std::int64_t each = 300;
#endif

// Both halves always alike.
struct pair {
  std::int32_t first = 0;
  std::int32_t second = 0;
};

inline pair next(const pair& value) { return {value.first + 1, value.second + 1}; }

void run_on_all(const auto& body) {
  std::vector<std::thread> team;
  for (int i = 0; i < threads; ++i) team.emplace_back(body);
  for (std::thread& one : team) one.join();
}

}  // namespace tussle::workloads::subjects
