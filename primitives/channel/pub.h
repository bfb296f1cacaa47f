// pub.h: each event of one channel, to those who have subscribed to its topic.
//
//   tussle::pub bus(events, [](const event& e) { return e.topic; });
//   bus.sub("news", inbox);
//   bus.unsub("news", inbox);
//
//   events ──▶ topic_of ──▶ a channel for each topic ──▶ its mult ──▶ subscribers
//
// A topic's channel and mult (mult.h) are made by its first subscription. Events of topics
// that nobody subscribed to are dropped.
//
// Pace:     a subscriber that does not take holds up its topic, and one event of that topic
//           later the pub, unless its channel, or the topic's, has a dropping or sliding
//           buffer. Removing it does not take back a put that waits.
// Order:    a subscriber gets every event of its topic that is taken after sub() has returned,
//           until unsub(), in order; one on its way at that moment may still come.
// End:      of the source: subscribers are closed where that was asked for. So they are where
//           the pub ends because topic_of throws, or what copies an event (the uncaught hook
//           gets it; later events are not taken, but for one that the pub may wait for
//           already), or because its runtime ends. Those of unsub_all are not closed: it
//           forgets the topic. Who comes after the end gets nothing and is not closed.
// Errors:   the constructor and sub(): executor_rejected_error if the runtime was shut down;
//           std::bad_alloc; what comparing or copying a topic throws, as unsub().
// Topics:   have an order (<); they are compared and copied under a lock, and must not use the
//           pub in doing so.
// Lifetime: a pub is a handle; the process goes on without. It owns the source, not the
//           subscribers. It runs on the source's runtime. Thread-safe.
// Contract: CONTRACT.md section 12 (PUB-1 ... PUB-7).
#pragma once

#include <concepts>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "primitives/channel/channel.h"
#include "primitives/channel/closes_at_end.h"
#include "primitives/channel/go.h"
#include "primitives/channel/mult.h"
#include "primitives/sync/mutex.h"
#include "primitives/task/runtime.h"

namespace tussle {

namespace detail {

// The topics of a pub, for its process and for whoever subscribes.
template <typename T, typename Topic>
class topic_set : public std::enable_shared_from_this<topic_set<T, Topic>> {
 public:
  struct topic {
    channel<T> events;
    mult<T> taps;
  };

  topic_set(runtime& home, std::function<buffer(const Topic&)> size_for)
      : home_(home), size_for_(std::move(size_for)) {}

  template <typename X>
  void add(const Topic& name, const channel<X, T>& to, bool close) {
    if (tap_if_there(name, to, close)) return;
    const channel<T> events(home_, size_for_ ? size_for_(name) : buffer());
    topic made{events, mult<T>(events, ending_all(events))};
    closes_at_end unless_added(events);  // where another one was faster
    const sync::mutex_lock lock(mutex_);
    if (ended_) return;
    const auto [at, is_new] = topics_.try_emplace(name, std::move(made));
    if (is_new) unless_added.leave_open();
    at->second.taps.tap(to, close);
  }

  template <typename X>
  void remove(const Topic& name, const channel<X, T>& to) {
    const sync::mutex_lock lock(mutex_);
    const auto at = topics_.find(name);
    if (at != topics_.end()) at->second.taps.untap(to);
  }
  void forget(const Topic& name) {
    typename std::map<Topic, topic>::node_type forgotten;
    {
      const sync::mutex_lock lock(mutex_);
      forgotten = topics_.extract(name);
    }
    if (!forgotten.empty()) end(forgotten.mapped());
  }
  void forget_all() noexcept {
    std::map<Topic, topic> forgotten;
    {
      const sync::mutex_lock lock(mutex_);
      forgotten.swap(topics_);
    }
    for (auto& each : forgotten) end(each.second);
  }

  // Of the pub's process. Null: nobody subscribed to it, or all is over.
  std::optional<channel<T>> events_of(const Topic& name) const {
    const sync::mutex_lock lock(mutex_);
    const auto at = topics_.find(name);
    if (at == topics_.end()) return std::nullopt;
    return at->second.events;
  }
  bool is_over() const {
    const sync::mutex_lock lock(mutex_);
    return ended_;
  }
  void end_all() noexcept {
    std::map<Topic, topic> left;
    {
      const sync::mutex_lock lock(mutex_);
      ended_ = true;
      left.swap(topics_);
    }
    for (auto& each : left) each.second.events.close();
  }

