#include "primitives/channel/block_memory.h"

#include "primitives/reclaim/node_pool.h"
#include "primitives/sync/allocate.h"

namespace tussle::detail {

void* allocate_block(std::size_t size) { return reclaim::sized_pool::allocate(size); }

void deallocate_block(void* memory, std::size_t size) noexcept {
  reclaim::sized_pool::deallocate(memory, size);
}

void* allocate_block(std::size_t size, std::align_val_t alignment) {
  const auto bytes = static_cast<std::size_t>(alignment);
  return bytes <= frame_alignment ? allocate_block(size) : sync::allocate(size, bytes);
}

void deallocate_block(void* memory, std::size_t size,
                      std::align_val_t alignment) noexcept {
  const auto bytes = static_cast<std::size_t>(alignment);
  bytes <= frame_alignment ? deallocate_block(memory, size)
                           : sync::deallocate(memory, bytes);
}

}  // namespace tussle::detail
