// forks.h: what the tables of dining.h agree on.
//
// Seats 0 ... n-1 stand around a table; fork i lies to the left of seat i, and fork i+1, of
// the last seat fork 0, to its right.
#pragma once

#include <concepts>
#include <cstddef>

namespace tussle::workloads {

struct two_forks {
  std::size_t left;
  std::size_t right;
};

inline two_forks forks_of(std::size_t seat, std::size_t seats) {
  return {seat, (seat + 1) % seats};
}

// For who wants nothing to happen.
struct no_meal {
  void operator()() const {}
};

template <typename S>
concept table_subject = std::constructible_from<typename S::table, std::size_t> &&
    requires(typename S::table table, std::size_t seat) {
  // Calls what it is given once, when it has both forks of the seat, and lays them down.
  table.eat(seat, no_meal());
};

}  // namespace tussle::workloads
