// stm_account.h (subjects): what all transactions did since something was opened.
#pragma once

#include <cstdint>
#include <string>

#include "primitives/stm/stm_counters.h"

namespace tussle::workloads::subjects {

class stm_account {
 public:
  std::string told() const {
    const stm_counters now = count_stm();
    const std::uint64_t retries = now.all_retries() - before_.all_retries();
    return std::to_string(now.commits - before_.commits) + " commits, " +
           std::to_string(now.reads_only - before_.reads_only) + " reads, " +
           std::to_string(retries) + " retries (" +
           std::to_string(now.bodies_again - before_.bodies_again) +
           " ran a body again), " + std::to_string(now.barges - before_.barges) +
           " barges, " + std::to_string(now.versions_alive()) + " versions alive";
  }

 private:
  const stm_counters before_ = count_stm();
};

}  // namespace tussle::workloads::subjects
