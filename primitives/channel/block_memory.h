// block_memory.h: memory of channels and of frames of go blocks.
//
// From the pool of nodes: both are made by one thread and mostly destroyed by another. Not
// inlined: a go block may go on on another thread between two allocations, and must not keep
// the address of what is the first one's.
//
// Blocks are aligned to a cache line, and frames to no more than that, whatever is in them: the
// compilers do not say what they would need. What waits in a frame says itself what it needs,
// and is refused.
#pragma once

#include <cstddef>
#include <new>

namespace tussle::detail {

inline constexpr std::size_t frame_alignment = 64;

// Whether a frame has the alignment that T asks for.
template <typename T>
inline constexpr bool fits_in_frames = alignof(T) <= frame_alignment;

// Throws: std::bad_alloc.
void* allocate_block(std::size_t size);
// `size`: as it was asked for.
void deallocate_block(void* memory, std::size_t size) noexcept;

// The same of any alignment; more than a block's comes from the system.
void* allocate_block(std::size_t size, std::align_val_t alignment);
void deallocate_block(void* memory, std::size_t size,
                      std::align_val_t alignment) noexcept;

}  // namespace tussle::detail
