// case_program.h: a registered case as a program of the simulator.
//
// The same declaration that is measured: set-up, so many steps on each of the case's
// threads, settle, verify. Only for subjects that do everything through the seam: others
// would block the one OS thread, or do unseen what they are looked at for.
#pragma once

#include <cstdint>
#include <string>

#include "harness/case/registry.h"
#include "harness/schedule/sim/execution.h"

namespace tussle::sim {

// Throws: harness::usage_error for a subject that is not on the seam.
void require_on_seam(const harness::selected_case& chosen);

// What tokens of the case belong to: its part of the command line.
std::string program_name(const harness::selected_case& chosen, std::uint64_t operations);

// `chosen` is copied; the registry that it came from must outlive the program.
program case_program(const harness::selected_case& chosen, std::uint64_t operations);

}  // namespace tussle::sim
