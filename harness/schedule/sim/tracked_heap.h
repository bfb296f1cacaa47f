// tracked_heap.h: memory of nodes, whose misuse is seen.
//
// Blocks are cut from one region, one after the other, with gaps between them. None is used
// again before the execution ends, so that an address tells which block it was in, and
// whether it still is one. The region lies at the same place in every process where that is
// free: what depends on addresses of nodes (an order by address) repeats.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace tussle::sim {

struct heap_block {
  std::byte* begin;
  std::size_t size;
  int made_by;
  std::uint64_t made_at;  // step
  int freed_by = -1;      // nobody yet
  std::uint64_t freed_at = 0;

  bool is_free() const { return freed_by >= 0; }
};

class tracked_heap {
 public:
  // Throws: std::bad_alloc.
  tracked_heap();
  ~tracked_heap();
  tracked_heap(const tracked_heap&) = delete;
  tracked_heap& operator=(const tracked_heap&) = delete;

  // A new execution: everything may be used again.
  void reset() noexcept;

  // Throws: std::bad_alloc, when the region is used up.
  void* allocate(std::size_t size, std::size_t alignment, int thread, std::uint64_t step);

  bool contains(const void* address) const noexcept {
    const auto* const at = static_cast<const std::byte*>(address);
    return at >= region_ && at < region_ + region_size;
  }
  // The block at or before the address; null if there is none.
  heap_block* find(const void* address) noexcept;
  // Marks the block as free and spoils what is in it.
  void free(heap_block& block, int thread, std::uint64_t step) noexcept;

  const std::vector<heap_block>& blocks() const { return blocks_; }

 private:
  static constexpr std::size_t region_size = std::size_t{1} << 30;

  std::byte* region_;
  std::byte* next_;
  std::vector<heap_block> blocks_;  // by address
};

}  // namespace tussle::sim
