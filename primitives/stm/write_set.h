// write_set.h: the refs that an attempt has set, commuted or ensured, found by identity.
//
// A word of 64 bits tells most refs that are not in it at once; few entries are searched in
// order, many through a table, which is made when it is first needed: what an attempt has
// claimed it finds by the claim.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "primitives/stm/ref_core.h"
#include "primitives/sync/hooks.h"

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

  // Found without a table.
  bool is_small() const noexcept { return entries_.size() <= most_in_order; }
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
    if (!is_small()) return find_in_table(ref);
    for (write_entry& e : entries_) {
      if (e.ref == &ref) return &e;
    }
    return nullptr;
  }

  // It is not there yet. Throws: std::bad_alloc, with nothing changed.
  write_entry& add(ref_core& ref) {
    make_room_in_table(entries_.size() + 1);
    entries_.push_back({.ref = &ref});
    ref.acquire();
    filter_ |= bit_of(ref);
    return entries_.back();
  }

  // Forgets all; their references and values have been taken care of.
  void clear() noexcept {
    entries_.clear();
    table_.clear();
    entered_ = 0;
    filter_ = 0;
  }

 private:
#if defined(TUSSLE_MODE_BENCH)
  static constexpr std::size_t most_in_order = 8;
#else
  static constexpr std::size_t most_in_order = 2;  // tests want to come to every path
#endif

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
    if (entered_ != entries_.size()) complete_table();
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

  // For so many entries, at most half full. The table itself is made without fail, later.
  void make_room_in_table(std::size_t count) {
    if (count > most_in_order && 2 * count > table_.capacity()) [[unlikely]]
      table_.reserve(std::bit_ceil(4 * count));
  }

  [[gnu::noinline]] void complete_table() noexcept {
    if (2 * entries_.size() > table_.size()) {
      table_.assign(
          std::min(std::bit_ceil(4 * entries_.size()), std::bit_floor(table_.capacity())),
          0);
      entered_ = 0;
    }
    while (entered_ != entries_.size()) enter(entered_++);
  }

  std::vector<write_entry> entries_;
  std::vector<std::uint32_t> table_;  // 1 + index of an entry; 0: free
  std::size_t entered_ = 0;           // so many entries are in the table
  std::uint64_t filter_ = 0;
};

}  // namespace tussle::stm
