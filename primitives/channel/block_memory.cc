#include "primitives/channel/block_memory.h"

#include "primitives/reclaim/node_pool.h"

namespace tussle::detail {

void* allocate_block(std::size_t size) { return reclaim::sized_pool::allocate(size); }

void deallocate_block(void* memory, std::size_t size) noexcept {
  reclaim::sized_pool::deallocate(memory, size);
}

}  // namespace tussle::detail
