// naive_metrics.h (planted): UC-1 as it is often written first.
//
// load_then_reset_metrics: load, change, reset. An update that lands in between is lost.
// split_metrics:           errors and requests in an atom each. A report that comes between
//                          the two finds more errors than requests.
// reset_harvest:           load, then reset to empty. What lands in between is in no harvest.
// The mend:                one value, changed by swap and harvested by reset_vals
//                          (subjects/atom_value.h).
// Must be caught by:       verification of request_metrics.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "harness/case/case_info.h"
#include "primitives/atom/atom.h"
#include "primitives/sync/per_thread.h"
#include "primitives/sync/schedule_point.h"
#include "primitives/value/map.h"
#include "workloads/use_cases/route_stats.h"

namespace tussle::workloads::planted {

inline harness::subject_info naive_metrics_info(std::string name,
                                                std::string description) {
  return {.name = std::move(name),
          .kind = harness::subject_kind::planted,
          .description = std::move(description),
          .source = "workloads/planted/naive_metrics.h",
          .on_seam = true,
          .breaks_invariant = harness::expectation::may};
}

using stats_by_route = value::map<std::string, use_cases::route_stats>;

inline stats_by_route recorded(const stats_by_route& all, const std::string& route,
                               const use_cases::request& r) {
  return all.update(route, [&r](const auto& stats) { return stats.with(r); });
}

struct load_then_reset_metrics {
  static harness::subject_info info() {
    return naive_metrics_info("load_then_reset_metrics",
                              "Metrics updated by load and reset: loses requests.");
  }

  class metrics {
   public:
    void record(const std::string& route, const use_cases::request& r) {
      const auto seen = stats_.load();
      sync::schedule_point("planted.load_then_reset_metrics.before_reset");
      stats_.reset(recorded(*seen, route, r));
    }
    template <typename F>
    void report(F f) const {
      stats_.load()->for_each(f);
    }
    template <typename F>
    void harvest(F f) {
      stats_.reset_vals(stats_by_route()).first->for_each(f);
    }

   private:
    tussle::atom<stats_by_route> stats_{stats_by_route()};
  };
};

struct split_metrics {
  static harness::subject_info info() {
    return naive_metrics_info("split_metrics",
                              "Errors and requests in two atoms: reports mix moments.");
  }

  class metrics {
   public:
    void record(const std::string& route, const use_cases::request& r) {
      if (r.failed) errors_.swap([&](const counts& c) { return c.update(route, more); });
      sync::yield();  // what happens now and then, often
      stats_.swap([&](const stats_by_route& all) { return recorded(all, route, r); });
    }
    template <typename F>
    void report(F f) const {
      joined(*stats_.load(), *errors_.load(), f);
    }
    template <typename F>
    void harvest(F f) {
      const auto stats = stats_.reset_vals(stats_by_route()).first;
      joined(*stats, *errors_.reset_vals(counts()).first, f);
    }

   private:
    using counts = value::map<std::string, std::int64_t>;
    static std::int64_t more(std::int64_t n) { return n + 1; }

    template <typename F>
    static void joined(const stats_by_route& all, const counts& errors, F& f) {
      all.for_each([&](const std::string& route, use_cases::route_stats stats) {
        const std::int64_t* const found = errors.find(route);
        stats.errors = found == nullptr ? 0 : *found;
        f(route, stats);
      });
      errors.for_each([&](const std::string& route, std::int64_t n) {
        if (!all.contains(route)) f(route, use_cases::route_stats{.errors = n});
      });
    }

    tussle::atom<stats_by_route> stats_{stats_by_route()};
    tussle::atom<counts> errors_{counts()};
  };
};

struct reset_harvest {
  static harness::subject_info info() {
    return naive_metrics_info("reset_harvest",
                              "Metrics harvested by load and reset: loses requests.");
  }

  class metrics {
   public:
    void record(const std::string& route, const use_cases::request& r) {
      stats_.swap([&](const stats_by_route& all) { return recorded(all, route, r); });
    }
    template <typename F>
    void report(F f) const {
      stats_.load()->for_each(f);
    }
    template <typename F>
    void harvest(F f) {
      stats_.load()->for_each(f);
      sync::schedule_point("planted.reset_harvest.before_reset");
      sync::yield();  // what happens now and then, often
      stats_.reset(stats_by_route());
    }

   private:
    tussle::atom<stats_by_route> stats_{stats_by_route()};
  };
};

}  // namespace tussle::workloads::planted
