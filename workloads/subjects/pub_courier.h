// pub_courier.h (subject): a pub whose topic function throws now and then, which ends it.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "harness/case/case_info.h"
#include "primitives/channel/channel.h"
#include "primitives/channel/go.h"
#include "primitives/channel/pub.h"
#include "primitives/task/runtime.h"
#include "workloads/scenarios/channel_faults.h"
#include "workloads/scenarios/parcel.h"
#include "workloads/subjects/couriers.h"

namespace tussle::workloads::subjects {

struct pub_courier {
  static harness::subject_info info() {
    return {.name = "pub_courier",
            .kind = harness::subject_kind::ours,
            .description =
                "A pub with a subscriber for each of two topics; its topic function "
                "throws now and then.",
            .source = "workloads/subjects/pub_courier.h"};
  }
  static constexpr bool displaces = false;
  static constexpr bool repeats = false;

  static bool notes_all(const parcel& /*one*/) { return true; }

  // `notes_it`: whether a parcel that came is said to have come.
  template <bool (*notes_it)(const parcel&)>
  class courier_that {
   public:
    explicit courier_that(manifest& notes)
        : notes_(notes),
          on_({.uncaught = [&notes](auto& error) { notes.hear(error); }}),
          source_(std::in_place, on_, fixed(4)),
          way_(source_->view()),
          topics_(*source_, &topic_of),
          inboxes_{channel<parcel>(on_, fixed(2)), channel<parcel>(on_, fixed(2))} {
      for (std::size_t topic = 0; topic < inboxes_.size(); ++topic) {
        takers_.push_back(go(on_, &take_all, inboxes_[topic], manifest::token(notes)));
        topics_.sub(topic, inboxes_[topic]);
      }
    }
    ~courier_that() {
      if (!ended_.load()) end(ending::closed);
      if (discards_.load()) return;  // the runtime drops what is left
      for (const channel<std::monostate>& each : takers_) static_cast<void>(each.take());
      source_.reset();  // with what is put into a pub that has ended
      for (const channel<std::monostate>& each : senders_) static_cast<void>(each.take());
    }
    courier_that(const courier_that&) = delete;
    courier_that& operator=(const courier_that&) = delete;

    // Nobody blocks: who took may be gone.
    void send(parcel one, sending how) {
      if (how == sending::blocking) how = sending::trying;
      send_to(way_, std::move(one), how, on_, senders_, lock_);
    }

    void end(ending how) {
      ended_.store(true);
      if (how != ending::closed) notes_.may_drop();
      if (how == ending::shut_down) {
        discards_.store(true);
        on_.shutdown(shutdown_policy::discard);
      }
      // What is under way to subscribers that leave is dropped; they are not closed then.
      if (how == ending::cancelled) topics_.unsub_all();
      if (how == ending::cancelled || how == ending::dropped)
        for (const channel<parcel>& each : inboxes_) each.close();
      source_->close();
    }

   private:
    // The pub ends when it throws: what comes later is lost. One parcel alone, so that most
    // periods are judged for what is lost.
    static std::size_t topic_of(const parcel& one) {
      if (one.how() == damage::torn && one.id() == 0) {
        one.notes().may_drop();
        one.open();
      }
      return one.id() % 2;
    }
    static go_block<> take_all(channel<parcel> from, manifest::token made) {
      while (const std::optional<parcel> one = co_await from.async_take())
        if (notes_it(*one)) made.of().delivered(one->id());
    }

    manifest& notes_;
    runtime on_;
    std::optional<channel<parcel>> source_;
    const channel_view<parcel> way_;
    const pub<parcel, std::size_t> topics_;
    const std::array<channel<parcel>, 2> inboxes_;
    std::vector<channel<std::monostate>> takers_;
    std::mutex lock_;
    std::vector<channel<std::monostate>> senders_;
    std::atomic<bool> ended_{false};
    std::atomic<bool> discards_{false};
  };
  using courier = courier_that<&notes_all>;
};

}  // namespace tussle::workloads::subjects
