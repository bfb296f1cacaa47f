// alts_courier.h (subject): elements go by whichever of two channels is ready first; both open
// them on the way, and may throw. Who sends and who takes chooses by alts, threads and go blocks.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <thread>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "harness/case/case_info.h"
#include "primitives/channel/alts.h"
#include "primitives/channel/channel.h"
#include "primitives/channel/go.h"
#include "primitives/task/runtime.h"
#include "workloads/scenarios/channel_faults.h"
#include "workloads/scenarios/parcel.h"
#include "workloads/subjects/couriers.h"

namespace tussle::workloads::subjects {

struct alts_courier {
  static harness::subject_info info() {
    return {
        .name = "alts_courier",
        .kind = harness::subject_kind::ours,
        .description =
            "Two channels with a bound and a transducer, of which alts choose; takers "
            "are go blocks and a thread.",
        .source = "workloads/subjects/alts_courier.h"};
  }
  static constexpr bool displaces = false;
  static constexpr bool repeats = false;
  static constexpr std::int64_t holds = std::int64_t{2} * 2 + taking_blocks;

  static bool notes_all(const parcel& /*one*/) { return true; }

  // `notes_it`: whether a parcel that came is said to have come.
  template <bool (*notes_it)(const parcel&)>
  class courier_that {
    using way = channel_view<parcel>;

   public:
    explicit courier_that(manifest& notes)
        : notes_(notes),
          on_({.uncaught = [&notes](auto& error) { notes.hear(error); }}),
          owners_(std::in_place, std::array{opening_channel(on_, fixed(2), notes),
                                            opening_channel(on_, fixed(2), notes)}),
          ways_{(*owners_)[0].view(), (*owners_)[1].view()},
          stop_(on_) {
      for (std::int64_t i = 0; i < taking_blocks; ++i) {
        takers_.push_back(
            go(on_, &take_in_go, ways_[0], ways_[1], stop_, manifest::token(notes)));
      }
      thread_ = std::thread([this] { take_all(); });
    }
    ~courier_that() {
      if (!ended_.load()) end(ending::closed);
      thread_.join();
      if (discards_.load()) return;  // the runtime drops what is left
      for (const channel<std::monostate>& each : takers_) static_cast<void>(each.take());
      for (const channel<std::monostate>& each : senders_) static_cast<void>(each.take());
    }
    courier_that(const courier_that&) = delete;
    courier_that& operator=(const courier_that&) = delete;

    // There is no alts with a callback.
    void send(parcel one, sending how) {
      const std::size_t id = one.id();
      if (how == sending::with_callback)
        return send_to(ways_[id % 2], std::move(one), how, on_, senders_, lock_);
      send_noted(notes_, id, [&] {
        if (how == sending::parking) {
          const std::lock_guard held(lock_);
          senders_.reserve(senders_.size() + 1);
          senders_.push_back(go(on_, &put_in_go, ways_[0], ways_[1], std::move(one),
                                manifest::token(notes_)));
        } else {
          const alts_options options{.has_default = how == sending::trying};
          const auto done = alts(options, put_to(ways_[0], one), put_to(ways_[1], one));
          notes_.answered(id, is_accepted(done.index, done.values));
        }
      });
    }

    void end(ending how) {
      ended_.store(true);
      switch (how) {
        case ending::cancelled:
          stop_.close();
          [[fallthrough]];
        case ending::closed:
          close_both();
          return;
        case ending::shut_down:
          discards_.store(true);
          notes_.may_drop();
          on_.shutdown(shutdown_policy::discard);
          close_both();  // wakes those who have no runtime any more
          owners_.reset();
          return;
        default:
          notes_.may_drop();
          owners_.reset();
          stop_.close();
      }
    }

   private:
    void close_both() const {
      for (const channel<parcel>& each : *owners_) each.close();
    }

    // Nothing was chosen: of an offer. Else the index is that of the put that was answered.
    static bool is_accepted(std::size_t index, const std::tuple<bool, bool>& answers) {
      if (index == alts_default) return false;
      return index == 0 ? std::get<0>(answers) : std::get<1>(answers);
    }

    // `made` counts the frame.
    static go_block<> put_in_go(way first, way second, parcel one, manifest::token made) {
      const std::size_t id = one.id();
      manifest& notes = made.of();
      try {
        auto to_first = put_to(first, one);
        auto to_second = put_to(second, one);
        const auto done = co_await async_alts(to_first, to_second);
        notes.answered(id, is_accepted(done.index, done.values));
      } catch (const upset_by_parcel& upset) {
        notes.told(upset.id);
      } catch (const too_many_pending_error&) {
        notes.answered(id, false);
      }
    }

    static void note(manifest& notes, const parcel& one) {
      if (notes_it(one)) notes.delivered(one.id());
    }

    // Leaves at the first end that it finds: the thread takes the rest.
    static go_block<> take_in_go(way first, way second, channel<std::monostate> stop,
                                 manifest::token made) {
      for (;;) {
        auto from_first = take_from(first);
        auto from_second = take_from(second);
        auto from_stop = take_from(stop);
        auto done = co_await async_alts(from_first, from_second, from_stop);
        if (done.index == 2) co_return;
        const std::optional<parcel>& one =
            done.index == 0 ? std::get<0>(done.values) : std::get<1>(done.values);
        if (!one) co_return;
        note(made.of(), *one);
        if (upsets(*one)) {
          made.of().taker_was_upset();
          throw upset_taker();
        }
      }
    }
    void take_all() {
      for (bool both_go_on = true; both_go_on;) {
        const auto done = alts(take_from(ways_[0]), take_from(ways_[1]));
        const std::optional<parcel>& one =
            done.index == 0 ? std::get<0>(done.values) : std::get<1>(done.values);
        if (one) note(notes_, *one);
        both_go_on = one.has_value();
      }
      for (const way& each : ways_) {
        while (const std::optional<parcel> left = each.take()) note(notes_, *left);
      }
    }

    manifest& notes_;
    runtime on_;
    std::optional<std::array<channel<parcel>, 2>> owners_;
    const std::array<way, 2> ways_;
    const channel<std::monostate> stop_;
    std::vector<channel<std::monostate>> takers_;
    std::mutex lock_;
    std::vector<channel<std::monostate>> senders_;
    std::atomic<bool> ended_{false};
    std::atomic<bool> discards_{false};
    std::thread thread_;
  };
  using courier = courier_that<&notes_all>;
};

}  // namespace tussle::workloads::subjects
