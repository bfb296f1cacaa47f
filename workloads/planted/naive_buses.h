// naive_buses.h (planted): UC-13 as it is often written first.
//
// competing_bus: one channel that all subscribers take from, each of which drops what he did
//                not ask for: so a teaching example has it.
// lossy_bus:     a subscriber without room misses the event.
// The mend:      subjects/buses.h.
// Must be caught by: verification of event_bus.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "harness/case/case_info.h"
#include "primitives/channel/channel.h"
#include "primitives/channel/go.h"
#include "primitives/task/runtime.h"
#include "workloads/subjects/buses.h"
#include "workloads/use_cases/event_bus.h"

namespace tussle::workloads::planted {

struct competing_bus {
  static harness::subject_info info() {
    return {.name = "competing_bus",
            .kind = harness::subject_kind::planted,
            .description =
                "One channel that all subscribers take from; they drop what they did not "
                "ask for.",
            .source = "workloads/planted/naive_buses.h",
            .breaks_invariant = harness::expectation::yes};
  }

  class bus {
   public:
    bus(runtime& on, std::int64_t /*topics*/) : on_(on), events_(on) {}
    ~bus() { finish(); }
    bus(const bus&) = delete;
    bus& operator=(const bus&) = delete;

    void publish(const use_cases::event& one) { static_cast<void>(events_.put(one)); }
    std::size_t subscribe(std::int64_t topic, use_cases::inbox& to) {
      const std::lock_guard held(lock_);
      ends_.push_back(go(on_, &receive, events_, topic, &to));
      return ends_.size() - 1;
    }
    // Whoever goes on taking also drops what others asked for.
    void unsubscribe(std::int64_t /*topic*/, std::size_t /*who*/) {}
    void subscribe_latest(std::int64_t topic, use_cases::inbox& to,
                          std::size_t /*count*/) {
      subscribe(topic, to);
    }
    void finish() {
      events_.close();
      for (const channel<std::monostate>& each : ends_) static_cast<void>(each.take());
    }

   private:
    static go_block<void> receive(channel<use_cases::event> from, std::int64_t topic,
                                  use_cases::inbox* to) {
      while (const std::optional<use_cases::event> one = co_await from.async_take()) {
        if (one->topic == topic) to->receive(*one);
      }
      to->end();
    }

    runtime& on_;
    channel<use_cases::event> events_;
    std::mutex lock_;
    std::vector<channel<std::monostate>> ends_;
  };
};

struct lossy_bus {
  static harness::subject_info info() {
    return {.name = "lossy_bus",
            .kind = harness::subject_kind::planted,
            .description = "Subscribers without room for an event do not get it.",
            .source = "workloads/planted/naive_buses.h",
            .breaks_invariant = harness::expectation::may};
  }

  class bus : public subjects::locked_bus::bus {
   public:
    using subjects::locked_bus::bus::bus;

    void publish(const use_cases::event& one) {
      for (const auto& each : subscribers_now(one)) static_cast<void>(each->try_put(one));
    }
  };
};

}  // namespace tussle::workloads::planted
