// allocation_count.h: how often a thread asks for memory.
//
// In mode bench the binaries' operator new counts its calls, one addition on a line of the
// thread's own. Not counted: malloc called by its name (C libraries), and nodes that come
// from a pool, which is what a pool is for.
#pragma once

#include <cstdint>

namespace tussle::harness {

// Calls of operator new by the calling thread so far. Thread-safe, never blocks.
std::uint64_t allocations_of_this_thread() noexcept;

// False in the other modes, whose sanitizers bring an operator new, and where a subject does.
bool counts_allocations() noexcept;

}  // namespace tussle::harness
