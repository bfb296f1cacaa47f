// queue.h: a queue that never changes, and its transient.
//
// queue<T> is a value: push_back and pop_front return a new queue, the old one stays as it
// was, and the two share what they have in common.
//
// It is two vectors. Elements are pushed to the rear one and popped from the front one, by
// moving on the place where it begins; when the front is used up the rear takes its place. Full
// leaves that are behind are given up, so a queue keeps at most 31 popped elements; a version
// that was dropped may keep as many once more (lifetime, below).
//
// Cost:          push_back, pop_front near O(1), also when one old version is popped again and
//                again: nothing is ever turned round. pop_front of an empty queue gives the
//                very same queue; `front` of one is null.
// Thread safety, exceptions, moved-from queues, lifetime: as vector.h says.
// Contract:      CONTRACT.md section 13 (IMM-1 ... IMM-14).
#pragma once

#include <cstddef>
#include <functional>
#include <initializer_list>
#include <iterator>
#include <ranges>
#include <utility>

#include "primitives/value/detail/queue_iterator.h"
#include "primitives/value/vector.h"

namespace tussle::value {

template <typename T>
class transient_queue;

template <typename T>
class queue {
 public:
  using value_type = T;
  using size_type = std::size_t;
  using difference_type = std::ptrdiff_t;
  using reference = const T&;
  using const_reference = const T&;
  using iterator = detail::queue_iterator<T>;
  using const_iterator = iterator;

  queue() = default;
  queue(const queue&) = default;
  queue& operator=(const queue&) = default;
  // Written out, because a number stays where it is when it is moved.
  queue(queue&& other) noexcept
      : front_(std::move(other.front_)),
        begin_(std::exchange(other.begin_, 0)),
        rear_(std::move(other.rear_)) {}
  queue& operator=(queue&& other) noexcept {
    front_ = std::move(other.front_);
    begin_ = std::exchange(other.begin_, 0);
    rear_ = std::move(other.rear_);
    return *this;
  }
  ~queue() = default;
  queue(std::initializer_list<T> elements) : queue(elements.begin(), elements.end()) {}
  template <std::input_iterator First, std::sentinel_for<First> Last>
  queue(First first, Last last) : front_(first, last) {}
  template <std::ranges::input_range Range>
  queue(from_range_t /*tag*/, Range&& range)
      : queue(std::ranges::begin(range), std::ranges::end(range)) {}

  std::size_t size() const noexcept { return front_.size() - begin_ + rear_.size(); }
  bool empty() const noexcept { return size() == 0; }

  // The oldest element; null if there is none.
  const T* front() const noexcept { return empty() ? nullptr : &front_[begin_]; }

  queue push_back(T element) const& { return queue(*this).push_back(std::move(element)); }
  queue push_back(T element) && {
    push(std::move(element));
    return std::move(*this);
  }
  queue pop_front() const& { return queue(*this).pop_front(); }
  queue pop_front() && {
    pop();
    return std::move(*this);
  }

  // Not front_.begin() + begin_: the leaves before are gone.
  iterator begin() const {
    return iterator(detail::vector_iterator<T>(&front_.tree_, begin_), &front_, &rear_);
  }
  iterator end() const { return iterator(rear_.end(), nullptr, &rear_); }

  // In O(1): the same elements, to be edited in place.
  transient_queue<T> transient() const& { return transient_queue<T>(*this); }
  transient_queue<T> transient() && { return transient_queue<T>(std::move(*this)); }

  // Identity: the same object, not an equal one.
  bool same_as(const queue& other) const noexcept {
    return front_.same_as(other.front_) && rear_.same_as(other.rear_) &&
           begin_ == other.begin_;
  }
  friend bool operator==(const queue& a, const queue& b) {
    return a.same_as(b) || a.equals(b);
  }
  friend bool operator==(const queue& a, const vector<T>& b) { return a.equals(b); }

  template <typename H>
  friend H AbslHashValue(H state, const queue& q) {
    return detail::combine_in_order(std::move(state), q);
  }

 private:
  friend class transient_queue<T>;

  // The front is empty only if the queue is.
  void push(T&& element) {
    vector<T>& last = front_.empty() ? front_ : rear_;
    last.tree_.push_back(std::move(element));
  }

  void pop() {
    if (empty()) return;
    if (begin_ + 1 == front_.size()) {
      front_ = std::exchange(rear_, {});
      begin_ = 0;
    } else if ((begin_ + 1) % detail::branching == 0) {
      front_.tree_.forget_leaf(begin_);
      ++begin_;
    } else {
      ++begin_;
    }
  }

  template <typename Sequence>
  bool equals(const Sequence& other) const {
    return size() == other.size() && std::equal(begin(), end(), other.begin());
  }

  vector<T> front_;
  std::size_t begin_ = 0;  // of the front's elements, how many have been popped
  vector<T> rear_;
};

// A queue that one thread at a time edits in place. Made from a queue in O(1), which stays as
// it was; `persistent()` makes the result a queue in O(1) and ends the transient, after which
// every use throws transient_expired_error. So does every use of one that was moved from.
template <typename T>
class transient_queue {
 public:
  transient_queue() = default;
  transient_queue(transient_queue&& other) noexcept
      : elements_(std::move(other.elements_)),
        ended_(std::exchange(other.ended_, true)) {}
  transient_queue& operator=(transient_queue&& other) noexcept {
    elements_ = std::move(other.elements_);
    ended_ = std::exchange(other.ended_, true);
    return *this;
  }

  std::size_t size() const { return alive().size(); }
  // The oldest element, until the next edit; null if there is none.
  const T* front() const { return alive().front(); }

  transient_queue& push_back(T element) {
    alive().push(std::move(element));
    return *this;
  }
  transient_queue& pop_front() {
    alive().pop();
    return *this;
  }

  queue<T> persistent() {
    alive();
    ended_ = true;
    return std::move(elements_);
  }

 private:
  friend class queue<T>;

  explicit transient_queue(queue<T> of) noexcept : elements_(std::move(of)) {}

  const queue<T>& alive() const {
    if (ended_) detail::throw_transient_expired();
    return elements_;
  }
  queue<T>& alive() {
    if (ended_) detail::throw_transient_expired();
    return elements_;
  }

  queue<T> elements_;
  bool ended_ = false;
};

}  // namespace tussle::value

template <typename T>
struct std::hash<tussle::value::queue<T>> : absl::Hash<tussle::value::queue<T>> {};
