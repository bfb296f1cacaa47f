// trie_node.h: a node of a hash trie.
//
// A node has up to 32 slots; a slot is empty, holds an entry, or holds a child. Two bit sets
// say which, and entries and children stand densely in one block: first the entries, then the
// children (Steindorfer and Vinju 2015, "Optimizing hash-array mapped tries for fast and lean
// immutable JVM collections"). Below the last level, where the hash has no bits left, stand
// nodes of entries whose hashes are equal, in no order and without bit sets.
//
// The block is whole cache lines; what they leave free is room for entries to be inserted in
// place by who has the node to itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

#include "primitives/reclaim/node_pool.h"
#include "primitives/value/detail/bits.h"
#include "primitives/value/detail/lineage.h"

namespace tussle::value::detail {

template <typename Entry>
class trie_node final : public lineage {
 public:
  static_assert(alignof(Entry) <= node_alignment);
  // Entries are moved from node to node without a chance to fail half-way.
  static constexpr bool movable = std::is_nothrow_move_constructible_v<Entry>;

  static constexpr std::size_t child_size = sizeof(void*);
  static constexpr bool copied_as_bytes = std::is_trivially_copyable_v<Entry>;

  // With room for so many entries and children, and none of them yet.
  // Throws: std::bad_alloc.
  static trie_node* make(std::uint32_t entries, std::uint32_t children) {
    const std::size_t bytes = children_begin(entries) + children * child_size;
    const std::size_t lines = (bytes + line - 1) / line;
    return new (reclaim::sized_pool::allocate(lines * line))
        trie_node(static_cast<std::uint32_t>(lines));
  }

  // A copy of the same shape, the children included, which it does not own: lines as they are.
  // Throws: std::bad_alloc.
  static trie_node* clone(const trie_node& from) requires copied_as_bytes {
    const std::size_t size = std::size_t{from.extent_} * line;
    auto* const copy = new (reclaim::sized_pool::allocate(size)) trie_node(from.extent_);
    copy->set_slots(from.entry_slots_, from.present_);
    copy->entry_count_ = from.entry_count_;
    std::memcpy(copy->bytes() + header, from.bytes() + header, line - header);
    for (std::size_t at = line; at < size; at += line)
      std::memcpy(copy->bytes() + at, from.bytes() + at, line);
    return copy;
  }

  static void release(trie_node* node) noexcept {
    while (node != nullptr && node->drop()) {
      node->give_up(node->owned_);
      // Origins one after the other, not one inside the other.
      auto* const origin =
          const_cast<trie_node*>(static_cast<const trie_node*>(node->origin()));
      node->free_without_children();
      node = origin;
    }
  }

  struct giving_up {
    void operator()(trie_node* node) const noexcept { release(node); }
  };
  using holder = std::unique_ptr<trie_node, giving_up>;

  std::uint32_t entry_slots() const noexcept { return entry_slots_; }
  std::uint32_t entry_count() const noexcept { return entry_count_; }
  std::uint32_t child_count() const noexcept {
    return static_cast<std::uint32_t>(population(present_));
  }
  std::uint32_t items() const noexcept { return entry_count_ + child_count(); }

  Entry* entries() noexcept {
    return std::launder(reinterpret_cast<Entry*>(bytes() + entries_begin));
  }
  const Entry* entries() const noexcept {
    return std::launder(reinterpret_cast<const Entry*>(bytes() + entries_begin));
  }
  trie_node** children() const noexcept {
    return std::launder(reinterpret_cast<trie_node**>(const_cast<std::byte*>(bytes()) +
                                                      children_begin(entry_count_)));
  }

  Entry& entry(std::uint32_t bit) noexcept { return entries()[rank(entry_slots_, bit)]; }
  const Entry& entry(std::uint32_t bit) const noexcept {
    return entries()[rank(entry_slots_, bit)];
  }
  trie_node*& child(std::uint32_t bit) const noexcept {
    return children()[present_ == all_slots ? rank_of_full(bit) : rank(present_, bit)];
  }

  // The following are for a node that the caller has to itself.

  // Sets a slot that holds a child to another, whose reference passes to the node.
  void own(std::uint32_t bit, trie_node* next) noexcept {
    child(bit) = next;
    owned_ |= bit;
  }

  // Whether an entry more fits into the block.
  bool has_room() const noexcept {
    return movable && children_begin(entry_count_ + 1) + child_count() * child_size <=
                          std::size_t{extent_} * line;
  }

