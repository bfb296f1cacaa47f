// temper.h: what is the perturbation of one run like?
//
// Different bugs need different disturbances: a frozen owner or a reused address needs a
// thread that is away for thousands of the others' operations, a window between a check
// and its use needs a few hundred nanoseconds at the right place, and a bug that needs
// two or three delays at certain places shows only when all else goes on undisturbed.
// No single mixture finds all, so every run draws its own from its seed.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "harness/case/worker.h"
#include "primitives/sync/hooks.h"

namespace tussle::harness {

enum class perturbation_strength : std::uint8_t {
  light,  // for ThreadSanitizer, which slows everything down by itself
  full,
};

// Rates are given as "one in so many relaxed operations"; an operation counts as often as
// its weight.
struct temper {
  std::uint64_t long_every;   // a burst of sleeps starts
  std::uint64_t short_every;  // a spin or a yield
  std::uint64_t fail_every;   // weak compare-exchanges, whatever their order
  // So many places are perturbed hard, and none else; 0: all places alike.
  std::size_t sites;
  double most_share;  // of a thread's time that may be spent on delays
};

inline constexpr std::size_t fewest_sites = 2;
inline constexpr std::size_t most_sites = 5;

// The temper of the run with this seed.
temper draw_temper(std::uint64_t seed, perturbation_strength strength);

// How much an operation attracts perturbation: synchronisation more than counting, most
// where locks change hands and where an algorithm names its delicate places.
std::uint64_t weight_of(const sync::visible_operation& next) noexcept;

}  // namespace tussle::harness
