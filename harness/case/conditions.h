// conditions.h: the circumstances under which a case runs.
//
// A workload declares which conditions it understands; a case gives each of them a value.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tussle::harness {

// One condition that a workload understands.
struct condition_info {
  std::string name;                    // stable: part of case names
  std::string unit;                    // "threads", "work units", "fraction", ...
  std::string description;             // one sentence
  std::vector<double> default_values;  // the grid of a run that names none
  double minimum = 0;                  // inclusive
  double maximum = 0;                  // inclusive
  bool integer = true;
  std::vector<double> allowed = {};      // the only values there are; empty: the range
  std::vector<std::string> labels = {};  // names of the values 0, 1, ...; empty: numbers
  // Left out of names and records where it has its first default, so that a case keeps its
  // name when its workload learns a new condition.
  bool optional = false;
  // The largest value that is drawn at random where checks make everything many times
  // slower; 0: the maximum. Whoever names a larger one gets it.
  double drawn_maximum = 0;
};

// The condition that every workload has, always last in case names.
condition_info threads_condition(std::vector<double> default_values = {1, 2, 4},
                                 double minimum = 1);

// Conditions that the harness itself answers for; the registry adds them to every
// workload, before threads.
condition_info placement_condition();
condition_info allocator_condition();

// A value as names spell it: its label, or the number.
std::string spelled(const condition_info& condition, double value);

// Values by name, in the order of the workload's declaration.
class conditions {
 public:
  void set(std::string name, double value);
  void set(const condition_info& condition, double value);

  // Throws std::out_of_range if the workload did not declare `name`.
  double fraction(std::string_view name) const;
  std::int64_t count(std::string_view name) const;
  int threads() const { return static_cast<int>(count("threads")); }
  bool has(std::string_view name) const;

  const std::vector<std::pair<std::string, double>>& all() const { return values_; }

  // Of all()[i]: its label, empty for a number; and whether names and records leave it out.
  const std::string& label(std::size_t i) const { return notes_[i].label; }
  bool left_out(std::size_t i) const { return notes_[i].left_out; }

 private:
  struct note {
    std::string label;
    bool left_out = false;
  };

  std::vector<std::pair<std::string, double>> values_;
  std::vector<note> notes_;  // one for each value
};

// "hold:0/threads:4": labels as they are, integers plain, other values in the shortest
// form that reads back the same.
std::string to_name(const conditions& values);
std::string to_name(double value);

}  // namespace tussle::harness
