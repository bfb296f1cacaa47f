// stm_account.h (subjects): what all transactions did since something was opened.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

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
           std::to_string(more_alive(now)) + " versions more alive";
  }

  // The same as numbers.
  std::vector<std::pair<std::string, double>> counts() const {
    const stm_counters now = count_stm();
    const auto commits = static_cast<double>(now.commits - before_.commits);
    const auto again = static_cast<double>(now.bodies_again - before_.bodies_again);
    std::vector<std::pair<std::string, double>> told = {
        {"commits", commits},
        {"reads", static_cast<double>(now.reads_only - before_.reads_only)}};
    for (std::size_t i = 0; i < retry_causes; ++i) {
      told.emplace_back(std::string("retries: ") + cause_names[i],
                        static_cast<double>(now.retries[i] - before_.retries[i]));
    }
    told.emplace_back("bodies again", again);
    told.emplace_back("again per commit", commits > 0 ? again / commits : 0);
    told.emplace_back("barges", static_cast<double>(now.barges - before_.barges));
    told.emplace_back("helped", static_cast<double>(now.helped - before_.helped));
    told.emplace_back("versions more alive", static_cast<double>(more_alive(now)));
    return told;
  }

 private:
  static constexpr std::array<const char*, retry_causes> cause_names = {
      "stale", "owned", "ensured", "killed", "at commit", "priority"};

  // Those that there were.
  std::string causes(const stm_counters& now) const {
    std::string told;
    for (std::size_t i = 0; i < retry_causes; ++i) {
      const std::uint64_t n = now.retries[i] - before_.retries[i];
      if (n == 0) continue;
      told += (told.empty() ? " (" : ", ") + std::to_string(n) + " " + cause_names[i];
    }
    return told.empty() ? told : told + ")";
  }

  // Than when it was opened; fewer are negative.
  std::int64_t more_alive(const stm_counters& now) const {
    return static_cast<std::int64_t>(now.versions_alive() - before_.versions_alive());
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
