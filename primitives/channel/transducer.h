// transducer.h: what becomes of elements on their way into a channel's buffer.
//
//   auto odd_squares = xf::filter(is_odd) | xf::map(square) | xf::take(10);
//   channel<std::int64_t, int> c(fixed(16), odd_squares);  // takes give int64, puts take int
//
// A transducer is a recipe: each channel has a state of its own. One element may yield none,
// one or many; `take` ends early, which closes the channel; `partition` holds elements back
// and gives the rest out when the channel is closed and no put waits.
//
// Steps run under the channel's lock, one at a time, on whichever thread moves the element:
// they must not block, and must not touch the same channel. What they throw goes to the
// channel's ex-handler.
//
// One of your own: a class with
//   template <typename In> using output = ...;
//   template <typename In, typename Down> auto onto(Down down) const;
// where the result has `bool step(In&&)`, which calls down.step(output&&) for each element it
// yields and returns false where that did or where it wants no more, and `void complete()`,
// which yields what is held back, then calls down.complete().
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <functional>
#include <iterator>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

namespace tussle::detail {

template <typename Range>
inline constexpr bool is_array = false;
template <typename T, std::size_t Size>
inline constexpr bool is_array<std::array<T, Size>> = true;

// A container: its elements go with it. Those of other ranges may be somebody else's.
template <typename Range>
concept owning_range = is_array<Range> || requires {
  typename Range::allocator_type;
};

// An element on its way out of a range that is the caller's: moved where that robs nobody,
// and where there are no copies.
template <typename T, typename Range>
T out_of(Range& /*all*/, auto& each) {
  if constexpr (owning_range<Range> || !std::copy_constructible<T>) {
    return T(std::move(each));
  } else {
    return T(each);
  }
}

}  // namespace tussle::detail

namespace tussle::xf {

namespace detail {

template <typename F, typename Down>
struct mapped {
  F f;
  Down down;
  template <typename In>
  bool step(In&& element) {
    return down.step(std::invoke(f, std::forward<In>(element)));
  }
  void complete() { down.complete(); }
};

template <typename P, typename Down>
struct filtered {
  P keeps;
  Down down;
  template <typename In>
  bool step(In&& element) {
    if (!std::invoke(keeps, std::as_const(element))) return true;
    return down.step(std::forward<In>(element));
  }
  void complete() { down.complete(); }
};

template <typename F, typename Down>
struct expanded {
  F f;
  Down down;
  template <typename In>
  bool step(In&& element) {
    auto all = std::invoke(f, std::forward<In>(element));
    for (auto& each : all) {
      using out = std::remove_cvref_t<decltype(each)>;
      if (!down.step(tussle::detail::out_of<out>(all, each))) return false;
    }
    return true;
  }
  void complete() { down.complete(); }
};

template <typename Down>
struct counted {
  std::size_t left;
  Down down;
  template <typename In>
  bool step(In&& element) {
    if (left == 0) return false;
    --left;
    return down.step(std::forward<In>(element)) && left > 0;
  }
  void complete() { down.complete(); }
};

template <typename In, typename Down>
struct partitioned {
  std::size_t size;
  Down down;
  std::vector<In> held = {};
  bool step(In&& element) {
    held.push_back(std::move(element));
    if (held.size() < size) return true;
    return down.step(std::exchange(held, {}));
  }
  void complete() {
    if (!held.empty()) down.step(std::exchange(held, {}));
    down.complete();
  }
};

template <typename In, typename Down>
struct deduped {
  Down down;
  std::optional<In> last = {};
  bool step(In&& element) {
    if (last && *last == element) return true;
    last = element;
    return down.step(std::move(element));
  }
  void complete() { down.complete(); }
};

}  // namespace detail

// What both sides of a composition have.
struct transducer {};
template <typename X>
concept transducing = std::is_base_of_v<transducer, X>;

template <typename F>
struct map : transducer {
  explicit map(F called) : f(std::move(called)) {}
  template <typename In>
  using output = std::remove_cvref_t<std::invoke_result_t<F&, In>>;
  template <typename In, typename Down>
  auto onto(Down down) const {
    return detail::mapped<F, Down>{f, std::move(down)};
  }
  F f;
};

// Lets through what keeps(element) is true for.
template <typename P>
struct filter : transducer {
  explicit filter(P called) : keeps(std::move(called)) {}
  template <typename In>
  using output = In;
  template <typename In, typename Down>
  auto onto(Down down) const {
    return detail::filtered<P, Down>{keeps, std::move(down)};
  }
  P keeps;
};

// All elements of the range f(element), in its order. Those of a range that is no container
// of its own are copied.
template <typename F>
struct mapcat : transducer {
  explicit mapcat(F called) : f(std::move(called)) {}
  template <typename In>
  using output = std::remove_cvref_t<decltype(*std::begin(
      std::declval<std::remove_cvref_t<std::invoke_result_t<F&, In>>&>()))>;
  template <typename In, typename Down>
  auto onto(Down down) const {
    return detail::expanded<F, Down>{f, std::move(down)};
  }
  F f;
};

// The first n, and then the end.
struct take : transducer {
  explicit take(std::size_t n) : count(n) {}
  template <typename In>
  using output = In;
  template <typename In, typename Down>
  auto onto(Down down) const {
    return detail::counted<Down>{count, std::move(down)};
  }
  std::size_t count;
};

// Vectors of n, the last of which may be shorter. n is at least 1.
struct partition : transducer {
  explicit partition(std::size_t n) : size(n) {}
  template <typename In>
  using output = std::vector<In>;
  template <typename In, typename Down>
  auto onto(Down down) const {
    return detail::partitioned<In, Down>{size, std::move(down)};
  }
  std::size_t size;
};

// Without elements that equal the one before. They can be copied and compared.
struct dedupe : transducer {
  template <typename In>
  using output = In;
  template <typename In, typename Down>
  auto onto(Down down) const {
    return detail::deduped<In, Down>{std::move(down)};
  }
};

// What `first` yields goes through `second`.
template <transducing A, transducing B>
struct composed : transducer {
  composed(A a, B b) : first(std::move(a)), second(std::move(b)) {}
  template <typename In>
  using output = typename B::template output<typename A::template output<In>>;
  template <typename In, typename Down>
  auto onto(Down down) const {
    return first.template onto<In>(
        second.template onto<typename A::template output<In>>(std::move(down)));
  }
  A first;
  B second;
};

template <transducing A, transducing B>
composed<A, B> operator|(A first, B second) {
  return {std::move(first), std::move(second)};
}

}  // namespace tussle::xf
