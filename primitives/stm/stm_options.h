// stm_options.h: constants of transactions that tests and measurements change.
#pragma once

#include <chrono>
#include <cstdint>

namespace tussle {

struct stm_options {
  // A transaction gives up (retry_limit_error) after so many attempts.
  std::uint64_t most_attempts = 10'000;
  // After so many it goes first (priority in transaction.h); at most one does at a time.
  std::uint64_t attempts_before_priority = 16;
  // How long an attempt waits for another transaction to end before it is tried again. Beyond
  // what the clock can tell (nanoseconds::max()): until that has ended; who waits for ensures
  // of others, then, until nobody ensures the ref.
  std::chrono::nanoseconds longest_wait = std::chrono::milliseconds(100);
};

// Of the transactions that begin on the calling thread from now on. Returns those of before.
// Throws: std::bad_alloc.
stm_options set_stm_options(const stm_options& next);

}  // namespace tussle
