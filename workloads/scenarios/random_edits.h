// random_edits.h: random histories of edits, checked against a model, and made small when
// they fail.
//
// A `History` holds a value and its model. It has
//   void apply(const edit&)               edits both
//   std::string difference() const        how they differ; empty if they do not
//   std::string difference_in_kept() const  the same, of all versions that it kept
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace tussle::workloads {

struct edit {
  std::uint32_t what;  // which kind, modulo how many the history knows
  std::uint32_t key;
  int value;
};
using edits = std::vector<edit>;

// The same history for the same seed, on every machine. Keys below `keys`: few of them meet
// often.
inline edits draw_edits(std::uint32_t seed, std::size_t length, std::uint32_t keys) {
  std::minstd_rand random(seed + 1);
  edits drawn;
  drawn.reserve(length);
  for (std::size_t i = 0; i < length; ++i) {
    const auto what = static_cast<std::uint32_t>(random());
    const auto key = static_cast<std::uint32_t>(random() % keys);
    drawn.push_back({what, key, static_cast<int>(random() % 8)});
  }
  return drawn;
}

// How value and model differ after the first edit after which they do, or a version that was
// kept and its model at the end; empty: never.
template <typename History>
std::string failure_of(const edits& all) {
  History history;
  for (const edit& each : all) {
    history.apply(each);
    std::string found = history.difference();
    if (!found.empty()) return found;
  }
  return history.difference_in_kept();
}

// A part of a failing history that still fails, and does not if any one edit is left out
// (delta debugging: Zeller and Hildebrandt 2002).
template <typename History>
edits shrunk(edits failing) {
  for (std::size_t chunk = failing.size(); chunk >= 1;) {
    bool smaller = false;
    for (std::size_t at = 0; at + chunk <= failing.size();) {
      edits rest = failing;
      const auto first = rest.begin() + static_cast<std::ptrdiff_t>(at);
      rest.erase(first, first + static_cast<std::ptrdiff_t>(chunk));
      if (failure_of<History>(rest).empty()) {
        at += chunk;
      } else {
        failing = std::move(rest);
        smaller = true;
      }
    }
    if (!smaller || chunk > failing.size()) chunk /= 2;
  }
  return failing;
}

inline std::string spelled(const edits& all) {
  std::string text;
  for (const edit& each : all)
    text.append("{")
        .append(std::to_string(each.what))
        .append(", ")
        .append(std::to_string(each.key))
        .append(", ")
        .append(std::to_string(each.value))
        .append("}, ");
  return text;
}

// Empty if the history of this seed passes; else the smallest that was found, as code.
template <typename History>
std::string counterexample(std::uint32_t seed, std::size_t length, std::uint32_t keys) {
  const edits drawn = draw_edits(seed, length, keys);
  if (failure_of<History>(drawn).empty()) return {};
  const edits small = shrunk<History>(drawn);
  return failure_of<History>(small) + " after " + spelled(small) + "shrunk from seed " +
         std::to_string(seed);
}

}  // namespace tussle::workloads
