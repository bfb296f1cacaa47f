// own_subject.h: one more subject in every workload that it can play, for the binaries
// that tussle_add_subject makes in other projects.
//
// A role (own_roles/) says what a subject must have, each lack in one line of the compiler's
// output, and which workloads it enters. `played_by` answers as the concept of the role does,
// and has the compiler say what is lacking; `enter` registers the subject. A new workload of a
// role belongs in its list; a test compares the lists with what all_cases() registers.
#pragma once

#include <concepts>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>

#include "harness/case/case_info.h"
#include "harness/case/registry.h"
#include "harness/measure/main.h"
#include "workloads/register_cases.h"

namespace tussle::workloads {

template <typename Subject>
constexpr bool describes_itself() {
  constexpr bool described = requires {
    { Subject::info() } -> std::same_as<harness::subject_info>;
  };
  static_assert(described,
                "tussle: the subject lacks static tussle::harness::subject_info info()");
  return described;
}

// all_cases(), and the subject in every workload of its role.
// Throws: std::logic_error for a name that is not `name` or that another subject has.
template <typename Role, typename Subject>
harness::registry all_cases_and(std::string_view name) {
  harness::registry all = all_cases();
  const std::string own = Subject::info().name;
  if (own != name) {
    throw std::logic_error("subject '" + std::string(name) + "': its info() names it '" +
                           own + "': use one name");
  }
  if (all.find_subject(own) != nullptr) {
    throw std::logic_error("subject '" + own +
                           "': tussle has one of this name: " + "choose another");
  }
  Role::template enter<Subject>(all);
  return all;
}

// The main function of such a binary. Returns: as harness::run_main.
template <typename Role, typename Subject>
int run_main_with(std::string_view name, int argc, char** argv) {
  // Where this is false the compiler has said why; nothing more is to be said.
  if constexpr (describes_itself<Subject>() && Role::template played_by<Subject>()) {
    try {
      return harness::run_main(all_cases_and<Role, Subject>(name), argc, argv);
    } catch (const std::logic_error& e) {
      std::cerr << "tussle: " << e.what() << '\n';
    }
  }
  constexpr int exit_usage = 2;
  return exit_usage;
}

}  // namespace tussle::workloads
