// chosen_sites.h: the few places that a run perturbs hard.
//
// A place is a named point or a synchronisation object. Nobody knows beforehand which
// there are, so they are chosen from those that threads come by: the first ones soon, and
// others in their stead now and then, because the nodes of a structure come and go.
//
// Thread safety: all functions.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "harness/schedule/temper.h"

namespace tussle::harness {

class chosen_sites {
 public:
  // `count` is at most most_sites.
  explicit chosen_sites(std::size_t count) : count_(count) {}

  // Whether `site` is among the chosen. One that is not may become so: `draw` decides.
  bool contains(const void* site, std::uint64_t draw) noexcept {
    for (std::size_t i = 0; i < count_; ++i) {
      // Relaxed throughout: addresses are compared and never followed.
      if (sites_[i].load(std::memory_order_relaxed) == site) return true;
    }
    std::atomic<const void*>& place = sites_[draw % count_];
    const bool empty = place.load(std::memory_order_relaxed) == nullptr;
    if ((draw >> 8) % (empty ? fill_every : replace_every) == 0) {
      place.store(site, std::memory_order_relaxed);
    }
    return false;
  }

 private:
  static constexpr std::uint64_t fill_every = 8;
  static constexpr std::uint64_t replace_every = 4096;

  std::array<std::atomic<const void*>, most_sites> sites_{};
  const std::size_t count_;
};

}  // namespace tussle::harness
