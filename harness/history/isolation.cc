#include "harness/history/isolation.h"

#include <absl/container/flat_hash_map.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "harness/history/cycles.h"

namespace tussle::history {
namespace {

using edges = std::vector<dependency_edge>;

template <typename Wanted>
edges those(const edges& all, const Wanted& wanted) {
  edges found;
  std::copy_if(all.begin(), all.end(), std::back_inserter(found), wanted);
  return found;
}

edges at(const edges& all, const std::vector<std::uint32_t>& places) {
  edges found;
  found.reserve(places.size());
  for (const std::uint32_t each : places) found.push_back(all[each]);
  return found;
}

edges cycle_of(std::uint32_t transactions, const edges& all) {
  std::vector<arc> arcs;
  arcs.reserve(all.size());
  for (const dependency_edge& each : all) arcs.push_back({each.from, each.to});
  return at(all, short_cycle(transactions, arcs));
}

// A transaction is two nodes: reached by rw, from where no rw leads on, and by another edge.
edges cycle_without_two_rw_in_a_row(std::uint32_t transactions, const edges& all) {
  std::vector<arc> arcs;
  std::vector<std::uint32_t> of;
  arcs.reserve(2 * all.size());
  of.reserve(2 * all.size());
  for (std::uint32_t i = 0; i < all.size(); ++i) {
    const std::uint32_t from = 2 * all[i].from;
    const bool rw = all[i].kind == dependency::rw;
    arcs.push_back({from, 2 * all[i].to + (rw ? 1 : 0)});
    of.push_back(i);
    if (rw) continue;
    arcs.push_back({from + 1, 2 * all[i].to});
    of.push_back(i);
  }
  std::vector<std::uint32_t> places = short_cycle(2 * transactions, arcs);
  for (std::uint32_t& each : places) each = of[each];
  return at(all, places);
}

bool has(const edges& cycle, dependency kind) {
  return std::any_of(cycle.begin(), cycle.end(),
                     [kind](const auto& each) { return each.kind == kind; });
}

anomaly name_of(const edges& cycle) {
  const auto anti = std::count_if(cycle.begin(), cycle.end(), [](const auto& each) {
    return each.kind == dependency::rw;
  });
  if (anti > 1) return anomaly::long_fork;
  if (anti == 1)
    return has(cycle, dependency::rt) ? anomaly::stale_read : anomaly::read_skew;
  return has(cycle, dependency::wr) || has(cycle, dependency::rt)
             ? anomaly::circular_information_flow
             : anomaly::dirty_write;
}

contradiction shown_by(anomaly what, edges cycle) {
  contradiction shown{.what = what};
  for (const dependency_edge& each : cycle) shown.who.push_back(each.from);
  shown.cycle = std::move(cycle);
  return shown;
}

class inspection {
 public:
  explicit inspection(const transactions& all, bool in_real_time)
      : all_(all),
        in_real_time_(in_real_time),
        found_(dependencies_of(all, in_real_time)) {}

  isolation_judgement judge() {
    count();
    for (contradiction& each : found_.alone) add(std::move(each));
    look_for_what_lasts_no_time();
    const auto is = [](dependency kind) {
      return [kind](const dependency_edge& each) { return each.kind == kind; };
    };
    add(cycle_of(size(), those(found_.edges, is(dependency::ww))));
    add(cycle_of(size(), those(found_.edges, [](const auto& each) {
                   return each.kind == dependency::ww || each.kind == dependency::wr;
                 })));
    add(cycle_without_two_rw_in_a_row(size(), those(found_.edges, [](const auto& each) {
                                        return each.kind != dependency::rt;
                                      })));
    if (said_.is_snapshot_isolated())
      add(compressed(cycle_without_two_rw_in_a_row(size(), found_.edges)));
    look_for_write_skew();
    if (said_.found.empty()) look_for_what_time_refutes();
    std::stable_sort(said_.found.begin(), said_.found.end(),
                     [](const auto& a, const auto& b) { return a.what < b.what; });
    return std::move(said_);
  }

