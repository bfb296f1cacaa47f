#include "harness/schedule/sim/stack.h"

#include <sys/mman.h>

#include <new>

namespace tussle::sim {
namespace {

constexpr std::size_t guard = std::size_t{64} * 1024;  // at least a page everywhere

}  // namespace

stack::stack() {
  void* const memory = mmap(nullptr, guard + size, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  begin_ = static_cast<std::byte*>(memory) + guard;
  mprotect(memory, guard, PROT_NONE);
}

stack::~stack() { munmap(begin_ - guard, guard + size); }

bool stack::guards(const void* address) const {
  const auto* const at = static_cast<const std::byte*>(address);
  return at >= begin_ - guard && at < begin_;
}

}  // namespace tussle::sim
