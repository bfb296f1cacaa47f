// task_lines: lines of agents, tasks, futures and promises; futures and promises beside the
// standard library's.
//
// Wall time by Google Benchmark; items are completed sends, futures, fan-outs of ten, tasks of
// a tree, hops of a token, round trips. Run it with
// --benchmark_enable_random_interleaving=true and read ratios: wake-ups cost what the machine
// makes of them.
#include <benchmark/benchmark.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <memory>
#include <thread>
#include <type_traits>
#include <vector>

#include "primitives/agent/agent.h"
#include "primitives/task/future.h"
#include "primitives/task/promise.h"

namespace {

using tussle_promise = tussle::promise<std::int64_t>;
using std_promise = std::promise<std::int64_t>;

constexpr std::int64_t senders = 2;
constexpr std::int64_t sends_each = 32'000;
constexpr std::int64_t futures_in_a_batch = 1000;
constexpr std::int64_t fan_outs = 50;
constexpr std::int64_t width = 10;
constexpr std::int64_t round_trips = 2000;
constexpr int height_of_tree = 14;
constexpr std::int64_t tasks_of_tree = (std::int64_t{1} << height_of_tree) - 1;
constexpr std::size_t stations = 64;
constexpr std::size_t tokens = 8;
constexpr std::int64_t hops_each = 2000;

// A line whose work came to something else has measured nothing.
void require(std::int64_t got, std::int64_t expected) {
  if (got == expected) return;
  std::fprintf(stderr, "task_lines: %lld instead of %lld\n", static_cast<long long>(got),
               static_cast<long long>(expected));
  std::abort();
}

template <typename Pass>
void line(const char* name, std::int64_t items, Pass pass) {
  benchmark::RegisterBenchmark(name, [pass, items](benchmark::State& state) {
    for (auto _ : state) pass();
    state.SetItemsProcessed(state.iterations() * items);
  })->UseRealTime();
}

// Two threads send to all agents in turn, and wait until everything is done.
void send_to(std::size_t how_many) {
  std::vector<tussle::agent<std::int64_t>> agents;
  agents.reserve(how_many);
  for (std::size_t i = 0; i < how_many; ++i) agents.emplace_back(0);
  std::vector<std::thread> threads;
  threads.reserve(senders);
  for (std::int64_t t = 0; t < senders; ++t)
    threads.emplace_back([&] {
      for (std::size_t i = 0; i < sends_each; ++i)
        agents[i % how_many].send([](std::int64_t v) { return v + 1; });
    });
  for (std::thread& each : threads) each.join();
  const std::vector<tussle::any_agent> all(agents.begin(), agents.end());
  tussle::await(all);
  std::int64_t sum = 0;
  for (const auto& each : agents) sum += *each.load();
  require(sum, senders * sends_each);
}

// Each submits two more, on the pool's own threads, down to the leaves of a tree.
class forking final : public tussle::task {
 public:
  struct tree {
    std::atomic<std::int64_t> left{tasks_of_tree};
    tussle_promise over;
  };
  static void start(tree& of, int height) {
    auto made = std::make_unique<forking>(of, height);
    if (tussle::default_runtime().compute().submit(*made))
      static_cast<void>(made.release());
  }

  forking(tree& of, int height) : of_(of), height_(height) {}

  void run() noexcept override {
    const std::unique_ptr<forking> self(this);
    if (height_ > 1) {
      start(of_, height_ - 1);
      start(of_, height_ - 1);
    }
    if (of_.left.fetch_sub(1, std::memory_order_acq_rel) == 1)
      of_.over.deliver(tasks_of_tree);
  }
  void discard() noexcept override { delete this; }

 private:
  tree& of_;
  const int height_;
};

void fork_and_join() {
  const auto all = std::make_unique<forking::tree>();
  const tussle_promise over = all->over;
  forking::start(*all, height_of_tree);
  require(over.get(), tasks_of_tree);
}

// Tokens that go round among agents: each action sends to the next one, on a pool's thread.
class relay {
 public:
  relay() {
    agents_.reserve(stations);
    for (std::size_t i = 0; i < stations; ++i) agents_.emplace_back(0);
  }

