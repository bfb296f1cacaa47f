// isolation.h: were transactions isolated from each other?
//
// A history is snapshot-isolated exactly if each transaction is sound in itself and no cycle
// of dependencies (dependencies.h) lacks two anti-dependencies in a row (Fekete and others,
// "Making snapshot isolation serializable", TODS 2005; Cerone and Gotsman, "Analysing snapshot
// isolation", PODC 2016). It is serializable if there is no cycle at all. So what is looked
// for, each with one example that is as small as can be found:
//   in one transaction, or two   what `dependencies` finds without a cycle
//   cycles of ww                 dirty write
//   cycles of ww and wr          circular information flow
//   cycles without two rw in a row   read skew if one rw, long fork if more
//   all other cycles             write skew: interesting, as snapshot isolation allows it
// Time is a dependency, too: who begins after another has ended must see what that one wrote.
// A cycle with time and with two rw in a row is allowed to snapshots and no skew of writes; who
// promises serializability is refuted by it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "harness/history/dependencies.h"
#include "harness/history/transaction.h"

namespace tussle::history {

struct isolation_judgement {
  std::vector<contradiction> found;  // at most one of each anomaly, the worst first
  // A stale read only for who promises serializability. Looked for where nothing else is found.
  std::optional<contradiction> out_of_time;
  std::size_t committed = 0;
  std::size_t aborted = 0;
  std::size_t accesses = 0;  // of committed ones
  std::size_t edges = 0;
  std::size_t write_skews = 0;  // pairs of transactions
  double seconds = 0;

  bool is_snapshot_isolated() const {
    return found.empty() || !is_forbidden(found.front().what);
  }
  bool is_serializable() const { return found.empty() && !out_of_time; }
};

isolation_judgement check_isolation(const transactions& all, bool in_real_time = true);

}  // namespace tussle::history
