// stm_account.h (subjects): what all transactions did since something was opened.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "primitives/stm/stm_counters.h"

namespace tussle::workloads::subjects {

class stm_account {
 public:
  std::string told() const {
    const stm_counters now = count_stm();
    const std::uint64_t commits = now.commits - before_.commits;
    const std::uint64_t again = now.bodies_again - before_.bodies_again;
    return std::to_string(commits) + " commits, " +
           std::to_string(now.reads_only - before_.reads_only) + " reads, " +
           std::to_string(now.all_retries() - before_.all_retries()) + " retries" +
           causes(now) + ", " + std::to_string(again) + " ran a body again (" +
           per(again, commits) + " a commit), " +
           std::to_string(now.barges - before_.barges) + " barges, " +
           std::to_string(now.helped - before_.helped) + " helped by readers, " +
           std::to_string(now.versions_alive()) + " versions alive";
  }

 private:
  // Those that there were.
  std::string causes(const stm_counters& now) const {
    static constexpr std::array<const char*, retry_causes> names = {
        "stale", "owned", "ensured", "killed", "at commit", "priority"};
    std::string told;
    for (std::size_t i = 0; i < retry_causes; ++i) {
      const std::uint64_t n = now.retries[i] - before_.retries[i];
      if (n == 0) continue;
      told += (told.empty() ? " (" : ", ") + std::to_string(n) + " " + names[i];
    }
    return told.empty() ? told : told + ")";
  }

  // With two digits behind the point.
  static std::string per(std::uint64_t part, std::uint64_t whole) {
    if (whole == 0) return "none";
    const std::uint64_t hundredths = (100 * part + whole / 2) / whole;
    const std::string rest = std::to_string(hundredths % 100);
    return std::to_string(hundredths / 100) + (rest.size() == 1 ? ".0" : ".") + rest;
  }

  const stm_counters before_ = count_stm();
};

}  // namespace tussle::workloads::subjects
