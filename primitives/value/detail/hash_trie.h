// hash_trie.h: the handle of a map or a set, and its edits.
//
// A compressed hash array mapped trie (trie_node.h), always in canonical form: a node other
// than the root holds at least two entries or a child. So equal maps have equal shapes,
// whatever their history, and comparing can stop where nodes are the same.
//
// As in vector_tree.h every edit is written once: in place where no other version can see
// it, copying the path elsewhere. An edit allocates and copies first and links last: if it
// throws, the entries are as they were.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "primitives/value/detail/trie_edit.h"

namespace tussle::value::detail {

inline constexpr unsigned last_shift = 30;  // its level has two bits of the hash left
inline constexpr std::size_t most_levels = 8;

inline std::uint32_t slot_bit(std::uint32_t hash, unsigned shift) noexcept {
  return 1U << ((hash >> shift) % branching);
}

// `Policy` says what the key of an entry is, how keys are hashed and compared, and when
// entries are equal.
template <typename Entry, typename Policy>
class hash_trie {
 public:
  using node = trie_node<Entry>;

  hash_trie() = default;
  hash_trie(const hash_trie& other) noexcept : root_(other.root_), size_(other.size_) {
    if (root_ != nullptr) root_->acquire();
  }
  hash_trie(hash_trie&& other) noexcept
      : root_(std::exchange(other.root_, nullptr)),
        size_(std::exchange(other.size_, 0)) {}
  hash_trie& operator=(hash_trie other) noexcept {
    std::swap(root_, other.root_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~hash_trie() {
    if (root_ != nullptr) node::release(root_);
  }

  std::size_t size() const noexcept { return size_; }
  const node* root() const noexcept { return root_; }
  bool same_as(const hash_trie& other) const noexcept { return root_ == other.root_; }

  // Null if there is none.
  template <typename Key>
  const Entry* find(const Key& key, std::uint32_t hash) const {
    const node* n = root_;
    if (n == nullptr) return nullptr;
    for (unsigned shift = 0; shift <= last_shift; shift += bits_a_level) {
      const std::uint32_t bit = slot_bit(hash, shift);
      if ((n->present() & bit) != 0) {
        n = n->child(bit);
        continue;
      }
      if ((n->entry_slots() & bit) == 0) return nullptr;
      const Entry& found = n->entry(bit);
      return Policy::equal_keys(Policy::key(found), key) ? &found : nullptr;
    }
    const std::uint32_t at = find_equal_hash(*n, key);
    return at == n->entry_count() ? nullptr : n->entries() + at;
  }

  // Enters `entry`, in the place of one with an equal key if there is one.
  void assign(Entry&& entry, std::uint32_t hash) {
    if (root_ == nullptr) {
      root_ = node::make(1, 0);
      root_->set_slots(slot_bit(hash, 0), 0);
      try {
        root_->append(std::move(entry));
      } catch (...) {
        node::release(std::exchange(root_, nullptr));
        throw;
      }
      ++size_;
      return;
    }
    place p = descend(hash, most_levels);
    node& n = *p.at;
    if (p.shift > last_shift) return assign_equal_hash(p, std::move(entry));
    const std::uint32_t bit = slot_bit(hash, p.shift);
    const std::uint32_t at = rank(n.entry_slots(), bit);
    if ((n.entry_slots() & bit) == 0) return insert(p, bit, at, std::move(entry));
    const Entry& there = n.entries()[at];
    if (Policy::equal_keys(Policy::key(there), Policy::key(entry)))
      return replace(p, bit, at, std::move(entry));
    typename node::holder both(pair_of(Entry(there), Policy::hash(Policy::key(there)),
                                       std::move(entry), hash, p.shift + bits_a_level));
    put(p, {.bit = bit, .at = at, .drops_entry = true, .child = both.get()});
    (void)both.release();
    ++size_;
  }

  // Removes the entry of a key that is there.
  template <typename Key>
  void erase(const Key& key, std::uint32_t hash) {
    trail t = trail_of(key, hash);
    const node& bottom = *t.nodes[t.depth];
    --size_;
    try {
      if (bottom.items() == 1) {
        node::release(std::exchange(root_, nullptr));
      } else if (t.depth > 0 && bottom.items() == 2 && bottom.present() == 0) {
        pull_up(t, Entry(bottom.entries()[1 - t.at]), hash);
      } else {
        put(descend(hash, t.depth), {.bit = t.bit, .at = t.at, .drops_entry = true});
      }
    } catch (...) {
      ++size_;
      throw;
    }
  }

  // Whether another version begins with the same node.
  bool shared() const noexcept { return root_ != nullptr && !root_->unique(); }

  // The entry of a key that is there, for this version alone.
  template <typename Key>
  Entry& own(const Key& key, std::uint32_t hash) {
    place p = descend(hash, most_levels);
    if (!p.exclusive) put(p, {});
    const std::uint32_t at = p.shift > last_shift
                                 ? find_equal_hash(*p.at, key)
                                 : rank(p.at->entry_slots(), slot_bit(hash, p.shift));
    return p.at->entries()[at];
  }

  template <typename F>
  void for_each(F& f) const {
    if (root_ != nullptr) for_each_below(*root_, f);
  }

  friend bool operator==(const hash_trie& a, const hash_trie& b) {
    if (a.size_ != b.size_) return false;
    return a.root_ == b.root_ || equal_below(*a.root_, *b.root_);
  }

 private:
  friend struct node_walk;
  using edit = trie_edit<Entry>;
  using change = typename edit::change;

  // A node that an edit has come to. All nodes above are this version's alone.
  struct place {
    node* at;
    node* parent;              // null: at the root
    std::uint32_t parent_bit;  // which of its slots
    unsigned shift;
    bool taken;      // this version holds a reference of the node
    bool exclusive;  // and nobody else sees it
  };

  // Where a key stands.
  struct trail {
    std::array<const node*, most_levels> nodes;
    std::size_t depth;  // nodes[depth] has the entry
    std::uint32_t bit;
    std::uint32_t at;
  };

  place arrive(node* parent, std::uint32_t parent_bit, node* at, unsigned shift) const {
    settle(*at);
    const bool taken = parent == nullptr || parent->owns(parent_bit);
    return {at, parent, parent_bit, shift, taken, taken && at->unique()};
  }

  // Follows the hash down to where it ends, or to a depth.
  place descend(std::uint32_t hash, std::size_t depth) {
    place p = arrive(nullptr, 0, root_, 0);
    for (std::size_t level = 0; level < depth && p.shift <= last_shift; ++level) {
      const std::uint32_t bit = slot_bit(hash, p.shift);
      if ((p.at->present() & bit) == 0) break;
      if (!p.exclusive) put(p, {});
      p = arrive(p.at, bit, p.at->child(bit), p.shift + bits_a_level);
    }
    return p;
  }

  // Puts the node, changed, in its place; `p` then stands for that, and it is exclusive.
  void put(place& p, const change& c) {
    node* const next = p.exclusive && node::movable
                           ? edit::rebuilt(*p.at, c)
                           : edit::changed_copy(*p.at, p.taken, c);
    if (p.parent == nullptr) {
      root_ = next;
    } else {
      p.parent->own(p.parent_bit, next);
    }
    p.at = next;
    p.taken = p.exclusive = true;
  }
  void put(place&& p, const change& c) { put(p, c); }

  void insert(place& p, std::uint32_t bit, std::uint32_t at, Entry&& entry) {
    if constexpr (node::movable) {
      if (p.exclusive && p.at->has_room()) {
        p.at->insert(bit, at, std::move(entry));
        ++size_;
        return;
      }
    }
    put(p, {.bit = bit, .at = at, .added = &entry});
    ++size_;
  }

  void replace(place& p, std::uint32_t bit, std::uint32_t at, Entry&& entry) {
    if constexpr (node::movable) {
      if (p.exclusive) return p.at->replace(at, std::move(entry));
    }
    put(p, {.bit = bit, .at = at, .added = &entry, .drops_entry = true});
  }

  void assign_equal_hash(place& p, Entry&& entry) {
    const std::uint32_t at = find_equal_hash(*p.at, Policy::key(entry));
    if (at == p.at->entry_count()) {
      insert(p, 0, at, std::move(entry));
    } else {
      replace(p, 0, at, std::move(entry));
    }
  }

  // A node below which two entries part, or both stand with equal hashes.
  static node* pair_of(Entry&& a, std::uint32_t hash_a, Entry&& b, std::uint32_t hash_b,
                       unsigned shift) {
    if (shift > last_shift) return edit::two_entries(0, std::move(a), std::move(b));
    const std::uint32_t bit_a = slot_bit(hash_a, shift);
    const std::uint32_t bit_b = slot_bit(hash_b, shift);
    if (bit_a < bit_b)
      return edit::two_entries(bit_a | bit_b, std::move(a), std::move(b));
    if (bit_a > bit_b)
      return edit::two_entries(bit_a | bit_b, std::move(b), std::move(a));
    typename node::holder above(node::make(0, 1));
    node* const below =
        pair_of(std::move(a), hash_a, std::move(b), hash_b, shift + bits_a_level);
    above->set_slots(0, bit_a);
    above->own(bit_a, below);
    return above.release();
  }
  template <typename Key>
  static std::uint32_t find_equal_hash(const node& n, const Key& key) {
    std::uint32_t at = 0;
    while (at < n.entry_count() && !Policy::equal_keys(Policy::key(n.entries()[at]), key))
      ++at;
    return at;
  }

  template <typename Key>
  trail trail_of(const Key& key, std::uint32_t hash) const {
    trail t{.nodes = {root_}, .depth = 0, .bit = 0, .at = 0};
    for (unsigned shift = 0; shift <= last_shift; shift += bits_a_level) {
      const node& n = *t.nodes[t.depth];
      t.bit = slot_bit(hash, shift);
      t.at = rank(n.entry_slots(), t.bit);
      if ((n.present() & t.bit) == 0) return t;
      t.nodes[++t.depth] = n.child(t.bit);
    }
    t.bit = 0;
    t.at = find_equal_hash(*t.nodes[t.depth], key);
    return t;
  }

  // The last entry of a branch takes the branch's place in the lowest node that has more.
  void pull_up(const trail& t, Entry&& last, std::uint32_t hash) {
    std::size_t depth = t.depth - 1;
    while (depth > 0 && t.nodes[depth]->items() == 1) --depth;
    place p = descend(hash, depth);
    const std::uint32_t bit = slot_bit(hash, p.shift);
    put(p, {.bit = bit,
            .at = rank(p.at->entry_slots(), bit),
            .added = &last,
            .drops_child = true});
  }

  template <typename F>
  static void for_each_below(const node& n, F& f) {
    for (std::uint32_t i = 0; i < n.entry_count(); ++i) f(n.entries()[i]);
    for (std::uint32_t i = 0; i < n.child_count(); ++i)
      for_each_below(*n.children()[i], f);
  }

  static bool equal_below(const node& a, const node& b) {
    if (&a == &b) return true;
    if (a.entry_slots() != b.entry_slots() || a.present() != b.present() ||
        a.entry_count() != b.entry_count())
      return false;
    if (a.entry_slots() == 0 && a.present() == 0) return equal_hash_nodes_agree(a, b);
    for (std::uint32_t i = 0; i < a.entry_count(); ++i)
      if (!Policy::equal(a.entries()[i], b.entries()[i])) return false;
    for (std::uint32_t i = 0; i < a.child_count(); ++i)
      if (!equal_below(*a.children()[i], *b.children()[i])) return false;
    return true;
  }
  static bool equal_hash_nodes_agree(const node& a, const node& b) {
    for (std::uint32_t i = 0; i < a.entry_count(); ++i) {
      const std::uint32_t at = find_equal_hash(b, Policy::key(a.entries()[i]));
      if (at == b.entry_count() || !Policy::equal(a.entries()[i], b.entries()[at]))
        return false;
    }
    return true;
  }

  node* root_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace tussle::value::detail
