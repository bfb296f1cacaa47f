// mult.h: every element of one channel, to each of several.
//
//   tussle::mult<event> events(source);     // the only one that takes from the source now
//   events.tap(log);                        // log is closed when the source has ended
//   events.tap(screen, false);              // screen is not
//   events.untap(screen);
//
// A round: one element is taken from the source; it is put to all taps at once; the next one
// is taken when all have accepted. So all go at the pace of the slowest: give a slow one a
// dropping or sliding buffer. Without taps elements are dropped.
//
// Order:    a tap gets every element that is taken after tap() has returned, until untap(), in
//           the order of the source. untap() does not wait: an element that is being put to
//           the taps at that moment may still come, and a put that waits is not taken back:
//           only a take, or the end of the channel's last owner, releases the mult.
// End:      of the source: taps are closed where that was asked for. So they are if what
//           copies an element throws (the uncaught hook gets it), or the runtime ends.
//           Of a tap: one that refuses an element, closed or without owners, is removed.
//           A tap that comes after the end gets nothing and is not closed.
// Errors:   what a tap's ex-handler throws goes to the uncaught hook. So does
//           too_many_pending_error, for which the tap is removed.
//           The constructor: executor_rejected_error if the runtime was shut down;
//           std::bad_alloc, as tap().
// Elements: are copied, once for each tap but one.
// Lifetime: a mult is a handle; the process goes on without. It owns the source, not the taps.
//           It runs on the source's runtime. Thread-safe.
// Contract: CONTRACT.md section 12 (MULT-1 ... MULT-8).
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "primitives/channel/channel.h"
#include "primitives/channel/go.h"
#include "primitives/channel/joint_wait.h"
#include "primitives/sync/mutex.h"
#include "primitives/task/runtime.h"

namespace tussle {

namespace detail {

// A channel that is tapped to, and the put that it gets in each round.
template <typename T>
class tap_put : public joint_operation {
 public:
  tap_put() noexcept : joint_operation(waiter::side::put) {}

  template <typename U>
  void give(U&& element) {
    element_.emplace(std::forward<U>(element));
    entry.cell = &*element_;
  }
  void drop_rest() noexcept { element_.reset(); }
  virtual void close() const noexcept = 0;

 protected:
  std::optional<T> element_;
};

template <typename X, typename T>
class tap_of final : public tap_put<T> {
 public:
  explicit tap_of(const channel<X, T>& to) noexcept : to_(to) {}

  outcome begin() override {
    try {
      return to_.state().put(*this->element_, &this->entry);
    } catch (const too_many_pending_error&) {
      this->error = std::current_exception();
      return outcome::closed;
    } catch (...) {
      this->error = std::current_exception();
      return outcome::done;
    }
  }
  channel_core& core() const noexcept override { return to_.state(); }
  void close() const noexcept override { to_.close(); }

 private:
  const channel_view<X, T> to_;
};

// The taps of a mult, for its process and for whoever adds and removes some.
template <typename T>
class tap_set {
 public:
  using tap = std::shared_ptr<tap_put<T>>;

  void add(tap added, bool closes) {
    const sync::mutex_lock lock(mutex_);
    if (ended_) return;
    const auto same = find(added->core());
    if (same != taps_.end()) {
      same->closes = closes;
      return;
    }
    taps_.push_back({std::move(added), closes});
    ++version_;
  }
  void remove(const channel_core& at) {
    tap removed;  // dies when the lock is given up
    const sync::mutex_lock lock(mutex_);
    const auto one = find(at);
    if (one == taps_.end()) return;
    removed = std::move(one->put);
    taps_.erase(one);
    ++version_;
  }
  void remove_all() noexcept {
    std::vector<entry> removed;
    const sync::mutex_lock lock(mutex_);
    removed.swap(taps_);
    ++version_;
  }

