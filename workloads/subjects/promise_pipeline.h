// promise_pipeline.h (subject): an ordered pipeline with a channel for each element; what the
// ring of places in primitives/channel/pipeline.h was measured against, and took the place of.
//
//   from ──▶ feeder ──▶ jobs ──▶ n workers
//               └─────▶ results, in order ──▶ emitter ──▶ to
//
// core.async's design: the feeder gives each element a channel for what becomes of it, and
// puts these channels in the order of the elements; the emitter empties them one by one.
#pragma once

#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "primitives/channel/channel.h"
#include "primitives/channel/closes_at_end.h"
#include "primitives/channel/go.h"
#include "primitives/channel/pipeline.h"
#include "primitives/channel/transducer.h"
#include "primitives/task/runtime.h"

namespace tussle::workloads::subjects {

// What one element goes through: made once, used by all workers.
template <typename T, typename U, typename Xform>
class pipeline_stage {
 public:
  pipeline_stage(runtime& home, Xform transducer, ex_handler<U> handler)
      : home_(home), transducer_(std::move(transducer)), handler_(std::move(handler)) {}

  std::vector<U> operator()(T element) noexcept {
    collected all;
    guarded(all, [&] {
      detail::transducing_by<U, T, Xform> made(transducer_, {});
      guarded(all, [&] { made.step(std::move(element), all); });
      made.complete(all);
    });
    return std::move(all.elements);
  }

  void fail(std::vector<U>& all, const std::exception_ptr& error) noexcept {
    if (!handler_) return home_.report_uncaught(error);
    try {
      std::optional<U> instead = handler_(error);
      if (instead && !detail::is_null(*instead)) all.push_back(std::move(*instead));
    } catch (...) {
      home_.report_uncaught(std::current_exception());
    }
  }

  runtime& home() const noexcept { return home_; }

 private:
  struct collected final : detail::element_sink<U> {
    void add(U element) override {
      detail::require_value(element);
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
  static go_block<> feed(channel<T, In> from, detail::closes_at_end<job, job> jobs,
                         detail::closes_at_end<results, results> in_order) {
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

  // Owns the line of results: when it ends, the feeder does.
  template <typename Results, typename Out>
  static go_block<> emit(channel<Results> in_order, detail::closes_at_end<Out, U> to) {
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
    return go(home, &emit<Results, Out>, in_order, detail::closes_at_end(to, close));
  }
};

template <typename T, typename In, typename U, typename Out, typename Xform>
channel<std::monostate> promise_pipeline(std::size_t n, const channel<Out, U>& to,
                                         const Xform& transducer,
                                         const channel<T, In>& from,
                                         pipeline_options<U> options) {
  using parts = pipeline_of<T, U>;
  using stage = pipeline_stage<T, U, Xform>;
  runtime& home = from.state().home();
  const auto each = std::make_shared<stage>(home, transducer, std::move(options.handler));
  const channel<typename parts::job> jobs(home, fixed(n));
  const channel<element_results<U>> in_order(home, fixed(n));
  auto over = parts::start_emitter(home, in_order, to, options.close);
  detail::closes_at_end all_jobs(jobs);
  detail::closes_at_end all_results(in_order);
  for (std::size_t i = 0; i < n; ++i) {
    go(home, &parts::template compute<stage>, jobs, each);
  }
  go(home, &parts::template feed<In>, from, std::move(all_jobs), std::move(all_results));
  return over;
}

}  // namespace tussle::workloads::subjects
