// node_cell.h: a node that many threads load and replace, without locks.
//
// node_ref<T>   a handle to an immutable node. It stands for a reference in one of two ways:
//               by a count, or by a slot of the row of the thread that made it. A slot
//               costs no locked instruction and touches no memory that others write. Copies
//               are counted.
// node_cell<T>  one node, always; read and replaced atomically, by identity.
//
// What a cell does with references:
//
//   load       finds the node, names it in a slot                        (slot)
//   read       the same, for the time of a call
//   replace    the new node's counted reference becomes the cell's; the handle that brought
//              it stands for it by a slot from then on. The old node's reference is retired,
//              and the handle to it, if one is wanted, names it in a slot before that.
//   no slot    is free: the node is counted up instead
//
// Progress:      lock-free; a load begins again only if another thread replaced the node in
//                between. Allocation and reclamation: node_pool.h, retired.h.
// Thread safety: cells: all functions from any threads at once. Handles: distinct ones from
//                any threads; the last may be dropped by any thread, which may run ~T then
//                or leave it to a later scan.
// Source:        hazard_row.h, retired.h.
#pragma once

#include <atomic>
#include <functional>
#include <type_traits>
#include <utility>

#include "primitives/reclaim/hazard_row.h"
#include "primitives/reclaim/node.h"
#include "primitives/reclaim/retired.h"
#include "primitives/sync/atomic.h"
#include "primitives/sync/schedule_point.h"

namespace tussle::reclaim {

template <typename T>
class node_cell;
template <typename T>
class kept_node;

// Empty when moved from.
template <typename T>
class node_ref {
 public:
  // Throws: what the allocation or T's constructor throws.
  template <typename... Args>
  static node_ref make(Args&&... args) {
    return node_ref(node<T>::make(std::forward<Args>(args)...), nullptr);
  }

  node_ref(const node_ref& other) noexcept : node_(other.node_) {
    if (node_ != nullptr) node_->acquire();
  }
  node_ref(node_ref&& other) noexcept
      : node_(alone(std::exchange(other.node_, nullptr))), slot_(other.slot_) {}
  node_ref& operator=(node_ref other) noexcept {
    node_ = alone(std::exchange(other.node_, node_));
    slot_ = std::exchange(other.slot_, slot_);
    return *this;
  }
  ~node_ref() {
    if (node_ == nullptr) return;
    if (slot_ != nullptr) {
      clear(*slot_);
    } else {
      node_->release();
    }
  }

  const T& operator*() const noexcept { return node_->value(); }

  friend bool operator==(const node_ref& a, const node_ref& b) noexcept {
    return a.node_ == b.node_;
  }

 private:
  friend class node_cell<T>;
  friend class kept_node<T>;

  node_ref(const node<T>* node, hazard_slot* slot) noexcept : node_(node), slot_(slot) {}

  // Keeps the compiler from moving both words as one vector: a wide load of what two narrow
  // stores have just written waits for them (a swap took twice as long).
  static const node<T>* alone(const node<T>* n) noexcept {
    asm("" : "+r"(n));
    return n;
  }

  // The node, with a counted reference to it. Leaves the handle empty.
  const node<T>* counted() && noexcept {
    if (slot_ != nullptr) {
      node_->acquire();
      clear(*slot_);
    }
    return std::exchange(node_, nullptr);
  }

  // Sets one counted reference aside for a cell; this handle goes on by a slot, or keeps the
  // reference that it has while the count goes up.
  void set_reference_aside(hazard_row& own) noexcept {
    hazard_slot* const slot = slot_ == nullptr ? own.free_handle_slot(1) : nullptr;
    if (slot == nullptr) return node_->acquire();
    // Release: hands on, as (1'), the use of what another thread cleared. The install that
    // follows makes it visible to everybody who can retire the node.
    slot->store(node_, std::memory_order_release);
    slot_ = slot;
  }

  // Undoes it. `had_slot`: as it was before.
  void take_reference_back(bool had_slot) noexcept {
    if (slot_ != nullptr && !had_slot) {
      clear(*std::exchange(slot_, nullptr));
    } else {
      node_->release();  // not the last: this handle has one
    }
  }

  const node<T>* node_;
  hazard_slot* slot_ = nullptr;
};

template <typename T>
class node_cell {
 public:
  explicit node_cell(node_ref<T> initial) noexcept : node_(std::move(initial).counted()) {
    detail::clean_up_at_exit();
  }
  node_cell(const node_cell&) = delete;
  node_cell& operator=(const node_cell&) = delete;
  // Relaxed: whoever destroys the cell is its last user.
  ~node_cell() { retire_with_cell(node_.load(std::memory_order_relaxed)); }