  // Of the mult's process: those of the next round, if they are not those of the last.
  // False: they are the same.
  bool read(std::vector<tap>& round, std::size_t& version) const {
    std::vector<tap> before;
    const sync::mutex_lock lock(mutex_);
    if (version == version_) return false;
    before.swap(round);
    round.reserve(taps_.size());
    for (const entry& each : taps_) round.push_back(each.put);
    version = version_;
    return true;
  }
  void end() noexcept {
    std::vector<entry> left;
    {
      const sync::mutex_lock lock(mutex_);
      ended_ = true;
      left.swap(taps_);
    }
    for (const entry& each : left)
      if (each.closes) each.put->close();
  }

 private:
  struct entry {
    tap put;
    bool closes;
  };

  typename std::vector<entry>::iterator find(const channel_core& at)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return std::find_if(taps_.begin(), taps_.end(),
                        [&at](const entry& each) { return &each.put->core() == &at; });
  }

  mutable sync::mutex mutex_;
  std::vector<entry> taps_ ABSL_GUARDED_BY(mutex_);
  std::size_t version_ ABSL_GUARDED_BY(mutex_) = 1;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
};

// Ends the taps when the mult's process is over, however that comes.
template <typename T>
class taps_of_process {
 public:
  explicit taps_of_process(std::shared_ptr<tap_set<T>> all) noexcept
      : all_(std::move(all)) {}
  taps_of_process(taps_of_process&&) noexcept = default;
  taps_of_process& operator=(taps_of_process&&) = delete;
  ~taps_of_process() {
    if (all_ != nullptr) all_->end();
  }

  // Those that get the next element; false: none.
  bool begin_round(T&& element) {
    if (all_->read(round_, version_)) {
      puts_.clear();
      puts_.reserve(round_.size());
      for (const auto& each : round_) puts_.push_back(each.get());
    }
    for (std::size_t i = 0; i + 1 < round_.size(); ++i)
      round_[i]->give(std::as_const(element));
    if (!round_.empty()) round_.back()->give(std::move(element));
    return !round_.empty();
  }
  std::span<joint_operation* const> puts() const noexcept { return puts_; }
  void end_round(runtime& home) {
    for (const auto& each : round_) {
      each->drop_rest();
      if (each->error) home.report_uncaught(std::exchange(each->error, nullptr));
      if (!each->entry.accepted) all_->remove(each->core());
    }
  }

 private:
  std::shared_ptr<tap_set<T>> all_;
  std::vector<std::shared_ptr<tap_put<T>>> round_;
  std::vector<joint_operation*> puts_;
  std::size_t version_ = 0;
};

// on_error: called where an element cannot be copied, before the taps end.
template <typename T, typename In, typename F>
go_block<> give_to_taps(channel<T, In> source, taps_of_process<T> taps, F on_error) {
  while (auto element = co_await source.async_take()) {
    bool is_wanted = false;
    try {
      is_wanted = taps.begin_round(std::move(*element));
    } catch (...) {
      on_error();
      throw;
    }
    if (!is_wanted) continue;
    element.reset();
    joint_wait round(taps.puts());
    co_await round;
    taps.end_round(source.state().home());
  }
}

}  // namespace detail

template <std::copy_constructible T>
class mult {
 public:
  template <typename In>
  explicit mult(const channel<T, In>& source) : mult(source, [] {}) {}
  // For what is built on top.
  template <typename In, std::invocable F>
  mult(const channel<T, In>& source, F on_error)
      : taps_(std::make_shared<detail::tap_set<T>>()) {
    go(source.state().home(), &detail::give_to_taps<T, In, F>, source,
       detail::taps_of_process<T>(taps_), std::move(on_error));
  }

  // One that is tapped to already is closed, or not, as asked for last.
  template <typename X>
  void tap(const channel<X, T>& to, bool close = true) const {
    taps_->add(std::make_shared<detail::tap_of<X, T>>(to), close);
  }
  template <typename X>
  void untap(const channel<X, T>& to) const {
    taps_->remove(to.state());
  }
  void untap_all() const noexcept { taps_->remove_all(); }

 private:
  std::shared_ptr<detail::tap_set<T>> taps_;
};

template <typename T, typename In>
mult(const channel<T, In>&) -> mult<T>;

}  // namespace tussle
