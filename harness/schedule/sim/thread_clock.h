// thread_clock.h: which steps of which threads happened before a point?
//
// (Mattern 1989.) An event of thread t at its time k happened before everything whose clock
// says k or more for t.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace tussle::sim {

class thread_clock {
 public:
  std::uint32_t operator[](int thread) const {
    const auto i = static_cast<std::size_t>(thread);
    return i < times_.size() ? times_[i] : 0;
  }

  void advance(int thread) {
    const auto i = static_cast<std::size_t>(thread);
    if (i >= times_.size()) times_.resize(i + 1);
    ++times_[i];
  }

  // Everything that happened before `other` happened before this, too.
  void join(const thread_clock& other) {
    if (times_.size() < other.times_.size()) times_.resize(other.times_.size());
    for (std::size_t i = 0; i < other.times_.size(); ++i) {
      times_[i] = std::max(times_[i], other.times_[i]);
    }
  }

  void clear() { times_.clear(); }

 private:
  std::vector<std::uint32_t> times_;
};

}  // namespace tussle::sim
