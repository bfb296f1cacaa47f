// map_trie.h: the hash trie of a map, and how values are put into it.
#pragma once

#include <cstdint>
#include <functional>
#include <utility>

#include "primitives/value/detail/hash_trie.h"
#include "primitives/value/detail/identical.h"
#include "primitives/value/detail/keys.h"

namespace tussle::value::detail {

template <typename Key, typename T, typename Policy>
class map_trie : public hash_trie<map_entry<Key, T>, Policy> {
 public:
  using entry = map_entry<Key, T>;

  // Enters or replaces. An update in vain leaves the trie the very same one. Only where
  // another version begins alike need that be looked for: a trie that is this version's alone
  // is edited where it stands, and stays the one that it is.
  void enter(entry&& next, std::uint32_t hash) {
    if (this->shared() && in_vain(this->find(next.key, hash), next.value)) return;
    this->assign(std::move(next), hash);
  }

  // The key's value becomes f of itself, or of T() if there is none. f is given what it may
  // take: the value itself where nobody else has it, else a copy.
  template <typename K, typename F>
  void update(K&& key, std::uint32_t hash, F& f) {
    const entry* const there = this->find(key, hash);
    if (there == nullptr) {
      this->assign({std::forward<K>(key), T(std::invoke(f, T()))}, hash);
    } else if (this->shared()) {
      T next(std::invoke(f, T(there->value)));
      if (!identical(there->value, next))
        this->assign({std::forward<K>(key), std::move(next)}, hash);
    } else {
      T next(std::invoke(f, std::move(this->own(key, hash).value)));
      this->assign({std::forward<K>(key), std::move(next)}, hash);
    }
  }

 private:
  static bool in_vain(const entry* there, const T& value) {
    return there != nullptr && identical(there->value, value);
  }
};

}  // namespace tussle::value::detail
