// vector.h: a vector that never changes.
//
// vector<T> is a value: every "change" returns a new vector, the old one stays as it was,
// and the two share what they have in common.
//
// Cost:          nth, assoc, update, pop_back O(log32 n); push_back near O(1), by a last leaf
//                of up to 32 elements. Copying a handle is two counts.
// Thread safety: reading and deriving from one vector needs no synchronisation from any
//                number of threads; handing it to another thread needs a happens-before edge,
//                as every reference of this project gives it. One handle is assigned to by
//                one thread at a time.
// Exceptions:    what T's copies and the allocation throw; the vector is then as it was.
// Moved-from:    a moved-from vector is empty. Members called on an rvalue edit in place where
//                nobody else holds the parts that change: v = std::move(v).push_back(x). If
//                a function given to such an update, or moving its result, throws, the
//                element is as they left it.
// Equality:      the same object is equal to itself, and shared parts are not compared, also
//                where an element is not equal to itself (a NaN).
// Lifetime:      what only a dropped version held may live until a later version of the same
//                part is made or dropped (detail/lineage.h says why, and how much that is).
// Contract:      CONTRACT.md section 13 (IMM-1 ... IMM-14).
#pragma once

#include <cstddef>
#include <functional>
#include <initializer_list>
#include <iterator>
#include <ranges>
#include <span>
#include <utility>

#include "primitives/value/detail/hashing.h"
#include "primitives/value/detail/vector_iterator.h"
#include "primitives/value/detail/vector_tree.h"
#include "primitives/value/errors.h"

namespace tussle::value {

template <typename T>
class transient_vector;

template <typename T>
class vector {
 public:
  using value_type = T;
  using size_type = std::size_t;
  using difference_type = std::ptrdiff_t;
  using reference = const T&;
  using const_reference = const T&;
  using iterator = detail::vector_iterator<T>;
  using const_iterator = iterator;
  using reverse_iterator = std::reverse_iterator<iterator>;

  vector() = default;
  vector(std::initializer_list<T> elements) : vector(elements.begin(), elements.end()) {}
  template <std::input_iterator First, std::sentinel_for<First> Last>
  vector(First first, Last last) {
    for (; first != last; ++first) tree_.push_back(T(*first));
  }
  // Any range: vector<int>(tussle::value::from_range, r).
  template <std::ranges::input_range Range>
  vector(from_range_t /*tag*/, Range&& range)
      : vector(std::ranges::begin(range), std::ranges::end(range)) {}

  std::size_t size() const noexcept { return tree_.size(); }
  bool empty() const noexcept { return size() == 0; }

  // Throws: std::out_of_range.
  const T& nth(std::size_t i) const {
    if (i >= size()) [[unlikely]]
      detail::throw_out_of_range("tussle: nth beyond the vector's end");
    return tree_[i];
  }
  // i < size().
  const T& operator[](std::size_t i) const noexcept { return tree_[i]; }
  // Of a vector that is not empty.
  const T& front() const noexcept { return tree_[0]; }
  const T& back() const noexcept { return tree_[size() - 1]; }

  vector push_back(T element) const& {
    return vector(tree_.with_back(std::move(element)));
  }
  vector push_back(T element) && {
    tree_.push_back(std::move(element));
    return std::move(*this);
  }

  // Element i becomes `element`; i == size() appends.
  // Throws: std::out_of_range.
  vector assoc(std::size_t i, T element) const& {
    return vector(*this).assoc(i, std::move(element));
  }
  vector assoc(std::size_t i, T element) && {
    if (i > size()) detail::throw_out_of_range("tussle: assoc beyond the vector's end");
    if (i == size()) {
      tree_.push_back(std::move(element));
    } else {
      tree_.set(i, std::move(element));
    }
    return std::move(*this);
  }

  // Element i becomes f of itself. Throws: std::out_of_range, and what f throws.
  template <typename F>
  vector update(std::size_t i, F&& f) const& {
    return assoc(i, T(std::invoke(f, nth(i))));
  }
  template <typename F>
  vector update(std::size_t i, F&& f) && {
    if (i >= size()) detail::throw_out_of_range("tussle: update beyond the vector's end");
    T next(std::invoke(f, std::move(tree_.own(i))));
    tree_.set(i, std::move(next));
    return std::move(*this);
  }

