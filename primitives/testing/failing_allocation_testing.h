// failing_allocation_testing.h: memory that runs out when a test says so.
//
// failing_allocation_testing.cc replaces operator new and delete of the binary that it is
// linked into.
#pragma once

namespace tussle::tests {

// Lets the next `successes` allocations of this thread succeed and the one after them
// throw bad_alloc.
void let_allocations_succeed(int successes) noexcept;

// Ends that, whether or not an allocation failed.
void let_all_allocations_succeed() noexcept;

}  // namespace tussle::tests
