#include "harness/schedule/sim/report.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

#include "harness/schedule/sim/places.h"

namespace tussle::sim {
namespace {

using row = std::array<std::string, 6>;

places find_places(const outcome& shown, bool with_lines) {
  std::vector<call_path> all;
  if (!with_lines) return places(all);
  for (const step& each : shown.steps) all.push_back(each.path);
  if (shown.failure) {
    for (const note& each : shown.failure->notes) all.push_back(each.path);
  }
  return places(all);
}

std::string render(const finding& found, const places& where) {
  std::string text = std::string(to_string(found.kind)) + ": " + found.text + "\n";
  for (const note& each : found.notes) {
    text += "  " + each.text;
    if (const std::string place = where.of(each.path); !place.empty()) {
      text += "  at " + place;
    }
    text += "\n";
  }
  return text;
}

std::string render(const std::vector<row>& rows) {
  row::size_type column = 0;
  std::array<std::size_t, std::tuple_size_v<row>> widths{};
  for (const row& each : rows) {
    for (column = 0; column < each.size(); ++column) {
      widths[column] = std::max(widths[column], each[column].size());
    }
  }
  std::string text;
  for (const row& each : rows) {
    std::string line;
    for (column = 0; column < each.size(); ++column) {
      line += each[column] + std::string(widths[column] - each[column].size() + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

}  // namespace

std::string render(const outcome& shown, bool with_lines) {
  const places where = find_places(shown, with_lines);
  std::vector<row> rows = {{"step", "thread", "operation", "object", "value", "where"}};
  for (const step& each : shown.steps) {
    rows.push_back({std::to_string(each.number), std::to_string(each.thread),
                    each.operation, each.object, each.detail, where.of(each.path)});
  }
  std::string text = shown.failure ? render(*shown.failure, where) : "no finding\n";
  if (shown.steps.empty()) return text;
  return text + "\n" + render(rows);
}

}  // namespace tussle::sim
