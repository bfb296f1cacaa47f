// memory_model_benchmark.cc: what does an operation of the model cost a scheduler?
//
// Four threads take turns on a few locations, and every choice is asked for and made.
#include <benchmark/benchmark.h>

#include <array>
#include <cstdint>
#include <random>

#include "harness/schedule/memory/memory_model.h"

namespace tussle::sim {
namespace {

constexpr thread_id threads = 4;
constexpr std::size_t locations = 4;

void mixed_operations(benchmark::State& state, std::memory_order load_order,
                      std::memory_order store_order) {
  memory_model memory;
  std::array<location, locations> places{};
  for (location& each : places) each = memory.create(0);
  for (thread_id t = 1; t <= threads; ++t) memory.fork(0, t);
  std::mt19937_64 random(1);
  word value = 0;
  for (auto _ : state) {
    const std::uint64_t draw = random();
    const auto thread = static_cast<thread_id>(1 + draw % threads);
    const location where = places[(draw >> 8) % locations];
    switch ((draw >> 16) % 4) {
      case 0:
        memory.store(thread, where, ++value, store_order,
                     (draw >> 32) % memory.store_choices(thread, where, store_order));
        break;
      case 1:
        memory.read_modify_write(thread, where, std::memory_order_acq_rel,
                                 [](word old) { return old + 1; });
        break;
      default:
        benchmark::DoNotOptimize(
            memory.load(thread, where, load_order,
                        (draw >> 32) % memory.load_choices(thread, where, load_order)));
    }
  }
  state.SetItemsProcessed(state.iterations());
}

BENCHMARK_CAPTURE(mixed_operations, relaxed, std::memory_order_relaxed,
                  std::memory_order_relaxed);
BENCHMARK_CAPTURE(mixed_operations, release_acquire, std::memory_order_acquire,
                  std::memory_order_release);
BENCHMARK_CAPTURE(mixed_operations, seq_cst, std::memory_order_seq_cst,
                  std::memory_order_seq_cst);

}  // namespace
}  // namespace tussle::sim
