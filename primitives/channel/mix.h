// mix.h: several channels into one, each of which can be silenced.
//
//   tussle::mix<sample> studio(out);
//   studio.admix(voice);
//   studio.toggle({{drums, {.mute = true}}, {guitar, {.solo = true}}});  // at once
//   studio.solo_mode(tussle::solo_mode::pause);
//
// Each input has three switches. Muted: its elements are taken and dropped. Paused: they are
// left in it. As soon as any input is solo, only those that are solo are heard, whatever else
// is switched on for them; the others count as muted, or as paused, by the mix's mode (mute,
// to begin with).
//
// In hand:  one element at most.
// Order:    that of each input; between inputs, any.
// Changes:  toggle() is one change, and every element is treated by the switches as they are
//           when it is taken. A take that the mix waits with cannot be taken back at once: the
//           next element of an input that was just paused, or removed, may still be taken. It
//           then is heard, unless muted.
// End:      an input that has ended leaves the mix. `out` is never closed. When it refuses an
//           element, closed or without owners, the mix ends: that element is lost, inputs stay
//           open and are let go.
// Errors:   the constructor: executor_rejected_error if the runtime was shut down;
//           std::bad_alloc, as the changes, which change nothing then.
// Elements: move.
// Lifetime: a mix is a handle; the process goes on without, as long as there are inputs. It
//           owns its inputs, not `out`. It runs on the runtime of `out`. Thread-safe.
// Contract: CONTRACT.md section 12 (MIX-1 ... MIX-4), deviation DEV-18.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "primitives/channel/alts.h"
#include "primitives/channel/channel.h"
#include "primitives/channel/go.h"
#include "primitives/sync/mutex.h"
#include "primitives/task/runtime.h"

namespace tussle {

// What becomes of the others when any input is solo.
enum class solo_mode { mute, pause };

// Switches to be changed; the others stay as they are.
struct mix_switches {
  std::optional<bool> solo = {};
  std::optional<bool> mute = {};
  std::optional<bool> pause = {};
};
template <typename T>
struct mix_change {
  channel<T> input;
  mix_switches to;
};

namespace detail {

// The inputs of a mix, for its process and for whoever changes them.
template <typename T>
class mix_inputs {
 public:
  using changes = std::vector<mix_change<T>>;

  // All are off, also of one that was there.
  void add(const channel<T>& input) {
    const sync::mutex_lock lock(mutex_);
    if (ended_) return;
    entry& one = find_or_add(input);
    one.solo = one.mute = one.pause = false;
    ++version_;
  }
  void remove(const channel<T>& input) {
    std::optional<channel<T>> removed;  // dies when the lock is given up
    const sync::mutex_lock lock(mutex_);
    const auto at = find(input);
    if (at == all_.end()) return;
    removed = std::move(at->from);
    all_.erase(at);
    ++version_;
  }
  void remove_all() noexcept {
    std::vector<entry> removed;
    const sync::mutex_lock lock(mutex_);
    removed.swap(all_);
    ++version_;
  }
  void change(const changes& asked) {
    const sync::mutex_lock lock(mutex_);
    if (ended_) return;
    all_.reserve(all_.size() + asked.size());  // from here on nothing throws
    for (const mix_change<T>& each : asked) {
      entry& one = find_or_add(each.input);
      one.solo = each.to.solo.value_or(one.solo);
      one.mute = each.to.mute.value_or(one.mute);
      one.pause = each.to.pause.value_or(one.pause);
    }
    ++version_;
  }
  void set_mode(solo_mode next) {
    const sync::mutex_lock lock(mutex_);
    mode_ = next;
    ++version_;
  }
  void end() noexcept {
    std::vector<entry> left;
    const sync::mutex_lock lock(mutex_);
    ended_ = true;
    left.swap(all_);
  }

  // Of the mix's process: those to take from, if something has changed.
  void read(std::vector<channel<T>>& sources, std::size_t& version) const {
    std::vector<channel<T>> before;
    const sync::mutex_lock lock(mutex_);
    if (version == version_) return;
    version = version_;
    before.swap(sources);
    sources.reserve(all_.size());
    const bool any_solo = has_solo();
    for (const entry& each : all_)
      if (is_taken_from(each, any_solo)) sources.push_back(each.from);
  }
  // One that was removed meanwhile is as if it were not muted.
  bool is_heard(const channel<T>& input) const {
    const sync::mutex_lock lock(mutex_);
    const auto at = std::find_if(all_.begin(), all_.end(), [&input](const entry& each) {
      return each.from == input;
    });
    if (at == all_.end()) return true;
    return has_solo() ? at->solo : !at->mute;
  }

 private:
  struct entry {
    channel<T> from;
    bool solo = false;
    bool mute = false;
    bool pause = false;
  };