  // Throws: empty_pop_error if there is no element.
  vector pop_back() const& { return vector(*this).pop_back(); }
  vector pop_back() && {
    if (empty()) detail::throw_empty_pop();
    tree_.pop_back();
    return std::move(*this);
  }

  iterator begin() const { return iterator(&tree_, 0); }
  iterator end() const { return iterator(&tree_, size()); }
  reverse_iterator rbegin() const { return reverse_iterator(end()); }
  reverse_iterator rend() const { return reverse_iterator(begin()); }

  // Calls f(std::span<const T>) for the elements in order, up to 32 at a time.
  template <typename F>
  void for_each_chunk(F f) const {
    tree_.for_each_leaf([&f](const detail::leaf<T>& leaf, std::uint32_t size) {
      f(std::span<const T>(leaf.data(), size));
      return true;
    });
  }

  // f(f(f(initial, v[0]), v[1]), ...).
  template <typename A, typename F>
  A reduce(A initial, F f) const {
    for_each_chunk([&](std::span<const T> chunk) {
      // In a local: the elements could alias what is captured, and be read one by one.
      A so_far = std::move(initial);
      for (const T& element : chunk) so_far = f(std::move(so_far), element);
      initial = std::move(so_far);
    });
    return initial;
  }

  // In O(1): the same elements, to be edited in place.
  transient_vector<T> transient() const& { return transient_vector<T>(tree_); }
  transient_vector<T> transient() && { return transient_vector<T>(std::move(tree_)); }

  // Identity: the same object, not an equal one.
  bool same_as(const vector& other) const noexcept { return tree_.same_as(other.tree_); }
  friend bool operator==(const vector& a, const vector& b) { return a.tree_ == b.tree_; }

  template <typename H>
  friend H AbslHashValue(H state, const vector& v) {
    return detail::combine_in_order(std::move(state), v);
  }

 private:
  friend class transient_vector<T>;
  template <typename U>
  friend class queue;
  friend struct detail::node_walk;

  explicit vector(detail::vector_tree<T> tree) noexcept : tree_(std::move(tree)) {}

  detail::vector_tree<T> tree_;
};

// A vector that one thread at a time edits in place. Made from a vector in O(1), which stays
// as it was; `persistent()` makes the result a vector in O(1) and ends the transient, after
// which every use throws transient_expired_error. So does every use of one that was moved from.
template <typename T>
class transient_vector {
 public:
  transient_vector() = default;

  std::size_t size() const { return alive().size(); }
  // Throws: std::out_of_range.
  const T& nth(std::size_t i) const {
    if (i >= size()) detail::throw_out_of_range("tussle: nth beyond the vector's end");
    return tree_[i];
  }

  transient_vector& push_back(T element) {
    alive().push_back(std::move(element));
    return *this;
  }
  // Throws: std::out_of_range.
  transient_vector& assoc(std::size_t i, T element) {
    if (i > size()) detail::throw_out_of_range("tussle: assoc beyond the vector's end");
    if (i == size()) return push_back(std::move(element));
    tree_.set(i, std::move(element));
    return *this;
  }
  // Throws: empty_pop_error if there is no element.
  transient_vector& pop_back() {
    if (size() == 0) detail::throw_empty_pop();
    tree_.pop_back();
    return *this;
  }

  vector<T> persistent() {
    alive();
    ended_ = true;
    return vector<T>(std::move(tree_));
  }

  // A moved-from transient has ended.
  transient_vector(transient_vector&& other) noexcept
      : tree_(std::move(other.tree_)), ended_(std::exchange(other.ended_, true)) {}
  transient_vector& operator=(transient_vector&& other) noexcept {
    tree_ = std::move(other.tree_);
    ended_ = std::exchange(other.ended_, true);
    return *this;
  }

 private:
  friend class vector<T>;

  explicit transient_vector(detail::vector_tree<T> tree) noexcept
      : tree_(std::move(tree)) {}

  const detail::vector_tree<T>& alive() const {
    if (ended_) [[unlikely]]
      detail::throw_transient_expired();
    return tree_;
  }
  detail::vector_tree<T>& alive() {
    if (ended_) [[unlikely]]
      detail::throw_transient_expired();
    return tree_;
  }

  detail::vector_tree<T> tree_;
  bool ended_ = false;
};

}  // namespace tussle::value

template <typename T>
struct std::hash<tussle::value::vector<T>> : absl::Hash<tussle::value::vector<T>> {};
