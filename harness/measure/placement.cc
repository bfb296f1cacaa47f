#include "harness/measure/placement.h"

#include <sched.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <map>
#include <string>
#include <system_error>
#include <tuple>
#include <utility>

namespace tussle::harness {
namespace {

int topology_number(int cpu, const char* name, int otherwise) {
  std::ifstream file("/sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/topology/" +
                     name);
  int number = 0;
  return file >> number && number >= 0 ? number : otherwise;
}

bool is_nearer(const core_place& a, const core_place& b) {
  return std::tie(a.socket, a.core, a.cpu) < std::tie(b.socket, b.core, b.cpu);
}

// A core's turn: which sibling of its core it is, and which core of its socket that is.
struct turn {
  int sibling = 0;
  int core = 0;
  core_place place;
};

// `near` is in compact order.
std::vector<turn> turns(const std::vector<core_place>& near) {
  std::map<std::pair<int, int>, int> siblings;  // by socket and core: seen so far
  std::map<int, int> cores;                     // by socket: seen so far
  std::vector<turn> all;
  for (const core_place& each : near) {
    const int sibling = siblings[{each.socket, each.core}]++;
    if (sibling == 0) ++cores[each.socket];
    all.push_back({sibling, cores[each.socket], each});
  }
  return all;
}

}  // namespace

std::vector<int> cpus_in_order(placement how, std::vector<core_place> usable) {
  std::vector<int> cpus;
  if (how == placement::free) return cpus;
  std::sort(usable.begin(), usable.end(), is_nearer);
  std::vector<turn> order = turns(usable);
  if (how == placement::scatter) {
    std::sort(order.begin(), order.end(), [](const turn& a, const turn& b) {
      return std::tie(a.sibling, a.core, a.place.socket) <
             std::tie(b.sibling, b.core, b.place.socket);
    });
  }
  for (const turn& each : order) cpus.push_back(each.place.cpu);
  return cpus;
}

std::vector<core_place> usable_places() {
  std::vector<core_place> places;
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) != 0) return places;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (!CPU_ISSET(cpu, &set)) continue;
    places.push_back({cpu, topology_number(cpu, "core_id", cpu),
                      topology_number(cpu, "physical_package_id", 0)});
  }
  return places;
}

std::vector<int> cpus_for(const conditions& values) {
  if (!values.has("placement")) return {};
  const auto how = static_cast<placement>(values.count("placement"));
  return how == placement::free ? std::vector<int>{}
                                : cpus_in_order(how, usable_places());
}

void keep_this_thread_on(int cpu) {
  cpu_set_t only;
  CPU_ZERO(&only);
  CPU_SET(cpu, &only);
  if (sched_setaffinity(0, sizeof only, &only) != 0) {
    throw std::system_error(errno, std::generic_category(),
                            "cannot keep a thread on core " + std::to_string(cpu));
  }
}

}  // namespace tussle::harness
