// folds.h: channels that end as one value, and ranges that become channels.
//
//   channel<int> sum = reduce(std::plus<int>(), 0, numbers);
//   channel<std::vector<int>> all = into(std::vector<int>(), numbers);
//   channel<int> numbers = to_channel(std::vector{1, 2, 3});
//
// A fold gives its value on a channel of its own, which then closes, when the channel has
// ended; or at once where f returns reduced(value), after which nothing more is taken.
//
// Errors:   what f throws goes to the uncaught hook, and the result closes without a value.
//           The call itself: executor_rejected_error if the runtime was shut down;
//           std::bad_alloc.
// Elements: move; those of a range that is no container of its own are copied.
// Runtime:  that of the channel, or of whom to_channel is given. A channel that is folded is
//           owned until the end; one that elements are put into is not.
// Contract: CONTRACT.md section 11 (CONN-5, CONN-6).
#pragma once

#include <concepts>
#include <cstddef>
#include <functional>
#include <iterator>
#include <type_traits>
#include <utility>
#include <variant>

#include "primitives/channel/channel.h"
#include "primitives/channel/closes_at_end.h"
#include "primitives/channel/go.h"
#include "primitives/channel/transducer.h"
#include "primitives/task/runtime.h"

namespace tussle {

// What a step of a fold may return instead of the value: with whether it is the last.
template <typename A>
struct reduction {
  // NOLINTNEXTLINE(google-explicit-constructor): every value is one that is not the last
  reduction(A so_far, bool last = false) : value(std::move(so_far)), is_last(last) {}

  A value;
  bool is_last;
};
template <typename A>
reduction<std::remove_cvref_t<A>> reduced(A&& value) {
  return {std::forward<A>(value), true};
}

namespace detail {

// The end of a chain of transducers, too.
template <typename A, typename F>
class folding {
 public:
  folding(F f, A* so_far) : f_(std::move(f)), so_far_(so_far) {}

  // False: it was the last.
  template <typename T>
  bool step(T&& element) {
    if (is_over_) return false;
    reduction<A> next = std::invoke(f_, std::move(*so_far_), std::forward<T>(element));
    *so_far_ = std::move(next.value);
    is_over_ = next.is_last;
    return !is_over_;
  }
  void complete() {}

 private:
  F f_;
  A* so_far_;
  bool is_over_ = false;
};

template <typename A, typename F, typename T, typename In>
go_block<A> fold(F f, A value, channel<T, In> from) {
  folding<A, F> steps(std::move(f), &value);
  while (auto element = co_await from.async_take()) {
    const bool goes_on = steps.step(std::move(*element));
    if (!goes_on) break;
  }
  co_return std::move(value);
}

template <typename Xform, typename A, typename F, typename T, typename In>
go_block<A> fold_through(Xform transducer, F f, A value, channel<T, In> from) {
  auto stage = transducer.template onto<T>(folding<A, F>(std::move(f), &value));
  while (auto element = co_await from.async_take()) {
    const bool goes_on = stage.step(std::move(*element));
    if (!goes_on) break;
  }
  stage.complete();
  co_return std::move(value);
}

// Adds one element, to containers that change and to those that do not.
struct adding {
  template <typename C, typename T>
  C operator()(C all, T&& element) const {
    if constexpr (requires {
                    { all.push_back(std::forward<T>(element)) } -> std::same_as<C>;
                  }) {
      return std::move(all).push_back(std::forward<T>(element));
    } else if constexpr (requires {
                           { all.insert(std::forward<T>(element)) } -> std::same_as<C>;
                         }) {
      return std::move(all).insert(std::forward<T>(element));
    } else {
      all.insert(all.end(), std::forward<T>(element));
      return all;
    }
  }
};

template <typename Range>
using range_element = std::remove_cvref_t<decltype(*std::begin(std::declval<Range&>()))>;

template <typename Range, typename T, typename In>
go_block<> put_all(Range elements, closes_at_end<T, In> to) {
  for (auto& each : elements) {
    const bool is_wanted = co_await to.async_put(out_of<In>(elements, each));
    if (!is_wanted) co_return;
  }
}

inline constexpr std::size_t most_ahead = 100;

template <typename Range>
std::size_t length_up_to(std::size_t most, Range& elements) {
  std::size_t length = 0;
  auto at = std::begin(elements);
  for (const auto end = std::end(elements); length < most && at != end; ++at) ++length;
  return length;
}

}  // namespace detail

// f(value, element) returns the next value, or a reduction of it.
template <typename F, typename A, typename T, typename In>
channel<A> reduce(F f, A initial, const channel<T, In>& from) {
  return go(from.state().home(), &detail::fold<A, F, T, In>, std::move(f),
            std::move(initial), from);
}

// The elements go through the transducer first, which is completed at the end.
template <xf::transducing Xform, typename F, typename A, typename T, typename In>
channel<A> transduce(const Xform& transducer, F f, A initial,
                     const channel<T, In>& from) {
  return go(from.state().home(), &detail::fold_through<Xform, A, F, T, In>, transducer,
            std::move(f), std::move(initial), from);
}

// With all elements added at the end: of standard containers, and of those of value/.
template <typename C, typename T, typename In>
channel<C> into(C container, const channel<T, In>& from) {
  return reduce(detail::adding(), std::move(container), from);
}

// Puts all elements of the range, until `to` refuses one. Returns a channel that closes when
// the last one has been accepted; it can be ignored. The range is kept until then: what it
// refers to must live as long.
template <typename T, typename In, typename Range>
channel<std::monostate> onto_channel(const channel<T, In>& to, Range elements,
                                     bool close = true) {
  return go(to.state().home(), &detail::put_all<Range, T, In>, std::move(elements),
            detail::closes_at_end(to, close));
}

// A channel that gives the elements of the range and closes; up to 100 ahead. The range is
// iterated over twice.
template <typename Range>
channel<detail::range_element<Range>> to_channel(runtime& on, Range elements) {
  using element = detail::range_element<Range>;
  const std::size_t length = detail::length_up_to(detail::most_ahead, elements);
  channel<element> to(on, length == 0 ? buffer() : fixed(length));
  if (length == 0) {
    to.close();
  } else {
    onto_channel(to, std::move(elements));
  }
  return to;
}
template <typename Range>
channel<detail::range_element<Range>> to_channel(Range elements) {
  return to_channel(default_runtime(), std::move(elements));
}

}  // namespace tussle
