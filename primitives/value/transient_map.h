// transient_map.h: a map that one thread at a time edits in place.
//
// Made from a map in O(1), which stays as it was; `persistent()` makes the result a map in
// O(1) and ends the transient, after which every use throws transient_expired_error. So does
// every use of one that was moved from.
#pragma once

#include <cstddef>
#include <functional>
#include <utility>

#include "primitives/value/detail/map_trie.h"
#include "primitives/value/errors.h"

namespace tussle::value {

template <typename Key, typename T, typename Hash, typename Equal>
class map;

template <typename Key, typename T, typename Hash = default_hash<Key>,
          typename Equal = default_equal<Key>>
class transient_map {
 public:
  using value_type = map_entry<Key, T>;

  transient_map() = default;
  transient_map(transient_map&& other) noexcept
      : trie_(std::move(other.trie_)), ended_(std::exchange(other.ended_, true)) {}
  transient_map& operator=(transient_map&& other) noexcept {
    trie_ = std::move(other.trie_);
    ended_ = std::exchange(other.ended_, true);
    return *this;
  }

  std::size_t size() const { return alive().size(); }
  // Null if there is none; valid until the next edit.
  const T* find(const Key& key) const {
    const value_type* const found = alive().find(key, policy::hash(key));
    return found == nullptr ? nullptr : &found->value;
  }
  bool contains(const Key& key) const { return find(key) != nullptr; }

  transient_map& assoc(Key key, T value) {
    const std::uint32_t hash = policy::hash(key);
    alive().enter({std::move(key), std::move(value)}, hash);
    return *this;
  }
  // The value of `key` becomes f of itself, or of T() if there is none.
  template <typename F>
  transient_map& update(const Key& key, F&& f) {
    alive().update(key, policy::hash(key), f);
    return *this;
  }
  transient_map& dissoc(const Key& key) {
    const std::uint32_t hash = policy::hash(key);
    if (alive().find(key, hash) != nullptr) trie_.erase(key, hash);
    return *this;
  }

  map<Key, T, Hash, Equal> persistent() {
    alive();
    ended_ = true;
    return map<Key, T, Hash, Equal>(std::move(trie_));
  }

 private:
  friend class map<Key, T, Hash, Equal>;
  using policy = detail::map_policy<Key, T, Hash, Equal>;
  using trie = detail::map_trie<Key, T, policy>;

  explicit transient_map(trie of) noexcept : trie_(std::move(of)) {}

  const trie& alive() const {
    if (ended_) [[unlikely]]
      detail::throw_transient_expired();
    return trie_;
  }
  trie& alive() {
    if (ended_) [[unlikely]]
      detail::throw_transient_expired();
    return trie_;
  }

  trie trie_;
  bool ended_ = false;
};

}  // namespace tussle::value
