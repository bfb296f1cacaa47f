// value_histories_testing.h: random histories of edits, checked against the standard
// containers, and made small when they fail.
//
// A `Subject` holds a value and its model. It has
//   void apply(const edit&)               edits both
//   std::string difference() const        how they differ; empty if they do not
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "primitives/sync/mode.h"

namespace tussle::tests {

struct edit {
  std::uint32_t what;  // which kind, modulo how many the subject knows
  std::uint32_t key;
  int value;
};
using edits = std::vector<edit>;

// How many histories a property is tried with. TUSSLE_HISTORIES=100000 is the long form.
inline int histories() {
  const char* const asked = std::getenv("TUSSLE_HISTORIES");
  if (asked != nullptr) return std::atoi(asked);
  return sync::has_schedule_points ? 20 : 100;
}

// The same history for the same seed, on every machine. Keys below `keys`: few of them meet
// often.
inline edits draw_history(std::uint32_t seed, std::size_t length, std::uint32_t keys) {
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

// How value and model differ after the first edit after which they do; empty: never.
template <typename Subject>
std::string failure_of(const edits& history) {
  Subject subject;
  for (const edit& each : history) {
    subject.apply(each);
    std::string found = subject.difference();
    if (!found.empty()) return found;
  }
  return {};
}

// A part of a failing history that still fails, and does not if any one edit is left out
// (delta debugging: Zeller and Hildebrandt 2002).
template <typename Subject>
edits shrunk(edits failing) {
  for (std::size_t chunk = failing.size(); chunk >= 1;) {
    bool smaller = false;
    for (std::size_t at = 0; at + chunk <= failing.size();) {
      edits rest = failing;
      const auto first = rest.begin() + static_cast<std::ptrdiff_t>(at);
      rest.erase(first, first + static_cast<std::ptrdiff_t>(chunk));
      if (failure_of<Subject>(rest).empty()) {
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

inline std::string spelled(const edits& history) {
  std::string text;
  for (const edit& each : history)
    text += "{" + std::to_string(each.what) + ", " + std::to_string(each.key) + ", " +
            std::to_string(each.value) + "}, ";
  return text;
}

// Empty if all histories pass; else the smallest that was found, as code.
template <typename Subject>
std::string counterexample(std::size_t length, std::uint32_t keys) {
  for (int seed = 0; seed < histories(); ++seed) {
    const edits drawn = draw_history(static_cast<std::uint32_t>(seed), length, keys);
    if (failure_of<Subject>(drawn).empty()) continue;
    const edits small = shrunk<Subject>(drawn);
    return "seed " + std::to_string(seed) + ": " + failure_of<Subject>(small) +
           " after " + spelled(small);
  }
  return {};
}

}  // namespace tussle::tests
