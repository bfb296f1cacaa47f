// program_testing.h: tiny concurrent programs, and everything that they can do in the model.
#pragma once

#include <atomic>
#include <cstddef>
#include <optional>
#include <set>
#include <vector>

#include "harness/schedule/memory/memory_model.h"

namespace tussle::sim::tests {

enum class step_kind {
  load,
  store,
  add,
  compare_exchange,
  fence,
  plain_read,
  plain_write
};

struct step {
  step_kind kind = step_kind::load;
  int where = 0;  // location, numbered from 0; plain ones apart from atomic ones
  int value = 0;  // to store or to add, or to put in the place of...
  int expected = 0;
  std::memory_order order = std::memory_order_seq_cst;
  std::memory_order failure = std::memory_order_seq_cst;
  // Done only if the thread's last load or read-modify-write read this.
  std::optional<int> wanted = {};
};

using thread_steps = std::vector<step>;

// All locations are 0 at the start.
struct program {
  std::vector<thread_steps> threads;
  int locations = 2;
  int plain_locations = 0;
};

// What every load and read-modify-write read, thread by thread (-1: not done), and then the
// last value of every location.
using outcome = std::vector<int>;

struct behaviour {
  std::set<outcome> outcomes;
  bool races = false;  // in some execution
  std::size_t executions = 0;
};

// All interleavings with all choices.
behaviour explore(const program& p, std::size_t depth = most_stores);

// The same without weak memory: a load reads the last store that was done.
std::set<outcome> interleave(const program& p);

// The outcomes without the locations' last values.
std::set<outcome> reads_of(const program& p, const std::set<outcome>& outcomes);

inline constexpr int x = 0;
inline constexpr int y = 1;
inline constexpr int z = 2;

inline constexpr auto relaxed = std::memory_order_relaxed;
inline constexpr auto acquire = std::memory_order_acquire;
inline constexpr auto release = std::memory_order_release;
inline constexpr auto acq_rel = std::memory_order_acq_rel;
inline constexpr auto seq_cst = std::memory_order_seq_cst;

inline step load(int where, std::memory_order order) {
  return {.kind = step_kind::load, .where = where, .order = order};
}
inline step store(int where, int value, std::memory_order order) {
  return {.kind = step_kind::store, .where = where, .value = value, .order = order};
}
inline step add(int where, int value, std::memory_order order) {
  return {.kind = step_kind::add, .where = where, .value = value, .order = order};
}
inline step compare_exchange(int where, int expected, int value, std::memory_order order,
                             std::memory_order failure) {
  return {.kind = step_kind::compare_exchange,
          .where = where,
          .value = value,
          .expected = expected,
          .order = order,
          .failure = failure};
}
inline step fence(std::memory_order order) {
  return {.kind = step_kind::fence, .order = order};
}
inline step plain_read(int where) {
  return {.kind = step_kind::plain_read, .where = where};
}
inline step plain_write(int where) {
  return {.kind = step_kind::plain_write, .where = where};
}
inline step if_read(int wanted, step then) {
  then.wanted = wanted;
  return then;
}

}  // namespace tussle::sim::tests
