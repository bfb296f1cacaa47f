// vector_tree.h: the handle of a vector, and its edits.
//
// Elements stand in leaves of 32; all but the last leaf, the tail, hang in a tree of inner
// nodes with 32 children, so that element i is found by five bits of i a level (Bagwell
// 2001; Hickey's vector with a tail).
//
// Every edit is written once: it edits this handle's version in place where no other version
// can see it, and copies the path elsewhere. So an update that leaves the old version intact
// is an edit of a copied handle. An edit that throws leaves the elements as they were.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "primitives/value/detail/vector_nodes.h"

namespace tussle::value::detail {

template <typename T>
class vector_tree {
 public:
  vector_tree() = default;
  vector_tree(const vector_tree& other) noexcept
      : root_(other.root_), tail_(other.tail_), size_(other.size_) {
    if (root_ != nullptr) root_->acquire();
    if (tail_ != nullptr) tail_->acquire();
  }
  vector_tree(vector_tree&& other) noexcept
      : root_(std::exchange(other.root_, nullptr)),
        tail_(std::exchange(other.tail_, nullptr)),
        size_(std::exchange(other.size_, 0)) {}
  vector_tree& operator=(vector_tree other) noexcept {
    swap(other);
    return *this;
  }
  ~vector_tree() {
    if (root_ != nullptr) inner<T>::release(root_);
    if (tail_ != nullptr) leaf<T>::release(tail_);
  }

  void swap(vector_tree& other) noexcept {
    std::swap(root_, other.root_);
    std::swap(tail_, other.tail_);
    std::swap(size_, other.size_);
  }

  std::size_t size() const noexcept { return size_; }
  bool same_as(const vector_tree& other) const noexcept {
    return root_ == other.root_ && tail_ == other.tail_ && size_ == other.size_;
  }

  // The leaf that element i, which exists, stands in.
  const leaf<T>& leaf_of(std::size_t i) const noexcept {
    if (i >= tail_begin()) return *tail_;
    const inner<T>* node = root_;
    for (std::uint32_t height = node->height(); height > 1; --height)
      node = node->inner_at(slot(i, height));
    return *node->leaf_at(slot(i, 1));
  }
  const T& operator[](std::size_t i) const noexcept {
    return leaf_of(i).data()[i % branching];
  }

  // Calls f(leaf, how many elements it has) for each leaf, in order. f returns whether to go
  // on; so does this.
  template <typename F>
  bool for_each_leaf(F&& f) const {
    if (root_ != nullptr && !for_each_leaf_below(*root_, f)) return false;
    return tail_ == nullptr || f(*tail_, tail_size());
  }

  void push_back(T&& element) {
    if (tail_ != nullptr && tail_size() < branching) [[likely]] {
      if (!tail_->unique()) replace_tail(leaf<T>::copy_of(*tail_, tail_size()));
      tail_->append(std::move(element));
    } else {
      typename leaf<T>::holder fresh(leaf<T>::make());
      fresh->append(std::move(element));
      if (tail_ != nullptr) hang_tail();
      tail_ = fresh.release();
    }
    ++size_;
  }

  // This version with one more element, without counting the tail up and down.
  vector_tree with_back(T&& element) const {
    vector_tree next;
    if (tail_ == nullptr || tail_size() == branching) {
      next = *this;
      next.push_back(std::move(element));
      return next;
    }
    typename leaf<T>::holder fresh(leaf<T>::copy_of(*tail_, tail_size()));
    fresh->append(std::move(element));
    if (root_ != nullptr) root_->acquire();
    next.root_ = root_;
    next.tail_ = fresh.release();
    next.size_ = size_ + 1;
    return next;
  }

  // There is an element.
  void pop_back() {
    if (tail_size() > 1) {
      if (tail_->unique()) {
        tail_->remove_last();
      } else {
        replace_tail(leaf<T>::copy_of(*tail_, tail_size() - 1));
      }
    } else if (root_ != nullptr) {
      replace_tail(take_leaf(size_ - 2));
    } else {
      replace_tail(nullptr);
    }
    --size_;
  }

