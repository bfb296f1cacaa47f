// pipeline.h: elements of one channel go through a transducer, many at once, in order.
//
//   tussle::pipeline(4, results, xf::filter(is_good) | xf::map(decode), raw);
//   tussle::pipeline_blocking(16, saved, xf::map(save), results, {.handler = to_row});
//   tussle::pipeline_async(8, answers, [](request r, channel<answer> result) {
//     call(r, [result](answer a) { result.put_then(a, [result](bool) { result.close(); }); });
//   }, requests);
//
//   from ──▶ feeder ──▶ n + 1 places, in order ──▶ emitter ──▶ to
//                           ▲      │
//              what became  │      ▼  an element
//                           n workers
//
// Each element has a place in the order in which the elements came, for itself and then for
// what becomes of it (ticket_ring.h); the emitter empties the places one by one. Of a
// pipeline_async it is a channel for each element, in a line of channels. An element may
// become none, one or many, which stay together, at its place. One that takes long holds back
// what comes out behind it, not the work on it.
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
// Runtime:  that of `from`. `from` is owned until the end, `to` is not. Bodies that run on
//           somebody else's pool when the runtime ends go on to their end, for nobody.
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

#include "primitives/channel/callback.h"
#include "primitives/channel/channel.h"
#include "primitives/channel/closes_at_end.h"
#include "primitives/channel/go.h"
#include "primitives/channel/spawn_thread.h"
#include "primitives/channel/ticket_ring.h"
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
      : home_(home),
        told_(home),
        transducer_(std::move(transducer)),
        handler_(std::move(handler)) {}

  // What the element becomes goes into `into`, which is empty.
  void operator()(T element, std::vector<U>& into) noexcept {
    collected all(into);
    guarded(all, [&] {
      transducing_by<U, T, Xform> made(transducer_, {});
      guarded(all, [&] { made.step(std::move(element), all); });
      made.complete(all);
    });
  }

  void fail(std::vector<U>& all, const std::exception_ptr& error) noexcept {
    if (!handler_) return told_.scheduler().report_uncaught(error);
    try {
      std::optional<U> instead = handler_(error);
      if (instead && !is_null(*instead)) all.push_back(std::move(*instead));
    } catch (...) {
      told_.scheduler().report_uncaught(std::current_exception());
    }
  }

  // Of the pipeline's processes, which end with it.
  runtime& home() const noexcept { return home_; }

 private:
  struct collected final : element_sink<U> {
    explicit collected(std::vector<U>& all) noexcept : elements(all) {}
    void add(U element) override {
      require_value(element);
      elements.push_back(std::move(element));
    }
    std::vector<U>& elements;
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
  const callback_home told_;  // a thread of somebody else's pool may outlive the runtime
  const Xform transducer_;
  ex_handler<U> handler_;
};

// The processes of a pipeline.
template <typename T, typename U>
struct pipeline_of {
  using ring = ticket_ring<T, U>;
  using hand = typename ring::hand;
  using feeds_ring = ends_ring<ring, &ring::no_more>;
  using empties_ring = ends_ring<ring, &ring::stop>;

  template <typename In>
  static go_block<> feed(channel<T, In> from, feeds_ring places) {
    while (auto element = co_await from.async_take()) {
      const bool will_be_done = co_await places->async_give(std::move(*element));
      if (!will_be_done) co_return;
    }
  }

  // What a worker has in hand, for as long as its frame lives; a thread of it may share it.
  class at_ring {
   public:
    explicit at_ring(std::shared_ptr<ring> places)
        : places_(std::move(places)), mine_(std::make_shared<hand>()) {}
    at_ring(at_ring&& other) noexcept = default;
    at_ring& operator=(at_ring&&) = delete;
    ~at_ring() {
      if (mine_ != nullptr) places_->leave(*mine_);
    }
    hand& operator*() const noexcept { return *mine_; }
    const std::shared_ptr<hand>& shared() const noexcept { return mine_; }
    auto async_work() const noexcept { return places_->async_work(*mine_); }

   private:
    std::shared_ptr<ring> places_;
    std::shared_ptr<hand> mine_;
  };

  template <typename Stage>
  static go_block<> compute(at_ring here, std::shared_ptr<Stage> stage) {
    hand& mine = *here;
    while (co_await here.async_work()) (*stage)(mine.element_out(), mine.results);
  }

  // A worker that has a thread only while it has something to do.
  template <typename Stage>
  static go_block<> have_done(at_ring here, std::shared_ptr<Stage> stage) {
    const std::shared_ptr<hand>& mine = here.shared();
    while (co_await here.async_work()) {
      std::optional<channel<std::monostate>> over;
      mine->lend();
      try {
        over = spawn_thread(stage->home(), [mine, stage] {
          (*stage)(mine->element_out(), mine->results);
          mine->give_back();
        });
      } catch (...) {
        stage->fail(mine->results, std::current_exception());
      }
      if (over) co_await over->async_take();
      mine->give_back();      // of a thread that was not run
      mine->element.reset();  // likewise
    }
  }

  // When it ends, the others do.
  template <typename Out>
  static go_block<> emit_places(empties_ring places, closes_at_end<Out, U> to) {
    std::vector<U> all;
    while (co_await places->async_emit(all)) {
      for (std::size_t i = 0; i < all.size(); ++i) {
        const bool is_wanted = co_await to.async_put(std::move(all[i]));
        if (!is_wanted) co_return;
      }
      make_empty(all);
    }
  }

  // Keeps the memory, unless it is much.
  static void make_empty(std::vector<U>& all) noexcept {
    constexpr std::size_t most_kept = 64;
    if (all.capacity() > most_kept) {
      std::vector<U>().swap(all);
    } else {
      all.clear();
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

  // Owns the line of results: when it ends, whoever begins does.
  template <typename Out>
  static go_block<> emit(channel<channel<U>> in_order, closes_at_end<Out, U> to) {
    while (auto results = co_await in_order.async_take()) {
      while (auto element = co_await results->async_take()) {
        const bool is_wanted = co_await to.async_put(std::move(*element));
        if (!is_wanted) co_return;
      }
    }
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
  const auto places = std::make_shared<typename parts::ring>(n);
  typename parts::feeds_ring feeds(places);
  auto over = go(home, &parts::template emit_places<Out>,
                 typename parts::empties_ring(places), closes_at_end(to, options.close));
  for (std::size_t i = 0; i < n; ++i) {
    if constexpr (May_wait) {
      go(home, &parts::template have_done<stage>, typename parts::at_ring(places), each);
    } else {
      go(home, &parts::template compute<stage>, typename parts::at_ring(places), each);
    }
  }
  go(home, &parts::template feed<In>, from, std::move(feeds));
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
  auto over = go(home, &parts::template emit<Out>, in_order,
                 detail::closes_at_end(to, options.close));
  go(home, &parts::template begin_all<In, F>, from, detail::closes_at_end(in_order),
     std::move(begin));
  return over;
}

}  // namespace tussle
