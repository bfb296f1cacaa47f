// tasks.h: what the kernel knows of the threads of this process.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace tussle::watchdog {

struct task {
  pid_t id = 0;
  std::string name = {};
  char state = '?';        // R: runs or is ready to; S, D: waits
  double cpu_seconds = 0;  // so far

  bool waits() const { return state == 'S' || state == 'D'; }
};

// All threads but `except`. One that ends meanwhile is left out.
std::vector<task> tasks_except(pid_t except);

}  // namespace tussle::watchdog
