#include "harness/case/case_name.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>
#include <utility>

namespace tussle::harness {
namespace {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({substituted, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

std::string joined(const std::vector<double>& values) {
  std::vector<std::string> texts;
  texts.reserve(values.size());
  for (const double value : values) texts.push_back(to_name(value));
  return joined(texts);
}

double read_label(std::string_view text, const condition_info& condition) {
  const auto found = std::find(condition.labels.begin(), condition.labels.end(), text);
  if (found != condition.labels.end()) {
    return static_cast<double>(found - condition.labels.begin());
  }
  throw usage_error("condition '" + condition.name + "': no value '" + std::string(text) +
                    "'" + suggestion(text, condition.labels));
}

double read_number(std::string_view text, const condition_info& condition) {
  double value = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value);
  const std::string where = "condition '" + condition.name + "'";
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) {
    throw usage_error(where + ": '" + std::string(text) + "' is not a number");
  }
  if (condition.integer && value != std::floor(value)) {
    throw usage_error(where + ": " + std::string(text) + " is not a whole number");
  }
  if (value < condition.minimum || value > condition.maximum) {
    throw usage_error(where + ": " + std::string(text) + " is out of range: use " +
                      to_name(condition.minimum) + " to " + to_name(condition.maximum));
  }
  return value + 0.0;  // -0 becomes 0: one case, one name
}

double read_value(std::string_view text, const condition_info& condition) {
  if (!condition.labels.empty()) return read_label(text, condition);
  const double value = read_number(text, condition);
  const auto& allowed = condition.allowed;
  if (!allowed.empty() &&
      std::find(allowed.begin(), allowed.end(), value) == allowed.end()) {
    throw usage_error("condition '" + condition.name + "': " + std::string(text) +
                      " is not allowed: choose from " + joined(allowed));
  }
  return value;
}

void require_known(const parsed_case_name& name, const workload_info& workload) {
  std::vector<std::string> known;
  for (const condition_info& c : workload.conditions) known.push_back(c.name);
  std::vector<std::string_view> seen;
  for (const auto& [key, value] : name.values) {
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      throw usage_error("workload '" + workload.name + "' has no condition '" +
                        std::string(key) + "'" + suggestion(key, known));
    }
    if (std::find(seen.begin(), seen.end(), key) != seen.end()) {
      throw usage_error("condition '" + std::string(key) +
                        "' is given twice: give it once");
    }
    seen.push_back(key);
  }
}

}  // namespace

std::string suggestion(std::string_view wrong,
                       const std::vector<std::string>& candidates) {
  if (candidates.empty()) return "";
  const auto nearest =
      std::min_element(candidates.begin(), candidates.end(),
                       [&](const std::string& a, const std::string& b) {
                         return edit_distance(wrong, a) < edit_distance(wrong, b);
                       });
  if (edit_distance(wrong, *nearest) <= 1 + nearest->size() / 3) {
    return ": did you mean '" + *nearest + "'?";
  }
  return ": choose from " + joined(candidates);
}

parsed_case_name parse_case_name(std::string_view name) {
  std::vector<std::string_view> parts;
  for (std::size_t begin = 0; begin <= name.size();) {
    const std::size_t end = std::min(name.find('/', begin), name.size());
    parts.push_back(name.substr(begin, end - begin));
    begin = end + 1;
  }
  if (parts.size() < 2 || parts[0].empty() || parts[1].empty()) {
    throw usage_error("case '" + std::string(name) +
                      "': write workload/subject/condition:value/.../threads:N");
  }
  parsed_case_name parsed{parts[0], parts[1], {}};
  for (std::size_t i = 2; i < parts.size(); ++i) {
    const std::size_t colon = parts[i].find(':');
    if (colon == std::string_view::npos) {
      throw usage_error("case '" + std::string(name) + "': '" + std::string(parts[i]) +
                        "' is not condition:value");
    }
    parsed.values.emplace_back(parts[i].substr(0, colon), parts[i].substr(colon + 1));
  }
  return parsed;
}

conditions read_conditions(const parsed_case_name& name, const workload_info& workload) {
  require_known(name, workload);
  conditions values;
  for (const condition_info& condition : workload.conditions) {
    const auto given =
        std::find_if(name.values.begin(), name.values.end(),
                     [&](const auto& v) { return v.first == condition.name; });
    values.set(condition, given == name.values.end()
                              ? condition.default_values.front()
                              : read_value(given->second, condition));
  }
  return values;
}

}  // namespace tussle::harness
