#include "harness/measure/sample_clock.h"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <thread>
#include <utility>
#include <vector>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace tussle::harness {
namespace {

std::uint64_t steady_ticks() {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(
          std::chrono::steady_clock::now().time_since_epoch())
          .count());
}

bool counter_is_invariant() {
#if defined(__x86_64__)
  unsigned a = 0;
  unsigned b = 0;
  unsigned c = 0;
  unsigned d = 0;
  constexpr unsigned advanced_power = 0x80000007;
  constexpr unsigned invariant_counter = 1U << 8;
  return __get_cpuid(advanced_power, &a, &b, &c, &d) != 0 && (d & invariant_counter) != 0;
#else
  return false;
#endif
}

// The kernel watches the counters of all cores and turns away from them when they differ.
bool kernel_trusts_counter() {
  std::ifstream file("/sys/devices/system/clocksource/clocksource0/current_clocksource");
  std::string name;
  return file >> name && name == "tsc";
}

// One moment on both clocks: of several tries the one that was read fastest.
std::pair<std::uint64_t, std::uint64_t> same_moment(const sample_clock& counter) {
  std::uint64_t width = ~std::uint64_t{0};
  std::pair<std::uint64_t, std::uint64_t> best;
  for (int i = 0; i < 16; ++i) {
    const std::uint64_t before = steady_ticks();
    const std::uint64_t ticks = counter.ticks();
    const std::uint64_t after = steady_ticks();
    if (after - before >= width) continue;
    width = after - before;
    best = {before + width / 2, ticks};
  }
  return best;
}

// The moments are known to about 50 ns, so the rate to about 1 in 100 000.
sample_clock calibrated_counter() {
  const sample_clock raw("tsc", nullptr, 1);
  const auto [first_ns, first_ticks] = same_moment(raw);
  std::this_thread::sleep_for(std::chrono::milliseconds(10));
  const auto [last_ns, last_ticks] = same_moment(raw);
  return {"tsc", nullptr,
          static_cast<double>(last_ns - first_ns) /
              static_cast<double>(last_ticks - first_ticks)};
}

// The smallest difference between lengths that were met often, in ticks. A step need not
// be a whole number of ticks, so lengths one tick apart count as the same.
std::uint64_t step_of(const std::vector<std::uint64_t>& sorted) {
  const std::size_t often = sorted.size() / 500;
  std::uint64_t step = 0;
  std::uint64_t last = 0;  // 0: none yet
  for (std::size_t i = 0; i + often < sorted.size(); ++i) {
    if (sorted[i + often] != sorted[i]) continue;
    const std::uint64_t apart = sorted[i] - last;
    if (last != 0 && apart > 1 && (step == 0 || apart < step)) step = apart;
    last = sorted[i];
  }
  return std::max<std::uint64_t>(step, 1);
}

}  // namespace

sample_clock sample_clock::steady() { return {"steady_clock", steady_ticks, 1}; }

const sample_clock& sample_clock::best() {
  static const sample_clock chosen =
      counter_is_invariant() && kernel_trusts_counter() ? calibrated_counter() : steady();
  return chosen;
}

clock_cost cost_of(const sample_clock& clock) {
  constexpr std::size_t reads = 10'001;
  std::vector<std::uint64_t> readings(reads);
  for (std::uint64_t& reading : readings) reading = clock.ticks();
  std::vector<std::uint64_t> lengths;
  lengths.reserve(reads - 1);
  for (std::size_t i = 1; i < reads; ++i) {
    const std::uint64_t before = readings[i - 1];
    lengths.push_back(readings[i] > before ? readings[i] - before : 0);
  }
  std::sort(lengths.begin(), lengths.end());
  const std::uint64_t all = clock.ns_between(readings.front(), readings.back());
  return {
      .read_ns = static_cast<double>(all) / static_cast<double>(reads - 1),
      .empty_ns = static_cast<double>(clock.ns_between(0, lengths[lengths.size() / 2])),
      .step_ns = static_cast<double>(step_of(lengths)) * clock.ns_per_tick()};
}

}  // namespace tussle::harness
