// naive_configuration.h (planted): UC-2 as it is often written first.
//
// flag_atoms:    an atom for each setting. A request between two of them sees a mix.
// late_watch:    the watch loads from the atom instead of using what it is given, and so sets
//                the component up for one version twice and for another never.
// The mend:      one value, loaded once a request, and the watch's own argument
//                (subjects/atom_value.h).
// Must be caught by: verification of hot_reload.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "harness/case/case_info.h"
#include "primitives/atom/atom.h"
#include "primitives/sync/mutex.h"
#include "primitives/sync/per_thread.h"
#include "primitives/sync/schedule_point.h"
#include "workloads/use_cases/service_config.h"

namespace tussle::workloads::planted {

struct flag_atoms {
  static harness::subject_info info() {
    return {.name = "flag_atoms",
            .kind = harness::subject_kind::planted,
            .description = "A configuration with an atom for each setting: torn.",
            .source = "workloads/planted/naive_configuration.h",
            .on_seam = true,
            .breaks_invariant = harness::expectation::may};
  }

  class configuration {
   public:
    explicit configuration(use_cases::service_config initial)
        : version_(initial.version),
          limit_(initial.limit),
          deadline_(initial.deadline),
          flags_(std::move(initial.flags)) {}

    template <typename F>
    void request(F f) const {
      f(use_cases::service_config{*version_.load(), *limit_.load(), *deadline_.load(),
                                  *flags_.load()});
    }
    // Reloads keep out of each other's way, so that the torn request is all that is wrong.
    template <typename F>
    bool reload(F f) {
      sync::mutex_lock lock(reloading_);
      const use_cases::service_config next = f(use_cases::service_config{
          *version_.load(), *limit_.load(), *deadline_.load(), *flags_.load()});
      if (!next.consistent()) return false;
      version_.reset(next.version);
      sync::yield();  // what happens now and then, often
      limit_.reset(next.limit);
      deadline_.reset(next.deadline);
      flags_.reset(next.flags);
      told_(next);
      return true;
    }
    template <typename F>
    void on_reload(F f) {
      told_ = f;
    }

   private:
    tussle::atom<std::int64_t> version_;
    tussle::atom<std::int64_t> limit_;
    tussle::atom<std::int64_t> deadline_;
    tussle::atom<value::map<std::string, std::int64_t>> flags_;
    sync::mutex reloading_;
    std::function<void(const use_cases::service_config&)> told_;
  };
};

struct late_watch {
  static harness::subject_info info() {
    return {.name = "late_watch",
            .kind = harness::subject_kind::planted,
            .description = "A watch that loads the atom instead of using its argument.",
            .source = "workloads/planted/naive_configuration.h",
            .on_seam = true,
            .breaks_invariant = harness::expectation::may};
  }

  class configuration {
   public:
    explicit configuration(use_cases::service_config initial)
        : current_(std::move(initial),
                   {.validator = [](const auto& c) { return c.consistent(); }}) {}

    template <typename F>
    void request(F f) const {
      f(*current_.load());
    }
    template <typename F>
    bool reload(F f) {
      try {
        current_.swap(f);
        return true;
      } catch (const invalid_state_error&) {
        return false;
      }
    }
    template <typename F>
    void on_reload(F f) {
      current_.add_watch("component", [f](auto&, auto& atom, auto&, auto&) {
        sync::schedule_point("planted.late_watch.before_load");
        sync::yield();  // what happens now and then, often
        f(*atom.load());
      });
    }

   private:
    tussle::atom<use_cases::service_config> current_;
  };
};

}  // namespace tussle::workloads::planted
