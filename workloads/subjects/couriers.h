// couriers.h (subjects): who brings elements from senders to takers although everything goes
// wrong.
//
// rendezvous_courier, fixed_courier, dropping_courier, sliding_courier, promise_courier: a
//                    channel with that buffer, and a transducer where it can have one. Senders
//                    are threads, callbacks and go blocks; takers a thread and two go blocks
//                    that choose between it and being sent away.
// condition_courier: a deque, a mutex, a condition variable, and one thread.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <mutex>
#include <new>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "harness/case/case_info.h"
#include "primitives/channel/alts.h"
#include "primitives/channel/channel.h"
#include "primitives/channel/go.h"
#include "primitives/reference/errors.h"
#include "primitives/task/runtime.h"
#include "workloads/scenarios/channel_faults.h"
#include "workloads/scenarios/parcel.h"

namespace tussle::workloads::subjects {

// Calls f, which sends the parcel of that number: by who is told what goes wrong with it.
template <typename F>
void send_noted(manifest& notes, std::size_t id, F f) noexcept {
  try {
    f();
  } catch (const upset_by_parcel& one) {
    notes.told(one.id);  // accepted, and lost
  } catch (const std::bad_alloc&) {
    notes.answered(id, false);
  } catch (const too_many_pending_error&) {
    notes.answered(id, false);
  } catch (const executor_rejected_error&) {
    notes.answered(id, false);
  }
}

// Puts one, from a go block. `made` counts the frame.
inline go_block<> put_from_go(channel_view<parcel> to, parcel one, manifest::token made) {
  const std::size_t id = one.id();
  manifest& notes = made.of();
  try {
    const bool accepted = co_await to.async_put(std::move(one));
    notes.answered(id, accepted);
  } catch (const upset_by_parcel& upset) {
    notes.told(upset.id);
  } catch (const too_many_pending_error&) {
    notes.answered(id, false);
  }
}

inline void send_to(channel_view<parcel> to, parcel one, sending how, runtime& on,
                    std::vector<channel<std::monostate>>& senders, std::mutex& lock) {
  manifest& notes = one.notes();
  const std::size_t id = one.id();
  send_noted(notes, id, [&] {
    switch (how) {
      case sending::blocking:
        notes.answered(id, to.put(std::move(one)));
        return;
      case sending::trying:
        notes.answered(id, to.try_put(std::move(one)) == put_status::accepted);
        return;
      case sending::with_callback:
        to.put_then(std::move(one), [id, made = manifest::token(notes)](bool accepted) {
          made.of().answered(id, accepted);
        });
        return;
      default:
        const std::lock_guard held(lock);
        senders.reserve(senders.size() + 1);
        senders.push_back(go(on, &put_from_go, to, one, manifest::token(notes)));
    }
  });
}

// Not every one, or soon only the thread would be left.
inline bool upsets(const parcel& one) {
  return one.how() == damage::upsets_taker && one.id() % 16 == 0;
}

// Go blocks among those who take: each may have one in hand when its runtime ends.
inline constexpr std::int64_t taking_blocks = 2;

// Who takes from a channel: these, which may be sent away and may be upset, and a thread.
// `leaves_after_one`: of a channel that gives everybody the same.
template <bool leaves_after_one>
class parcel_takers {
 public:
  parcel_takers(manifest& notes, runtime& on, channel_view<parcel> from)
      : notes_(notes), from_(std::move(from)), stop_(on) {
    for (std::int64_t i = 0; i < taking_blocks; ++i)
      blocks_.push_back(go(on, &take_in_go, from_, stop_, manifest::token(notes)));
    thread_ = std::thread([this] { take_all(); });
  }

  void send_blocks_away() const { stop_.close(); }
  void wait_for_thread() { thread_.join(); }
  void wait_for_blocks() const {
    for (const channel<std::monostate>& each : blocks_) static_cast<void>(each.take());
  }

 private:
  static go_block<> take_in_go(channel_view<parcel> from, channel<std::monostate> stop,
                               manifest::token made) {
    for (;;) {
      auto first = co_await async_alts(take_from(from), take_from(stop));
      const std::optional<parcel>& one = std::get<0>(first.values);
      if (first.index == 1 || !one) co_return;
      made.of().delivered(one->id());
      if (upsets(*one)) {
        made.of().taker_was_upset();
        throw upset_taker();
      }
      if (leaves_after_one) co_return;
    }
  }
  void take_all() {
    while (const std::optional<parcel> one = from_.take()) {
      notes_.delivered(one->id());
      if (leaves_after_one) return;
    }
  }

