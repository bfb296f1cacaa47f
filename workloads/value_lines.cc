// value_lines: single-threaded lines of the values, each beside what one would use instead.
//
// They are the lines that are usually given for persistent collections: 10 000 keys or elements
// in random order, ns an operation. Google Benchmark does the timing; run it with
// --benchmark_enable_random_interleaving=true on a machine that others use, and read minima.
#include <benchmark/benchmark.h>
#include <malloc.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "primitives/value/map.h"
#include "primitives/value/vector.h"

namespace {

using benchmark::DoNotOptimize;
using tussle::value::map;
using tussle::value::transient_map;
using tussle::value::transient_vector;
using tussle::value::vector;

constexpr std::int64_t count = 10'000;

const std::vector<std::int64_t>& shuffled() {
  static const std::vector<std::int64_t> keys = [] {
    std::vector<std::int64_t> all(count);
    std::iota(all.begin(), all.end(), 0);
    std::shuffle(all.begin(), all.end(), std::mt19937(42));
    return all;
  }();
  return keys;
}

map<std::int64_t, std::int64_t> sample_map() {
  transient_map<std::int64_t, std::int64_t> filling;
  for (std::int64_t i = 0; i < count; ++i) filling.assoc(i, i);
  return filling.persistent();
}

vector<std::int64_t> sample_vector() {
  transient_vector<std::int64_t> filling;
  for (std::int64_t i = 0; i < count; ++i) filling.push_back(i);
  return filling.persistent();
}

// Runs `pass` once an iteration; it does `count` operations.
template <typename Pass>
void line(const char* name, Pass pass) {
  benchmark::RegisterBenchmark(name, [pass](benchmark::State& state) {
    for (auto _ : state) pass();
    state.SetItemsProcessed(state.iterations() * count);
  });
}

void add_map_lines() {
  static const auto m = sample_map();
  static const absl::flat_hash_map<std::int64_t, std::int64_t> flat = [] {
    absl::flat_hash_map<std::int64_t, std::int64_t> filling;
    for (const std::int64_t k : shuffled()) filling[k] = k;
    return filling;
  }();
  line("map_get/value", [] {
    std::int64_t sum = 0;
    for (const std::int64_t k : shuffled()) sum += *m.find(k);
    DoNotOptimize(sum);
  });
  line("map_get/flat_hash_map", [] {
    std::int64_t sum = 0;
    for (const std::int64_t k : shuffled()) sum += flat.find(k)->second;
    DoNotOptimize(sum);
  });
  line("map_assoc/value", [] {
    auto own = m;
    std::int64_t i = 0;
    for (const std::int64_t k : shuffled()) own = own.assoc(k, i++);
    DoNotOptimize(own.size());
  });
  line("map_build/value", [] {
    map<std::int64_t, std::int64_t> own;
    for (const std::int64_t k : shuffled()) own = own.assoc(k, k);
    DoNotOptimize(own.size());
  });
  line("map_build_transient/value", [] {
    transient_map<std::int64_t, std::int64_t> own;
    for (const std::int64_t k : shuffled()) own.assoc(k, k);
    DoNotOptimize(own.persistent().size());
  });
  line("map_build_transient/flat_hash_map", [] {
    absl::flat_hash_map<std::int64_t, std::int64_t> own;
    for (const std::int64_t k : shuffled()) own[k] = k;
    DoNotOptimize(own.size());
  });
  line("map_reduce/value", [] {
    std::int64_t sum = 0;
    m.for_each([&sum](std::int64_t, std::int64_t value) { sum += value; });
    DoNotOptimize(sum);
  });
}

void add_vector_lines() {
  static const auto v = sample_vector();
  static const std::vector<std::int64_t> flat(v.begin(), v.end());
  line("vec_nth/value", [] {
    std::int64_t sum = 0;
    for (const std::int64_t i : shuffled()) sum += v.nth(static_cast<std::size_t>(i));
    DoNotOptimize(sum);
  });
  line("vec_assoc/value", [] {
    auto own = v;
    for (const std::int64_t i : shuffled())
      own = own.assoc(static_cast<std::size_t>(i), i);
    DoNotOptimize(own.size());
  });
  line("vec_conj/value", [] {
    vector<std::int64_t> own;
    for (std::int64_t i = 0; i < count; ++i) own = own.push_back(i);
    DoNotOptimize(own.size());
  });
  line("vec_conj_transient/value", [] {
    transient_vector<std::int64_t> own;
    for (std::int64_t i = 0; i < count; ++i) own.push_back(i);
    DoNotOptimize(own.persistent().size());
  });
  line("vec_conj_transient/std", [] {
    std::vector<std::int64_t> own;
    for (std::int64_t i = 0; i < count; ++i) own.push_back(i);
    DoNotOptimize(own.size());
  });
  line("vec_reduce/value",
       [] { DoNotOptimize(v.reduce(std::int64_t{0}, std::plus<>())); });
  line("vec_reduce/iterators",
       [] { DoNotOptimize(std::accumulate(v.begin(), v.end(), std::int64_t{0})); });
  line("vec_reduce/std",
       [] { DoNotOptimize(std::accumulate(flat.begin(), flat.end(), std::int64_t{0})); });
}

// What the allocator has handed out for one container of a million, per element. For a value:
// in a process of its own, because nodes come from a pool that keeps what it has.
template <typename Make>
void memory_line(const char* name, Make make) {
  benchmark::RegisterBenchmark(name, [make](benchmark::State& state) {
    constexpr std::int64_t million = 1'000'000;
    const auto in_use = [] {
      const struct mallinfo2 now = mallinfo2();
      return static_cast<double>(now.uordblks + now.hblkhd);
    };
    const double before = in_use();
    const auto container = make(million);
    state.counters["bytes_per_element"] = (in_use() - before) / double{million};
    for (auto _ : state) DoNotOptimize(container.size());
  })->Iterations(1);
}

void add_memory_lines() {
  memory_line("memory/std_map", [](std::int64_t n) {
    std::map<std::int64_t, std::int64_t> m;
    for (std::int64_t i = 0; i < n; ++i) m[i] = i;
    return m;
  });
  memory_line("memory/flat_hash_map", [](std::int64_t n) {
    absl::flat_hash_map<std::int64_t, std::int64_t> m;
    for (std::int64_t i = 0; i < n; ++i) m[i] = i;
    return m;
  });
  memory_line("memory/value_map", [](std::int64_t n) {
    transient_map<std::int64_t, std::int64_t> m;
    for (std::int64_t i = 0; i < n; ++i) m.assoc(i, i);
    return m.persistent();
  });
  memory_line("memory/value_vector", [](std::int64_t n) {
    transient_vector<std::int64_t> v;
    for (std::int64_t i = 0; i < n; ++i) v.push_back(i);
    return v.persistent();
  });
}

}  // namespace

int main(int argc, char** argv) {
  add_map_lines();
  add_vector_lines();
  add_memory_lines();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
}
