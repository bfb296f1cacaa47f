// allocator.h: who answers malloc in this process.
//
// An allocator is chosen when a process starts, by LD_PRELOAD; a case only says which one
// its numbers belong to. So that a number cannot go by the wrong name, a case whose claim
// is not true here is refused.
#pragma once

#include <string>

#include "harness/case/registry.h"

namespace tussle::harness {

// "system", or the label of the loaded allocator (see allocator_condition()).
std::string allocator_in_use();

// Throws: usage_error if the case claims another allocator than `in_use`, or any but the
// system's in a sanitizer build, which brings its own.
void require_allocator(const selected_case& selected, const std::string& in_use,
                       bool sanitized);

// As above, for this process.
void require_allocator(const selected_case& selected);

}  // namespace tussle::harness
