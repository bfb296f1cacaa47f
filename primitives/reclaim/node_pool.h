// node_pool.h: memory for nodes, from lists of the calling thread.
//
// Nodes die on another thread than the one that made them, and in bursts. Each thread keeps
// a list of free blocks per size; lists that grow long give a batch of blocks to a depot
// that all threads share, and empty ones take a batch from there (Bonwick and Adams 2001,
// "Magazines and vmem"). A block is whole cache lines, so that a node that is being written
// shares none with a node that is being read.
//
// Memory is never given back to the system; it is bounded by what was in use at once, plus
// four batches a size and thread.
//
// Under a sanitizer or a simulator, and for large or specially aligned blocks, it is
// sync::allocate and deallocate: use after free must be seen, and large blocks are rare.
//
// Thread safety: all functions from any threads at once. Blocking: a lock around the depot,
// once a batch, for a few instructions.
#pragma once

#include <array>
#include <cstddef>
#include <new>

#include "primitives/sync/allocate.h"
#include "primitives/sync/per_thread.h"

namespace tussle::reclaim {

namespace detail {

inline constexpr std::size_t cache_line = 64;
inline constexpr std::size_t size_classes = 32;
inline constexpr std::size_t largest_block = 16384;
inline constexpr std::size_t most_blocks_a_batch = 32;
inline constexpr std::size_t most_bytes_a_batch = 32768;
// In a thread's list: a scan gives back as many as it retired, and the next swaps take them.
inline constexpr std::size_t batches_a_list = 4;

// Sizes: every 64 bytes up to 1024, then four steps for each doubling.
constexpr std::size_t block_size(std::size_t size_class) {
  if (size_class < 16) return (size_class + 1) * cache_line;
  const std::size_t doubling = (size_class - 16) / 4;
  const std::size_t step = (size_class - 16) % 4 + 1;
  return (std::size_t{1024} << doubling) + step * (std::size_t{256} << doubling);
}

constexpr std::size_t class_of(std::size_t size) {
  std::size_t found = 0;
  while (block_size(found) < size) ++found;
  return found;
}

constexpr std::size_t batch_of(std::size_t size_class) {
  const std::size_t fitting = most_bytes_a_batch / block_size(size_class);
  return fitting < most_blocks_a_batch ? fitting : most_blocks_a_batch;
}

static_assert(block_size(size_classes - 1) == largest_block);

// What a free block holds.
struct free_block {
  free_block* next;        // in its list
  free_block* next_batch;  // in the depot, of the first block of a batch
  std::size_t blocks;      // likewise: in the batch
};

struct free_list {
  free_block* first = nullptr;
  std::size_t blocks = 0;
};

struct free_lists {
  std::array<free_list, size_classes> of_class{};
  bool handed_over_at_exit = false;  // this thread's lists, when it ends
};
using own_free_lists = sync::per_thread<free_lists, free_lists>;

// The list is empty. Throws: std::bad_alloc.
void* allocate_slowly(std::size_t size_class);
// The list is full, or the thread is not known to give its lists back.
void deallocate_slowly(std::size_t size_class, free_block* block) noexcept;
// Gives the calling thread's lists to the depot.
void hand_over_free_lists() noexcept;

#if defined(TUSSLE_MODE_BENCH)
inline constexpr bool pools_nodes = true;
#else
inline constexpr bool pools_nodes = false;
#endif

inline void* take_block(std::size_t size_class) {
  free_list& list = own_free_lists::mine().of_class[size_class];
  free_block* const block = list.first;
  if (block == nullptr) [[unlikely]]
    return allocate_slowly(size_class);
  list.first = block->next;
  // Mostly it died on another core; the next allocation will not wait for it.
  __builtin_prefetch(list.first, 1);
  --list.blocks;
  return block;
}

// `most_blocks`: in a list of that class.
inline void give_block(void* memory, std::size_t size_class,
                       std::size_t most_blocks) noexcept {
  free_list& list = own_free_lists::mine().of_class[size_class];
  auto* const block = new (memory) free_block;
  if (list.blocks - 1 >= most_blocks - 1) [[unlikely]]
    return deallocate_slowly(size_class, block);
  block->next = list.first;
  list.first = block;
  ++list.blocks;
}

}  // namespace detail

template <std::size_t Size, std::size_t Alignment>
class node_pool {
 public:
  // Throws: std::bad_alloc.
  static void* allocate() {
    if constexpr (!pooled) {
      return sync::allocate(Size, Alignment);
    } else {
      return detail::take_block(size_class);
    }
  }

  static void deallocate(void* memory) noexcept {
    if constexpr (!pooled) {
      sync::deallocate(memory, Alignment);
    } else {
      detail::give_block(memory, size_class, most_blocks);
    }
  }

 private:
  static constexpr bool pooled = detail::pools_nodes && Size <= detail::largest_block &&
                                 Alignment <= detail::cache_line;
  static constexpr std::size_t size_class = pooled ? detail::class_of(Size) : 0;
  static constexpr std::size_t most_blocks =
      detail::batches_a_list * detail::batch_of(size_class);
};

// The same memory for nodes whose size is known only at run time, aligned to a cache line.
class sized_pool {
 public:
  // Throws: std::bad_alloc.
  static void* allocate(std::size_t size) {
    if (!detail::pools_nodes || size > detail::largest_block) [[unlikely]]
      return sync::allocate(size, detail::cache_line);
    return detail::take_block(class_of(size));
  }

  // `size`: as it was asked for.
  static void deallocate(void* memory, std::size_t size) noexcept {
    if (!detail::pools_nodes || size > detail::largest_block) [[unlikely]]
      return sync::deallocate(memory, detail::cache_line);
    const std::size_t size_class = class_of(size);
    detail::give_block(memory, size_class, most_blocks[size_class]);
  }

 private:
  static constexpr std::size_t class_of(std::size_t size) noexcept {
    if (size <= 16 * detail::cache_line) return (size - 1) / detail::cache_line;
    return detail::class_of(size);
  }

  static constexpr auto most_blocks = [] {
    std::array<std::size_t, detail::size_classes> all{};
    for (std::size_t i = 0; i < all.size(); ++i)
      all[i] = detail::batches_a_list * detail::batch_of(i);
    return all;
  }();
};

}  // namespace tussle::reclaim
