// events_testing.h: what the primitives report as wasted work, for a scope.
#pragma once

#include <cstdint>

#include "primitives/sync/hooks.h"

namespace tussle::tests {

// Counts the events of the thread that makes it, until it is destroyed (on the same
// thread).
class counted_events {
 public:
  counted_events() : outer_(sync::count_into(&counts_)) {}
  ~counted_events() { sync::count_into(outer_); }
  counted_events(const counted_events&) = delete;
  counted_events& operator=(const counted_events&) = delete;

  std::uint64_t operator[](sync::event e) const { return counts_[e]; }

 private:
  sync::event_counts counts_;
  sync::event_counts* outer_;
};

}  // namespace tussle::tests
