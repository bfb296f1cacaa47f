#include "harness/case/conditions.h"

#include <array>
#include <charconv>
#include <cmath>
#include <stdexcept>

namespace tussle::harness {

condition_info threads_condition(std::vector<double> default_values, double minimum) {
  return {.name = "threads",
          .unit = "threads",
          .description = "Threads that run the workload's step at once.",
          .default_values = std::move(default_values),
          .minimum = minimum,
          .maximum = 1024,
          .integer = true};
}

condition_info placement_condition() {
  return {
      .name = "placement",
      .unit = "kind",
      .description =
          "Where threads run: free as the system likes, compact on neighbouring cores "
          "(siblings of one core first), scatter as far apart as the machine allows.",
      .default_values = {0},
      .minimum = 0,
      .maximum = 2,
      .labels = {"free", "compact", "scatter"},
      .optional = true};
}

condition_info allocator_condition() {
  return {.name = "allocator",
          .unit = "kind",
          .description =
              "Who answers malloc and operator new: the system's C library, or a "
              "library that the process was started with (LD_PRELOAD).",
          .default_values = {0},
          .minimum = 0,
          .maximum = 3,
          .labels = {"system", "jemalloc", "tcmalloc", "mimalloc"},
          .optional = true};
}

std::string spelled(const condition_info& condition, double value) {
  if (condition.labels.empty()) return to_name(value);
  return condition.labels.at(static_cast<std::size_t>(value));
}

void conditions::set(std::string name, double value) {
  values_.emplace_back(std::move(name), value);
  notes_.emplace_back();
}

void conditions::set(const condition_info& condition, double value) {
  set(condition.name, value);
  if (!condition.labels.empty()) notes_.back().label = spelled(condition, value);
  notes_.back().left_out =
      condition.optional && value == condition.default_values.front();
}

bool conditions::has(std::string_view name) const {
  for (const auto& [key, value] : values_) {
    if (key == name) return true;
  }
  return false;
}

double conditions::fraction(std::string_view name) const {
  for (const auto& [key, value] : values_) {
    if (key == name) return value;
  }
  throw std::out_of_range("no condition named " + std::string(name));
}

std::int64_t conditions::count(std::string_view name) const {
  return std::llround(fraction(name));
}

std::string to_name(double value) {
  // Whole numbers apart: the shortest form of 100000 would be 1e+05.
  constexpr double most_plain = 1e15;
  if (value == std::floor(value) && std::fabs(value) < most_plain) {
    return std::to_string(static_cast<std::int64_t>(value));
  }
  // std::to_chars: shortest form, and the same in every locale.
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value);
  return std::string(text.data(), end.ptr);
}

std::string to_name(const conditions& values) {
  std::string name;
  for (std::size_t i = 0; i < values.all().size(); ++i) {
    if (values.left_out(i)) continue;
    const auto& [key, value] = values.all()[i];
    if (!name.empty()) name += '/';
    name += key + ':' + (values.label(i).empty() ? to_name(value) : values.label(i));
  }
  return name;
}

}  // namespace tussle::harness
