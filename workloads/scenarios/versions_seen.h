// versions_seen.h: what one thread has seen of a versioned value, and whether that can be.
#pragma once

#include <cstdint>
#include <vector>

#include "harness/case/verdict.h"
#include "harness/case/worker.h"
#include "workloads/scenarios/payload.h"

namespace tussle::workloads {

// One per thread, on lines of its own. Versions count updates modulo 2^32; of two that a
// thread sees one after the other, a difference beyond half the range is a step back.
struct alignas(harness::padding) versions_seen {
  bool is_check_due() { return due_for_full_check(++looks); }

  // A read may see the same version again.
  void read(const sight& seen) {
    torn += seen.whole ? 0 : 1;
    backward += static_cast<std::int32_t>(seen.version - last) < 0 ? 1 : 0;
    last = seen.version;
  }

  // An update replaces what it saw by the next version. So the thread's next look must not
  // be older than its own update: a cell that forgets it is found by the next read.
  void updated_from(const sight& seen) {
    read(seen);
    last = seen.version + 1;
    ++updates;
  }

  std::uint32_t last = 0;
  std::uint64_t looks = 0;
  std::int64_t torn = 0;
  std::int64_t backward = 0;
  std::uint64_t updates = 0;
};

// Applies one update and notes what it saw.
template <typename Cell>
void update_once(Cell& cell, versions_seen& mine) {
  const bool fully = mine.is_check_due();
  sight last_seen;
  cell.update([fully, &last_seen](const auto& value) {
    last_seen = look_at(value, fully);
    return value.next();
  });
  mine.updated_from(last_seen);  // of the call whose result was installed: the last one
}

inline harness::verdict verify_versions(std::uint32_t final_version,
                                        const std::vector<versions_seen>& all) {
  versions_seen sum;
  for (const versions_seen& each : all) {
    sum.updates += each.updates;
    sum.torn += each.torn;
    sum.backward += each.backward;
  }
  return harness::first_failure(
      {harness::expect_equal("final version", final_version, "updates",
                             static_cast<std::uint32_t>(sum.updates)),
       harness::expect_equal("torn reads", sum.torn, "allowed", 0),
       harness::expect_equal("reads that went back", sum.backward, "allowed", 0)});
}

}  // namespace tussle::workloads