  bool has_solo() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return std::any_of(all_.begin(), all_.end(),
                       [](const entry& each) { return each.solo; });
  }
  bool is_taken_from(const entry& one, bool any_solo) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (one.solo) return true;
    return !one.pause && !(any_solo && mode_ == solo_mode::pause);
  }
  typename std::vector<entry>::iterator find(const channel<T>& input)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return std::find_if(all_.begin(), all_.end(),
                        [&input](const entry& each) { return each.from == input; });
  }
  entry& find_or_add(const channel<T>& input) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const auto at = find(input);
    if (at != all_.end()) return *at;
    all_.push_back({input});
    return all_.back();
  }

  mutable sync::mutex mutex_;
  std::vector<entry> all_ ABSL_GUARDED_BY(mutex_);
  solo_mode mode_ ABSL_GUARDED_BY(mutex_) = solo_mode::mute;
  std::size_t version_ ABSL_GUARDED_BY(mutex_) = 1;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
};

// Lets the inputs go when the mix's process is over, however that comes.
template <typename T>
class inputs_of_process {
 public:
  explicit inputs_of_process(std::shared_ptr<mix_inputs<T>> all) noexcept
      : all_(std::move(all)) {}
  inputs_of_process(inputs_of_process&&) noexcept = default;
  inputs_of_process& operator=(inputs_of_process&&) = delete;
  ~inputs_of_process() {
    if (all_ != nullptr) all_->end();
  }
  mix_inputs<T>* operator->() const noexcept { return all_.get(); }

 private:
  std::shared_ptr<mix_inputs<T>> all_;
};

using mix_signal = std::monostate;

// What the mix waits for: a take from each source and, as long as there are handles, word of
// a change.
template <typename T>
class mix_takes {
 public:
  static constexpr std::size_t a_change = alts_default - 1;
  struct result {
    std::size_t index;  // of the source
    std::optional<T> value = {};
    bool has_handles = true;
  };

  mix_takes(const channel_view<mix_signal>* changes,
            const std::vector<channel<T>>& sources)
      : all_(std::make_unique<std::optional<case_operation<T, T>>[]>(sources.size())) {
    pointers_.reserve(sources.size() + 1);
    for (std::size_t i = 0; i < sources.size(); ++i) {
      auto take = take_from(sources[i]);
      pointers_.push_back(&all_[i].emplace(take));
    }
    if (changes == nullptr) return;
    auto take = take_from(*changes);
    pointers_.push_back(&change_.emplace(take));
  }
  std::span<alts_operation* const> all() const noexcept { return pointers_; }

  result result_of(std::size_t index) {
    if (change_ && pointers_[index] == &*change_)
      return {a_change, std::nullopt, change_->taken.has_value()};
    return {index, std::move(all_[index]->taken)};
  }

 private:
  std::unique_ptr<std::optional<case_operation<T, T>>[]> all_;
  std::optional<case_operation<mix_signal, mix_signal>> change_;
  std::vector<alts_operation*> pointers_;
};

template <typename T>
class kept_for_mix {
 public:
  using operations = mix_takes<T>;
  kept_for_mix(const channel_view<mix_signal>* changes,
               const std::vector<channel<T>>& sources) noexcept
      : changes_(changes), sources_(sources) {}
  operations make() const { return operations(changes_, sources_); }

 private:
  const channel_view<mix_signal>* const changes_;
  const std::vector<channel<T>>& sources_;
};

template <typename Out, typename T>
go_block<> mix_all(inputs_of_process<T> inputs, channel_view<mix_signal> changes,
                   channel_view<Out, T> out) {
  std::vector<channel<T>> sources;
  std::size_t version = 0;
  bool has_handles = true;
  for (;;) {
    inputs->read(sources, version);
    if (sources.empty() && !has_handles) co_return;
    const channel_view<mix_signal>* const watched = has_handles ? &changes : nullptr;
    auto next = co_await alts_awaiter<kept_for_mix<T>>(alts_options(), watched, sources);
    if (next.index == mix_takes<T>::a_change) {
      has_handles = next.has_handles;
    } else if (!next.value) {
      inputs->remove(sources[next.index]);
    } else if (inputs->is_heard(sources[next.index])) {
      const bool is_wanted = co_await out.async_put(std::move(*next.value));
      if (!is_wanted) co_return;
    }
  }
}

}  // namespace detail

template <typename T>
class mix {
 public:
  template <typename Out>
  explicit mix(const channel<Out, T>& out)
      : inputs_(std::make_shared<detail::mix_inputs<T>>()),
        changes_(out.state().home(), sliding(1)) {
    go(out.state().home(), &detail::mix_all<Out, T>,
       detail::inputs_of_process<T>(inputs_), changes_.view(), out.view());
  }

  // With all switches off, also one that is there already.
  void admix(const channel<T>& input) const {
    inputs_->add(input);
    tell();
  }
  void unmix(const channel<T>& input) const {
    inputs_->remove(input);
    tell();
  }
  void unmix_all() const {
    inputs_->remove_all();
    tell();
  }
  // All of them at once; inputs that are not there are admixed.
  void toggle(const std::vector<mix_change<T>>& changes) const {
    inputs_->change(changes);
    tell();
  }
  void solo_mode(tussle::solo_mode next) const {
    inputs_->set_mode(next);
    tell();
  }

 private:
  void tell() const { static_cast<void>(changes_.try_put(detail::mix_signal())); }

  std::shared_ptr<detail::mix_inputs<T>> inputs_;
  channel<detail::mix_signal> changes_;
};

template <typename Out, typename T>
mix(const channel<Out, T>&) -> mix<T>;

}  // namespace tussle
