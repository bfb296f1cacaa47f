// keys.h: how the hash tries of maps and sets look at their entries.
#pragma once

#include <concepts>
#include <cstdint>
#include <utility>

#include "absl/hash/hash.h"
#include "primitives/value/detail/hashing.h"

namespace tussle::value {

// What a map holds for a key. Never changes.
template <typename Key, typename T>
struct map_entry {
  Key key;
  T value;

  friend bool operator==(const map_entry& a, const map_entry& b) {
    return a.key == b.key && a.value == b.value;
  }
  template <typename H>
  friend H AbslHashValue(H state, const map_entry& e) {
    return H::combine(std::move(state), e.key, e.value);
  }
};

namespace detail {

template <typename Hash, typename Equal>
struct key_policy {
  template <typename Key>
  static std::uint32_t hash(const Key& key) {
    return trie_hash<Hash>(key);
  }
  template <typename A, typename B>
  static bool equal_keys(const A& a, const B& b) {
    return Equal()(a, b);
  }
};

template <typename Key, typename T, typename Hash, typename Equal>
struct map_policy : key_policy<Hash, Equal> {
  using entry = map_entry<Key, T>;
  static const Key& key(const entry& e) { return e.key; }
  static bool equal(const entry& a, const entry& b) {
    return Equal()(a.key, b.key) && a.value == b.value;
  }
};

template <typename Key, typename Hash, typename Equal>
struct set_policy : key_policy<Hash, Equal> {
  using entry = Key;
  static const Key& key(const Key& e) { return e; }
  static bool equal(const Key& a, const Key& b) { return Equal()(a, b); }
};

// Keys of other types that a map or set can be asked for.
template <typename Other, typename Key, typename Hash, typename Equal>
concept transparent_key = !std::same_as<Other, Key> && requires {
  typename Hash::is_transparent;
  typename Equal::is_transparent;
};

}  // namespace detail
}  // namespace tussle::value
