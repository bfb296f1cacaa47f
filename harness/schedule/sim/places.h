// places.h: which source line of the program is a call path about?
//
// Addresses are noted while an execution runs and looked up when it is printed: all of them
// in one call of addr2line, some tenths of a second.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "harness/race/race_record.h"
#include "harness/schedule/sim/finding.h"

namespace tussle::sim {

class places {
 public:
  explicit places(const std::vector<call_path>& all);

  // "workloads/a.h:12 in update": the innermost call outside the seam and the simulator;
  // empty if none is known.
  std::string of(const call_path& path) const;

 private:
  std::map<void*, race::call_stack> known_;
};

}  // namespace tussle::sim
