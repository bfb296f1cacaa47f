// dependencies.h: which transaction must come before which, and what is wrong in one alone.
//
// Between committed transactions (Adya 1999, section 3.1):
//   ww  from who wrote a version to who wrote the next one of that key
//   wr  from who wrote a version to who read it
//   rw  from who read a version to who wrote the next one (an anti-dependency)
//   rt  from who had ended to who began later, in real time; only those that do not follow
//       from others
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/history/transaction.h"

namespace tussle::history {

enum class dependency : std::uint8_t { ww, wr, rw, rt };

struct dependency_edge {
  std::uint32_t from = 0;  // indices of transactions
  std::uint32_t to = 0;
  dependency kind = dependency::ww;
  std::int64_t key = 0;                // of rt: none
  version_id version = first_version;  // that was read, or replaced
};

enum class anomaly : std::uint8_t {
  value_from_nowhere,         // a version that nobody wrote there
  own_write_not_seen,         // a transaction does not see what it has written
  aborted_read,               // G1a: of a version whose writer did not commit
  intermediate_read,          // G1b: of a version that its writer replaced itself
  non_repeatable_read,        // two reads of one transaction differ
  lost_update,                // two committed writes replace the same version
  dirty_write,                // G0: writes that interleave
  circular_information_flow,  // G1c: each depends on what the other wrote
  stale_read,                 // of what had been replaced before the reader began
  read_skew,                  // G-single: a commit that is seen by half
  long_fork,                  // two see two commits in opposite orders
  write_skew,                 // G2: each relies on what the other one changes
};

// Snapshot isolation allows write skew, and nothing else of these.
inline bool is_forbidden(anomaly what) { return what != anomaly::write_skew; }

// "read skew (G-single)"
std::string to_string(anomaly what);
std::string to_string(dependency kind);

// Something that is wrong, with the transactions that show it.
struct contradiction {
  anomaly what = anomaly::value_from_nowhere;
  std::vector<std::uint32_t> who = {};      // in the order of the cycle, if it is one
  std::vector<dependency_edge> cycle = {};  // empty: it shows without one
  std::int64_t key = 0;                     // where there is no cycle
  std::vector<version_id> versions = {};    // likewise
};

struct dependencies {
  std::vector<dependency_edge> edges;
  std::vector<contradiction> alone;  // what shows without a cycle
};

// Linear in accesses, but for rt, which takes as many times longer as threads overlap. Of those
// that replaced the same version only the first two are told, and have edges.
dependencies dependencies_of(const transactions& all, bool in_real_time);

}  // namespace tussle::history
