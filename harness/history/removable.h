// removable.h: which operations can be left out without making a linearizable history
// not linearizable?
#pragma once

#include <cstdint>
#include <vector>

#include "harness/history/operation.h"

namespace tussle::history {

// Operations that go together or stay together, by their places in the history.
using group = std::vector<std::uint32_t>;

std::vector<group> removable_groups(const history& operations,
                                    const specification& object);

// Histories of a cell without the first updates of its chain, longest first to go: element
// i begins with the value that i + 1 updates left. Empty where values are not unique or
// some update does not say what it replaced.
std::vector<value> later_beginnings(const history& operations, value initial);

// The history of a cell that begins with a value of its chain: without the updates up to
// it and what saw the values before.
history begun_with(const history& operations, value initial, value beginning);

}  // namespace tussle::history
