// The use cases of transactions that need no runtime: compiled apart.
#include "workloads/planted/naive_inventories.h"
#include "workloads/planted/naive_pools.h"
#include "workloads/planted/naive_tables.h"
#include "workloads/register_cases.h"
#include "workloads/scenarios/dining.h"
#include "workloads/subjects/inventories.h"
#include "workloads/subjects/pools.h"
#include "workloads/subjects/tables.h"
#include "workloads/use_cases/inventory_orders.h"
#include "workloads/use_cases/resource_pool.h"

namespace tussle::workloads {

void add_transaction_use_cases(harness::registry& all) {
  namespace s = subjects;
  all.add<use_cases::inventory_orders, s::ref_inventory, s::atom_inventory,
          s::mutex_inventory, s::locks_inventory, planted::order_after_stock,
          planted::number_in_body, planted::provisional_check,
          planted::stock_checked_before, planted::keeps_part, planted::commuted_cancel>();
  all.add<use_cases::resource_pool, s::ref_pool, s::atom_pool, s::mutex_pool,
          s::flags_pool, planted::looks_then_takes, planted::makes_in_swap,
          planted::stale_capture, planted::releases_anything,
          planted::forgets_on_throw>();
  all.add<dining, s::ref_table, s::atom_table, s::ordered_table, s::scoped_table,
          s::waiter_table, planted::looks_before, planted::skewed_table>();
}

}  // namespace tussle::workloads
