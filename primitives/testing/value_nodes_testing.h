// value_nodes_testing.h: the nodes that a value is made of, to see what two values share.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <unordered_set>

#include "primitives/value/map.h"
#include "primitives/value/vector.h"

namespace tussle::value::detail {

struct node_walk {
  using nodes = std::unordered_set<const void*>;

  template <typename T>
  static nodes of(const vector<T>& v) {
    nodes found;
    if (v.tree_.tail_ != nullptr) found.insert(v.tree_.tail_);
    if (v.tree_.root_ != nullptr) below(*v.tree_.root_, found);
    return found;
  }

  template <typename Key, typename T, typename Hash, typename Equal>
  static nodes of(const map<Key, T, Hash, Equal>& m) {
    nodes found;
    if (m.trie_.root() != nullptr) below(*m.trie_.root(), found);
    return found;
  }

  // How many levels there are below and including the root.
  template <typename Key, typename T, typename Hash, typename Equal>
  static std::size_t levels(const map<Key, T, Hash, Equal>& m) {
    return m.trie_.root() == nullptr ? 0 : levels_below(*m.trie_.root());
  }

 private:
  template <typename T>
  static void below(const inner<T>& node, nodes& found) {
    found.insert(&node);
    for (std::size_t i = 0; i < branching; ++i) {
      if (node.child_at(i) == nullptr) continue;
      if (node.height() == 1) {
        found.insert(node.leaf_at(i));
      } else {
        below(*node.inner_at(i), found);
      }
    }
  }
  template <typename Entry>
  static void below(const trie_node<Entry>& node, nodes& found) {
    found.insert(&node);
    for (std::uint32_t i = 0; i < node.child_count(); ++i)
      below(*node.children()[i], found);
  }
  template <typename Entry>
  static std::size_t levels_below(const trie_node<Entry>& node) {
    std::size_t most = 0;
    for (std::uint32_t i = 0; i < node.child_count(); ++i)
      most = std::max(most, levels_below(*node.children()[i]));
    return most + 1;
  }
};

}  // namespace tussle::value::detail

namespace tussle::tests {

using value::detail::node_walk;

// How many nodes `later` has beside those of an earlier version.
template <typename Value>
std::size_t new_nodes(const node_walk::nodes& earlier, const Value& later) {
  std::size_t count = 0;
  for (const void* node : node_walk::of(later)) count += earlier.contains(node) ? 0 : 1;
  return count;
}

}  // namespace tussle::tests
