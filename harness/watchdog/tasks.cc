#include "harness/watchdog/tasks.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <system_error>

namespace tussle::watchdog {
namespace {

// "id (name) state ...": the name may hold anything, also brackets.
std::optional<task> read_task(const std::filesystem::path& folder) {
  std::ifstream stat(folder / "stat");
  const std::string text{std::istreambuf_iterator<char>(stat), {}};
  const std::size_t open = text.find('(');
  const std::size_t close = text.rfind(')');
  if (open == std::string::npos || close == std::string::npos ||
      close + 2 >= text.size()) {
    return std::nullopt;
  }
  task found{.id = static_cast<pid_t>(std::stol(text)),
             .name = text.substr(open + 1, close - open - 1),
             .state = text[close + 2]};
  double on_core_ns = 0;
  if (std::ifstream(folder / "schedstat") >> on_core_ns) {
    found.cpu_seconds = on_core_ns * 1e-9;
  }
  return found;
}

}  // namespace

std::vector<task> tasks_except(pid_t except) {
  std::vector<task> all;
  std::error_code ignored;
  for (const auto& each :
       std::filesystem::directory_iterator("/proc/self/task", ignored)) {
    const auto found = read_task(each.path());
    if (found && found->id != except) all.push_back(*found);
  }
  std::sort(all.begin(), all.end(),
            [](const task& a, const task& b) { return a.id < b.id; });
  return all;
}

}  // namespace tussle::watchdog
