// queue.h (own role): what another project's queue must have, and which workloads it enters.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "harness/case/registry.h"
#include "workloads/scenarios/history_handover.h"
#include "workloads/scenarios/history_queue.h"
#include "workloads/scenarios/producers_consumers.h"

namespace tussle::workloads {

struct queue_role {
  template <typename Subject>
  static constexpr bool played_by() {
    if constexpr (queue_subject<Subject>) {
      return true;
    } else {
      constexpr bool is_there = requires { typename Subject::queue; };
      static_assert(is_there, "tussle: role queue: the subject lacks class queue");
      if constexpr (is_there) check<typename Subject::queue>();
      return false;
    }
  }

  template <typename Subject>
  static void enter(harness::registry& all) {
    all.extend<producers_consumers, Subject>();
    // Where it says that it can do more: may_have_no_room, may_be_closed_by_others.
    if constexpr (rendezvous_subject<Subject>) all.extend<rendezvous, Subject>();
    if constexpr (closable_queue_subject<Subject>) all.extend<history_queue, Subject>();
    if constexpr (handover_subject<Subject>) all.extend<history_handover, Subject>();
  }

 private:
  template <typename Queue>
  static constexpr void check() {
    static_assert(std::constructible_from<Queue, std::size_t>,
                  "tussle: role queue: class queue lacks queue(std::size_t capacity)");
    static_assert(
        requires(Queue q, std::int64_t element) {
          { q.put(element) } -> std::same_as<bool>;
        },
        "tussle: role queue: class queue lacks bool put(std::int64_t element)");
    static_assert(
        requires(Queue q) {
          { q.take() } -> std::same_as<std::optional<std::int64_t>>;
        },
        "tussle: role queue: class queue lacks std::optional<std::int64_t> take()");
    static_assert(
        requires(Queue q) { q.close(); },
        "tussle: role queue: class queue lacks void close()");
  }
};

}  // namespace tussle::workloads
