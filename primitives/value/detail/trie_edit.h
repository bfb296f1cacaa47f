// trie_edit.h: what an edit does to a single node of a hash trie.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>

#include "primitives/value/detail/trie_node.h"

namespace tussle::value::detail {

template <typename Entry>
struct trie_edit {
  using node = trie_node<Entry>;

  // To one slot, or at one place among equal hashes.
  struct change {
    std::uint32_t bit = 0;
    std::uint32_t at = 0;  // among the entries
    Entry* added = nullptr;
    bool drops_entry = false;
    node* child = nullptr;  // its reference passes on success
    bool drops_child = false;

    bool keeps_shape() const noexcept {
      return (added != nullptr) == drops_entry && child == nullptr && !drops_child;
    }
  };

  // A changed copy of a node that others see. If `taken`, the reference to it is given up.
  static node* changed_copy(node& from, bool taken, const change& c) {
    typename node::holder next(copied_with(from, c));
    if (inherit(*next, from, c.child != nullptr ? c.bit : 0)) {
      if (!taken) from.acquire();
    } else if (taken) {
      node::release(&from);
    }
    return next.release();
  }
  // The changed node made of one that nobody else sees, which is freed.
  static node* rebuilt(node& from, const change& c) requires node::movable {
    node* const next = with_slots(from, c);
    const std::uint32_t rest = c.at + c.drops_entry;
    next->append_moved(from.entries(), c.at);
    if (c.added != nullptr) next->append(std::move(*c.added));
    next->append_moved(from.entries() + rest, from.entry_count() - rest);
    copy_children(*next, from, c);
    take_lineage(*next, from);
    if (c.child != nullptr) next->own(c.bit, c.child);
    if (c.drops_child) from.give_up(from.owned() & c.bit);
    from.free_without_children();
    return next;
  }
  static node* rebuilt(node& from, const change& c) {
    return changed_copy(from, true, c);
  }

  static node* two_entries(std::uint32_t slots, Entry&& first, Entry&& second) {
    typename node::holder both(node::make(2, 0));
    both->set_slots(slots, 0);
    both->append(std::move(first));
    both->append(std::move(second));
    return both.release();
  }

 private:
  static node* with_slots(const node& from, const change& c) {
    node* const next =
        node::make(from.entry_count() + (c.added != nullptr) - c.drops_entry,
                   from.child_count() + (c.child != nullptr) - c.drops_child);
    const std::uint32_t entries =
        c.drops_entry ? from.entry_slots() & ~c.bit : from.entry_slots();
    const std::uint32_t children =
        c.drops_child ? from.present() & ~c.bit : from.present();
    next->set_slots(c.added != nullptr ? entries | c.bit : entries,
                    c.child != nullptr ? children | c.bit : children);
    return next;
  }

  static void copy_children(node& to, const node& from, const change& c) noexcept {
    const std::uint32_t before = rank(from.present(), c.bit | (c.bit == 0));
    node** const source = from.children();
    node** target = std::copy_n(source, before, to.children());
    if (c.child != nullptr) *target++ = c.child;
    const std::uint32_t rest = before + c.drops_child;
    std::copy_n(source + rest, from.child_count() - rest, target);
  }

  static node* copied_with(const node& from, const change& c) {
    if constexpr (node::copied_as_bytes) {
      if (c.keeps_shape()) {
        node* const next = node::clone(from);
        if (c.added != nullptr) next->replace(c.at, std::move(*c.added));
        return next;
      }
    }
    typename node::holder next(with_slots(from, c));
    const std::uint32_t rest = c.at + c.drops_entry;
    next->append_copies(from.entries(), c.at);
    if (c.added != nullptr) next->append(std::move(*c.added));
    next->append_copies(from.entries() + rest, from.entry_count() - rest);
    copy_children(*next, from, c);
    return next.release();
  }
};

}  // namespace tussle::value::detail
