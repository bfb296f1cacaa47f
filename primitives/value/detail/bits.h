// bits.h: sets of the 32 slots of a node, as bits of a word.
#pragma once

#include <bit>
#include <cstdint>

namespace tussle::value::detail {

// Five bits of an index or a hash are one level of a trie.
inline constexpr unsigned bits_a_level = 5;
inline constexpr std::uint32_t branching = 1U << bits_a_level;

// How many bits are set. Without the instruction of newer processors the library's answer is
// a call and a table: dearer than these dozen operations (Knuth, TAOCP 7.1.3, eq. 62).
constexpr int population(std::uint32_t x) noexcept {
#if defined(__POPCNT__)
  return std::popcount(x);
#else
  x -= (x >> 1) & 0x55555555U;
  x = (x & 0x33333333U) + ((x >> 2) & 0x33333333U);
  x = (x + (x >> 4)) & 0x0F0F0F0FU;
  return static_cast<int>((x * 0x01010101U) >> 24);
#endif
}

// How many of the set bits stand below `bit`: the place of a slot among those in use.
constexpr std::uint32_t rank(std::uint32_t set, std::uint32_t bit) noexcept {
  return static_cast<std::uint32_t>(population(set & (bit - 1)));
}

// Calls f(bit) for each bit of the set, the lowest first.
template <typename F>
constexpr void for_each_bit(std::uint32_t set, F f) {
  for (; set != 0; set &= set - 1) f(set & (~set + 1));
}

}  // namespace tussle::value::detail
