// write_set.h: the refs that an attempt has set, commuted or ensured, found by identity.
//
// A word of 64 bits tells most refs that are not in it at once; few entries are searched in
// order, many through a table.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "primitives/stm/ref_core.h"

namespace tussle::stm {

struct write_entry {
  ref_core* ref;                  // holds one reference
  version_base* value = nullptr;  // in the transaction; private until the commit links it
  bool claimed = false;
  bool ensured = false;
  bool commuted = false;  // and not set before
  bool computed = false;  // anew, for the commit
};

class write_set {
 public:
  using iterator = std::vector<write_entry>::iterator;

  bool empty() const noexcept { return entries_.empty(); }
  std::size_t size() const noexcept { return entries_.size(); }
  iterator begin() noexcept { return entries_.begin(); }
  iterator end() noexcept { return entries_.end(); }
  write_entry& operator[](std::size_t i) noexcept { return entries_[i]; }
  std::size_t index_of(const write_entry& e) const noexcept {
    return static_cast<std::size_t>(&e - entries_.data());
  }

  // Null if it is not there. Valid until the next add.
  write_entry* find(const ref_core& ref) noexcept {
    if ((filter_ & bit_of(ref)) == 0) return nullptr;
    if (entries_.back().ref == &ref) return &entries_.back();  // as after a claim
    if (!table_.empty()) return find_in_table(ref);
    for (write_entry& e : entries_) {
      if (e.ref == &ref) return &e;
    }
    return nullptr;
  }

  // It is not there yet. Throws: std::bad_alloc, with nothing changed.
  write_entry& add(ref_core& ref) {
    if (entries_.size() >= most_in_order) make_room_in_table();
    entries_.push_back({.ref = &ref});
    ref.acquire();
    filter_ |= bit_of(ref);
    if (!table_.empty()) enter(entries_.size() - 1);
    return entries_.back();
  }

  // Forgets all; their references and values have been taken care of.
  void clear() noexcept {
    entries_.clear();
    table_.clear();
    filter_ = 0;
  }

 private:
  static constexpr std::size_t most_in_order = 8;

  // Refs are blocks of 128 bytes.
  static std::uint64_t hash(const ref_core& ref) noexcept {
    return (reinterpret_cast<std::uintptr_t>(&ref) >> 7) * 0x9E37'79B9'7F4A'7C15;
  }
  static std::uint64_t bit_of(const ref_core& ref) noexcept {
    return std::uint64_t{1} << (hash(ref) >> 58);
  }

  std::size_t first_place(const ref_core& ref) const noexcept {
    return (hash(ref) >> 16) & (table_.size() - 1);
  }
  std::size_t after(std::size_t place) const noexcept {
    return (place + 1) & (table_.size() - 1);
  }

  write_entry* find_in_table(const ref_core& ref) noexcept {
    for (std::size_t at = first_place(ref); table_[at] != 0; at = after(at)) {
      write_entry& e = entries_[table_[at] - 1];
      if (e.ref == &ref) return &e;
    }
    return nullptr;
  }

  void enter(std::size_t index) noexcept {
    std::size_t at = first_place(*entries_[index].ref);
    while (table_[at] != 0) at = after(at);
    table_[at] = static_cast<std::uint32_t>(index + 1);
  }

  // For one more entry, at most half full.
  void make_room_in_table() {
    const std::size_t wanted = std::bit_ceil(4 * (entries_.size() + 1));
    if (2 * (entries_.size() + 1) <= table_.size()) return;
    table_.assign(wanted, 0);
    for (std::size_t i = 0; i < entries_.size(); ++i) enter(i);
  }

  std::vector<write_entry> entries_;
  std::vector<std::uint32_t> table_;  // 1 + index of an entry; 0: free
  std::uint64_t filter_ = 0;
};

}  // namespace tussle::stm
