// hostile_hashes_testing.h: hashes that a map must survive.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tussle::tests {

// Taken as they are, so that a test decides about all bits.
struct equal_hash {
  using is_avalanching = void;
  std::size_t operator()(int /*key*/) const { return 42; }
};

// Keys differ in the two bits that the last level goes by; of every four, more share all.
struct top_bits_hash {
  using is_avalanching = void;
  std::size_t operator()(int key) const { return static_cast<std::uint32_t>(key) << 30; }
};

// The worst of the hashes that are common: neighbours that differ far up only. Not taken as
// it is.
struct multiples_hash {
  std::size_t operator()(int key) const { return static_cast<std::size_t>(key) << 40; }
};

}  // namespace tussle::tests
