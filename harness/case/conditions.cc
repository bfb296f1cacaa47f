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

void conditions::set(std::string name, double value) {
  values_.emplace_back(std::move(name), value);
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
  for (const auto& [key, value] : values.all()) {
    if (!name.empty()) name += '/';
    name += key + ':' + to_name(value);
  }
  return name;
}

}  // namespace tussle::harness
