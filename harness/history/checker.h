// checker.h: is a history linearizable?
//
// Yes, with an order that explains it; no, with a reason; or cut, when the budget ended
// first. Objects are checked one by one: a history over several keys is linearizable
// exactly if each key's part is (Herlihy & Wing 1990, theorem 1; Horn & Kroening, "Faster
// linearizability checking via P-compositionality", FORTE 2015).
//
// Cells with unique values and told predecessors are decided by their chain (chain.h),
// queues and channels are looked at for bad patterns first (fifo.h); all else, and what
// these cannot decide, is searched (search.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/history/operation.h"
#include "harness/history/search.h"

namespace tussle::history {

struct judgement {
  answer said = answer::cut;
  std::string method = {};           // "chain", "pattern", "search"
  std::string reason = {};           // why not, or how far it came
  std::uint64_t configurations = 0;  // that the search met
  // By the search only: indices into the history. All that took effect, or the longest
  // order after which nothing could come.
  std::vector<step> order = {};
  std::optional<std::uint32_t> stuck = {};  // what should have ended next
  double seconds = 0;
};

judgement check(const history& operations, const specification& object,
                const budget& limits = {});

// The same by nothing but the search, which tells an order in any case.
judgement check_by_search(const history& operations, const specification& object,
                          const budget& limits = {});

// The state that an order leads to, in words.
std::string state_after(const history& operations, const specification& object,
                        const std::vector<step>& order);

// Whether an operation could come next after an order.
bool may_follow(const history& operations, const specification& object,
                const std::vector<step>& order, std::uint32_t candidate);

}  // namespace tussle::history
