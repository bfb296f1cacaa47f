#include "workloads/claims/all_claims.h"

#include "workloads/claims/agent_claims.h"
#include "workloads/claims/atom_claims.h"
#include "workloads/claims/result_claims.h"

namespace tussle::workloads {
namespace {

using tussle::claims::claim;

claim later(const char* id, const char* statement, const char* needs) {
  return {.id = id,
          .statement = statement,
          .untested = std::string("needs ") + needs + ", which are not built yet"};
}

// What is taught of primitives that are not there.
tussle::claims::claims later_claims() {
  const char* const refs = "refs and transactions";
  const char* const channels = "channels and go blocks";
  return {
      later("stm.all_or_nothing", "a transfer is all or nothing", refs),
      later("stm.never_deadlocks", "conflicting transactions retry, and never deadlock",
            refs),
      later("stm.no_stock_sold_twice", "two orders never take the same stock", refs),
      later("stm.composes", "transactions compose", refs),
      later("stm.detects_cycles", "the transactional memory detects cycles", refs),
      later("registry.refs_leak_handles", "a registry on refs leaks handles on retry",
            refs),
      later("go.waits_without_a_thread", "go bodies wait without holding a thread",
            channels),
      later("pipeline.keeps_order", "a pipeline of n keeps order, and runs n at once",
            channels),
      later("channel.put_without_waiting", "put without waiting does not wait", channels),
      later("event_bus.every_subscriber_hears",
            "every subscriber of the event bus hears all", channels),
  };
}

}  // namespace

tussle::claims::claims all_claims() {
  tussle::claims::claims all;
  for (auto part : {claims::atom_claims(), claims::agent_claims(),
                    claims::result_claims(), later_claims()}) {
    for (claim& each : part) all.push_back(std::move(each));
  }
  return all;
}

}  // namespace tussle::workloads
