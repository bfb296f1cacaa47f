// publisher.h (own role): what another project's publisher must have, and which workload it
// enters.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>

#include "harness/case/registry.h"
#include "primitives/task/runtime.h"
#include "workloads/scenarios/pub_sub.h"

namespace tussle::workloads {

struct publisher_role {
  template <typename Subject>
  static constexpr bool played_by() {
    if constexpr (publisher_subject<Subject>) {
      return true;
    } else {
      constexpr bool is_there = requires { typename Subject::publisher; };
      static_assert(is_there,
                    "tussle: role publisher: the subject lacks class publisher");
      if constexpr (is_there) check<typename Subject::publisher>();
      return false;
    }
  }

  template <typename Subject>
  static void enter(harness::registry& all) {
    all.extend<pub_sub, Subject>();
  }

 private:
  template <typename Publisher>
  static constexpr void check() {
    static_assert(std::constructible_from<Publisher, runtime&, std::size_t>,
                  "tussle: role publisher: class publisher lacks publisher(runtime&, "
                  "std::size_t topics)");
    static_assert(
        requires(Publisher p, const message& one) { p.publish(one); },
        "tussle: role publisher: class publisher lacks void publish(const message&)");
    static_assert(
        requires(Publisher p, std::int64_t topic, message_reader & to) {
          p.subscribe(topic, to);
        },
        "tussle: role publisher: class publisher lacks void subscribe(std::int64_t "
        "topic, "
        "message_reader&)");
    static_assert(
        requires(Publisher p, std::int64_t topic, message_reader & to, no_room then,
                 std::size_t room) {
          { p.subscribe_slow(topic, to, then, room) } -> std::same_as<std::size_t>;
        },
        "tussle: role publisher: class publisher lacks std::size_t "
        "subscribe_slow(std::int64_t topic, message_reader&, no_room, std::size_t room)");
    static_assert(
        requires(Publisher p, std::int64_t topic, std::size_t who) {
          p.unsubscribe(topic, who);
        },
        "tussle: role publisher: class publisher lacks void unsubscribe(std::int64_t "
        "topic, std::size_t who)");
    static_assert(
        requires(Publisher p) { p.finish(); },
        "tussle: role publisher: class publisher lacks void finish()");
  }
};

}  // namespace tussle::workloads