  // For threads that read more than they replace.
  node_ref<T> load() const {
    hazard_row& own = own_reading_row();
    hazard_slot* const slot = own.free_handle_slot(0);
    if (slot == nullptr) [[unlikely]]
      return node_ref<T>(load_counted(own), nullptr);
    const node<T>* const present = protect_lightly(*slot, node_);
    sync::schedule_point("node_cell.load.after_protect");
    return node_ref<T>(present, slot);
  }

  // For threads that are about to replace what they load: others can then reclaim without a
  // heavy barrier.
  node_ref<T> load_to_replace() const {
    hazard_row& own = own_row();
    hazard_slot* const slot = own.free_handle_slot(0);
    if (slot == nullptr) [[unlikely]]
      return node_ref<T>(load_counted(own), nullptr);
    const node<T>* const present = protect(*slot, node_);
    sync::schedule_point("node_cell.load.after_protect");
    return node_ref<T>(present, slot);
  }

  // f(v) for the present value v, borrowed until f returns. Writes nothing that other
  // threads write, unless reads are nested more deeply than there are slots.
  template <typename F>
  std::invoke_result_t<F&, const T&> read(F& f) const {
    hazard_row& own = own_reading_row();
    hazard_slot* const slot = own.free_read_slot();
    if (slot == nullptr) [[unlikely]] {
      const node_ref<T> present(load_counted(own), nullptr);
      return std::invoke(f, *present);
    }
    const cleared_at_end reading{*slot};
    const node<T>* const present = protect_lightly(*slot, node_);
    sync::schedule_point("node_cell.read.after_protect");
    return std::invoke(f, present->value());
  }

  // Installs `next`, which must not be empty, and returns exactly what it replaced.
  // Throws: std::bad_alloc, with nothing changed.
  node_ref<T> exchange(node_ref<T>& next) {
    hazard_row& own = own_row();
    make_room(own);
    next.set_reference_aside(own);
    // (3) seq_cst; pairs with (1) and (2) in hazard_row.h: a reader whose slot the later
    // scan does not see finds the new node. Its release part shows the new value to (2);
    // its acquire part shows the old one.
    const node<T>* const old = node_.exchange(next.node_, std::memory_order_seq_cst);
    sync::schedule_point("node_cell.exchange.before_retire");
    hazard_slot* const slot = own.free_handle_slot(0);
    if (slot != nullptr) {
      // Release, as in set_reference_aside. Named before it is retired: a scan for this
      // reference comes later in this thread, or in one that takes over its list.
      slot->store(old, std::memory_order_release);
    } else {
      old->acquire();
    }
    retire(own, old);
    return node_ref<T>(old, slot);
  }

  // Installs `next` if the cell holds the node of `expected`; neither is empty. Never fails
  // spuriously. Throws: std::bad_alloc, with nothing changed.
  bool compare_exchange_strong(const node_ref<T>& expected, node_ref<T>& next) {
    return install(
        expected, next, [this](const node<T>*& present, const node<T>* wanted) {
          // (3) seq_cst; as in exchange. A failure is a load like (2).
          return node_.compare_exchange_strong(present, wanted, std::memory_order_seq_cst,
                                               std::memory_order_seq_cst);
        });
  }

  // As above, but may fail spuriously.
  bool compare_exchange_weak(const node_ref<T>& expected, node_ref<T>& next) {
    return install(
        expected, next, [this](const node<T>*& present, const node<T>* wanted) {
          return node_.compare_exchange_weak(present, wanted, std::memory_order_seq_cst,
                                             std::memory_order_seq_cst);  // (3)
        });
  }

 private:
  struct cleared_at_end {
    hazard_slot& slot;
    ~cleared_at_end() { clear(slot); }
  };

  // Out of line and by plain pointers, so that handles on hot paths stay in registers.
  [[gnu::noinline, gnu::cold]] const node<T>* load_counted(hazard_row& own) const {
    const node<T>* const present = protect(own.spare_slot(), node_);
    present->acquire();
    clear(own.spare_slot());
    return present;
  }

  template <typename CompareExchange>
  bool install(const node_ref<T>& expected, node_ref<T>& next,
               CompareExchange compare_exchange) {
    hazard_row& own = own_row();
    make_room(own);
    const bool had_slot = next.slot_ != nullptr;
    next.set_reference_aside(own);
    const node<T>* present = expected.node_;
    if (!compare_exchange(present, next.node_)) {
      next.take_reference_back(had_slot);
      return false;
    }
    sync::schedule_point("node_cell.install.before_retire");
    retire(own, present);
    return true;
  }

  sync::atomic<const node<T>*> node_;
};

}  // namespace tussle::reclaim
