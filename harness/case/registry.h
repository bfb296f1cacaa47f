// registry.h: every workload, every subject, and which of them meet.
//
// A workload is a struct with `static workload_info info()` and a member template
// `run<Subject>`; a subject is a struct with `static subject_info info()` and the members
// of the roles that it plays. `add<Workload, Subjects...>` enters each pair; a subject
// that cannot play the workload's role does not compile.
//
// Thread safety: filled once at start-up by one thread; read-only afterwards.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "harness/case/case_info.h"
#include "harness/case/case_run.h"

namespace tussle::harness {

struct registered_case {
  std::string workload;
  std::string subject;
  harness::limit limit;
  std::function<std::unique_ptr<case_run>(const conditions&)> make;
};

// A case with values: what a name stands for.
struct selected_case {
  const registered_case* entry = nullptr;
  const workload_info* workload = nullptr;
  const subject_info* subject = nullptr;
  conditions values;
  std::string name;
};

// A subject whose library was missing when this binary was configured.
struct not_built_subject {
  subject_info info;
  std::vector<std::string> roles;
  std::string needs;  // the Debian package
};

class registry {
 public:
  // Throws: std::logic_error for a name that is taken, and for conditions that make no
  // sense.
  template <typename Workload, typename... Subjects>
  void add() {
    add_workload(Workload::info());
    (add_case<Workload, Subjects>(), ...);
  }

  // Enters a subject that is listed, and refused with the package that it needs.
  void add_not_built(subject_info info, std::vector<std::string> roles,
                     std::string needs);

  const std::vector<not_built_subject>& not_built() const { return not_built_; }

  // Enters more subjects in a workload that is registered already.
  // Throws: std::logic_error for a workload that is not, and for a pair that is.
  template <typename Workload, typename... Subjects>
  void extend() {
    require_workload(Workload::info().name);
    (add_case<Workload, Subjects>(), ...);
  }

  const std::vector<workload_info>& workloads() const { return workloads_; }
  const std::vector<subject_info>& subjects() const { return subjects_; }
  const std::vector<registered_case>& cases() const { return cases_; }

  // The roles that a subject plays: those of the workloads that it stands in.
  std::vector<std::string> roles_of(std::string_view subject) const;

  // All pairs over the default values of their conditions, limits respected.
  std::vector<selected_case> default_cases() const;

  // The case that `name` stands for (see case_name.h).
  // Throws: usage_error, with what is wrong and the nearest right name.
  selected_case find(std::string_view name) const;

  const workload_info* find_workload(std::string_view name) const;
  const subject_info* find_subject(std::string_view name) const;

 private:
  void add_workload(workload_info info);
  void require_workload(std::string_view name) const;
  void add_subject(subject_info info);
  void add_entry(registered_case entry);

  template <typename Workload, typename Subject>
  void add_case() {
    using run = typename Workload::template run<Subject>;
    add_subject(Subject::info());
    harness::limit only;
    if constexpr (requires { run::limit(); }) only = run::limit();
    add_entry({Workload::info().name, Subject::info().name, std::move(only),
               make_run<Workload, Subject>});
  }

  // A workload may choose among runs by a value that is a type to them, such as a size; the
  // choice is made here, and not in every step.
  template <typename Workload, typename Subject>
  static std::unique_ptr<case_run> make_run(const conditions& values) {
    if constexpr (requires { Workload::template make<Subject>(values); }) {
      return Workload::template make<Subject>(values);
    } else {
      using run = typename Workload::template run<Subject>;
      return std::make_unique<typed_case_run<run>>(values);
    }
  }

  selected_case select(const registered_case& entry, conditions values) const;

  std::vector<workload_info> workloads_;
  std::vector<subject_info> subjects_;
  std::vector<registered_case> cases_;
  std::vector<not_built_subject> not_built_;
};

// Whether the values are within the limit.
bool allows(const limit& only, const conditions& values);

}  // namespace tussle::harness
