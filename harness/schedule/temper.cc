#include "harness/schedule/temper.h"

#include <cmath>

namespace tussle::harness {
namespace {

// Ranges in which a run draws its rates, for an operation of weight 1.
constexpr double longest_long_every = 10'000;
constexpr double shortest_long_every = 400;
constexpr double longest_short_every = 512;
constexpr double shortest_short_every = 16;
constexpr double longest_fail_every = 256;
constexpr double shortest_fail_every = 16;
constexpr double runs_with_sites = 1.0 / 3;
constexpr std::uint64_t light_is_rarer_by = 4;
constexpr double full_share = 0.5;
constexpr double light_share = 0.2;

// Each power of ten of the range is as likely as the others.
std::uint64_t log_uniform(generator& random, double least, double most) {
  const double unit = static_cast<double>(random() >> 11) * 0x1p-53;
  return static_cast<std::uint64_t>(least * std::pow(most / least, unit));
}

}  // namespace

temper draw_temper(std::uint64_t seed, perturbation_strength strength) {
  generator random(seed);
  temper drawn{
      .long_every = log_uniform(random, shortest_long_every, longest_long_every),
      .short_every = log_uniform(random, shortest_short_every, longest_short_every),
      .fail_every = log_uniform(random, shortest_fail_every, longest_fail_every),
      .sites = 0,
      .most_share = full_share};
  const std::size_t sites = fewest_sites + random() % (most_sites - fewest_sites + 1);
  if (random.chance(runs_with_sites)) drawn.sites = sites;
  if (strength == perturbation_strength::light) {
    drawn.long_every *= light_is_rarer_by;
    drawn.short_every *= light_is_rarer_by;
    drawn.most_share = light_share;
  }
  return drawn;
}

std::uint64_t weight_of(const sync::visible_operation& next) noexcept {
  constexpr std::uint64_t at_relaxed = 1;
  constexpr std::uint64_t at_ordered = 3;
  constexpr std::uint64_t at_locks_and_names = 8;
  switch (next.kind) {
    case sync::operation::lock:
    case sync::operation::try_lock:
    case sync::operation::unlock:
    case sync::operation::wait:
    case sync::operation::notify:
    case sync::operation::start_thread:
    case sync::operation::join_thread:
    case sync::operation::named_point:
      return at_locks_and_names;
    default:
      return next.order == std::memory_order_relaxed ? at_relaxed : at_ordered;
  }
}

}  // namespace tussle::harness
