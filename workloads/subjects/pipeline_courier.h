// pipeline_courier.h (subject): elements go through a pipeline that opens them, of go blocks, and
// one behind it that hands them on, of threads.
//
// Takers leave, the last channel is dropped, or the runtime is shut down while workers compute,
// threads are started, and results wait for their turn. Where memory fails, a process of a
// pipeline may end, and what it had not come to is lost: then anything may be.
#pragma once

#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <new>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "harness/case/case_info.h"
#include "primitives/channel/channel.h"
#include "primitives/channel/pipeline.h"
#include "primitives/channel/transducer.h"
#include "primitives/task/runtime.h"
#include "workloads/scenarios/channel_faults.h"
#include "workloads/scenarios/parcel.h"
#include "workloads/subjects/couriers.h"

namespace tussle::workloads::subjects {

struct pipeline_courier {
  static harness::subject_info info() {
    return {.name = "pipeline_courier",
            .kind = harness::subject_kind::ours,
            .description =
                "tussle::pipeline with a transducer that throws, then "
                "tussle::pipeline_blocking; takers are go blocks and a thread.",
            .source = "workloads/subjects/pipeline_courier.h"};
  }
  static constexpr bool displaces = false;
  static constexpr bool repeats = false;

  static bool hands_on_all(const parcel& /*one*/) { return true; }

  // `hands_it_on`: whether a parcel that was opened goes on.
  template <bool (*hands_it_on)(const parcel&)>
  class courier_that {
   public:
    explicit courier_that(manifest& notes)
        : notes_(notes),
          on_({.uncaught = [this](auto& error) { hear(error); }}),
          source_(std::in_place, on_, fixed(4)),
          way_(source_->view()),
          out_(std::in_place, on_, fixed(2)),
          takers_(notes, on_, out_->view()) {
      const channel<parcel> opened(on_, fixed(2));
      const auto handler = [this](const std::exception_ptr& error) {
        return notes_.template handle<parcel>(error);
      };
      pipeline(2, opened, xf::map(opens_parcels()) | xf::filter(hands_it_on), *source_,
               {.handler = handler});
      // What fails here are starts of threads, and memory: nobody knows with which parcel.
      pipeline_blocking(2, *out_, xf::map([](parcel one) { return one; }), opened,
                        {.handler = [this](const std::exception_ptr&) {
                          notes_.told_of_one();
                          return std::optional<parcel>();
                        }});
    }
    ~courier_that() {
      if (!ended_.load()) end(ending::closed);
      takers_.wait_for_thread();
      if (discards_.load()) return;  // the runtime drops what is left
      takers_.wait_for_blocks();
      source_.reset();  // with what is put into a pipeline that has ended
      for (const channel<std::monostate>& each : senders_) static_cast<void>(each.take());
    }
    courier_that(const courier_that&) = delete;
    courier_that& operator=(const courier_that&) = delete;

    // Nobody blocks: what took may be gone.
    void send(parcel one, sending how) {
      if (how == sending::blocking) how = sending::trying;
      send_to(way_, std::move(one), how, on_, senders_, lock_);
    }

    void end(ending how) {
      ended_.store(true);
      if (how == ending::dropped || how == ending::shut_down) notes_.may_drop();
      if (how == ending::shut_down) {
        discards_.store(true);
        on_.shutdown(shutdown_policy::discard);
        out_->close();  // wakes those who have no runtime any more
      }
      if (how == ending::cancelled || how == ending::dropped) takers_.send_blocks_away();
      // Each pipeline finds that nobody wants anything more.
      if (how == ending::dropped || how == ending::shut_down) out_.reset();
      source_->close();
    }

   private:
    void hear(const std::exception_ptr& error) {
      try {
        std::rethrow_exception(error);
      } catch (const std::bad_alloc&) {
        notes_.may_drop();
      } catch (...) {
      }
      notes_.hear(error);
    }

    manifest& notes_;
    runtime on_;
    std::optional<channel<parcel>> source_;
    const channel_view<parcel> way_;
    std::optional<channel<parcel>> out_;
    parcel_takers<false> takers_;
    std::mutex lock_;
    std::vector<channel<std::monostate>> senders_;
    std::atomic<bool> ended_{false};
    std::atomic<bool> discards_{false};
  };
  using courier = courier_that<&hands_on_all>;
};

}  // namespace tussle::workloads::subjects