 private:
  template <typename X>
  bool tap_if_there(const Topic& name, const channel<X, T>& to, bool close) {
    const sync::mutex_lock lock(mutex_);
    if (ended_) return true;
    const auto at = topics_.find(name);
    if (at == topics_.end()) return false;
    at->second.taps.tap(to, close);
    return true;
  }
  // Where one topic's mult fails, all end, as does the pub. It may wait at this topic, where
  // nobody takes any more: what it put there is dropped.
  auto ending_all(const channel<T>& events) {
    return [all = this->weak_from_this(), failed = events.view()] {
      if (const auto living = all.lock()) living->end_all();
      failed.close();
      while (failed.try_take().value) continue;
    };
  }
  // Its mult ends, and closes nobody.
  static void end(const topic& forgotten) noexcept {
    forgotten.taps.untap_all();
    forgotten.events.close();
  }

  runtime& home_;
  const std::function<buffer(const Topic&)> size_for_;
  mutable sync::mutex mutex_;
  std::map<Topic, topic> topics_ ABSL_GUARDED_BY(mutex_);
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
};

// Ends the topics when the pub's process is over, however that comes.
template <typename T, typename Topic>
class topics_of_process {
 public:
  explicit topics_of_process(std::shared_ptr<topic_set<T, Topic>> all) noexcept
      : all_(std::move(all)) {}
  topics_of_process(topics_of_process&&) noexcept = default;
  topics_of_process& operator=(topics_of_process&&) = delete;
  ~topics_of_process() {
    if (all_ != nullptr) all_->end_all();
  }
  topic_set<T, Topic>* operator->() const noexcept { return all_.get(); }

 private:
  std::shared_ptr<topic_set<T, Topic>> all_;
};

template <typename T, typename In, typename Topic, typename F>
go_block<> publish(channel<T, In> source, F topic_of,
                   topics_of_process<T, Topic> topics) {
  while (auto event = co_await source.async_take()) {
    const std::optional<channel<T>> to =
        topics->events_of(std::invoke(topic_of, std::as_const(*event)));
    if (!to && topics->is_over()) co_return;
    if (to) co_await to->async_put(std::move(*event));
  }
}

template <typename F, typename T>
using topic_of_event = std::remove_cvref_t<std::invoke_result_t<F&, const T&>>;

}  // namespace detail

template <std::copy_constructible T, std::copy_constructible Topic>
class pub {
 public:
  // `size_for(topic)`: the buffer of a topic's channel, none without. May be called twice
  // for a topic, by several threads at once.
  template <typename In, std::invocable<const T&> F>
  pub(const channel<T, In>& source, F topic_of,
      std::function<buffer(const Topic&)> size_for = {})
      : topics_(std::make_shared<detail::topic_set<T, Topic>>(source.state().home(),
                                                              std::move(size_for))) {
    go(source.state().home(), &detail::publish<T, In, Topic, F>, source,
       std::move(topic_of), detail::topics_of_process<T, Topic>(topics_));
  }

  // Subscribed already: it is closed, or not, as asked for last.
  template <typename X>
  void sub(const Topic& topic, const channel<X, T>& to, bool close = true) const {
    topics_->add(topic, to, close);
  }
  template <typename X>
  void unsub(const Topic& topic, const channel<X, T>& to) const {
    topics_->remove(topic, to);
  }
  void unsub_all(const Topic& topic) const { topics_->forget(topic); }
  void unsub_all() const noexcept { topics_->forget_all(); }

 private:
  std::shared_ptr<detail::topic_set<T, Topic>> topics_;
};

template <typename T, typename In, typename F>
pub(const channel<T, In>&, F) -> pub<T, detail::topic_of_event<F, T>>;
template <typename T, typename In, typename F, typename Size>
pub(const channel<T, In>&, F, Size) -> pub<T, detail::topic_of_event<F, T>>;

}  // namespace tussle
