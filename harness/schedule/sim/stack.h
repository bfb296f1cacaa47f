// stack.h: stacks for fibers, with a page below that nobody may touch.
#pragma once

#include <cstddef>

namespace tussle::sim {

class stack {
 public:
  static constexpr std::size_t size = std::size_t{256} * 1024;

  // Throws: std::bad_alloc.
  stack();
  ~stack();
  stack(const stack&) = delete;
  stack& operator=(const stack&) = delete;

  std::byte* begin() const { return begin_; }
  std::byte* end() const { return begin_ + size; }
  // Whether the address lies where an overflow of the stack hits.
  bool guards(const void* address) const;

 private:
  std::byte* begin_;
};

}  // namespace tussle::sim
