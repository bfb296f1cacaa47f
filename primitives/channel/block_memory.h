// block_memory.h: memory of channels and of frames of go blocks.
//
// From the pool of nodes: both are made by one thread and mostly destroyed by another. Not
// inlined: a go block may go on on another thread between two allocations, and must not keep
// the address of what is the first one's.
#pragma once

#include <cstddef>

namespace tussle::detail {

// Throws: std::bad_alloc.
void* allocate_block(std::size_t size);
// `size`: as it was asked for.
void deallocate_block(void* memory, std::size_t size) noexcept;

}  // namespace tussle::detail
