// pipeline.h: elements of one channel go through a transducer, many at once, in order.
//
//   tussle::pipeline(4, results, xf::filter(is_good) | xf::map(decode), raw);
//   tussle::pipeline_blocking(16, saved, xf::map(save), results, {.handler = to_row});
//   tussle::pipeline_async(8, answers, [](request r, channel<answer> result) {
//     call(r, [result](answer a) { result.put_then(a, [result](bool) { result.close(); }); });
//   }, requests);
//
//   from ──▶ feeder ──▶ jobs ──▶ n workers
//               └─────▶ results, in order ──▶ emitter ──▶ to
//
// The feeder gives each element a channel for what becomes of it, and puts these channels in
// the order of the elements; the emitter empties them one by one. An element may become none,
// one or many, which stay together, at its place. One that takes long holds back what comes
// out behind it, not the work on it.
//
//   pipeline            go blocks: the transducer computes and does not wait
//   pipeline_blocking   threads of the pool for work that may wait, none while nothing is to do
//   pipeline_async      begin(element, result) starts something and returns at once; whoever
//                       ends it puts none, one or many into `result` and closes it, always
//
// Bound:    n elements at once are in the transducer; n + 2 at most have been taken from `from`
//           and not entirely put into `to`. Of pipeline_async this, not n, bounds what runs.
// State:    the transducer is made anew for each element, and completed behind it.
// End:      `from` closed: when all is put, `to` is closed if options.close. `to` closed, or
//           without owners: nothing more is taken from `from`, but for one element that the
//           feeder may wait for already; `from` stays open.
// Result:   a channel that closes when the emitter has ended; it can be ignored.
// Errors:   what the transducer throws goes to the handler, whose result, if any, takes the
//           element's place; without one, to the uncaught hook, as what the handler throws
//           does. Several threads may be in the handler at once. What `begin` throws goes to
//           the uncaught hook; the element's result is closed.
//           The call itself: std::invalid_argument if n is 0; executor_rejected_error if the
//           runtime was shut down (`to` is closed then, if asked for); std::bad_alloc.
// Elements: move.
// Runtime:  that of `from`. `from` is owned until the end, `to` is not.
// Contract: CONTRACT.md section 11 (PIPE-1 ... PIPE-9), deviation DEV-6.
#pragma once

#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "primitives/channel/channel.h"
#include "primitives/channel/closes_at_end.h"
#include "primitives/channel/go.h"
#include "primitives/channel/spawn_thread.h"
#include "primitives/channel/transducer.h"
#include "primitives/task/runtime.h"

namespace tussle {

template <typename U>
struct pipeline_options {
  bool close = true;  // `to`, behind the last element
  ex_handler<U> handler = {};
};

struct pipeline_async_options {
  bool close = true;
};

namespace detail {

// What one element goes through: made once, used by all workers.
template <typename T, typename U, typename Xform>
class pipeline_stage {
 public:
  pipeline_stage(runtime& home, Xform transducer, ex_handler<U> handler)
      : home_(home), transducer_(std::move(transducer)), handler_(std::move(handler)) {}

  std::vector<U> operator()(T element) noexcept {
    collected all;
    guarded(all, [&] {
      transducing_by<U, T, Xform> made(transducer_, {});
      guarded(all, [&] { made.step(std::move(element), all); });
      made.complete(all);
    });
    return std::move(all.elements);
  }

  void fail(std::vector<U>& all, const std::exception_ptr& error) noexcept {
    if (!handler_) return home_.report_uncaught(error);
    try {
      std::optional<U> instead = handler_(error);
      if (instead && !is_null(*instead)) all.push_back(std::move(*instead));
    } catch (...) {
      home_.report_uncaught(std::current_exception());
    }
  }

  runtime& home() const noexcept { return home_; }

 private:
  struct collected final : element_sink<U> {
    void add(U element) override {
      require_value(element);
      elements.push_back(std::move(element));
    }
    std::vector<U> elements;
  };

  template <typename F>
  void guarded(collected& all, F step) noexcept {
    try {
      step();
    } catch (...) {
      fail(all.elements, std::current_exception());
    }
  }

  runtime& home_;
  const Xform transducer_;
  ex_handler<U> handler_;
};

// What becomes of one element: all of it, at once.
template <typename U>
using element_results = channel<U, std::vector<U>>;
template <typename U>
element_results<U> make_results(runtime& home) {
  return {home, fixed(1), xf::mapcat([](std::vector<U> all) { return all; })};
}

template <typename T, typename U>
struct pipeline_job {
  void end_with(std::vector<U> all) const {
    if (!all.empty()) static_cast<void>(results.state().put(all, nullptr));
    results.close();
  }

  T element;
  element_results<U> results;
};

// The processes of a pipeline.
template <typename T, typename U>
struct pipeline_of {
  using job = pipeline_job<T, U>;
  using results = element_results<U>;

  template <typename In>
  static go_block<> feed(channel<T, In> from, closes_at_end<job, job> jobs,
                         closes_at_end<results, results> in_order) {
    while (auto element = co_await from.async_take()) {
      results mine = make_results<U>(from.state().home());
      job one{std::move(*element), mine};
      const bool will_be_done = co_await jobs.async_put(std::move(one));
      if (!will_be_done) co_return;
      const bool is_wanted = co_await in_order.async_put(std::move(mine));
      if (!is_wanted) co_return;
    }
  }

