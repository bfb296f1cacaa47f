// alts.h: exactly one of several puts and takes, whichever can be done first.
//
//   auto r = tussle::alts(tussle::take_from(replies), tussle::take_from(timeout));
//   if (r.index == 0) use(std::get<0>(r.values));            // std::optional<reply>
//
//   auto r = co_await tussle::async_alts(tussle::put_to(out, 7), tussle::take_from(stop));
//
//   std::vector<tussle::alts_case<int>> cases;               // as many as there are
//   cases.push_back(tussle::take_from(in));
//   auto r = tussle::alts(cases, {.priority = true});        // r.value, r.accepted
//
// A take is ready where it would give something at once, nothing included: closed and
// drained. A put is ready where it would be answered at once, true or false. Cases are tried
// in random order, with priority in the order given; the first that is ready is done. Where
// none is, the result is the default, if asked for; otherwise the call waits for all, as one
// entry in each channel's line. The others have no effect: nothing is taken from them, and
// their elements stay in the cases. A put and a take of one alts on one channel never meet
// each other.
//
// Blocking: alts blocks the thread; async_alts parks the go block.
// Limit:    entries of alts count as the channel's puts and takes that wait.
// Errors:   std::invalid_argument without cases, nil_value_error for a null element, before
//           anything is tried; too_many_pending_error, after which nothing has happened;
//           blocking_in_go_error; of the case that was done, what its channel throws.
// Lifetime: take_from and put_to own a channel that they are given as a temporary; others,
//           and views, must live until the alts is over, or its go block is destroyed, as a
//           local variable or parameter of the go block does.
// Contract: CONTRACT.md section 9 (ALT-1 ... ALT-12).
#pragma once

#include <array>
#include <concepts>
#include <coroutine>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "primitives/channel/alts_core.h"
#include "primitives/channel/blocked_thread.h"
#include "primitives/channel/channel.h"

namespace tussle {

struct alts_options {
  bool priority = false;  // in the order given
  bool has_default =
      false;  // do not wait: where nothing is ready, the index is alts_default
};

inline constexpr std::size_t alts_default = static_cast<std::size_t>(-1);

namespace detail {

// The channel of a case, which owns it where it was given a temporary.
template <typename T, typename In>
class case_channel {
 public:
  case_channel(channel_state<T, In>& at, bool owns) noexcept : at_(&at), owns_(owns) {
    if (owns_) at_->acquire_owner();
  }
  case_channel(case_channel&& other) noexcept
      : at_(other.at_), owns_(std::exchange(other.owns_, false)) {}
  case_channel& operator=(case_channel&&) = delete;
  ~case_channel() {
    if (owns_) at_->release_owner();
  }
  channel_state<T, In>& state() const noexcept { return *at_; }

 private:
  channel_state<T, In>* const at_;
  bool owns_;
};

template <typename C>
concept channel_handle = requires(const std::remove_cvref_t<C>& c) {
  typename std::remove_cvref_t<C>::put_type;
  c.state();
};
template <typename C>
using element_of = typename std::remove_cvref_t<C>::value_type;
template <typename C>
using put_of = typename std::remove_cvref_t<C>::put_type;
// Views are not kept: a case of a temporary one would be left without memory.
template <typename C>
inline constexpr bool is_owning_temporary =
    !std::is_lvalue_reference_v<C> &&
    std::is_same_v<std::remove_cvref_t<C>, channel<element_of<C>, put_of<C>>>;
template <typename C>
concept case_source = channel_handle<C> &&
    (std::is_lvalue_reference_v<C> || is_owning_temporary<C>);

}  // namespace detail

template <typename T, typename In>
struct alts_take {
  detail::case_channel<T, In> on;
};

// The element stays here unless it is accepted.
template <typename T, typename In>
struct alts_put {
  detail::case_channel<T, In> on;
  In element;
};

template <detail::case_source C>
auto take_from(C&& from) noexcept {
  using made = alts_take<detail::element_of<C>, detail::put_of<C>>;
  return made{{from.state(), detail::is_owning_temporary<C>}};
}
template <detail::case_source C>
auto put_to(C&& to, detail::put_of<C> element) noexcept {
  using made = alts_put<detail::element_of<C>, detail::put_of<C>>;
  return made{{to.state(), detail::is_owning_temporary<C>}, std::move(element)};
}

// Either of them: for as many as there are.
template <typename T, typename In = T>
struct alts_case {
  // NOLINTNEXTLINE(google-explicit-constructor): every take is a case
  alts_case(alts_take<T, In> take) noexcept : on(std::move(take.on)) {}
  // NOLINTNEXTLINE(google-explicit-constructor): and so is every put
  alts_case(alts_put<T, In> put) noexcept
      : on(std::move(put.on)), element(std::move(put.element)) {}