  // Element i, which exists, becomes `element`.
  void set(std::size_t i, T&& element) {
    if (i >= tail_begin()) {
      tail_ = with_element(tail_, true, tail_size(), i, std::move(element));
      return;
    }
    inner<T>& parent = own_parent(i);
    const std::size_t at = slot(i, 1);
    const bool owned = parent.owns(1U << at);
    parent.own(at,
               with_element(parent.leaf_at(at), owned, branching, i, std::move(element)));
  }

  // Element i, which exists, for this version alone.
  T& own(std::size_t i) {
    if (i >= tail_begin()) {
      if (!tail_->unique()) replace_tail(leaf<T>::copy_of(*tail_, tail_size()));
      return tail_->data()[i % branching];
    }
    inner<T>& parent = own_parent(i);
    const std::size_t at = slot(i, 1);
    leaf<T>* node = parent.leaf_at(at);
    const bool owned = parent.owns(1U << at);
    if (!owned || !node->unique()) {
      leaf<T>* const copy = leaf<T>::copy_of(*node, branching);
      if (owned) leaf<T>::release(node);
      parent.own(at, node = copy);
    }
    return node->data()[i % branching];
  }

  // Gives up the leaf of element i, which stands in the tree and is not looked at again.
  void forget_leaf(std::size_t i) { leaf<T>::release(take_leaf(i)); }

  std::size_t tail_begin() const noexcept {
    return size_ == 0 ? 0 : (size_ - 1) & ~std::size_t{branching - 1};
  }

  friend bool operator==(const vector_tree& a, const vector_tree& b) {
    if (a.size_ != b.size_) return false;
    if (a.size_ == 0 || a.same_as(b)) return true;
    if (a.root_ != nullptr && !equal_below(*a.root_, *b.root_)) return false;
    return equal_leaves(*a.tail_, *b.tail_, a.tail_size());
  }

 private:
  friend struct node_walk;

  static constexpr std::size_t slot(std::size_t i, std::uint32_t height) noexcept {
    return (i >> (bits_a_level * height)) % branching;
  }
  std::uint32_t tail_size() const noexcept {
    return static_cast<std::uint32_t>(size_ - tail_begin());
  }

  void replace_tail(leaf<T>* next) noexcept {
    leaf<T>::release(std::exchange(tail_, next));
  }

  // The leaf `node` with another element: itself, or a copy; an owned reference passes to it.
  static leaf<T>* with_element(leaf<T>* node, bool owned, std::uint32_t size,
                               std::size_t i, T&& element) {
    const auto at = static_cast<std::uint32_t>(i % branching);
    if constexpr (leaf<T>::movable) {
      if (owned && node->unique()) {
        node->replace(at, std::move(element));
        return node;
      }
    }
    leaf<T>* const copy = leaf<T>::copy_with(*node, size, at, std::move(element));
    if (owned) leaf<T>::release(node);
    return copy;
  }

  // Nodes for this version alone. The parent is so already.
  inner<T>& own_root() {
    settle(*root_);
    if (!root_->unique()) root_ = inner<T>::copy_of(*root_, true);
    return *root_;
  }
  static inner<T>& own_inner(inner<T>& parent, std::size_t at) {
    inner<T>* const node = parent.inner_at(at);
    settle(*node);
    const bool owned = parent.owns(1U << at);
    if (owned && node->unique()) return *node;
    inner<T>* const copy = inner<T>::copy_of(*node, owned);
    parent.own(at, copy);
    return *copy;
  }
  // The node above the leaf of element i, which stands in the tree.
  inner<T>& own_parent(std::size_t i) {
    inner<T>* node = &own_root();
    for (std::uint32_t height = node->height(); height > 1; --height)
      node = &own_inner(*node, slot(i, height));
    return *node;
  }

