// modification_order.h: the stores to one location, oldest first.
//
// Bounded: of a location with more stores the oldest are forgotten. Nobody can read them any
// more then, and nothing is stored before the oldest that is left: an execution with a
// bound is one of those without.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "harness/schedule/memory/vector_clock.h"

namespace tussle::sim {

// The value of an atomic object, as its bytes.
using word = std::uint64_t;

inline constexpr std::size_t most_stores = 16;

struct store_record {
  sim::word word = 0;
  // What synchronises with an acquire load of this store.
  vector_clock released;
  // The first event of each thread that wrote or read it: what comes after one of them can
  // neither read nor store anything older.
  event_per_thread known_since;
  // When a seq_cst operation wrote or read it for the first time, among all of them; 0:
  // never.
  std::uint64_t ordered_since = 0;
  // A read-modify-write of the store before: nothing comes in between.
  bool follows_directly = false;
};

class modification_order {
 public:
  explicit modification_order(std::size_t depth) : depth_(depth) {}

  // Forgets all stores.
  void clear() { size_ = 0; }

  std::size_t size() const { return size_; }
  std::size_t newest() const { return size_ - 1; }
  store_record& operator[](std::size_t i) { return slots_[order_[i]]; }
  const store_record& operator[](std::size_t i) const { return slots_[order_[i]]; }

  // Whether a store may come directly after the i-th.
  bool is_open_after(std::size_t i) const {
    return i == newest() || !(*this)[i + 1].follows_directly;
  }

  // A new, empty store: the first, or directly after the i-th. References to others end.
  store_record& start();
  store_record& insert_after(std::size_t i);

 private:
  std::uint8_t take_slot();

  std::size_t depth_;
  std::size_t size_ = 0;
  std::array<std::uint8_t, most_stores> order_{};  // slots, oldest first
  std::vector<store_record> slots_;
};

}  // namespace tussle::sim
