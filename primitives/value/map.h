// map.h: a hash map that never changes.
//
// map<Key, T> is a value: every "change" returns a new map, the old one stays as it was, and
// the two share what they have in common. An update that changes nothing returns the very
// same map: one whose new value is the old one by identity, by representation or, for
// strings, by content; another == may call equal what can be told apart, and is not asked.
//
// Cost:          find, assoc, dissoc, update O(log32 n) expected. Copying a handle is a count.
// Requires:      objects of Hash and Equal have no state. A Hash that spreads its keys well
//                over all bits says so by a member type `is_avalanching`; others are mixed.
//                With `is_transparent` in both, other types of keys can be looked for. T() is
//                the value that `update` begins with.
// Order:         unspecified; the same each time for one map, maybe another for an equal one.
// Thread safety, exceptions, moved-from maps, lifetime: as vector.h says.
// Contract:      CONTRACT.md section 13 (IMM-1 ... IMM-14).
#pragma once

#include <cstddef>
#include <functional>
#include <initializer_list>
#include <iterator>
#include <ranges>
#include <utility>

#include "absl/hash/hash.h"
#include "primitives/value/detail/identical.h"
#include "primitives/value/detail/map_trie.h"
#include "primitives/value/detail/trie_iterator.h"
#include "primitives/value/transient_map.h"

namespace tussle::value {

template <typename Key, typename T, typename Hash = default_hash<Key>,
          typename Equal = default_equal<Key>>
class map {
 public:
  using key_type = Key;
  using mapped_type = T;
  using value_type = map_entry<Key, T>;
  using size_type = std::size_t;
  using difference_type = std::ptrdiff_t;
  using reference = const value_type&;
  using const_reference = const value_type&;
  using iterator = detail::trie_iterator<value_type>;
  using const_iterator = iterator;
  using transient_type = transient_map<Key, T, Hash, Equal>;

  map() = default;
  // Of entries with equal keys the last counts.
  map(std::initializer_list<value_type> entries) : map(entries.begin(), entries.end()) {}
  template <std::input_iterator First, std::sentinel_for<First> Last>
  map(First first, Last last) {
    for (; first != last; ++first) {
      const auto& [key, value] = *first;
      enter(Key(key), T(value));
    }
  }
  // Any range of pairs.
  template <std::ranges::input_range Range>
  map(from_range_t /*tag*/, Range&& range)
      : map(std::ranges::begin(range), std::ranges::end(range)) {}

  std::size_t size() const noexcept { return trie_.size(); }
  bool empty() const noexcept { return size() == 0; }

  // Null if there is none; valid as long as this map, or a copy of it, is held.
  const T* find(const Key& key) const { return value_of(key); }
  template <detail::transparent_key<Key, Hash, Equal> Other>
  const T* find(const Other& key) const {
    return value_of(key);
  }
  bool contains(const Key& key) const { return value_of(key) != nullptr; }
  template <detail::transparent_key<Key, Hash, Equal> Other>
  bool contains(const Other& key) const {
    return value_of(key) != nullptr;
  }
  // Throws: std::out_of_range.
  const T& at(const Key& key) const { return required(value_of(key)); }
  template <detail::transparent_key<Key, Hash, Equal> Other>
  const T& at(const Other& key) const {
    return required(value_of(key));
  }

  // The key's value becomes `value`, whether or not it had one.
  map assoc(Key key, T value) const& {
    const std::uint32_t hash = policy::hash(key);
    const value_type* const there = trie_.find(key, hash);
    return with(std::move(key), std::move(value), hash, there);
  }
  map assoc(Key key, T value) && {
    enter(std::move(key), std::move(value));
    return std::move(*this);
  }

  // The key's value becomes f of itself, or of T() if there is none.
  // Throws: what f throws.
  template <typename F>
  map update(Key key, F&& f) const& {
    const std::uint32_t hash = policy::hash(key);
    const value_type* const there = trie_.find(key, hash);
    T next = there == nullptr ? T(std::invoke(f, T())) : T(std::invoke(f, there->value));
    return with(std::move(key), std::move(next), hash, there);
  }
  template <typename F>
  map update(Key key, F&& f) && {
    trie_.update(std::move(key), policy::hash(key), f);
    return std::move(*this);
  }

  map dissoc(const Key& key) const& { return map(*this).dissoc(key); }
  map dissoc(const Key& key) && {
    const std::uint32_t hash = policy::hash(key);
    if (trie_.find(key, hash) != nullptr) trie_.erase(key, hash);
    return std::move(*this);
  }

  iterator begin() const { return iterator(trie_.root()); }
  iterator end() const { return iterator(); }

  // Calls f(key, value) for each entry: quicker than iterators.
  template <typename F>
  void for_each(F f) const {
    const auto apply = [&f](const value_type& e) { f(e.key, e.value); };
    trie_.for_each(apply);
  }

  // In O(1): the same entries, to be edited in place.
  transient_type transient() const& { return transient_type(trie_); }
  transient_type transient() && { return transient_type(std::move(trie_)); }

  // Identity: the same object, not an equal one.
  bool same_as(const map& other) const noexcept { return trie_.same_as(other.trie_); }
  friend bool operator==(const map& a, const map& b) { return a.trie_ == b.trie_; }

  template <typename H>
  friend H AbslHashValue(H state, const map& m) {
    // By the map's own Hash, which gives equal keys equal hashes whatever Equal is; the sum
    // knows no order.
    std::size_t sum = 0;
    m.for_each([&sum](const Key& key, const T& value) {
      sum += absl::HashOf(Hash()(key), value);
    });
    return H::combine(std::move(state), sum, m.size());
  }

 private:
  friend transient_type;
  friend struct detail::node_walk;
  using policy = detail::map_policy<Key, T, Hash, Equal>;
  using trie = detail::map_trie<Key, T, policy>;

  explicit map(trie of) noexcept : trie_(std::move(of)) {}

  void enter(Key key, T value) {
    const std::uint32_t hash = policy::hash(key);
    trie_.enter({std::move(key), std::move(value)}, hash);
  }

  // This map with an entry; `there` is what it has for the key.
  map with(Key&& key, T&& value, std::uint32_t hash, const value_type* there) const {
    map next(*this);
    if (there == nullptr || !detail::identical(there->value, value))
      next.trie_.assign({std::move(key), std::move(value)}, hash);
    return next;
  }

  template <typename K>
  const T* value_of(const K& key) const {
    const value_type* const found = trie_.find(key, policy::hash(key));
    return found == nullptr ? nullptr : &found->value;
  }
  static const T& required(const T* value) {
    if (value == nullptr) detail::throw_out_of_range("tussle: no such key in the map");
    return *value;
  }

  trie trie_;
};

}  // namespace tussle::value

template <typename Key, typename T, typename Hash, typename Equal>
struct std::hash<tussle::value::map<Key, T, Hash, Equal>>
    : absl::Hash<tussle::value::map<Key, T, Hash, Equal>> {};
