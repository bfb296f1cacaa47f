// The same loops on the seam and on std::atomic. zero_cost_check.py compares their
// instructions.
#include <atomic>

#include "primitives/atom/atom.h"
#include "primitives/sync/atomic.h"
#include "primitives/sync/schedule_point.h"

// A control that must come out different, so that the comparison is known to see a
// difference.
extern "C" long swap_loop_with_extra_load(std::atomic<long>& cell) {
  long present = cell.load(std::memory_order_seq_cst);
  while (!cell.compare_exchange_weak(present, present + 1, std::memory_order_seq_cst)) {
    present = cell.load(std::memory_order_seq_cst);
  }
  return present;
}

extern "C" long swap_loop_on_std(std::atomic<long>& cell) {
  long present = cell.load(std::memory_order_seq_cst);
  while (!cell.compare_exchange_weak(present, present + 1, std::memory_order_seq_cst,
                                     std::memory_order_seq_cst)) {
  }
  return present;
}

extern "C" long swap_loop_on_seam(tussle::sync::atomic<long>& cell) {
  long present = cell.load(std::memory_order_seq_cst);
  tussle::sync::schedule_point("zero_cost.before_install");
  while (!cell.compare_exchange_weak(present, present + 1, std::memory_order_seq_cst,
                                     std::memory_order_seq_cst)) {
    tussle::sync::schedule_point("zero_cost.before_install");
  }
  return present;
}

// The whole of an atom's update: between the load and the locked instruction nothing may
// go through the stack, or that instruction waits for the store.
extern "C" long swap_of_an_atom(tussle::atom<long>& atom) {
  return *atom.swap([](long v) { return v + 1; });
}
