// held_mutex_reader.h: which mutexes did each access of a report hold?
//
// The runtime's query functions say which mutexes take part in a report, but not who held
// them. The text that it prints just before it calls the hook does: "  Write of size 4 at
// 0x1 by thread T2 (mutexes: write M10):". This reader follows that text, piece by piece,
// and keeps only this. Should the text ever change, the number of access lines no longer
// fits the report, and the hook leaves the mutexes of the accesses out.

#pragma once

#include <cstdint>

#include "harness/race/report_store.h"

namespace tussle::race {

// Not thread-safe: one per thread, because a report is printed whole by the thread that
// met the race. Needs no construction, so that it may stand in thread-local memory and be
// fed before main.
class held_mutex_reader {
 public:
  // Takes the next piece of printed text, of any length.
  void feed(const char* text) noexcept;

  // What the access lines since the last start of a report said.
  const held_mutexes& held() const noexcept { return held_; }

 private:
  static constexpr std::uint32_t max_line =
      512;  // an access line has about 100 characters

  void end_line() noexcept;
  bool contains(const char* word) const noexcept;
  std::uint32_t after(const char* word) const noexcept;
  void read_mutexes(std::uint32_t from) noexcept;

  std::uint32_t length_ = 0;
  bool in_escape_ = false;  // inside a terminal colour sequence
  char line_[max_line] = {};
  held_mutexes held_ = {};
};

}  // namespace tussle::race
