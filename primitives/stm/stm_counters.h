// stm_counters.h: what transactions did, and what of it was in vain.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "primitives/sync/statistic.h"

namespace tussle {

// Why an attempt was given up.
enum class retry_cause : std::uint8_t {
  stale,      // it wanted to change what had changed since its read point
  owned,      // another transaction had claimed what it wanted to change
  ensured,    // another transaction had ensured it
  killed,     // an older transaction took what this one had claimed
  at_commit,  // another transaction had claimed or ensured what it commuted, at its commit
  priority,   // one that had failed too often goes first
};
inline constexpr std::size_t retry_causes = 6;

// Since the process began, or as differences: of all threads.
struct stm_counters {
  std::uint64_t attempts = 0;    // bodies begun; those that wait in place go on
  std::uint64_t commits = 0;     // with changes
  std::uint64_t reads_only = 0;  // transactions that ended without any
  std::array<std::uint64_t, retry_causes> retries{};
  std::uint64_t bodies_again = 0;  // retries that ran the body again
  std::uint64_t barges = 0;        // younger owners killed
  std::uint64_t helped = 0;        // commits whose point a reader fixed
  std::uint64_t versions_made = 0;
  std::uint64_t versions_freed = 0;

  std::uint64_t retried(retry_cause why) const {
    return retries[static_cast<std::size_t>(why)];
  }
  std::uint64_t all_retries() const {
    std::uint64_t sum = 0;
    for (const std::uint64_t n : retries) sum += n;
    return sum;
  }
  std::uint64_t versions_alive() const { return versions_made - versions_freed; }
};

// A sum over threads that go on meanwhile: exact when they stand still.
stm_counters count_stm() noexcept;

namespace stm {

// One thread's.
struct own_stm_counters {
  sync::statistic attempts;
  sync::statistic commits;
  sync::statistic reads_only;
  std::array<sync::statistic, retry_causes> retries;
  sync::statistic bodies_again;
  sync::statistic barges;
  sync::statistic helped;
  sync::statistic versions_made;
  sync::statistic versions_freed;
};

}  // namespace stm
}  // namespace tussle
