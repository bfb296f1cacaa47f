// queue_iterator.h: from the front vector of a queue on to its rear one.
#pragma once

#include <cstddef>
#include <iterator>

#include "primitives/value/vector.h"

namespace tussle::value::detail {

// Valid as long as the queue that it came from is neither changed nor destroyed.
template <typename T>
class queue_iterator {
 public:
  using iterator_category = std::forward_iterator_tag;
  using value_type = T;
  using difference_type = std::ptrdiff_t;
  using pointer = const T*;
  using reference = const T&;

  queue_iterator() = default;
  // `front`: null if `at` is in the rear already.
  queue_iterator(vector_iterator<T> at, const vector<T>* front, const vector<T>* rear)
      : at_(at), front_(front), rear_(rear) {
    leave_front_at_its_end();
  }

  reference operator*() const { return *at_; }
  pointer operator->() const { return &*at_; }

  queue_iterator& operator++() {
    ++at_;
    leave_front_at_its_end();
    return *this;
  }
  queue_iterator operator++(int) {
    queue_iterator before = *this;
    ++*this;
    return before;
  }
  friend bool operator==(const queue_iterator& a, const queue_iterator& b) {
    return a.front_ == b.front_ && a.at_ == b.at_;
  }

 private:
  void leave_front_at_its_end() {
    if (front_ == nullptr || at_ != front_->end()) return;
    at_ = rear_->begin();
    front_ = nullptr;
  }

  vector_iterator<T> at_;
  const vector<T>* front_ = nullptr;
  const vector<T>* rear_ = nullptr;
};

}  // namespace tussle::value::detail