  template <typename Stage>
  static go_block<> compute(channel<job> jobs, std::shared_ptr<Stage> stage) {
    while (auto one = co_await jobs.async_take())
      one->end_with((*stage)(std::move(one->element)));
  }

  // A worker that has a thread only while it has something to do.
  template <typename Stage>
  static go_block<> have_done(channel<job> jobs, std::shared_ptr<Stage> stage) {
    while (auto one = co_await jobs.async_take()) {
      const auto kept = std::make_shared<job>(std::move(*one));
      std::vector<U> instead;
      std::optional<channel<std::monostate>> over;
      try {
        over = spawn_thread(stage->home(), [kept, stage] {
          kept->end_with((*stage)(std::move(kept->element)));
        });
      } catch (...) {
        stage->fail(instead, std::current_exception());
      }
      if (over) {
        co_await over->async_take();
      } else {
        kept->end_with(std::move(instead));
      }
    }
  }

  template <typename In, typename F>
  static go_block<> begin_all(channel<T, In> from,
                              closes_at_end<channel<U>, channel<U>> in_order, F begin) {
    runtime& home = from.state().home();
    while (auto element = co_await from.async_take()) {
      channel<U> result(home, fixed(1));
      try {
        std::invoke(begin, std::move(*element), result);
      } catch (...) {
        home.report_uncaught(std::current_exception());
        result.close();
      }
      const bool is_wanted = co_await in_order.async_put(std::move(result));
      if (!is_wanted) co_return;
    }
  }

  // Owns the line of results: when it ends, the feeder does.
  template <typename Results, typename Out>
  static go_block<> emit(channel<Results> in_order, closes_at_end<Out, U> to) {
    while (auto results = co_await in_order.async_take()) {
      while (auto element = co_await results->async_take()) {
        const bool is_wanted = co_await to.async_put(std::move(*element));
        if (!is_wanted) co_return;
      }
    }
  }

  template <typename Results, typename Out>
  static channel<std::monostate> start_emitter(runtime& home,
                                               const channel<Results>& in_order,
                                               const channel<Out, U>& to, bool close) {
    return go(home, &emit<Results, Out>, in_order, closes_at_end(to, close));
  }
};

inline void require_workers(std::size_t n) {
  if (n == 0) throw std::invalid_argument("tussle: a pipeline has 1 worker at least");
}

template <bool May_wait, typename T, typename In, typename U, typename Out,
          typename Xform>
channel<std::monostate> start_pipeline(std::size_t n, const channel<Out, U>& to,
                                       const Xform& transducer,
                                       const channel<T, In>& from,
                                       pipeline_options<U> options) {
  using parts = pipeline_of<T, U>;
  using stage = pipeline_stage<T, U, Xform>;
  require_workers(n);
  runtime& home = from.state().home();
  const auto each = std::make_shared<stage>(home, transducer, std::move(options.handler));
  const channel<typename parts::job> jobs(home, fixed(n));
  const channel<element_results<U>> in_order(home, fixed(n));
  auto over = parts::start_emitter(home, in_order, to, options.close);
  closes_at_end all_jobs(jobs);
  closes_at_end all_results(in_order);
  for (std::size_t i = 0; i < n; ++i) {
    if constexpr (May_wait) {
      go(home, &parts::template have_done<stage>, jobs, each);
    } else {
      go(home, &parts::template compute<stage>, jobs, each);
    }
  }
  go(home, &parts::template feed<In>, from, std::move(all_jobs), std::move(all_results));
  return over;
}

}  // namespace detail

template <typename T, typename In, typename Out, typename U, xf::transducing Xform>
channel<std::monostate> pipeline(std::size_t n, const channel<Out, U>& to,
                                 const Xform& transducer, const channel<T, In>& from,
                                 std::type_identity_t<pipeline_options<U>> options = {}) {
  return detail::start_pipeline<false>(n, to, transducer, from, std::move(options));
}

template <typename T, typename In, typename Out, typename U, xf::transducing Xform>
channel<std::monostate> pipeline_blocking(
    std::size_t n, const channel<Out, U>& to, const Xform& transducer,
    const channel<T, In>& from, std::type_identity_t<pipeline_options<U>> options = {}) {
  return detail::start_pipeline<true>(n, to, transducer, from, std::move(options));
}

template <typename T, typename In, typename Out, typename U, typename F>
requires std::invocable<F&, T, channel<U>> channel<std::monostate> pipeline_async(
    std::size_t n, const channel<Out, U>& to, F begin, const channel<T, In>& from,
    pipeline_async_options options = {}) {
  using parts = detail::pipeline_of<T, U>;
  detail::require_workers(n);
  runtime& home = from.state().home();
  const channel<channel<U>> in_order(home, fixed(n));
  auto over = parts::start_emitter(home, in_order, to, options.close);
  go(home, &parts::template begin_all<In, F>, from, detail::closes_at_end(in_order),
     std::move(begin));
  return over;
}

}  // namespace tussle
