// own_subject.h: one more subject in every workload that it can play, for the binaries
// that tussle_add_subject makes in other projects.
//
// A role here says what a subject must have, each lack in one line of the compiler's
// output, and which workloads it enters. A new workload of a role belongs in its list; a
// test compares the lists with what all_cases() registers.
#pragma once

#include <concepts>
#include <cstdint>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "harness/case/case_info.h"
#include "harness/case/registry.h"
#include "harness/case/roles.h"
#include "harness/measure/main.h"
#include "workloads/register_cases.h"
#include "workloads/scenarios/cas_conflict.h"
#include "workloads/scenarios/counter.h"
#include "workloads/scenarios/counter_private.h"
#include "workloads/scenarios/history_cell.h"
#include "workloads/scenarios/read_mostly.h"
#include "workloads/scenarios/update_object.h"

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

// `played_by` answers as the concept of roles.h does, and has the compiler say what is
// lacking.
struct counter_role {
  template <typename Subject>
  static constexpr bool played_by() {
    if constexpr (harness::counter_subject<Subject>) {
      return true;
    } else {
      constexpr bool is_there = requires { typename Subject::counter; };
      static_assert(is_there, "tussle: role counter: the subject lacks class counter");
      if constexpr (is_there) check<typename Subject::counter>();
      return false;
    }
  }

  template <typename Subject>
  static void enter(harness::registry& all) {
    all.extend<counter, Subject>();
    all.extend<counter_private, Subject>();
  }

 private:
  template <typename Counter>
  static constexpr void check() {
    static_assert(std::constructible_from<Counter, std::int64_t>,
                  "tussle: role counter: class counter lacks counter(std::int64_t)");
    static_assert(
        requires(Counter c, std::int64_t hold) { c.increment(hold); },
        "tussle: role counter: class counter lacks void increment(std::int64_t hold)");
    static_assert(
        requires(const Counter c) {
          { c.load() } -> std::same_as<std::int64_t>;
        },
        "tussle: role counter: class counter lacks std::int64_t load() const");
  }
};

struct cell_role {
  template <typename Subject>
  static constexpr bool played_by() {
    constexpr bool is_there = requires { typename Subject::template cell<std::int64_t>; };
    static_assert(
        is_there,
        "tussle: role cell: the subject lacks template <typename T> class cell");
    if constexpr (is_there) check<typename Subject::template cell<std::int64_t>>();
    return harness::cell_subject<Subject>;
  }

  // Every cell can count.
  template <typename Subject>
  static void enter(harness::registry& all) {
    all.extend<read_mostly, Subject>();
    all.extend<update_object, Subject>();
    all.extend<cas_conflict, Subject>();
    all.extend<history_cell, Subject>();
    counter_role::enter<Subject>(all);
  }

 private:
  template <typename Cell>
  static constexpr void check() {
    static_assert(std::constructible_from<Cell, std::int64_t>,
                  "tussle: role cell: class cell lacks explicit cell(T initial)");
    static_assert(
        requires(const Cell c) {
          { c.load() } -> std::same_as<std::int64_t>;
        },
        "tussle: role cell: class cell lacks T load() const");
    static_assert(
        requires(Cell c, std::int64_t(*f)(std::int64_t)) { c.update(f); },
        "tussle: role cell: class cell lacks template <typename F> void update(F f)");
  }
};

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