  manifest& notes_;
  const channel_view<parcel> from_;
  const channel<std::monostate> stop_;
  std::vector<channel<std::monostate>> blocks_;
  std::thread thread_;
};

// What goes behind the channel, and before its runtime.
struct nothing_beside {
  nothing_beside(runtime& /*on*/, manifest& /*notes*/) {}
};

// `Kind` makes the channel, of what is beside it where there is something, and says what its
// buffer does.
template <typename Kind, typename Beside = nothing_beside>
class channel_courier {
 public:
  explicit channel_courier(manifest& notes)
      : notes_(notes),
        on_({.uncaught = [&notes](auto& error) { notes.hear(error); }}),
        beside_(on_, notes),
        owner_(std::in_place, make()),
        way_(owner_->view()),
        takers_(notes, on_, way_) {}
  ~channel_courier() {
    if (!ended_.load()) end(ending::closed);
    takers_.wait_for_thread();
    if (discards_.load()) return;  // the runtime drops what is left
    takers_.wait_for_blocks();
    for (const channel<std::monostate>& each : senders_) static_cast<void>(each.take());
  }
  channel_courier(const channel_courier&) = delete;
  channel_courier& operator=(const channel_courier&) = delete;

  void send(parcel one, sending how) {
    send_to(way_, std::move(one), how, on_, senders_, lock_);
  }

  void end(ending how) {
    ended_.store(true);
    switch (how) {
      case ending::cancelled:
        takers_.send_blocks_away();
        [[fallthrough]];
      case ending::closed:
        owner_->close();
        return;
      case ending::shut_down:
        discards_.store(true);
        notes_.may_drop();
        on_.shutdown(shutdown_policy::discard);
        owner_.reset();
        return;
      default:
        notes_.may_drop();
        owner_.reset();
        takers_.send_blocks_away();
    }
  }

 private:
  channel<parcel> make() {
    if constexpr (requires { Kind::make(on_, notes_, beside_); }) {
      return Kind::make(on_, notes_, beside_);
    } else {
      return Kind::make(on_, notes_);
    }
  }

