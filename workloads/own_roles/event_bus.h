// event_bus.h (own role): what another project's event bus must have, and which workload it
// enters.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>

#include "harness/case/registry.h"
#include "primitives/task/runtime.h"
#include "workloads/use_cases/event_bus.h"

namespace tussle::workloads {

struct event_bus_role {
  template <typename Subject>
  static constexpr bool played_by() {
    if constexpr (use_cases::event_bus_subject<Subject>) {
      return true;
    } else {
      constexpr bool is_there = requires { typename Subject::bus; };
      static_assert(is_there, "tussle: role event_bus: the subject lacks class bus");
      if constexpr (is_there) check<typename Subject::bus>();
      return false;
    }
  }

  template <typename Subject>
  static void enter(harness::registry& all) {
    all.extend<use_cases::event_bus, Subject>();
  }

 private:
  template <typename Bus>
  static constexpr void check() {
    static_assert(
        std::constructible_from<Bus, runtime&, std::int64_t>,
        "tussle: role event_bus: class bus lacks bus(runtime&, std::int64_t topics)");
    static_assert(
        requires(Bus b, const use_cases::event& one) { b.publish(one); },
        "tussle: role event_bus: class bus lacks void publish(const event&)");
    static_assert(
        requires(Bus b, std::int64_t topic, use_cases::inbox & to) {
          { b.subscribe(topic, to) } -> std::same_as<std::size_t>;
        },
        "tussle: role event_bus: class bus lacks std::size_t subscribe(std::int64_t "
        "topic, inbox&)");
    static_assert(
        requires(Bus b, std::int64_t topic, std::size_t who) {
          b.unsubscribe(topic, who);
        },
        "tussle: role event_bus: class bus lacks void unsubscribe(std::int64_t topic, "
        "std::size_t who)");
    static_assert(
        requires(Bus b, std::int64_t topic, use_cases::inbox & to, std::size_t count) {
          b.subscribe_latest(topic, to, count);
        },
        "tussle: role event_bus: class bus lacks void subscribe_latest(std::int64_t "
        "topic, inbox&, std::size_t count)");
    static_assert(
        requires(Bus b) { b.finish(); },
        "tussle: role event_bus: class bus lacks void finish()");
  }
};

}  // namespace tussle::workloads
