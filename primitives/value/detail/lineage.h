// lineage.h: how a copy of an inner node avoids counting all of its children.
//
// An update copies the inner nodes on the way to what it changes. If each copy counted its
// 31 other children once more, and the old node counted them down when it goes, an update
// would be some sixty locked instructions a level: that, not the copying, is what makes
// counted tries slow. Here a copy *borrows* instead. It keeps a reference to the node it was
// copied from, its origin, and counts only the children that are new. The origin owns the
// rest, or borrows them from its own origin in turn.
//
// States of a slot of a node:
//
//   empty     present bit clear
//   owned     present and owned bits set: the node holds one reference of the child
//   borrowed  present bit set, owned bit clear: an origin holds it
//
// When an origin is referred to by its copy alone, nobody can look for its children in it
// any more: `settle` moves what it owns to the copy, gives up what the copy no longer has,
// and frees it: a few bit operations, whatever the number of children. Every update settles
// the nodes that it passes, so when old versions are dropped as new ones are made, a node has
// one origin at most. When old versions are kept, origins form a chain; after
// `longest_chain` a copy counts all its children and starts anew, which bounds both what a
// chain can keep alive and the work of its destruction.
//
// Races: several threads may pass one shared node at once. Who settles first takes the
// origin out of the node and puts the rest of the chain back; the others find none and store
// nothing, or they would undo that. Owned bits are changed by that thread only, or by one that
// has the node to itself; they are read by the same. Children and present bits of a shared
// node never change.
//
// A child may be edited in place only if its whole path is unique *and owned*: a borrowed
// child's count says nothing about who sees it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "primitives/value/detail/bits.h"
#include "primitives/value/detail/counted.h"

namespace tussle::value::detail {

// How many origins stand one behind the other. Copies that count are one in so many when
// all versions are kept: two locked instructions a copy.
inline constexpr std::uint32_t longest_chain = 16;

// Up to so many children are counted rather than borrowed: an origin costs as much.
inline constexpr int few_children = 3;

// Of nodes with a lineage: leaves bits of their addresses free.
inline constexpr std::size_t node_alignment = 64;

class lineage : public counted {
 public:
  std::uint32_t present() const noexcept { return present_; }
  bool owns(std::uint32_t bit) const noexcept { return (owned_ & bit) != 0; }
  std::uint32_t owned() const noexcept { return owned_; }
  std::uint32_t borrowed() const noexcept { return present_ & ~owned_; }

  // Of the whole chain; for a node that the caller has to itself.
  const lineage* origin() const noexcept {
    // Relaxed: nobody else can change it.
    return node_of(origin_.load(std::memory_order_relaxed));
  }

 protected:
  explicit lineage(std::uint32_t extent) noexcept : extent_(extent) {}
  ~lineage() = default;

  std::uint32_t present_ = 0;
  std::uint32_t owned_ = 0;
  std::uint32_t extent_;  // the derived node's: how large or how high it is

 private:
  template <typename Node>
  friend void settle(Node& node) noexcept;
  template <typename Node>
  friend bool inherit(Node& copy, const Node& from, std::uint32_t fresh);
  template <typename Node>
  friend void take_lineage(Node& copy, Node& from) noexcept;

  // A node and, in the bits that its alignment leaves free, the length of the chain that
  // begins with it.
  using link = std::uintptr_t;
  static constexpr link length_mask = node_alignment - 1;
  static_assert(longest_chain <= length_mask);

  static lineage* node_of(link l) noexcept {
    // NOLINTNEXTLINE(performance-no-int-to-ptr): it was one
    return reinterpret_cast<lineage*>(l & ~length_mask);
  }
  static link link_to(const lineage* node, link length) noexcept {
    return node == nullptr ? 0 : reinterpret_cast<link>(node) | length;
  }

  mutable sync::atomic<link> origin_{0};
};

// Takes over what `node` borrows from origins that nobody else refers to. `node` may be
// shared, and settled by others at the same time.
template <typename Node>
void settle(Node& node) noexcept {
  using link = lineage::link;
  // Relaxed: only whether there is an origin; it is not looked at here.
  link seen = node.origin_.load(std::memory_order_relaxed);
  if (lineage::node_of(seen) == nullptr) return;
  // (1) acquire; pairs with (2): the owned bits that the last to settle left. The length
  // stays, for those who copy meanwhile. Fails where another has the origin, and will put
  // back what is left of it, or has done so: here nothing must be stored.
  if (!node.origin_.compare_exchange_strong(seen, seen & lineage::length_mask,
                                            std::memory_order_acquire,
                                            std::memory_order_relaxed))
    return;
  Node* origin = static_cast<Node*>(lineage::node_of(seen));
  while (origin != nullptr && origin->unique()) {
    const std::uint32_t replaced = origin->owned_ & ~node.borrowed();
    node.owned_ |= origin->owned_ & node.borrowed();
    Node* const next = const_cast<Node*>(static_cast<const Node*>(origin->origin()));
    origin->give_up(replaced);
    origin->free_without_children();
    // What was replaced is likely to be the origin of what stands there now.
    for_each_bit(replaced & node.present_,
                 [&node](std::uint32_t bit) { node.settle_child(bit); });
    origin = next;
  }
  if (origin != nullptr && node.borrowed() == 0) {
    Node::release(origin);
    origin = nullptr;
  }
  const link length =
      origin == nullptr
          ? 0
          // Relaxed: a length, which may be that of a moment ago.
          : std::min<link>(
                longest_chain,
                (origin->origin_.load(std::memory_order_relaxed) & lineage::length_mask) +
                    1);
  // (2) release; pairs with (1).
  node.origin_.store(lineage::link_to(origin, length), std::memory_order_release);
}

// Gives `copy`, whose children are set, a right to those that it has from `from`; it owns
// those in `fresh` already. Returns whether it refers to `from` now, and so needs a
// reference, which the caller provides.
template <typename Node>
bool inherit(Node& copy, const Node& from, std::uint32_t fresh) {
  const std::uint32_t borrowed = copy.present_ & ~fresh;
  copy.owned_ = fresh;
  if (borrowed == 0) return false;
  // Relaxed: a length, which may be that of a moment ago: the bound is soft by the number of
  // threads.
  const lineage::link length =
      (from.origin_.load(std::memory_order_relaxed) & lineage::length_mask) + 1;
  if (length > longest_chain || population(borrowed) <= few_children) {
    for_each_bit(borrowed, [&](std::uint32_t bit) { copy.child(bit)->acquire(); });
    copy.owned_ |= borrowed;
    return false;
  }
  // Relaxed: the copy is published later, as a whole.
  copy.origin_.store(lineage::link_to(&from, length), std::memory_order_relaxed);
  return true;
}

// Moves origin and ownership from a node that is about to be freed and that the caller has
// to itself. The copy has its present bits already, and owns nothing that is not in them.
template <typename Node>
void take_lineage(Node& copy, Node& from) noexcept {
  copy.owned_ |= from.owned_ & copy.present_;
  // Relaxed: both are this thread's alone.
  copy.origin_.store(from.origin_.load(std::memory_order_relaxed),
                     std::memory_order_relaxed);
}

}  // namespace tussle::value::detail
