// channel_faults.h: is any element lost, delivered twice or leaked when everything goes wrong?
//
// Question:  what becomes of elements that were accepted while transducers, their handlers,
//            topic functions and takers throw, memory runs short, takers leave, the channel is
//            closed, its last handle dropped or its runtime shut down in the middle of it?
// Invariant: every accepted element is delivered once, or somebody is told once that it is
//            lost (one that a buffer displaces, and what a dropped handle or a shutdown finds
//            under way, may go in silence: no more than the courier holds, where it says how
//            many); what was refused is not delivered; every sender is answered once;
//            elements, callbacks and frames are destroyed once.
// A failure means: an element was lost or came twice, an error vanished, or memory leaked.
//
// Threads hand parcels to a *courier*: by puts that block, park, call back or try. After three
// quarters of its parcels one thread has it end, while the others go on; then there is a new
// one. The ways to end take turns, from one drawn at random on. Memory fails only in modes with
// schedule points (injected_faults.h). Rates say nothing about the subject.
#pragma once

#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "harness/case/case_info.h"
#include "harness/case/conditions.h"
#include "harness/case/verdict.h"
#include "harness/case/worker.h"
#include "workloads/scenarios/injected_faults.h"
#include "workloads/scenarios/parcel.h"
#include "workloads/scenarios/periods.h"

namespace tussle::workloads {

// How a courier is sent a parcel, where it has such forms.
enum class sending : std::uint8_t { blocking, trying, with_callback, parking };
inline constexpr std::size_t sendings = 4;

// How a courier ends.
enum class ending : std::uint8_t {
  closed,     // what was accepted is delivered
  cancelled,  // some takers leave first
  dropped,    // the last handle goes, whoever waits
  shut_down,  // the runtime takes nothing more, and discards what waits
};
inline constexpr std::size_t endings = 4;

// How many a courier holds at most: in its buffer and in the hands of takers whose runtime may
// end before they say that they have one.
template <typename S>
constexpr std::optional<std::int64_t> held_by_courier() {
  if constexpr (requires { S::holds; }) {
    return S::holds;
  } else {
    return std::nullopt;
  }
}

template <typename S>
concept courier_subject = std::constructible_from<typename S::courier, manifest&> &&
    requires(typename S::courier courier, parcel one) {
  // From any threads at once. Answers in the manifest, at once or later; throws nothing.
  courier.send(std::move(one), sending::trying);
  // Once at most, by any thread, meanwhile.
  courier.end(ending::closed);
  // The destructor, with nobody inside, ends it in order if nothing has, and waits until
  // nothing runs any more.
  { S::displaces } -> std::convertible_to<bool>;
  { S::repeats } -> std::convertible_to<bool>;
};

struct channel_faults {
  static harness::workload_info info() {
    return {.name = "channel_faults",
            .question =
                "Is any element lost, delivered twice or leaked when everything "
                "goes wrong?",
            .invariant =
                "Every accepted element is delivered once, or somebody is told once that "
                "it is lost; what was refused is not delivered; elements, callbacks and "
                "frames are destroyed once.",
            .failure =
                "An element was lost or came twice, an error vanished, or memory leaked.",
            .role = "courier",
            .conditions = {{.name = "parcels",
                            .unit = "parcels",
                            .description = "What a courier is given before the next one.",
                            .default_values = {256},
                            .minimum = 4,
                            .maximum = 10'000,
                            .optional = true,
                            .drawn_maximum = 256},
                           harness::threads_condition()},
            .timed = false};
  }

  template <courier_subject Subject>
  class run {
   public:
    explicit run(const harness::conditions& values)
        : parcels_(static_cast<std::size_t>(values.count("parcels"))),
          faults_(static_cast<std::uint64_t>(parcels_)) {
      periods_.begin(parcels_);
    }
    ~run() { settle(); }
    run(const run&) = delete;
    run& operator=(const run&) = delete;

    void step(harness::worker& self) {
      const std::shared_ptr<period> now = periods_.present();
      const std::size_t id = now->next.fetch_add(1);
      if (id == parcels_ * 3 / 4) now->work->end(next_ending(self));
      if (id == parcels_) return periods_.begin(parcels_);
      if (id > parcels_) return std::this_thread::yield();
      const auto how = static_cast<damage>(self.random() % damages);
      const auto form = static_cast<sending>(self.random() % sendings);
      now->notes.offered(id, how);
      now->work->send(parcel(now->notes, id, how), form);
    }

    void settle() { periods_.end(); }

    harness::verdict verify(const harness::tally& /*done*/) const {
      return periods_.failure().value_or(harness::verdict::pass(
          "every parcel ended as it may, with " + std::to_string(periods_.judged()) +
          " couriers and " + std::to_string(faults_.failed()) +
          " allocations that failed"));
    }

   private:
    struct period {
      explicit period(std::size_t parcels) : notes(parcels), work(std::in_place, notes) {}

      harness::verdict judge() {
        work.reset();
        return notes.judge({.displaces = Subject::displaces,
                            .repeats = Subject::repeats,
                            .held = held_by_courier<Subject>()});
      }

      std::atomic<std::size_t> next{0};
      manifest notes;
      std::optional<typename Subject::courier> work;
    };

    ending next_ending(harness::worker& self) {
      std::uint64_t none = 0;
      ends_.compare_exchange_strong(none, endings + self.random() % endings);
      return static_cast<ending>(ends_.fetch_add(1) % endings);
    }

    const std::size_t parcels_;
    std::atomic<std::uint64_t> ends_{0};
    injected_faults faults_;
    periods<period> periods_;
  };
};

}  // namespace tussle::workloads
