// task_line.h: tasks that wait, first in, first out. Allocates nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "primitives/task/executor.h"

namespace tussle::detail {

// Not thread-safe.
class task_line {
 public:
  // Returns its number here, which no other task has: an address may come back.
  std::uint64_t push(task& work) noexcept {
    work.next = nullptr;
    work.number = ++pushed_;
    (last_ == nullptr ? first_ : last_->next) = &work;
    last_ = &work;
    ++length_;
    return pushed_;
  }

  // Null: nothing waits.
  task* pop() noexcept {
    task* const taken = first_;
    if (taken == nullptr) return nullptr;
    first_ = taken->next;
    if (first_ == nullptr) last_ = nullptr;
    --length_;
    return taken;
  }

  // False: it is in the line no longer.
  bool withdraw(std::uint64_t number) noexcept {
    task* before = nullptr;
    for (task* at = first_; at != nullptr; before = at, at = at->next) {
      if (at->number != number) continue;
      (before == nullptr ? first_ : before->next) = at->next;
      if (last_ == at) last_ = before;
      --length_;
      return true;
    }
    return false;
  }

  // All that wait, with their numbers, which are not given again.
  task_line take_all() noexcept {
    task_line all;
    all.first_ = std::exchange(first_, nullptr);
    all.last_ = std::exchange(last_, nullptr);
    all.length_ = std::exchange(length_, 0);
    return all;
  }

  std::size_t length() const noexcept { return length_; }

 private:
  task* first_ = nullptr;
  task* last_ = nullptr;
  std::size_t length_ = 0;
  std::uint64_t pushed_ = 0;
};

}  // namespace tussle::detail
