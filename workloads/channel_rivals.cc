// channel_rivals: the shipped channel beside those that were built to beat it, line by line.
//
// Each line runs passes of both in turns, now this one first and now that one, in one
// process. What it tells: medians of both in ns an element or round trip (`shipped`,
// `rival`), and of the ratios of neighbouring passes, rival over shipped (`ratio`), with the
// interval that holds it with 95 % (`from`, `to`; by ranks, of `pairs` pairs). Where the
// interval has 1 in it, nothing is to be told.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "primitives/channel/channel.h"
#include "primitives/channel/go.h"
#include "primitives/channel/pipeline.h"
#include "primitives/channel/transducer.h"
#include "workloads/subjects/cell_channel.h"
#include "workloads/subjects/lamport_channel.h"
#include "workloads/subjects/promise_pipeline.h"

namespace {

using number = std::int64_t;
using tussle::go_block;

constexpr number rendezvous_of_threads = 20'000;
constexpr number buffered_of_threads = 200'000;
constexpr number elements_of_go = 200'000;
constexpr number trips_of_threads = 10'000;
constexpr number trips_of_go = 100'000;
constexpr number piped = 100'000;
constexpr std::size_t pairs = 31;

void require(number got, number expected) {
  if (got == expected) return;
  std::fprintf(stderr, "channel_rivals: %lld instead of %lld\n",
               static_cast<long long>(got), static_cast<long long>(expected));
  std::abort();
}

// --- who is measured -------------------------------------------------------------------

struct shipped {
  using line = tussle::channel<number>;
  static line make(std::size_t room) {
    return room == 0 ? line() : line(tussle::fixed(room));
  }
};

// A channel of the subjects, by handles.
template <typename Channel>
class shared_line {
 public:
  explicit shared_line(std::size_t room) : all_(std::make_shared<Channel>(room)) {}
  void put(number element) const { all_->put(element); }
  std::optional<number> take() const { return all_->take(); }
  auto async_put(number element) const { return all_->async_put(element); }
  auto async_take() const { return all_->async_take(); }

