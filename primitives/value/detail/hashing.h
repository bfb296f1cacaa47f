// hashing.h: how keys are hashed, and how values are hashed as a whole.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "absl/hash/hash.h"

namespace tussle::value {

// Says that a constructor takes a range.
struct from_range_t {
  explicit from_range_t() = default;
};
inline constexpr from_range_t from_range{};

// What maps and sets hash with and compare by when nothing else is said. Strings are found by
// whatever converts to std::string_view, without making a string.
template <typename Key>
struct default_hash : absl::Hash<Key> {};
template <typename Key>
struct default_equal : std::equal_to<Key> {};

template <>
struct default_hash<std::string> {
  using is_transparent = void;
  using is_avalanching = void;
  std::size_t operator()(std::string_view key) const {
    return absl::Hash<std::string_view>()(key);
  }
};
template <>
struct default_equal<std::string> {
  using is_transparent = void;
  bool operator()(std::string_view a, std::string_view b) const { return a == b; }
};

namespace detail {

template <typename Key>
struct is_absl_hash : std::false_type {};
template <typename Key>
struct is_absl_hash<default_hash<Key>>  // not where somebody specialised it
    : std::is_base_of<absl::Hash<Key>, default_hash<Key>> {};
template <typename Key>
struct is_absl_hash<absl::Hash<Key>> : std::true_type {};

// Hash functions whose every result bit depends on every bit of the key; others say so by a
// member type `is_avalanching`.
template <typename Hash>
concept avalanching = is_absl_hash<Hash>::value || requires {
  typename Hash::is_avalanching;
};

// The 32 bits of a hash that a trie goes by. A hash that is not known to be good, such as
// libstdc++'s identity for numbers, is mixed: Fibonacci hashing, by the high bits of a
// product (Knuth, TAOCP 6.4).
template <typename Hash, typename Key>
std::uint32_t trie_hash(const Key& key) {
  const auto hash = static_cast<std::uint64_t>(Hash()(key));
  if constexpr (avalanching<Hash>) {
    return static_cast<std::uint32_t>(hash);
  } else {
    return static_cast<std::uint32_t>(((hash ^ (hash >> 32)) * 0x9E3779B97F4A7C15U) >>
                                      32);
  }
}

// Of a sequence: element by element, so that sequences of different make hash alike.
template <typename H, typename Sequence>
H combine_in_order(H state, const Sequence& elements) {
  for (const auto& element : elements) state = H::combine(std::move(state), element);
  return H::combine(std::move(state), elements.size());
}

}  // namespace detail
}  // namespace tussle::value
