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
};

// The condition that every workload has, always last in case names.
condition_info threads_condition(std::vector<double> default_values = {1, 2, 4},
                                 double minimum = 1);

// Values by name, in the order of the workload's declaration.
class conditions {
 public:
  void set(std::string name, double value);

  // Throws std::out_of_range if the workload did not declare `name`.
  double fraction(std::string_view name) const;
  std::int64_t count(std::string_view name) const;
  int threads() const { return static_cast<int>(count("threads")); }

  const std::vector<std::pair<std::string, double>>& all() const { return values_; }

 private:
  std::vector<std::pair<std::string, double>> values_;
};

// "hold:0/threads:4": integers plain, other values in the shortest form that reads back
// the same.
std::string to_name(const conditions& values);
std::string to_name(double value);

}  // namespace tussle::harness