 private:
  std::shared_ptr<Channel> all_;
};

struct cells {
  using line = shared_line<tussle::workloads::subjects::cell_channel<number>>;
  static line make(std::size_t room) { return line(room); }
};
struct one_to_one {
  using line = shared_line<tussle::workloads::subjects::lamport_channel<number>>;
  static line make(std::size_t room) { return line(room); }
};

// --- what they do ----------------------------------------------------------------------

template <typename Who>
void between_threads(number each_side, std::size_t room, number total) {
  const auto c = Who::make(room);
  std::vector<std::thread> threads;
  std::vector<number> sums(static_cast<std::size_t>(each_side));
  for (number& sum : sums) {
    threads.emplace_back([&] {
      for (number k = 0; k < total / each_side; ++k) c.put(1);
    });
    threads.emplace_back([&] {
      number mine = 0;
      for (number k = 0; k < total / each_side; ++k) mine += *c.take();
      sum = mine;
    });
  }
  for (std::thread& each : threads) each.join();
  number sum = 0;
  for (const number each : sums) sum += each;
  require(sum, total);
}

template <typename Who>
void round_trips_of_threads() {
  const auto there = Who::make(0);
  const auto back = Who::make(0);
  std::thread other([&] {
    for (number i = 0; i < trips_of_threads; ++i) back.put(*there.take());
  });
  number sum = 0;
  for (number i = 0; i < trips_of_threads; ++i) {
    there.put(1);
    sum += *back.take();
  }
  other.join();
  require(sum, trips_of_threads);
}

template <typename Line>
go_block<number> puts(Line to, number count) {
  for (number k = 0; k < count; ++k) co_await to.async_put(1);
  co_return 0;
}
template <typename Line>
go_block<number> takes(Line from, number count) {
  number sum = 0;
  for (number k = 0; k < count; ++k) sum += *(co_await from.async_take());
  co_return sum;
}

template <typename Who>
void between_go_blocks(number each_side, std::size_t room) {
  using line = typename Who::line;
  const line c = Who::make(room);
  std::vector<tussle::channel<number>> results;
  for (number i = 0; i < each_side; ++i) {
    results.push_back(tussle::go(&puts<line>, c, elements_of_go / each_side));
    results.push_back(tussle::go(&takes<line>, c, elements_of_go / each_side));
  }
  number sum = 0;
  for (const auto& each : results) sum += *each.take();
  require(sum, elements_of_go);
}

template <typename Line>
go_block<number> asks(Line there, Line back) {
  number sum = 0;
  for (number i = 0; i < trips_of_go; ++i) {
    co_await there.async_put(1);
    sum += *(co_await back.async_take());
  }
  co_return sum;
}
template <typename Line>
go_block<> answers(Line there, Line back) {
  for (number i = 0; i < trips_of_go; ++i) {
    const auto asked = co_await there.async_take();
    co_await back.async_put(*asked);
  }
}

template <typename Who>
void round_trips_of_go_blocks() {
  using line = typename Who::line;
  const line there = Who::make(0);
  const line back = Who::make(0);
  const auto other = tussle::go(&answers<line>, there, back);
  require(*tussle::go(&asks<line>, there, back).take(), trips_of_go);
  other.take();
}

go_block<number> counts_up(tussle::channel<number> to, number count) {
  for (number k = 0; k < count; ++k) co_await to.async_put(k);
  to.close();
  co_return 0;
}
// How many came in their places, from `first` on.
go_block<number> follows(tussle::channel<number> from, number first) {
  number next = first;
  while (const auto element = co_await from.async_take())
    next += *element == next ? 1 : 0;
  co_return next - first;
}

struct ring_of_places {
  template <typename... All>
  static void start(std::size_t n, const All&... all) {
    tussle::pipeline(n, all...);
  }
};
struct channel_for_each {
  template <typename... All>
  static void start(std::size_t n, const All&... all) {
    tussle::workloads::subjects::promise_pipeline(n, all..., {});
  }
};

template <typename Which>
void through_pipeline(std::size_t workers, std::size_t room) {
  const auto in = shipped::make(room);
  const auto out = shipped::make(room);
  Which::start(workers, out, tussle::xf::map([](number n) { return n + 1; }), in);
  const auto got = tussle::go(follows, out, 1);
  tussle::go(counts_up, in, piped);
  require(*got.take(), piped);
}

// --- how they are compared -------------------------------------------------------------

double timed(const std::function<void()>& pass) {
  const auto begun = std::chrono::steady_clock::now();
  pass();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
}

double median(std::vector<double>& all) {
  std::sort(all.begin(), all.end());
  return all[all.size() / 2];
}

void compare(const std::string& name, number items,
             const std::function<void()>& shipped_pass,
             const std::function<void()>& rival_pass) {
  const auto run = [=](benchmark::State& state) {
    std::vector<double> ours;
    std::vector<double> theirs;
    std::vector<double> ratios;
    bool first = true;
    shipped_pass();
    rival_pass();
    for (auto _ : state) {
      double a = first ? timed(shipped_pass) : 0;
      const double b = timed(rival_pass);
      if (!first) a = timed(shipped_pass);
      first = !first;
      state.SetIterationTime(a + b);
      ours.push_back(a);
      theirs.push_back(b);
      ratios.push_back(b / a);
    }
    const double each = 1e9 / static_cast<double>(items);
    state.counters["shipped"] = median(ours) * each;
    state.counters["rival"] = median(theirs) * each;
    state.counters["ratio"] = median(ratios);
    const auto n = static_cast<double>(ratios.size());
    const auto rank =
        static_cast<std::size_t>(std::max(0.0, n / 2 - 0.98 * std::sqrt(n) - 1));
    state.counters["from"] = ratios[rank];
    state.counters["to"] = ratios[ratios.size() - 1 - rank];
  };
  benchmark::RegisterBenchmark(name.c_str(), run)
      ->Iterations(pairs)
      ->UseManualTime()
      ->Unit(benchmark::kMillisecond);
}

template <typename Rival, number EachSide, std::size_t Room>
void transfers(const std::string& name) {
  constexpr number of_threads = Room == 0 ? rendezvous_of_threads : buffered_of_threads;
  compare(
      "threads/" + name, of_threads,
      [] { between_threads<shipped>(EachSide, Room, of_threads); },
      [] { between_threads<Rival>(EachSide, Room, of_threads); });
  compare(
      "go/" + name, elements_of_go, [] { between_go_blocks<shipped>(EachSide, Room); },
      [] { between_go_blocks<Rival>(EachSide, Room); });
}

}  // namespace

int main(int argc, char** argv) {
  transfers<cells, 1, 0>("1x1/buffer:0");
  transfers<cells, 1, 1024>("1x1/buffer:1024");
  transfers<cells, 4, 0>("4x4/buffer:0");
  transfers<cells, 4, 1024>("4x4/buffer:1024");
  transfers<one_to_one, 1, 1024>("one_to_one/buffer:1024");
  transfers<one_to_one, 1, 16>("one_to_one/buffer:16");
  compare("threads/ping_pong", trips_of_threads, &round_trips_of_threads<shipped>,
          &round_trips_of_threads<cells>);
  compare("go/ping_pong", trips_of_go, &round_trips_of_go_blocks<shipped>,
          &round_trips_of_go_blocks<cells>);
  for (const std::size_t workers : {1U, 4U, 16U}) {
    for (const std::size_t room : {0U, 1000U}) {
      compare(
          "pipeline:" + std::to_string(workers) + "/buffer:" + std::to_string(room),
          piped, [=] { through_pipeline<ring_of_places>(workers, room); },
          [=] { through_pipeline<channel_for_each>(workers, room); });
    }
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
}
