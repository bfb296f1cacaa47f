// trie_iterator.h: forward iteration over a hash trie, depth first.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>

#include "primitives/value/detail/hash_trie.h"

namespace tussle::value::detail {

// Valid as long as some handle holds the version that it came from.
template <typename Entry>
class trie_iterator {
 public:
  using iterator_category = std::forward_iterator_tag;
  using value_type = Entry;
  using difference_type = std::ptrdiff_t;
  using pointer = const Entry*;
  using reference = const Entry&;

  trie_iterator() = default;  // the end
  explicit trie_iterator(const trie_node<Entry>* root) {
    if (root != nullptr) enter(root);
  }

  reference operator*() const { return *at_; }
  pointer operator->() const { return at_; }

  trie_iterator& operator++() {
    if (++at_ == end_) next_node();
    return *this;
  }
  trie_iterator operator++(int) {
    trie_iterator before = *this;
    ++*this;
    return before;
  }
  friend bool operator==(const trie_iterator& a, const trie_iterator& b) {
    return a.at_ == b.at_;
  }

 private:
  struct branch {
    const trie_node<Entry>* node;
    std::uint32_t next_child;
  };

  // Goes to the first entry in or below the node; there is one.
  void enter(const trie_node<Entry>* node) {
    path_[levels_++] = {node, 0};
    at_ = node->entries();
    end_ = at_ + node->entry_count();
    if (at_ == end_) next_node();
  }

  void next_node() {
    while (levels_ > 0) {
      branch& last = path_[levels_ - 1];
      if (last.next_child < last.node->child_count())
        return enter(last.node->children()[last.next_child++]);
      --levels_;
    }
    at_ = end_ = nullptr;
  }

  const Entry* at_ = nullptr;
  const Entry* end_ = nullptr;
  std::size_t levels_ = 0;
  std::array<branch, most_levels> path_;
};

}  // namespace tussle::value::detail
