// connectors.h: processes that move elements from channels to channels.
//
//   pipe(from, to)             all elements; to: closed behind them, if asked for
//   split(p, from)             two channels: those that p is true for, and the others
//   merge({a, b, c})           one channel: the elements of all, in any order between them
//   zip_map(f, tuple(a, b))    f of one element of each, until one of them ends
//   take_n(n, from)            the first n
//
// What comes out of a range or ends as one value: folds.h.
//
// In hand:  one element at most, of zip_map one of each source: without buffers the sources
//           feel at once that nobody takes.
// Order:    that of each source.
// End:      when the source has ended, outputs are closed. When an output refuses an element,
//           because it was closed or nobody owns it any more, the connector ends there: that
//           element is lost, nothing more is taken, sources stay open, and so does the other
//           output of split.
// Errors:   what f or p throws goes to the uncaught hook, and the connector ends as at the end
//           of its source. So it does when its runtime ends.
//           The call itself: executor_rejected_error if the runtime was shut down;
//           std::bad_alloc.
// Elements: move.
// Runtime:  that of the (first) source. Sources are owned until the end, outputs are not.
// Contract: CONTRACT.md section 11 (CONN-1 ... CONN-7), deviation DEV-6.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "primitives/channel/alts.h"
#include "primitives/channel/channel.h"
#include "primitives/channel/closes_at_end.h"
#include "primitives/channel/go.h"
#include "primitives/channel/joint_wait.h"
#include "primitives/task/runtime.h"

namespace tussle {

namespace detail {

template <typename T, typename In, typename Out, typename U>
go_block<> copy_all(channel<T, In> from, closes_at_end<Out, U> to) {
  while (auto element = co_await from.async_take()) {
    const bool is_wanted = co_await to.async_put(U(std::move(*element)));
    if (!is_wanted) co_return;
  }
}

template <typename T, typename In, typename P>
go_block<> split_all(P is_first, channel<T, In> from, closes_at_end<T, T> first,
                     closes_at_end<T, T> second) {
  while (auto element = co_await from.async_take()) {
    const bool goes_first = std::invoke(is_first, std::as_const(*element));
    closes_at_end<T, T>& to = goes_first ? first : second;
    const bool is_wanted = co_await to.async_put_and_be_told(std::move(*element));
    if (is_wanted) continue;
    first.leave_open();
    second.leave_open();
    co_return;
  }
}

template <typename T, typename In>
void watch_all(std::vector<channel<T, In>>& sources,
               std::vector<alts_case<T, In>>& cases) {
  cases.clear();
  cases.reserve(sources.size());
  for (const auto& each : sources) cases.push_back(take_from(each));
}

template <typename T, typename In>
go_block<> merge_all(std::vector<channel<T, In>> sources, closes_at_end<T, T> to) {
  std::vector<alts_case<T, In>> cases;
  watch_all(sources, cases);
  while (!sources.empty()) {
    auto next = co_await async_alts(cases);
    if (next.value) {
      const bool is_wanted = co_await to.async_put(std::move(*next.value));
      if (!is_wanted) co_return;
    } else {
      sources.erase(sources.begin() + static_cast<std::ptrdiff_t>(next.index));
      watch_all(sources, cases);
    }
  }
}

template <typename T, typename In>
class zip_take final : public joint_operation {
 public:
  explicit zip_take(channel<T, In> from) noexcept
      : joint_operation(waiter::side::take), from_(std::move(from)) {
    entry.cell = &taken;
  }
  outcome begin() override { return from_.state().take(taken, &entry); }
  channel_core& core() const noexcept override { return from_.state(); }

  std::optional<T> taken;

 private:
  const channel<T, In> from_;
};

// One take for each of channels of several types; f gets one element of each.
template <typename... Channels>
class zip_of_several {
 public:
  explicit zip_of_several(std::tuple<Channels...> from) : takes_(from_all(from)) {
    std::apply([this](auto&... each) { all_ = {each.get()...}; }, takes_);
  }
  std::span<joint_operation* const> all() const noexcept { return all_; }
  bool has_all() const {
    return std::apply([](auto&... each) { return (each->taken.has_value() && ...); },
                      takes_);
  }
  template <typename F>
  auto apply(F& f) {
    return std::apply(
        [&f](auto&... each) {
          return std::invoke(f, std::move(*std::exchange(each->taken, {}))...);
        },
        takes_);
  }

 private:
  template <typename Channel>
  using take_of = std::unique_ptr<zip_take<element_of<Channel>, put_of<Channel>>>;

  static std::tuple<take_of<Channels>...> from_all(std::tuple<Channels...>& from) {
    return std::apply(
        [](auto&... each) {
          return std::tuple(
              std::make_unique<zip_take<element_of<Channels>, put_of<Channels>>>(
                  each)...);
        },
        from);
  }