  // Inserts an entry in an empty slot, or at the end where there are no slots; there is room.
  void insert(std::uint32_t bit, std::uint32_t at,
              Entry&& added) noexcept requires movable {
    trie_node** const from = children();
    const std::uint32_t count = child_count();
    ++entry_count_;
    std::memmove(static_cast<void*>(children()), from, count * child_size);
    relocate_up(at);
    new (entries() + at) Entry(std::move(added));
    entry_slots_ |= bit;
  }

  // Building a new node: slots first, then all entries in order, then the children.
  void set_slots(std::uint32_t entry_slots, std::uint32_t child_slots) noexcept {
    entry_slots_ = entry_slots;
    present_ = child_slots;
  }
  template <typename... Args>
  void append(Args&&... args) {
    new (bytes() + entries_begin + entry_count_ * sizeof(Entry))
        Entry(std::forward<Args>(args)...);
    ++entry_count_;
  }
  // Copies of `count` entries from the one at `first` on; or, moved, these themselves.
  void append_copies(const Entry* first, std::uint32_t count) {
    std::byte* const to = bytes() + entries_begin + entry_count_ * sizeof(Entry);
    if constexpr (copied_as_bytes) {
      if (count > 0) std::memcpy(to, first, count * sizeof(Entry));
    } else {
      std::uninitialized_copy_n(first, count, reinterpret_cast<Entry*>(to));
    }
    entry_count_ += count;
  }
  void append_moved(Entry* first, std::uint32_t count) noexcept {
    if constexpr (copied_as_bytes) {
      append_copies(first, count);
    } else {
      for (std::uint32_t i = 0; i < count; ++i) append(std::move(first[i]));
    }
  }
  void replace(std::uint32_t at, Entry&& next) noexcept requires movable {
    std::destroy_at(entries() + at);
    new (entries() + at) Entry(std::move(next));
  }

  // For settle. The node may be shared.
  void settle_child(std::uint32_t bit) const noexcept { settle(*child(bit)); }
  // For settle, and for who has moved the children on.
  void give_up(std::uint32_t slots) const noexcept {
    for_each_bit(slots, [this](std::uint32_t bit) { release(child(bit)); });
  }
  void free_without_children() noexcept {
    const std::size_t size = std::size_t{extent_} * line;
    this->~trie_node();
    reclaim::sized_pool::deallocate(this, size);
  }

 private:
  static constexpr std::size_t line = 64;
  static constexpr std::uint32_t all_slots = ~std::uint32_t{0};

  explicit trie_node(std::uint32_t lines) noexcept : lineage(lines) {}
  ~trie_node() {
    if constexpr (!std::is_trivially_destructible_v<Entry>)
      std::destroy_n(entries(), entry_count_);
  }

  static std::uint32_t rank_of_full(std::uint32_t bit) noexcept {
    return static_cast<std::uint32_t>(std::countr_zero(bit));
  }

  static constexpr std::size_t aligned(std::size_t offset, std::size_t to) noexcept {
    return (offset + to - 1) / to * to;
  }
  static constexpr std::size_t header = sizeof(lineage) + 2 * sizeof(std::uint32_t);
  static constexpr std::size_t entries_begin = aligned(header, alignof(Entry));
  static constexpr std::size_t children_begin(std::uint32_t entries) noexcept {
    return aligned(entries_begin + entries * sizeof(Entry), alignof(trie_node*));
  }

  std::byte* bytes() noexcept { return reinterpret_cast<std::byte*>(this); }
  const std::byte* bytes() const noexcept {
    return reinterpret_cast<const std::byte*>(this);
  }

  // Moves the entries from `at` on one place up; the count includes the new place.
  void relocate_up(std::uint32_t at) noexcept {
    Entry* const all = entries();
    if constexpr (copied_as_bytes) {
      std::memmove(static_cast<void*>(all + at + 1), all + at,
                   (entry_count_ - 1 - at) * sizeof(Entry));
    } else {
      for (std::uint32_t i = entry_count_ - 1; i > at; --i) {
        new (all + i) Entry(std::move(all[i - 1]));
        std::destroy_at(all + i - 1);
      }
    }
  }

  std::uint32_t entry_slots_ = 0;
  std::uint32_t entry_count_ = 0;
};

}  // namespace tussle::value::detail
