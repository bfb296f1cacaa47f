// addr2line.h: which calls does the debug information of a module know at an offset?
//
// For addresses that the runtime finds no line for: the reader of debug information inside
// libtsan of g++ 12 searches address ranges as if they never overlapped, and functions that
// several units have in common make them overlap. The program addr2line comes with every
// g++ (binutils).

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/race/race_record.h"

namespace tussle::race {

// Parses what `addr2line -Cfi` prints for one address: a line with a function, a line with
// its place, innermost call first. Files are made relative to `root`. Unknown calls are
// left out.
call_stack parse_addr2line(std::string_view printed, std::string_view root);

// Asks addr2line for the offset (hexadecimal, as the runtime renders it) in the module;
// empty when it is not there or knows nothing. Blocks for as long as it reads the module's
// debug information, some tenths of a second. Never to be used inside the report hook.
call_stack ask_addr2line(std::string_view module, std::string_view offset,
                         std::string_view root);

// The same for several offsets at once, in their order: the debug information is read once.
std::vector<call_stack> ask_addr2line(std::string_view module,
                                      const std::vector<std::string>& offsets,
                                      std::string_view root);

// Parses what `addr2line -aCfi` prints for several addresses.
std::vector<call_stack> parse_addresses(std::string_view printed, std::string_view root);

// The same for a module without debug information: the function that its symbols name, or
// an empty string.
std::string ask_function(std::string_view module, std::string_view offset);

}  // namespace tussle::race
