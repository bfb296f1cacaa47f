#include "harness/schedule/sim/tracked_heap.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <new>

namespace tussle::sim {
namespace {

// Far from where Linux puts programs, libraries, heaps and stacks.
constexpr std::uintptr_t usual_place = 0x5100'0000'0000;
constexpr std::size_t gap = 64;
// What is read from a freed block is neither a likely number nor a valid pointer.
constexpr int spoiled = 0xDD;
// More than that goes back to the system when an execution ends.
constexpr std::size_t kept = std::size_t{16} << 20;

}  // namespace

tracked_heap::tracked_heap() {
  void* const memory =
      mmap(reinterpret_cast<void*>(usual_place), region_size, PROT_READ | PROT_WRITE,
           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  region_ = next_ = static_cast<std::byte*>(memory);
}

tracked_heap::~tracked_heap() { munmap(region_, region_size); }

void tracked_heap::reset() noexcept {
  const auto used = static_cast<std::size_t>(next_ - region_);
  if (used > kept) madvise(region_ + kept, used - kept, MADV_DONTNEED);
  next_ = region_;
  blocks_.clear();
}

void* tracked_heap::allocate(std::size_t size, std::size_t alignment, int thread,
                             std::uint64_t step) {
  const std::size_t used = static_cast<std::size_t>(next_ - region_) + gap;
  const std::size_t offset = (used + alignment - 1) / alignment * alignment;
  if (offset > region_size || size > region_size - offset) throw std::bad_alloc();
  std::byte* const begin = region_ + offset;
  blocks_.push_back({begin, size, thread, step});
  next_ = begin + size;
  return begin;
}

heap_block* tracked_heap::find(const void* address) noexcept {
  const auto after = std::upper_bound(
      blocks_.begin(), blocks_.end(), static_cast<const std::byte*>(address),
      [](const std::byte* at, const heap_block& block) { return at < block.begin; });
  return after == blocks_.begin() ? nullptr : &*(after - 1);
}

void tracked_heap::free(heap_block& block, int thread, std::uint64_t step) noexcept {
  block.freed_by = thread;
  block.freed_at = step;
  std::memset(block.begin, spoiled, block.size);
}

}  // namespace tussle::sim