  void run() {
    for (std::size_t i = 0; i < tokens; ++i) pass_to(i * stations / tokens, hops_each);
    require(over_.get(), 1);
  }

 private:
  void pass_to(std::size_t at, std::int64_t hops) {
    agents_[at].send([this, at, hops](std::int64_t v) {
      if (hops > 1) {
        pass_to((at + 1) % stations, hops - 1);
      } else if (left_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
        over_.deliver(1);
      }
      return v + 1;
    });
  }

  std::vector<tussle::agent<std::int64_t>> agents_;
  std::atomic<std::size_t> left_{tokens};
  tussle_promise over_;
};

std::int64_t value_of(const tussle_promise& from) { return from.get(); }
std::int64_t value_of_std(std_promise& from) { return from.get_future().get(); }

// Starts a batch with `start`, which returns something to get() from, and gets all.
template <typename Start>
void batch_of(Start start) {
  std::vector<decltype(start(std::int64_t{}))> started;
  started.reserve(futures_in_a_batch);
  for (std::int64_t i = 0; i < futures_in_a_batch; ++i) started.push_back(start(i));
  std::int64_t sum = 0;
  for (auto& each : started) sum += each.get();
  require(sum, futures_in_a_batch * (futures_in_a_batch - 1) / 2);
}

// Ten workers at a time: start(promise, i) begins one that delivers i, get(promise) waits.
template <typename Promise, typename Start, typename Get>
void fan_out(Start start, Get get) {
  for (std::int64_t n = 0; n < fan_outs; ++n) {
    std::vector<Promise> parts(width);
    std::vector<std::invoke_result_t<Start, Promise&, std::int64_t>> workers;
    workers.reserve(width);
    std::int64_t next = 0;
    for (Promise& part : parts) workers.push_back(start(part, next++));
    std::int64_t sum = 0;
    for (Promise& part : parts) sum += get(part);
    require(sum, width * (width - 1) / 2);
  }
}

// Two threads, each waiting for the other's next promise.
template <typename Promise, typename Deliver, typename Get>
void ping_pong(Deliver deliver, Get get) {
  std::vector<Promise> there(round_trips);
  std::vector<Promise> back(round_trips);
  std::thread other([&] {
    for (std::size_t i = 0; i < there.size(); ++i) deliver(back[i], get(there[i]));
  });
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < there.size(); ++i) {
    deliver(there[i], static_cast<std::int64_t>(i));
    sum += get(back[i]);
  }
  other.join();
  require(sum, round_trips * (round_trips - 1) / 2);
}

}  // namespace

int main(int argc, char** argv) {
  line("send/1_agent", senders * sends_each, [] { send_to(1); });
  line("send/64_agents", senders * sends_each, [] { send_to(64); });
  line("spawn_get/future_call", futures_in_a_batch, [] {
    batch_of([](std::int64_t i) { return tussle::future_call([i] { return i; }); });
  });
  line("spawn_get/std_async", futures_in_a_batch, [] {
    batch_of(
        [](std::int64_t i) { return std::async(std::launch::async, [i] { return i; }); });
  });
  line("fan_out_of_10/promise", fan_outs, [] {
    fan_out<tussle_promise>(
        [](const tussle_promise& part, std::int64_t i) {
          return tussle::future_call([part, i] { return part.deliver(i); });
        },
        value_of);
  });
  line("fan_out_of_10/std_async", fan_outs, [] {
    fan_out<std_promise>(
        [](std_promise& part, std::int64_t i) {
          return std::async(std::launch::async, [&part, i] { part.set_value(i); });
        },
        value_of_std);
  });
  line("fork_join/pool_tasks", tasks_of_tree, fork_and_join);
  line("relay/64_agents", tokens * hops_each, [] { relay().run(); });
  line("ping_pong/promise", round_trips, [] {
    ping_pong<tussle_promise>(
        [](const tussle_promise& to, std::int64_t value) { to.deliver(value); },
        value_of);
  });
  line("ping_pong/std_promise", round_trips, [] {
    ping_pong<std_promise>(
        [](std_promise& to, std::int64_t value) { to.set_value(value); }, value_of_std);
  });
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
}
