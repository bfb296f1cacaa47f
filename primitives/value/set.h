// set.h: a hash set that never changes, and its transient.
//
// set<Key> is a value: every "change" returns a new set, the old one stays as it was, and the
// two share what they have in common. An update that changes nothing returns the very same
// set. All else is as with maps (map.h); a key that is there already stays the one it was.
//
// Contract: CONTRACT.md section 13 (IMM-1 ... IMM-14).
#pragma once

#include <cstddef>
#include <functional>
#include <initializer_list>
#include <iterator>
#include <ranges>
#include <utility>

#include "absl/hash/hash.h"
#include "primitives/value/detail/hash_trie.h"
#include "primitives/value/detail/keys.h"
#include "primitives/value/detail/trie_iterator.h"
#include "primitives/value/errors.h"

namespace tussle::value {

template <typename Key, typename Hash, typename Equal>
class transient_set;

template <typename Key, typename Hash = default_hash<Key>,
          typename Equal = default_equal<Key>>
class set {
 public:
  using key_type = Key;
  using value_type = Key;
  using size_type = std::size_t;
  using difference_type = std::ptrdiff_t;
  using reference = const Key&;
  using const_reference = const Key&;
  using iterator = detail::trie_iterator<Key>;
  using const_iterator = iterator;
  using transient_type = transient_set<Key, Hash, Equal>;

  set() = default;
  set(std::initializer_list<Key> keys) : set(keys.begin(), keys.end()) {}
  template <std::input_iterator First, std::sentinel_for<First> Last>
  set(First first, Last last) {
    for (; first != last; ++first) enter(Key(*first));
  }
  template <std::ranges::input_range Range>
  set(from_range_t /*tag*/, Range&& range)
      : set(std::ranges::begin(range), std::ranges::end(range)) {}

  std::size_t size() const noexcept { return trie_.size(); }
  bool empty() const noexcept { return size() == 0; }

  bool contains(const Key& key) const { return find(key) != nullptr; }
  template <detail::transparent_key<Key, Hash, Equal> Other>
  bool contains(const Other& key) const {
    return find(key) != nullptr;
  }
  // The key of the set that equals `key`; null if there is none.
  const Key* find(const Key& key) const { return trie_.find(key, policy::hash(key)); }
  template <detail::transparent_key<Key, Hash, Equal> Other>
  const Key* find(const Other& key) const {
    return trie_.find(key, policy::hash(key));
  }

  set insert(Key key) const& { return set(*this).insert(std::move(key)); }
  set insert(Key key) && {
    enter(std::move(key));
    return std::move(*this);
  }
  set erase(const Key& key) const& { return set(*this).erase(key); }
  set erase(const Key& key) && {
    leave(key);
    return std::move(*this);
  }

  iterator begin() const { return iterator(trie_.root()); }
  iterator end() const { return iterator(); }

  // Calls f(key) for each: quicker than iterators.
  template <typename F>
  void for_each(F f) const {
    trie_.for_each(f);
  }

  // In O(1): the same keys, to be edited in place.
  transient_type transient() const& { return transient_type(*this); }
  transient_type transient() && { return transient_type(std::move(*this)); }

  // Identity: the same object, not an equal one.
  bool same_as(const set& other) const noexcept { return trie_.same_as(other.trie_); }
  friend bool operator==(const set& a, const set& b) { return a.trie_ == b.trie_; }

  template <typename H>
  friend H AbslHashValue(H state, const set& s) {
    std::size_t sum = 0;  // as a map's
    s.for_each([&sum](const Key& key) { sum += absl::HashOf(Hash()(key)); });
    return H::combine(std::move(state), sum, s.size());
  }

 private:
  friend transient_type;
  friend struct detail::node_walk;
  using policy = detail::set_policy<Key, Hash, Equal>;

  void enter(Key&& key) {
    const std::uint32_t hash = policy::hash(key);
    if (trie_.find(key, hash) == nullptr) trie_.assign(std::move(key), hash);
  }
  void leave(const Key& key) {
    const std::uint32_t hash = policy::hash(key);
    if (trie_.find(key, hash) != nullptr) trie_.erase(key, hash);
  }

  detail::hash_trie<Key, policy> trie_;
};

// A set that one thread at a time edits in place. Made from a set in O(1), which stays as it
// was; `persistent()` makes the result a set in O(1) and ends the transient, after which every
// use throws transient_expired_error. So does every use of one that was moved from.
template <typename Key, typename Hash = default_hash<Key>,
          typename Equal = default_equal<Key>>
class transient_set {
 public:
  transient_set() = default;
  transient_set(transient_set&& other) noexcept
      : keys_(std::move(other.keys_)), ended_(std::exchange(other.ended_, true)) {}
  transient_set& operator=(transient_set&& other) noexcept {
    keys_ = std::move(other.keys_);
    ended_ = std::exchange(other.ended_, true);
    return *this;
  }

  std::size_t size() const { return alive().size(); }
  bool contains(const Key& key) const { return alive().contains(key); }

  transient_set& insert(Key key) {
    alive().enter(std::move(key));
    return *this;
  }
  transient_set& erase(const Key& key) {
    alive().leave(key);
    return *this;
  }

  set<Key, Hash, Equal> persistent() {
    alive();
    ended_ = true;
    return std::move(keys_);
  }

 private:
  using keys = set<Key, Hash, Equal>;
  friend keys;

  explicit transient_set(keys of) noexcept : keys_(std::move(of)) {}

  const keys& alive() const {
    if (ended_) detail::throw_transient_expired();
    return keys_;
  }
  keys& alive() {
    if (ended_) detail::throw_transient_expired();
    return keys_;
  }

  keys keys_;
  bool ended_ = false;
};

}  // namespace tussle::value

template <typename Key, typename Hash, typename Equal>
struct std::hash<tussle::value::set<Key, Hash, Equal>>
    : absl::Hash<tussle::value::set<Key, Hash, Equal>> {};
