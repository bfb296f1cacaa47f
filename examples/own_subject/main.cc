// A program that uses an atom: as many visits as its threads made.
#include <cstdint>
#include <iostream>
#include <thread>
#include <vector>

#include "primitives/atom/atom.h"

int main() {
  constexpr int threads = 4;
  constexpr int visits_each = 1000;
  tussle::atom<std::int64_t> visits(0);
  {
    std::vector<std::jthread> visitors;
    for (int i = 0; i < threads; ++i) {
      visitors.emplace_back([&visits] {
        for (int n = 0; n < visits_each; ++n) {
          visits.swap([](std::int64_t v) { return v + 1; });
        }
      });
    }
  }
  std::cout << *visits.load() << " visits\n";
}
