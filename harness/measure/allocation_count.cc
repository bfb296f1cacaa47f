#include "harness/measure/allocation_count.h"

#include <cstddef>
#include <cstdlib>
#include <new>

#if defined(TUSSLE_MODE_BENCH)
namespace {

thread_local constinit std::uint64_t allocations = 0;

}  // namespace

// Weak: a subject's project may have an operator new of its own; nothing is counted then.
// What frees memory is the library's, which calls free(), so that a loaded allocator serves
// both.
// NOLINTNEXTLINE(misc-new-delete-overloads): see above
[[gnu::weak]] void* operator new(std::size_t size) {
  ++allocations;
  void* const memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
[[gnu::weak]] void* operator new(std::size_t size, std::align_val_t alignment) {
  ++allocations;
  const auto wanted = static_cast<std::size_t>(alignment);
  // aligned_alloc wants whole multiples of the alignment.
  void* const memory = std::aligned_alloc(wanted, (size + wanted - 1) / wanted * wanted);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
#endif

namespace tussle::harness {

std::uint64_t allocations_of_this_thread() noexcept {
#if defined(TUSSLE_MODE_BENCH)
  return allocations;
#else
  return 0;
#endif
}

bool counts_allocations() noexcept {
  const std::uint64_t before = allocations_of_this_thread();
  ::operator delete(::operator new(1));  // called as a function: never left out
  return allocations_of_this_thread() != before;
}

}  // namespace tussle::harness