  // Moves the tail, which is complete, into the tree.
  void hang_tail() {
    const std::size_t i = size_ - branching;
    if (root_ == nullptr) {
      root_ = inner<T>::make(1);
    } else if (i >> (bits_a_level * (root_->height() + 1)) != 0) {
      inner<T>* const higher = inner<T>::make(root_->height() + 1);
      higher->own(0, std::exchange(root_, higher));
    }
    inner<T>* node = &own_root();
    try {
      for (std::uint32_t height = node->height(); height > 1; --height) {
        const std::size_t at = slot(i, height);
        if (node->child_at(at) == nullptr) node->own(at, inner<T>::make(height - 1));
        node = &own_inner(*node, at);
      }
    } catch (...) {
      forget_empty_branch(*root_);
      lower_root();
      throw;
    }
    node->own(slot(i, 1), std::exchange(tail_, nullptr));
  }

  // Takes back what was made for a leaf that could not be hung: a branch without leaves
  // would make equal vectors of different height.
  static void forget_empty_branch(inner<T>& node) noexcept {
    if (node.height() == 1 || node.present() == 0) return;
    const auto at = static_cast<std::size_t>(branching - 1) -
                    static_cast<std::size_t>(std::countl_zero(node.present()));
    inner<T>* const child = node.inner_at(at);
    if (!node.owns(1U << at) || !child->unique()) return;
    forget_empty_branch(*child);
    if (child->present() != 0) return;
    node.forget(at);
    inner<T>::release(child);
  }

  // Takes the leaf of element i out of the tree; a reference of it passes to the caller.
  leaf<T>* take_leaf(std::size_t i) {
    leaf<T>* const taken = take_leaf_below(own_root(), i);
    lower_root();
    return taken;
  }
  static leaf<T>* take_leaf_below(inner<T>& node, std::size_t i) {
    const std::size_t at = slot(i, node.height());
    if (node.height() == 1) {
      leaf<T>* const taken = node.leaf_at(at);
      if (!node.owns(1U << at)) taken->acquire();
      node.forget(at);
      return taken;
    }
    inner<T>& child = own_inner(node, at);
    leaf<T>* const taken = take_leaf_below(child, i);
    if (child.present() == 0) {
      node.forget(at);
      inner<T>::release(&child);
    }
    return taken;
  }

  // A root with nothing but a first child gives way to it; equal sizes have equal heights.
  void lower_root() noexcept {
    while (root_->height() > 1 && root_->present() == 1) {
      inner<T>* const child = root_->inner_at(0);
      child->acquire();
      inner<T>::release(std::exchange(root_, child));
    }
    if (root_->present() == 0) inner<T>::release(std::exchange(root_, nullptr));
  }

  template <typename F>
  static bool for_each_leaf_below(const inner<T>& node, F& f) {
    for (std::uint32_t left = node.present(); left != 0; left &= left - 1) {
      const auto at = static_cast<std::size_t>(std::countr_zero(left));
      const bool goes_on = node.height() == 1
                               ? f(*node.leaf_at(at), branching)
                               : for_each_leaf_below(*node.inner_at(at), f);
      if (!goes_on) return false;
    }
    return true;
  }

  static bool equal_leaves(const leaf<T>& a, const leaf<T>& b, std::uint32_t size) {
    return &a == &b || std::equal(a.data(), a.data() + size, b.data());
  }
  static bool equal_below(const inner<T>& a, const inner<T>& b) {
    if (&a == &b) return true;
    for (std::uint32_t left = a.present() & b.present(); left != 0; left &= left - 1) {
      const auto at = static_cast<std::size_t>(std::countr_zero(left));
      const bool equal = a.height() == 1
                             ? equal_leaves(*a.leaf_at(at), *b.leaf_at(at), branching)
                             : equal_below(*a.inner_at(at), *b.inner_at(at));
      if (!equal) return false;
    }
    return true;
  }

  inner<T>* root_ = nullptr;
  leaf<T>* tail_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace tussle::value::detail
