// configuration.h (own role): what another project's configuration must have, and which use
// case it enters.
#pragma once

#include <concepts>

#include "harness/case/registry.h"
#include "workloads/use_cases/hot_reload.h"

namespace tussle::workloads {

struct configuration_role {
  template <typename Subject>
  static constexpr bool played_by() {
    if constexpr (use_cases::configuration_subject<Subject>) {
      return true;
    } else {
      constexpr bool is_there = requires { typename Subject::configuration; };
      static_assert(is_there,
                    "tussle: role configuration: the subject lacks class configuration");
      if constexpr (is_there) check<typename Subject::configuration>();
      return false;
    }
  }

  template <typename Subject>
  static void enter(harness::registry& all) {
    all.extend<use_cases::hot_reload, Subject>();
  }

 private:
  using config = use_cases::service_config;

  template <typename Configuration>
  static constexpr void check() {
    static_assert(std::constructible_from<Configuration, config>,
                  "tussle: role configuration: class configuration lacks "
                  "configuration(use_cases::service_config initial)");
    static_assert(
        requires(Configuration c, void (*use)(const config&)) { c.request(use); },
        "tussle: role configuration: class configuration lacks template <typename F> "
        "void "
        "request(F use)");
    static_assert(
        requires(Configuration c, config(*next)(const config&)) {
          { c.reload(next) } -> std::same_as<bool>;
        },
        "tussle: role configuration: class configuration lacks template <typename F> "
        "bool "
        "reload(F next)");
    static_assert(
        requires(Configuration c, void (*use)(const config&)) { c.on_reload(use); },
        "tussle: role configuration: class configuration lacks template <typename F> "
        "void "
        "on_reload(F tell)");
  }
};

}  // namespace tussle::workloads
