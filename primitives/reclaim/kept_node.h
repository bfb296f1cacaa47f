// kept_node.h: a node that something keeps for readers who are protected in a way of its own.
//
// kept_node<T>  one node, never replaced. While the protection of a reader lasts, the reader
//               may make handles to the node by a slot, as from a node_cell.
//
// Why a slot may be named without a second look: the owner of the kept_node destroys it only
// when no reader is protected any more, so what the reader wrote into the slot happens before
// the destruction, which retires the node's reference; every scan for that sees the slot.
#pragma once

#include <atomic>
#include <utility>

#include "primitives/reclaim/hazard_row.h"
#include "primitives/reclaim/node.h"
#include "primitives/reclaim/node_cell.h"
#include "primitives/reclaim/retired.h"

namespace tussle::reclaim {

template <typename T>
class kept_node {
 public:
  explicit kept_node(node_ref<T> initial) noexcept
      : node_(std::move(initial).counted()) {}
  kept_node(const kept_node&) = delete;
  kept_node& operator=(const kept_node&) = delete;
  // By someone whom all readers' ends happen before. May run destructors of values.
  ~kept_node() {
    try {
      hazard_row& own = own_row();
      make_room(own);
      retire(own, node_);
    } catch (...) {
      retire_with_cell(node_);
    }
  }

  const T& operator*() const noexcept { return node_->value(); }

  // By a protected reader. Throws: std::bad_alloc when a thread's first handle finds no
  // memory.
  node_ref<T> handle() const {
    hazard_slot* const slot = own_row().free_handle_slot(0);
    if (slot == nullptr) [[unlikely]] {
      node_->acquire();
    } else {
      // Release: hands on, as (1') in hazard_row.h, the use of what another thread cleared.
      slot->store(node_, std::memory_order_release);
    }
    return node_ref<T>(node_, slot);
  }

 private:
  const node<T>* const node_;
};

}  // namespace tussle::reclaim
