// pmap.h: a function of the elements of ranges, some of them ahead of who reads the results.
//
// One future for each element, in the order of the input, and no more of them started and
// not read than usual_width(): cores + 2. So n calls that take equally long, n at most that
// many, take about the time of one. Several ranges end with the shortest.
//
// Errors:   what the function throws for an element is thrown when that element is read; what
//           comes after can still be read. Nothing is cancelled, also not when the results
//           are dropped unread.
//           What cannot be started fails when its turn comes: for want of memory, or because
//           the range threw, it may be asked for again; after a shutdown it is the last.
// Lifetime: the runtime, and ranges that are lvalues, must outlive the results; elements are
//           copied.
// Thread safety: of one thread at a time, as any iterator. The function is one object, and is
//           called by several threads at once.
// Contract: CONTRACT.md section 7 (PAR-1 ... PAR-4).
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "primitives/reference/errors.h"
#include "primitives/task/future.h"
#include "primitives/task/runtime.h"

namespace tussle {

// The results, to be read once.
template <typename R>
class pmap_results {
 public:
  // Starts the call of the next element; empty: there is none.
  using starter = absl::AnyInvocable<std::optional<future<R>>()>;

  pmap_results(starter start, std::size_t window)
      : start_(std::move(start)), window_(window) {}

  // The next result; empty at the end. Blocks until it is there. Throws: as said above.
  std::optional<R> next() {
    while (!ended_ && started_.size() < window_ && start_one()) {
    }
    if (started_.empty()) return std::nullopt;
    const future<R> first = *std::move(started_.front());
    started_.pop_front();
    return first.get();
  }

  // All that are left.
  std::vector<R> all() {
    std::vector<R> results;
    while (std::optional<R> one = next()) results.push_back(*std::move(one));
    return results;
  }

 private:
  // False: it has to wait, because it failed while earlier ones are still to be delivered.
  // What is started has its place first, so that it cannot be lost.
  bool start_one() {
    const bool is_next = started_.empty();
    try {
      started_.emplace_back();
    } catch (...) {
      if (is_next) throw;
      return false;
    }
    try {
      started_.back() = start_();
    } catch (const executor_rejected_error&) {
      started_.pop_back();
      if (!is_next) return false;
      ended_ = true;  // none after it could be started either
      throw;
    } catch (...) {
      started_.pop_back();
      if (is_next) throw;
      return false;
    }
    if (started_.back()) return true;
    started_.pop_back();
    ended_ = true;
    return false;
  }

  starter start_;
  std::size_t window_;
  std::deque<std::optional<future<R>>> started_;
  bool ended_ = false;
};

// f(a, b, ...) for the elements of the ranges. Starts nothing before the first next().
template <typename F, typename... Ranges>
requires(sizeof...(Ranges) > 0) auto pmap(runtime& on, F f, Ranges&&... ranges) {
  using result = std::decay_t<
      std::invoke_result_t<F&, std::iter_value_t<decltype(std::begin(ranges))>...>>;
  // Ranges that are rvalues move in; iterators are made of those that stay.
  struct input {
    input(runtime& r, F&& called, Ranges&&... given)
        : on(r),
          f(std::make_shared<F>(std::move(called))),
          ranges(std::forward<Ranges>(given)...) {
      at.emplace(std::apply([](auto&... each) { return std::tuple(std::begin(each)...); },
                            this->ranges));
      end.emplace(std::apply([](auto&... each) { return std::tuple(std::end(each)...); },
                             this->ranges));
    }
    bool at_end() const {
      return [this]<std::size_t... I>(std::index_sequence<I...>) {
        return ((std::get<I>(*at) == std::get<I>(*end)) || ...);
      }
      (std::index_sequence_for<Ranges...>());
    }
    // Those that throw as they go on are asked again: their elements have been started.
    void advance() {
      [this]<std::size_t... I>(std::index_sequence<I...>) {
        const auto one = [this](std::size_t place, auto& each) {
          if (place < advanced) return;
          ++each;
          ++advanced;
        };
        (one(I, std::get<I>(*at)), ...);
      }
      (std::index_sequence_for<Ranges...>());
    }
    std::optional<future<result>> start() {
      advance();
      if (at_end()) return std::nullopt;
      auto arguments = std::apply(
          [](auto&... each) {
            return std::tuple<
                std::iter_value_t<std::remove_reference_t<decltype(each)>>...>(*each...);
          },
          *at);
      auto one =
          future_call(on, [called = f, arguments = std::move(arguments)]() mutable {
            return result(std::apply(*called, std::move(arguments)));
          });
      advanced = 0;
      return one;
    }

    runtime& on;
    // How many of the iterators are past the last element that was started.
    std::size_t advanced = sizeof...(Ranges);
    std::shared_ptr<F> f;
    std::tuple<Ranges...> ranges;
    std::optional<std::tuple<decltype(std::begin(std::declval<Ranges&>()))...>> at;
    std::optional<std::tuple<decltype(std::end(std::declval<Ranges&>()))...>> end;
  };
  auto from = std::make_unique<input>(on, std::move(f), std::forward<Ranges>(ranges)...);
  return pmap_results<result>([from = std::move(from)] { return from->start(); },
                              usual_width());
}

// The results of calling each function, in order.
template <typename... Fs>
auto pcalls(runtime& on, Fs... fs) {
  using result = std::common_type_t<std::invoke_result_t<Fs&>...>;
  std::vector<std::function<result()>> calls;
  (calls.push_back(std::move(fs)), ...);
  return pmap(
      on, [](const std::function<result()>& call) { return call(); }, std::move(calls));
}

}  // namespace tussle