 private:
  std::uint32_t size() const { return static_cast<std::uint32_t>(all_.size()); }

  void count() {
    for (const transaction& each : all_) {
      if (each.how == ending::aborted) {
        ++said_.aborted;
        continue;
      }
      ++said_.committed;
      said_.accesses += each.accesses.size();
    }
    said_.edges = found_.edges.size();
  }

  bool has_found(anomaly what) const {
    return std::any_of(said_.found.begin(), said_.found.end(),
                       [what](const auto& each) { return each.what == what; });
  }
  void add(contradiction one) {
    if (!has_found(one.what)) said_.found.push_back(std::move(one));
  }
  void add(edges cycle) {
    if (cycle.empty()) return;
    const anomaly what = name_of(cycle);
    add(shown_by(what, std::move(cycle)));
  }

  bool is_over_before(std::uint32_t first, std::uint32_t second) const {
    return all_[first].ended < all_[second].began;
  }
  dependency_edge in_time(std::uint32_t first, std::uint32_t second) const {
    return {.from = first, .to = second, .kind = dependency::rt};
  }

  // An edge against time is a cycle of two.
  void look_for_what_lasts_no_time() {
    if (!in_real_time_) return;
    for (const dependency_edge& each : found_.edges) {
      if (is_over_before(each.to, each.from)) add({each, in_time(each.to, each.from)});
    }
  }

  // From the first of several rt in a row to the last at once.
  edges compressed(const edges& cycle) const {
    edges shorter;
    for (const dependency_edge& each : cycle) {
      if (!shorter.empty() && each.kind == dependency::rt &&
          shorter.back().kind == dependency::rt) {
        shorter.back().to = each.to;
      } else {
        shorter.push_back(each);
      }
    }
    if (shorter.size() > 2 && shorter.front().kind == dependency::rt &&
        shorter.back().kind == dependency::rt) {
      shorter.front().from = shorter.back().from;
      shorter.pop_back();
    }
    return shorter;
  }

  // Pairs first: they are most of it. Longer ones where there is no pair.
  void look_for_write_skew() {
    absl::flat_hash_map<std::uint64_t, dependency_edge> anti;
    edges first;
    for (const dependency_edge& each : found_.edges) {
      if (each.kind != dependency::rw) continue;
      const bool is_new = anti.emplace(pair_of(each.from, each.to), each).second;
      const auto back = anti.find(pair_of(each.to, each.from));
      if (back == anti.end() || !is_new) continue;
      ++said_.write_skews;
      if (first.empty()) first = {back->second, each};
    }
    if (first.empty() && said_.is_snapshot_isolated()) {
      first = cycle_of(size(), those(found_.edges, [](const auto& each) {
                         return each.kind != dependency::rt;
                       }));
      said_.write_skews = first.empty() ? 0 : 1;
    }
    if (!first.empty()) add(shown_by(anomaly::write_skew, std::move(first)));
  }
  // No order of them all agrees with time.
  void look_for_what_time_refutes() {
    edges cycle = compressed(cycle_of(size(), found_.edges));
    if (!cycle.empty())
      said_.out_of_time = shown_by(anomaly::stale_read, std::move(cycle));
  }
  static std::uint64_t pair_of(std::uint32_t from, std::uint32_t to) {
    constexpr int bits_of_one = 32;
    return (std::uint64_t{from} << bits_of_one) + to;
  }

  const transactions& all_;
  const bool in_real_time_;
  dependencies found_;
  isolation_judgement said_;
};

}  // namespace

isolation_judgement check_isolation(const transactions& all, bool in_real_time) {
  const auto begun = std::chrono::steady_clock::now();
  isolation_judgement said = inspection(all, in_real_time).judge();
  said.seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  return said;
}

}  // namespace tussle::history
