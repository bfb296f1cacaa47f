#include "harness/schedule/memory/modification_order.h"

#include <algorithm>

namespace tussle::sim {

store_record& modification_order::start() {
  size_ = 1;
  order_[0] = 0;
  if (slots_.empty()) slots_.emplace_back();
  return slots_[0] = {};
}

store_record& modification_order::insert_after(std::size_t i) {
  std::size_t at = i + 1;
  std::uint8_t slot = 0;
  if (size_ < depth_) {
    slot = take_slot();
    const auto from = order_.begin() + static_cast<std::ptrdiff_t>(at);
    const auto end = order_.begin() + static_cast<std::ptrdiff_t>(size_);
    std::copy_backward(from, end, end + 1);
    ++size_;
  } else {
    // The oldest makes room, so those up to the i-th move down by one.
    slot = order_[0];
    std::copy(order_.begin() + 1, order_.begin() + static_cast<std::ptrdiff_t>(at),
              order_.begin());
    --at;
  }
  order_[at] = slot;
  return slots_[slot] = {};
}

// The slots in use are the first ones, because they are given up all at once.
std::uint8_t modification_order::take_slot() {
  if (slots_.size() == size_) slots_.emplace_back();
  return static_cast<std::uint8_t>(size_);
}

}  // namespace tussle::sim
