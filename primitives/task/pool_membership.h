// pool_membership.h: which pool the calling thread works for. For this room.
#pragma once

#include "primitives/sync/per_thread.h"
#include "primitives/task/own_line.h"

namespace tussle {

class thread_pool;

namespace detail {

struct pool_membership {
  thread_pool* pool = nullptr;  // null: none, or not any more
  own_line* line = nullptr;     // of a thread of a pool in which threads have one
  const thread_pool* member_of = nullptr;  // stays until the very end
  void* over = nullptr;                    // the pool's, for then
  int acts_at_end = 0;
  // How many short looks come before its next long one, and how many came before the last.
  unsigned short_looks = 0;
  unsigned short_looks_before = 0;
};
using own_pool = sync::per_thread<pool_membership, pool_membership>;

}  // namespace detail
}  // namespace tussle
