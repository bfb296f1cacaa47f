// channel_lines: lines of channels, between threads and between go blocks, of alts, of starting
// go blocks, of an ordered pipeline, and of events for four subscribers.
//
// Wall time by Google Benchmark; items are elements, round trips, hops of a token, processes.
// Run it with --benchmark_enable_random_interleaving=true and read ratios: wake-ups cost what
// the machine makes of them. parked_go counts the bytes that a go block takes while it is
// parked, with its result channel: `bytes`.
#include <benchmark/benchmark.h>
#include <malloc.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "primitives/channel/alts.h"
#include "primitives/channel/channel.h"
#include "primitives/channel/go.h"
#include "primitives/channel/pipeline.h"
#include "primitives/channel/pub.h"
#include "primitives/channel/transducer.h"

namespace {

using tussle::channel;
using tussle::go_block;

constexpr std::int64_t rendezvous_of_threads = 8'000;
constexpr std::int64_t buffered_of_threads = 40'000;
constexpr std::int64_t elements_of_go = 200'000;
constexpr std::int64_t trips_of_threads = 4'000;
constexpr std::int64_t trips_of_go = 50'000;
constexpr std::int64_t ring_size = 1'000;
constexpr std::int64_t laps = 50;
constexpr std::int64_t spawned = 1'000;
constexpr std::int64_t chosen = 64'000;
constexpr std::int64_t piped = 100'000;
constexpr std::int64_t published = 20'000;

// A line whose work came to something else has measured nothing.
void require(std::int64_t got, std::int64_t expected) {
  if (got == expected) return;
  std::fprintf(stderr, "channel_lines: %lld instead of %lld\n",
               static_cast<long long>(got), static_cast<long long>(expected));
  std::abort();
}

template <typename Pass>
void line(const std::string& name, std::int64_t items, Pass pass) {
  benchmark::RegisterBenchmark(name.c_str(), [pass, items](benchmark::State& state) {
    for (auto _ : state) pass();
    state.SetItemsProcessed(state.iterations() * items);
  })->UseRealTime();
}

channel<std::int64_t> with_room(std::size_t size) {
  return size == 0 ? channel<std::int64_t>() : channel<std::int64_t>(tussle::fixed(size));
}

void between_threads(std::int64_t each_side, std::size_t size, std::int64_t total) {
  const auto c = with_room(size);
  std::vector<std::thread> threads;
  std::vector<std::int64_t> sums(static_cast<std::size_t>(each_side));
  for (std::int64_t& sum : sums) {
    threads.emplace_back([&] {
      for (std::int64_t k = 0; k < total / each_side; ++k) c.put(1);
    });
    threads.emplace_back([&] {
      for (std::int64_t k = 0; k < total / each_side; ++k) sum += *c.take();
    });
  }
  for (std::thread& each : threads) each.join();
  std::int64_t sum = 0;
  for (const std::int64_t each : sums) sum += each;
  require(sum, total);
}

void ping_pong_of_threads() {
  const channel<std::int64_t> there;
  const channel<std::int64_t> back;
  std::thread other([&] {
    for (std::int64_t i = 0; i < trips_of_threads; ++i) back.put(*there.take());
  });
  std::int64_t sum = 0;
  for (std::int64_t i = 0; i < trips_of_threads; ++i) {
    there.put(1);
    sum += *back.take();
  }
  other.join();
  require(sum, trips_of_threads);
}

go_block<std::int64_t> puts(channel<std::int64_t> to, std::int64_t count) {
  for (std::int64_t k = 0; k < count; ++k) co_await to.async_put(1);
  co_return 0;
}
go_block<std::int64_t> takes(channel<std::int64_t> from, std::int64_t count) {
  std::int64_t sum = 0;
  for (std::int64_t k = 0; k < count; ++k) sum += *(co_await from.async_take());
  co_return sum;
}

void between_go_blocks(std::int64_t each_side, std::size_t size) {
  const auto c = with_room(size);
  std::vector<channel<std::int64_t>> results;
  for (std::int64_t i = 0; i < each_side; ++i) {
    results.push_back(tussle::go(puts, c, elements_of_go / each_side));
    results.push_back(tussle::go(takes, c, elements_of_go / each_side));
  }
  std::int64_t sum = 0;
  for (const auto& each : results) sum += *each.take();
  require(sum, elements_of_go);
}

go_block<std::int64_t> asks(channel<std::int64_t> there, channel<std::int64_t> back) {
  std::int64_t sum = 0;
  for (std::int64_t i = 0; i < trips_of_go; ++i) {
    co_await there.async_put(1);
    sum += *(co_await back.async_take());
  }
  co_return sum;
}
go_block<> answers(channel<std::int64_t> there, channel<std::int64_t> back) {
  for (std::int64_t i = 0; i < trips_of_go; ++i) {
    const auto asked = co_await there.async_take();
    co_await back.async_put(*asked);
  }
}

void ping_pong_of_go_blocks() {
  const channel<std::int64_t> there;
  const channel<std::int64_t> back;
  const auto other = tussle::go(answers, there, back);
  require(*tussle::go(asks, there, back).take(), trips_of_go);
  other.take();
}

go_block<> member(channel<std::int64_t> in, channel<std::int64_t> out,
                  channel<std::int64_t> done) {
  for (std::int64_t lap = 1; lap <= laps; ++lap) {
    const auto token = co_await in.async_take();
    if (lap == laps && *token == ring_size * laps) {
      co_await done.async_put(*token);
    } else {
      co_await out.async_put(*token + 1);
    }
  }
}

void ring() {
  std::vector<channel<std::int64_t>> links(1);
  links.clear();
  for (std::int64_t i = 0; i < ring_size; ++i) links.emplace_back();
  const channel<std::int64_t> done;
  for (std::size_t i = 0; i < links.size(); ++i)
    tussle::go(member, links[i], links[(i + 1) % links.size()], done);
  links[0].put(1);
  require(*done.take(), ring_size * laps);
}

go_block<std::int64_t> one(std::int64_t value) { co_return value; }

void spawn_and_join() {
  std::vector<channel<std::int64_t>> results;
  results.reserve(spawned);
  for (std::int64_t i = 0; i < spawned; ++i) results.push_back(tussle::go(one, i));
  std::int64_t sum = 0;
  for (const auto& each : results) sum += *each.take();
  require(sum, spawned * (spawned - 1) / 2);
}

go_block<std::int64_t> chooses(std::vector<channel<std::int64_t>> from) {
  std::int64_t sum = 0;
  std::vector<tussle::alts_case<std::int64_t>> cases;
  cases.reserve(from.size());
  for (const auto& each : from) cases.emplace_back(tussle::take_from(each));
  for (std::int64_t i = 0; i < chosen; ++i) {
    const auto got = co_await tussle::async_alts(cases);
    sum += *got.value;
  }
  co_return sum;
}

void choose_among(std::size_t width) {
  std::vector<channel<std::int64_t>> from;
  from.reserve(width);
  for (std::size_t i = 0; i < width; ++i) {
    from.emplace_back();
    tussle::go(puts, from.back(), chosen / static_cast<std::int64_t>(width));
  }
  require(*tussle::go(chooses, from).take(), chosen);
}

go_block<> counts_up(channel<std::int64_t> to, std::int64_t count) {
  for (std::int64_t k = 0; k < count; ++k) co_await to.async_put(k);
  to.close();
}
// How many came in their places, from `first` on.
go_block<std::int64_t> follows(channel<std::int64_t> from, std::int64_t first) {
  std::int64_t next = first;
  while (const auto element = co_await from.async_take())
    next += *element == next ? 1 : 0;
  co_return next - first;
}

void ordered_pipeline() {
  const channel<std::int64_t> in(tussle::fixed(1000));
  const channel<std::int64_t> out(tussle::fixed(1000));
  tussle::pipeline(4, out, tussle::xf::map([](std::int64_t n) { return n + 1; }), in);
  tussle::go(counts_up, in, piped);
  require(*tussle::go(follows, out, 1).take(), piped);
}

void pub_and_four_subscribers() {
  const channel<std::int64_t> source(tussle::fixed(1024));
  const tussle::pub topics(source, [](std::int64_t) { return 0; });
  std::vector<channel<std::int64_t>> heard;
  for (int i = 0; i < 4; ++i) {
    const channel<std::int64_t> inbox(tussle::fixed(1024));
    topics.sub(0, inbox);
    heard.push_back(tussle::go(follows, inbox, 0));
  }
  tussle::go(counts_up, source, published);
  for (const auto& each : heard) require(*each.take(), published);
}

go_block<> waits(channel<std::int64_t> at) { co_await at.async_take(); }

std::size_t bytes_in_use() {
  const auto now = mallinfo2();
  return now.uordblks + now.hblkhd;
}

// Before anything else has filled the pools.
void parked_bytes(benchmark::State& state) {
  constexpr std::size_t at_one = 1'000;
  constexpr std::size_t channels = 100;
  while (state.KeepRunning()) {
    std::vector<channel<std::int64_t>> gates;
    std::vector<channel<std::monostate>> results;
    gates.reserve(channels);
    results.reserve(channels * at_one);
    for (std::size_t i = 0; i < channels; ++i) gates.emplace_back();
    const std::size_t before = bytes_in_use();
    for (const auto& gate : gates)
      for (std::size_t i = 0; i < at_one; ++i) results.push_back(tussle::go(waits, gate));
    const std::size_t after = bytes_in_use();
    state.counters["bytes"] = static_cast<double>(after - before) / (channels * at_one);
    for (const auto& gate : gates) gate.close();
    for (const auto& each : results) each.take();
  }
}

// As many putters as takers.
template <std::int64_t EachSide>
void transfers(const std::string& rendezvous, const std::string& buffered) {
  line("threads/" + rendezvous, rendezvous_of_threads,
       [] { between_threads(EachSide, 0, rendezvous_of_threads); });
  line("threads/" + buffered, buffered_of_threads,
       [] { between_threads(EachSide, 1024, buffered_of_threads); });
  line("go/" + rendezvous, elements_of_go, [] { between_go_blocks(EachSide, 0); });
  line("go/" + buffered, elements_of_go, [] { between_go_blocks(EachSide, 1024); });
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::RegisterBenchmark("parked_go", parked_bytes)->Iterations(1)->UseRealTime();
  transfers<1>("1x1/buffer:0", "1x1/buffer:1024");
  transfers<4>("4x4/buffer:0", "4x4/buffer:1024");
  line("threads/ping_pong", trips_of_threads, ping_pong_of_threads);
  line("go/ping_pong", trips_of_go, ping_pong_of_go_blocks);
  line("go/ring_of_1000", ring_size * laps, ring);
  line("go/spawn_join", spawned, spawn_and_join);
  for (const std::size_t width : {2U, 4U, 8U})
    line("alts/" + std::to_string(width), chosen, [=] { choose_among(width); });
  line("pipeline/ordered:4", piped, ordered_pipeline);
  line("pub/subscribers:4", published, pub_and_four_subscribers);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
}