  std::tuple<take_of<Channels>...> takes_;
  std::array<joint_operation*, sizeof...(Channels)> all_;
};

// The same of channels of one type; f gets a vector.
template <typename T, typename In>
class zip_of_line {
 public:
  explicit zip_of_line(std::vector<channel<T, In>> from) {
    takes_.reserve(from.size());
    all_.reserve(from.size());
    for (auto& each : from) {
      takes_.push_back(std::make_unique<zip_take<T, In>>(std::move(each)));
      all_.push_back(takes_.back().get());
    }
  }
  std::span<joint_operation* const> all() const noexcept { return all_; }
  bool has_all() const {
    for (const auto& each : takes_)
      if (!each->taken) return false;
    return true;
  }
  template <typename F>
  auto apply(F& f) {
    std::vector<T> elements;
    elements.reserve(takes_.size());
    for (const auto& each : takes_)
      elements.push_back(std::move(*std::exchange(each->taken, {})));
    return std::invoke(f, std::move(elements));
  }

 private:
  std::vector<std::unique_ptr<zip_take<T, In>>> takes_;
  std::vector<joint_operation*> all_;
};

inline void rethrow_first_of(std::span<joint_operation* const> all) {
  for (joint_operation* const each : all) throw_if_failed(*each);
}

template <typename Zip, typename U, typename F>
go_block<> zip_all(F f, Zip from, closes_at_end<U, U> to) {
  for (;;) {
    joint_wait round(from.all());
    co_await round;
    rethrow_first_of(from.all());
    if (!from.has_all()) co_return;
    const bool is_wanted = co_await to.async_put(from.apply(f));
    if (!is_wanted) co_return;
  }
}

template <typename Zip, typename F>
auto start_zip(runtime& home, F f, Zip from, buffer size) {
  using made = std::remove_cvref_t<decltype(from.apply(f))>;
  channel<made> to(home, size);
  go(home, &zip_all<Zip, made, F>, std::move(f), std::move(from), closes_at_end(to));
  return to;
}

template <typename T, typename In>
go_block<> take_first(std::size_t n, channel<T, In> from, closes_at_end<T, T> to) {
  for (std::size_t i = 0; i < n; ++i) {
    auto element = co_await from.async_take();
    if (!element) co_return;
    const bool is_wanted = co_await to.async_put(std::move(*element));
    if (!is_wanted) co_return;
  }
}

}  // namespace detail

// Returns a channel that closes when it has ended; it can be ignored.
template <typename T, typename In, typename Out, typename U>
channel<std::monostate> pipe(const channel<T, In>& from, const channel<Out, U>& to,
                             bool close = true) {
  return go(from.state().home(), &detail::copy_all<T, In, Out, U>, from,
            detail::closes_at_end(to, close));
}

template <typename T>
struct split_channels {
  channel<T> matching;
  channel<T> others;
};

// A side that nobody takes from holds up both.
template <typename P, typename T, typename In>
split_channels<T> split(P is_matching, const channel<T, In>& from,
                        buffer matching_size = {}, buffer others_size = {}) {
  runtime& home = from.state().home();
  split_channels<T> to{channel<T>(home, matching_size), channel<T>(home, others_size)};
  go(home, &detail::split_all<T, In, P>, std::move(is_matching), from,
     detail::closes_at_end(to.matching), detail::closes_at_end(to.others));
  return to;
}

// Closes when all sources have ended; the same one may be among them several times.
template <typename T, typename In>
channel<T> merge(std::vector<channel<T, In>> sources, buffer size = {}) {
  runtime& home = sources.empty() ? default_runtime() : sources.front().state().home();
  channel<T> to(home, size);
  if (sources.empty()) {
    to.close();
  } else {
    go(home, &detail::merge_all<T, In>, std::move(sources), detail::closes_at_end(to));
  }
  return to;
}

// f(one element of each). Takes from all sources at once, and ends when one of them has ended
// and all have answered; what the others have given in that round is lost.
template <typename F, typename First, typename... Rest>
auto zip_map(F f, std::tuple<First, Rest...> sources, buffer size = {}) {
  runtime& home = std::get<0>(sources).state().home();
  return detail::start_zip(home, std::move(f),
                           detail::zip_of_several<First, Rest...>(std::move(sources)),
                           size);
}
// f(std::vector<T>), of as many as there are. Without sources it is closed at once.
template <typename F, typename T, typename In>
auto zip_map(F f, std::vector<channel<T, In>> sources, buffer size = {}) {
  using made = std::remove_cvref_t<std::invoke_result_t<F&, std::vector<T>>>;
  if (sources.empty()) {
    channel<made> to(size);
    to.close();
    return to;
  }
  runtime& home = sources.front().state().home();
  return detail::start_zip(home, std::move(f),
                           detail::zip_of_line<T, In>(std::move(sources)), size);
}

// Closes behind the n-th, whatever the source does.
template <typename T, typename In>
channel<T> take_n(std::size_t n, const channel<T, In>& from, buffer size = {}) {
  runtime& home = from.state().home();
  channel<T> to(home, size);
  if (n == 0) {
    to.close();
  } else {
    go(home, &detail::take_first<T, In>, n, from, detail::closes_at_end(to));
  }
  return to;
}

}  // namespace tussle