  detail::case_channel<T, In> on;
  std::optional<In> element = {};  // of a put
};

// Of cases that are written down: which one was done, and beside it what it gave: an optional
// for a take, for a put whether it was accepted.
template <typename... Values>
struct alts_result {
  std::size_t index;
  std::tuple<Values...> values;
};

// Of cases in a line.
template <typename T>
struct alts_choice {
  std::size_t index;
  std::optional<T> value;  // of a take: nothing where its channel is closed and drained
  bool accepted = false;   // of a put
};

namespace detail {

template <typename T, typename In>
class case_operation final : public alts_operation {
 public:
  explicit case_operation(alts_take<T, In>& from) noexcept
      : case_operation(from.on.state(), nullptr) {}
  explicit case_operation(alts_put<T, In>& to) noexcept
      : case_operation(to.on.state(), &to.element) {}
  explicit case_operation(alts_case<T, In>& one) noexcept
      : case_operation(one.on.state(), one.element ? &*one.element : nullptr) {}

  void require_value() const override {
    if (element_ != nullptr) detail::require_value(*element_);
  }
  channel_core& core() const noexcept override { return *at_; }
  outcome begin(waiter* entry) override {
    return element_ != nullptr ? at_->put(*element_, entry) : at_->take(taken, entry);
  }

  std::optional<T> taken;

 private:
  case_operation(channel_state<T, In>& at, In* element) noexcept
      : alts_operation(element != nullptr ? waiter::side::put : waiter::side::take,
                       element != nullptr ? static_cast<void*>(element) : &taken),
        at_(&at),
        element_(element) {}

  channel_state<T, In>* const at_;
  In* const element_;  // null: it is a take
};

template <typename Case>
struct case_types;
template <typename T, typename In>
struct case_types<alts_take<T, In>> {
  using operation = case_operation<T, In>;
  using value = std::optional<T>;
  static value result(operation& done) { return std::move(done.taken); }
};
template <typename T, typename In>
struct case_types<alts_put<T, In>> {
  using operation = case_operation<T, In>;
  using value = bool;
  static value result(operation& done) { return done.entry().accepted; }
};
template <typename Case>
using types_of = case_types<std::remove_cvref_t<Case>>;
template <typename Case>
concept written_case = requires {
  typename types_of<Case>::operation;
};

// The operations of cases that are written down.
template <typename... Cases>
class written_operations {
 public:
  using result = alts_result<typename types_of<Cases>::value...>;

  explicit written_operations(std::remove_reference_t<Cases>&... cases) noexcept
      : all_(cases...) {
    std::apply([this](auto&... each) { pointers_ = {&each...}; }, all_);
  }
  std::span<alts_operation* const> all() const noexcept { return pointers_; }

  result result_of(std::size_t index) {
    return std::apply(
        [index](auto&... each) {
          return result{index, {types_of<Cases>::result(each)...}};
        },
        all_);
  }

 private:
  std::tuple<typename types_of<Cases>::operation...> all_;
  std::array<alts_operation*, sizeof...(Cases)> pointers_;
};

// Those of cases in a line. Allocates.
template <typename T, typename In>
class lined_operations {
 public:
  using result = alts_choice<T>;

  explicit lined_operations(std::span<alts_case<T, In>> cases)
      : all_(std::make_unique<std::optional<case_operation<T, In>>[]>(cases.size())) {
    pointers_.reserve(cases.size());
    for (std::size_t i = 0; i < cases.size(); ++i)
      pointers_.push_back(&all_[i].emplace(cases[i]));
  }
  std::span<alts_operation* const> all() const noexcept { return pointers_; }

  result result_of(std::size_t index) {
    if (index == alts_default) return {index, std::nullopt, false};
    case_operation<T, In>& done = *all_[index];
    return {index, std::move(done.taken), done.entry().accepted};
  }