  manifest& notes_;
  runtime on_;
  [[no_unique_address]] Beside beside_;
  std::optional<channel<parcel>> owner_;
  const channel_view<parcel> way_;
  parcel_takers<Kind::repeats> takers_;
  std::mutex lock_;
  std::vector<channel<std::monostate>> senders_;
  std::atomic<bool> ended_{false};
  std::atomic<bool> discards_{false};
};

struct opens_parcels {
  parcel operator()(parcel one) const {
    one.open();
    return one;
  }
};

inline channel<parcel> opening_channel(runtime& on, buffer size, manifest& notes) {
  return channel<parcel>(
      on, size, xf::map(opens_parcels()),
      [&notes](const std::exception_ptr& error) { return notes.handle<parcel>(error); });
}

inline harness::subject_info channel_courier_info(std::string name, std::string what) {
  return {.name = std::move(name),
          .kind = harness::subject_kind::ours,
          .description = std::move(what) + "; takers are go blocks and a thread.",
          .source = "workloads/subjects/couriers.h"};
}

struct rendezvous_courier {
  static harness::subject_info info() {
    return channel_courier_info("rendezvous_courier", "A channel without a buffer");
  }
  static constexpr bool displaces = false;
  static constexpr bool repeats = false;
  static constexpr std::int64_t holds = taking_blocks;
  static channel<parcel> make(runtime& on, manifest& /*notes*/) {
    return channel<parcel>(on);
  }
  using courier = channel_courier<rendezvous_courier>;
};
struct fixed_courier {
  static harness::subject_info info() {
    return channel_courier_info("fixed_courier",
                                "A channel with a bound and a transducer");
  }
  static constexpr bool displaces = false;
  static constexpr bool repeats = false;
  static constexpr std::int64_t holds = 4 + taking_blocks;
  static channel<parcel> make(runtime& on, manifest& notes) {
    return opening_channel(on, fixed(4), notes);
  }
  using courier = channel_courier<fixed_courier>;
};
struct dropping_courier {
  static harness::subject_info info() {
    return channel_courier_info("dropping_courier",
                                "A channel with a dropping buffer and a transducer");
  }
  static constexpr bool displaces = true;
  static constexpr bool repeats = false;
  static constexpr std::int64_t holds = 4 + taking_blocks;
  static channel<parcel> make(runtime& on, manifest& notes) {
    return opening_channel(on, dropping(4), notes);
  }
  using courier = channel_courier<dropping_courier>;
};
struct sliding_courier {
  static harness::subject_info info() {
    return channel_courier_info("sliding_courier",
                                "A channel with a sliding buffer and a transducer");
  }
  static constexpr bool displaces = true;
  static constexpr bool repeats = false;
  static constexpr std::int64_t holds = 4 + taking_blocks;
  static channel<parcel> make(runtime& on, manifest& notes) {
    return opening_channel(on, sliding(4), notes);
  }
  using courier = channel_courier<sliding_courier>;
};
struct promise_courier {
  static harness::subject_info info() {
    return channel_courier_info("promise_courier", "A promise channel with a transducer");
  }
  static constexpr bool displaces = true;
  static constexpr bool repeats = true;
  static constexpr std::int64_t holds = 1 + taking_blocks;
  static channel<parcel> make(runtime& on, manifest& notes) {
    return opening_channel(on, for_promise(), notes);
  }
  using courier = channel_courier<promise_courier>;
};

struct condition_courier {
  static harness::subject_info info() {
    return {
        .name = "condition_courier",
        .kind = harness::subject_kind::baseline,
        .description = "A std::deque, a mutex and a condition variable, and one thread.",
        .source = "workloads/subjects/couriers.h"};
  }
  static constexpr bool displaces = false;
  static constexpr bool repeats = false;

  class courier {
   public:
    // `deliver`: how the thread delivers one.
    explicit courier(manifest& notes, void (*deliver)(const parcel&) = &deliver_one)
        : notes_(notes), deliver_(deliver), thread_([this] { deliver_all(); }) {}
    ~courier() {
      if (!is_ended()) end(ending::closed);
      thread_.join();
    }
    courier(const courier&) = delete;
    courier& operator=(const courier&) = delete;

    void send(const parcel& one, sending /*how*/) { static_cast<void>(accepts(one)); }

    void end(ending how) {
      const std::lock_guard held(lock_);
      ended_ = true;
      if (how == ending::dropped || how == ending::shut_down) {
        notes_.may_drop();
        waiting_.clear();
      }
      there_.notify_one();
    }

    static void deliver_one(const parcel& one) {
      manifest& notes = one.notes();
      try {
        one.open();
        notes.delivered(one.id());
      } catch (...) {
        tell(notes, std::current_exception());
      }
    }

   protected:  // for the planted ones
    bool accepts(const parcel& one) {
      const std::lock_guard held(lock_);
      notes_.answered(one.id(), !ended_);
      if (ended_) return false;
      waiting_.push_back(one);
      there_.notify_one();
      return true;
    }

    void forget_waiting() {
      const std::lock_guard held(lock_);
      waiting_.clear();
    }

    static void tell(manifest& notes, const std::exception_ptr& error) {
      try {
        const auto instead = notes.handle<parcel>(error);
        if (instead) notes.delivered(instead->id());
      } catch (...) {
        notes.hear(std::current_exception());
      }
    }

   private:
    bool is_ended() {
      const std::lock_guard held(lock_);
      return ended_;
    }
    void deliver_all() {
      for (;;) {
        std::unique_lock held(lock_);
        there_.wait(held, [this] { return ended_ || !waiting_.empty(); });
        if (waiting_.empty()) return;
        const parcel next = waiting_.front();
        waiting_.pop_front();
        held.unlock();
        deliver_(next);
      }
    }

    manifest& notes_;
    void (*const deliver_)(const parcel&);
    std::mutex lock_;
    std::condition_variable there_;
    std::deque<parcel> waiting_;
    bool ended_ = false;
    std::thread thread_;
  };
};

}  // namespace tussle::workloads::subjects
