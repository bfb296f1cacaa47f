// errors_courier.h (subjects): a courier that hears of its errors by another channel.
//
// telling_courier: the channel's ex-handler puts what failed on a channel of errors, at which a
//                  go block waits.
// calling_courier: the same; a callback waits there, and is called behind the handler, when the
//                  lock that that ran under has been given up.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <variant>

#include "harness/case/case_info.h"
#include "primitives/channel/channel.h"
#include "primitives/channel/go.h"
#include "primitives/task/runtime.h"
#include "workloads/scenarios/parcel.h"
#include "workloads/subjects/couriers.h"

namespace tussle::workloads::subjects {

struct failed_parcel {
  std::size_t id;
};

// Who waits for errors, until the channel has gone, and tells what has failed.
class told_by_go {
 public:
  told_by_go(runtime& on, manifest& notes)
      : errors_(on), over_(go(on, &tell_all, errors_.view(), manifest::token(notes))) {}
  ~told_by_go() {
    errors_.close();
    static_cast<void>(over_.take());  // or the runtime has dropped it
  }
  told_by_go(const told_by_go&) = delete;
  told_by_go& operator=(const told_by_go&) = delete;
  const channel<failed_parcel>& errors() const { return errors_; }

 private:
  static go_block<> tell_all(channel_view<failed_parcel> from, manifest::token made) {
    while (const std::optional<failed_parcel> one = co_await from.async_take())
      made.of().told(one->id);
  }

  const channel<failed_parcel> errors_;
  const channel<std::monostate> over_;
};

class told_by_callback {
 public:
  told_by_callback(runtime& on, manifest& notes) : errors_(on) {
    teller{errors_.view(), manifest::token(notes)}.wait();
  }
  ~told_by_callback() { errors_.close(); }
  told_by_callback(const told_by_callback&) = delete;
  told_by_callback& operator=(const told_by_callback&) = delete;
  const channel<failed_parcel>& errors() const { return errors_; }

 private:
  struct teller {
    channel_view<failed_parcel> from;
    manifest::token made;

    void wait() const { from.take_then(*this); }
    void operator()(std::optional<failed_parcel> one) const {
      if (!one) return;
      made.of().told(one->id);
      wait();
    }
  };

  const channel<failed_parcel> errors_;
};

template <typename Told>
channel<parcel> channel_that_tells(runtime& on, manifest& notes, const Told& told) {
  return channel<parcel>(
      on, fixed(4), xf::map(opens_parcels()),
      [&notes, errors = told.errors()](const std::exception_ptr& error) {
        try {
          std::rethrow_exception(error);
        } catch (const torn_parcel& one) {
          // Where nobody waits at this moment, the handler tells it.
          if (errors.try_put(failed_parcel{one.id}) == put_status::accepted)
            return std::optional<parcel>();
        } catch (...) {  // as any other does
        }
        return notes.handle<parcel>(error);
      });
}

struct telling_courier {
  static harness::subject_info info() {
    return {.name = "telling_courier",
            .kind = harness::subject_kind::ours,
            .description =
                "A channel whose ex-handler puts what failed on another one, at which a "
                "go block waits; takers are go blocks and a thread.",
            .source = "workloads/subjects/errors_courier.h"};
  }
  static constexpr bool displaces = false;
  static constexpr bool repeats = false;
  // Who tells may have one in hand, too.
  static constexpr std::int64_t holds = 4 + taking_blocks + 1;
  static channel<parcel> make(runtime& on, manifest& notes, const told_by_go& told) {
    return channel_that_tells(on, notes, told);
  }
  using courier = channel_courier<telling_courier, told_by_go>;
};

struct calling_courier {
  static harness::subject_info info() {
    return {.name = "calling_courier",
            .kind = harness::subject_kind::ours,
            .description =
                "A channel whose ex-handler puts what failed on another one, at which a "
                "callback waits; takers are go blocks and a thread.",
            .source = "workloads/subjects/errors_courier.h"};
  }
  static constexpr bool displaces = false;
  static constexpr bool repeats = false;
  static constexpr std::int64_t holds = 4 + taking_blocks;
  static channel<parcel> make(runtime& on, manifest& notes,
                              const told_by_callback& told) {
    return channel_that_tells(on, notes, told);
  }
  using courier = channel_courier<calling_courier, told_by_callback>;
};

}  // namespace tussle::workloads::subjects