 private:
  std::unique_ptr<std::optional<case_operation<T, In>>[]> all_;
  std::vector<alts_operation*> pointers_;
};

constexpr std::size_t index_of(std::uint32_t winner) noexcept {
  return winner == alts_round::none ? alts_default : winner;
}

template <typename Operations>
typename Operations::result block_for(Operations& operations, alts_options how) {
  require_may_block();
  alts_round round(operations.all(), how.priority);
  std::uint32_t done = round.poll();
  if (done == alts_round::none && !how.has_default) {
    blocked_thread me;
    if (round.wait(me)) me.sleep();
    done = round.finish();
    throw_if_failed(me);
  }
  return operations.result_of(index_of(done));
}

// What an alts in a go block keeps of its cases: temporaries as values, others by reference.
template <typename... Cases>
class kept_written {
 public:
  using operations = written_operations<Cases...>;
  explicit kept_written(Cases&&... cases) : cases_(std::forward<Cases>(cases)...) {}
  operations make() {
    return std::apply([](auto&... each) { return operations(each...); }, cases_);
  }

 private:
  std::tuple<Cases...> cases_;
};
template <typename T, typename In>
class kept_line {
 public:
  using operations = lined_operations<T, In>;
  explicit kept_line(std::span<alts_case<T, In>> cases) noexcept : cases_(cases) {}
  operations make() const { return operations(cases_); }

 private:
  std::span<alts_case<T, In>> cases_;
};

template <typename Kept>
class alts_awaiter final : public parking {
  static_assert(
      fits_in_frames<Kept> && fits_in_frames<typename Kept::operations>,
      "a go block waits for elements aligned to a cache line at most: put others "
      "behind a pointer");

 public:
  template <typename... Given>
  explicit alts_awaiter(alts_options how, Given&&... cases)
      : kept_(std::forward<Given>(cases)...),
        operations_(kept_.make()),
        round_(operations_.all(), how.priority),
        has_default_(how.has_default) {}

  bool await_ready() const noexcept { return false; }
  template <std::derived_from<process> P>
  bool await_suspend(std::coroutine_handle<P> parks) noexcept {
    return suspend(parks.promise());
  }
  typename Kept::operations::result await_resume() {
    const std::uint32_t done = round_.finish();
    throw_if_failed(gate_);
    return operations_.result_of(index_of(done));
  }

  bool withdraw() noexcept override { return round_.withdraw(); }

 private:
  // Never inlined: clang 14 would make its local variables part of the frame.
  [[gnu::noinline]] bool suspend(process& self) noexcept {
    gate_.who = &self;
    self.parks_at(*this);
    try {
      if (round_.poll() != alts_round::none || has_default_) return self.gives_way();
    } catch (...) {
      gate_.error = std::current_exception();
      return self.gives_way();
    }
    if (round_.wait(gate_) && gate_.parks(self)) return true;
    return self.gives_way();
  }

  Kept kept_;
  typename Kept::operations operations_;
  alts_round round_;
  alts_gate gate_;
  const bool has_default_;
};

}  // namespace detail

template <detail::written_case... Cases>
auto alts(alts_options how, Cases&&... cases) {
  detail::written_operations<Cases...> operations(cases...);
  return detail::block_for(operations, how);
}
template <detail::written_case... Cases>
auto alts(Cases&&... cases) {
  return alts(alts_options(), std::forward<Cases>(cases)...);
}
template <typename T, typename In>
alts_choice<T> alts(std::span<alts_case<T, In>> cases, alts_options how = {}) {
  detail::lined_operations<T, In> operations(cases);
  return detail::block_for(operations, how);
}
template <typename T, typename In>
alts_choice<T> alts(std::vector<alts_case<T, In>>& cases, alts_options how = {}) {
  return alts(std::span<alts_case<T, In>>(cases), how);
}

// To be awaited in a go block, at once.
template <detail::written_case... Cases>
[[nodiscard]] auto async_alts(alts_options how, Cases&&... cases) {
  return detail::alts_awaiter<detail::kept_written<Cases...>>(
      how, std::forward<Cases>(cases)...);
}
template <detail::written_case... Cases>
[[nodiscard]] auto async_alts(Cases&&... cases) {
  return detail::alts_awaiter<detail::kept_written<Cases...>>(
      alts_options(), std::forward<Cases>(cases)...);
}
template <typename T, typename In>
[[nodiscard]] auto async_alts(std::span<alts_case<T, In>> cases, alts_options how = {}) {
  return detail::alts_awaiter<detail::kept_line<T, In>>(how, cases);
}
template <typename T, typename In>
[[nodiscard]] auto async_alts(std::vector<alts_case<T, In>>& cases,
                              alts_options how = {}) {
  return async_alts(std::span<alts_case<T, In>>(cases), how);
}

}  // namespace tussle
