// vector_iterator.h: random access over a vector, a leaf at a time.
#pragma once

#include <compare>
#include <cstddef>
#include <iterator>

#include "primitives/value/detail/vector_tree.h"

namespace tussle::value::detail {

// Valid as long as the handle that it came from is neither changed nor destroyed.
template <typename T>
class vector_iterator {
 public:
  using iterator_category = std::random_access_iterator_tag;
  using value_type = T;
  using difference_type = std::ptrdiff_t;
  using pointer = const T*;
  using reference = const T&;

  vector_iterator() = default;
  vector_iterator(const vector_tree<T>* tree, std::size_t at) : tree_(tree), at_(at) {
    look_up();
  }

  reference operator*() const { return leaf_[at_ % branching]; }
  pointer operator->() const { return &**this; }
  reference operator[](difference_type n) const { return *(*this + n); }

  vector_iterator& operator++() {
    if (++at_ % branching == 0) look_up();
    return *this;
  }
  vector_iterator& operator--() {
    if (at_-- % branching == 0) look_up();
    return *this;
  }
  vector_iterator operator++(int) {
    vector_iterator before = *this;
    ++*this;
    return before;
  }
  vector_iterator operator--(int) {
    vector_iterator before = *this;
    --*this;
    return before;
  }
  vector_iterator& operator+=(difference_type n) {
    const std::size_t before = at_;
    at_ += static_cast<std::size_t>(n);
    if (at_ / branching != before / branching) look_up();
    return *this;
  }
  vector_iterator& operator-=(difference_type n) { return *this += -n; }
  friend vector_iterator operator+(vector_iterator i, difference_type n) {
    return i += n;
  }
  friend vector_iterator operator+(difference_type n, vector_iterator i) {
    return i += n;
  }
  friend vector_iterator operator-(vector_iterator i, difference_type n) {
    return i -= n;
  }
  friend difference_type operator-(const vector_iterator& a, const vector_iterator& b) {
    return static_cast<difference_type>(a.at_ - b.at_);
  }
  friend bool operator==(const vector_iterator& a, const vector_iterator& b) {
    return a.at_ == b.at_;
  }
  friend std::strong_ordering operator<=>(const vector_iterator& a,
                                          const vector_iterator& b) {
    return a.at_ <=> b.at_;
  }

 private:
  // The end may stand within the tail, from where a step back stays in it.
  void look_up() {
    const bool has_leaf = at_ < tree_->size() || at_ % branching != 0;
    leaf_ = has_leaf ? tree_->leaf_of(at_).data() : nullptr;
  }

  const vector_tree<T>* tree_ = nullptr;
  std::size_t at_ = 0;
  const T* leaf_ = nullptr;
};

}  // namespace tussle::value::detail
