// case_info.h: what a workload and a subject say about themselves.
#pragma once

#include <string>
#include <vector>

#include "harness/case/conditions.h"

namespace tussle::harness {

struct workload_info {
  std::string name;       // stable: part of case names
  std::string question;   // one sentence
  std::string invariant;  // what must hold in every run
  std::string failure;    // what a broken invariant would mean
  std::string role;       // what a subject must be able to do: see roles.h
  std::vector<condition_info> conditions;  // threads last
  // The kinds of step, where they are timed apart: a step returns which one it was.
  std::vector<std::string> operations = {"operation"};
  // False: it judges only; its rates say nothing of a subject's speed and are not compared.
  bool timed = true;
};

enum class subject_kind {
  ours,      // a primitive of this project
  baseline,  // what people use instead
  planted,   // broken on purpose: detectors must catch it
  harness,   // does nothing: shows the harness's own cost
};

// Whether a detector catches a planted subject.
enum class expectation { no, may, yes };

struct subject_info {
  std::string name;  // stable: part of case names
  subject_kind kind = subject_kind::baseline;
  std::string description;  // one sentence
  std::string source;       // file, relative to the repository
  // Empty: a race report against it would be true. Otherwise why such a report would mean
  // nothing.
  std::string not_race_checkable = {};
  bool counts_failed_attempts = false;
  // Does everything that threads can see of each other through the seam, so that a
  // controlled scheduler can run it.
  bool on_seam = false;
  expectation breaks_invariant = expectation::no;
  expectation races = expectation::no;
};

// A combination that has no meaning: the subject can only run where `condition` has the
// value `only`.
struct limit {
  std::string condition;  // empty: no limit
  double only = 0;
  std::string reason;
};

std::string to_string(subject_kind kind);

}  // namespace tussle::harness
