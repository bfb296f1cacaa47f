// careless_couriers.h (planted): what goes wrong, handled as it is often handled first.
//
// swallows_errors:           an ex-handler that catches whatever it is given, and says nothing.
// tells_and_delivers:        an ex-handler that says that an element is lost, and sends another.
// keeps_damaged:             never lets go of an element that was damaged.
// delivers_what_it_refuses:  refuses an element when it has ended, and delivers it all the same.
// loses_the_rest:            drops what waits, whatever it was told.
// loses_all_at_a_drop:       keeps all that it accepts until it ends, and what is dropped or shut
//                            down then is all of that, not the few that it says it holds.
// The mend:                  subjects/couriers.h.
// Must be caught by:         verification of channel_faults.
#pragma once

#include <cstdint>
#include <exception>
#include <mutex>
#include <new>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/case/case_info.h"
#include "primitives/channel/channel.h"
#include "primitives/task/runtime.h"
#include "workloads/scenarios/channel_faults.h"
#include "workloads/scenarios/parcel.h"
#include "workloads/subjects/couriers.h"

namespace tussle::workloads::planted {

inline harness::subject_info careless_courier_info(std::string name,
                                                   std::string description,
                                                   harness::expectation caught) {
  return {.name = std::move(name),
          .kind = harness::subject_kind::planted,
          .description = std::move(description),
          .source = "workloads/planted/careless_couriers.h",
          .breaks_invariant = caught};
}

template <typename Handler>
channel<parcel> channel_handled_by(runtime& on, Handler handler) {
  return channel<parcel>(on, fixed(4), xf::map(subjects::opens_parcels()),
                         std::move(handler));
}

struct swallows_errors {
  static harness::subject_info info() {
    return careless_courier_info("swallows_errors",
                                 "A channel whose ex-handler says nothing.",
                                 harness::expectation::yes);
  }
  static constexpr bool displaces = false;
  static constexpr bool repeats = false;
  static channel<parcel> make(runtime& on, manifest& /*notes*/) {
    return channel_handled_by(
        on, [](const std::exception_ptr&) { return std::optional<parcel>(); });
  }
  using courier = subjects::channel_courier<swallows_errors>;
};

struct tells_and_delivers {
  static harness::subject_info info() {
    return careless_courier_info(
        "tells_and_delivers",
        "A channel whose ex-handler says that an element is lost, "
        "and sends another.",
        harness::expectation::yes);
  }
  static constexpr bool displaces = false;
  static constexpr bool repeats = false;
  static channel<parcel> make(runtime& on, manifest& notes) {
    return channel_handled_by(
        on, [&notes](const std::exception_ptr& error) -> std::optional<parcel> {
          try {
            std::rethrow_exception(error);
          } catch (const torn_parcel& one) {
            notes.told(one.id);
            return parcel(notes, one.id, damage::none);
          } catch (...) {
            return notes.handle<parcel>(std::current_exception());
          }
        });
  }
  using courier = subjects::channel_courier<tells_and_delivers>;
};

struct keeps_damaged : subjects::condition_courier {
  static harness::subject_info info() {
    return careless_courier_info("keeps_damaged",
                                 "Never lets go of an element that was damaged.",
                                 harness::expectation::yes);
  }
  class courier : public condition_courier::courier {
   public:
    explicit courier(manifest& notes)
        : condition_courier::courier(notes, &keep_damaged) {}

   private:
    static void keep_damaged(const parcel& one) {
      try {
        one.open();
        one.notes().delivered(one.id());
      } catch (...) {
        tell(one.notes(), std::current_exception());
        // As if it were lost: in memory that is never given back.
        alignas(parcel) static thread_local unsigned char lost[sizeof(parcel)];
        new (lost) parcel(one);
      }
    }
  };
};

struct delivers_what_it_refuses : subjects::condition_courier {
  static harness::subject_info info() {
    return careless_courier_info("delivers_what_it_refuses",
                                 "Refuses an element, and delivers it all the same.",
                                 harness::expectation::yes);
  }
  class courier : public condition_courier::courier {
   public:
    explicit courier(manifest& notes) : condition_courier::courier(notes) {}
    void send(const parcel& one, sending /*how*/) {
      if (!accepts(one)) one.notes().delivered(one.id());
    }
  };
};

struct loses_the_rest : subjects::condition_courier {
  static harness::subject_info info() {
    return careless_courier_info("loses_the_rest",
                                 "Drops what waits, whatever it was told.",
                                 harness::expectation::may);
  }
  class courier : public condition_courier::courier {
   public:
    explicit courier(manifest& notes, void (*deliver)(const parcel&) = &deliver_one)
        : condition_courier::courier(notes, deliver) {}
    ~courier() { end(ending::closed); }
    void end(ending how) {
      forget_waiting();
      condition_courier::courier::end(how);
    }
  };
};

struct loses_all_at_a_drop : subjects::condition_courier {
  static harness::subject_info info() {
    return careless_courier_info("loses_all_at_a_drop",
                                 "Delivers in order when it is closed; dropped, it loses "
                                 "all that it ever accepted.",
                                 harness::expectation::yes);
  }
  static constexpr std::int64_t holds = 4;  // it says
  class courier : public condition_courier::courier {
   public:
    explicit courier(manifest& notes) : condition_courier::courier(notes) {}
    ~courier() { end(ending::closed); }
    void send(const parcel& one, sending /*how*/) {
      const std::lock_guard held(lock_of_kept_);
      one.notes().answered(one.id(), !refuses_);
      if (!refuses_) kept_.push_back(one);
    }
    void end(ending how) {
      condition_courier::courier::end(how);
      std::vector<parcel> left;
      {
        const std::lock_guard held(lock_of_kept_);
        refuses_ = true;
        left.swap(kept_);
      }
      if (how == ending::dropped || how == ending::shut_down) return;
      for (const parcel& each : left) deliver_one(each);
    }

   private:
    std::mutex lock_of_kept_;
    std::vector<parcel> kept_;
    bool refuses_ = false;
  };
};

}  // namespace tussle::workloads::planted
