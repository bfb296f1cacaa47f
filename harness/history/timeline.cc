#include "harness/history/timeline.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <tuple>
#include <vector>

namespace tussle::history {
namespace {

constexpr std::size_t column = 4;  // characters from one event to the next

struct places {
  std::size_t invoked = 0;
  std::size_t returned = 0;  // the end of the picture where it is pending
};

// Where each operation's events stand among all.
std::vector<places> places_of(const history& operations) {
  std::vector<std::tuple<stamp, bool, std::size_t>> events;
  for (std::size_t i = 0; i < operations.size(); ++i) {
    events.emplace_back(operations[i].invoked, false, i);
    if (!operations[i].is_pending()) events.emplace_back(operations[i].returned, true, i);
  }
  std::sort(events.begin(), events.end());
  std::vector<places> found(operations.size(), {0, events.size()});
  for (std::size_t place = 0; place < events.size(); ++place) {
    const auto& [at, is_return, i] = events[place];
    (is_return ? found[i].returned : found[i].invoked) = place;
  }
  return found;
}

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(text.size(), width), ' ');
  return text;
}

void draw(std::string& line, std::size_t number, const places& at, bool pending) {
  const std::size_t begin = at.invoked * column;
  const std::size_t end = std::max(at.returned * column, begin + column) - 1;
  line.resize(std::max(line.size(), end + 1), ' ');
  std::fill(line.begin() + static_cast<std::ptrdiff_t>(begin),
            line.begin() + static_cast<std::ptrdiff_t>(end), '=');
  const std::string label = "[#" + std::to_string(number);
  line.replace(begin, label.size(), label);
  if (line.size() <= end) line.resize(end + 1, ' ');
  line[end] = pending ? '>' : ']';
}

}  // namespace

std::string table(const history& operations) {
  const std::vector<places> at = places_of(operations);
  std::size_t widest = std::string("operation").size();
  for (const operation& one : operations) {
    widest = std::max(widest, to_string(one).size());
  }
  std::string text =
      "   #  thread  " + padded("operation", widest) + "  invoked  returned\n";
  for (std::size_t i = 0; i < operations.size(); ++i) {
    const operation& one = operations[i];
    text += padded("   " + std::to_string(i), 6) + padded(std::to_string(one.thread), 8) +
            padded(to_string(one), widest + 2) +
            padded(std::to_string(at[i].invoked), 9) +
            (one.is_pending() ? "-" : std::to_string(at[i].returned)) + "\n";
  }
  return text;
}

std::string timeline(const history& operations) {
  const std::vector<places> at = places_of(operations);
  std::map<int, std::string> lines;
  for (std::size_t i = 0; i < operations.size(); ++i) {
    draw(lines[operations[i].thread], i, at[i], operations[i].is_pending());
  }
  std::string text;
  for (const auto& [thread, line] : lines) {
    text += padded("thread " + std::to_string(thread), 10) + "|" + line + "\n";
  }
  return text;
}

}  // namespace tussle::history
