// memory_model.h: what may a load return, and which accesses race?
//
// The memory of a program of which one operation is done at a time, as C++20 allows it to
// behave. Every location keeps its last stores in modification order; a load may return any
// store that coherence does not rule out, and a store may come before newer ones in that
// order. Who drives the model chooses: 0 is always the newest.
//
// Rules, each of them in the place that its number names in the source:
//
//   (H) happens-before    vector clocks; a release store carries one, an acquire load joins
//                         it; so do release sequences (C++20: read-modify-writes only),
//                         fences, forks, joins, and what acquire() and release() are told
//   (C) coherence         what a thread, or anything that happens before it, has read or
//                         written is the oldest that it can read or store after
//   (A) atomicity         nothing comes between a read-modify-write and what it read
//   (S) seq_cst           operations take their places in the single total order as they are
//                         done: one of them cannot read or store behind what earlier ones
//                         have touched; fences extend that to what happens before or after
//                         them (C++20 [atomics.order], after P0668)
//
// After: store histories with clocks, Lidbury and Donaldson 2017, "Dynamic race detection
// for C++11"; Luo and Demsky 2021, "C11Tester"; Norris and Demsky 2013, "CDSChecker".
// Choosing a place in modification order: the timestamps of Kang, Hur, Lahav, Vafeiadis and
// Dreyer 2017, "A promising semantics for relaxed-memory concurrency", without promises. The
// order of seq_cst: Lahav, Vafeiadis, Kang, Hur and Dreyer 2017, "Repairing sequential
// consistency in C/C++11". What the model does not allow although C++ does: README.md.
//
// Cost: no allocation once locations have their stores; a copy of a model is an execution
// that goes on by itself.
// Thread safety: none; the threads of the program are numbers.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "harness/schedule/memory/data_race.h"
#include "harness/schedule/memory/modification_order.h"
#include "harness/schedule/memory/plain_memory.h"
#include "harness/schedule/memory/vector_clock.h"

namespace tussle::sim {

enum class location : std::uint32_t {};

// What a synchronisation object other than an atomic hands on: a lock, a condition, the
// result of a task.
class sync_clock {
  friend class memory_model;
  vector_clock clock_;
};

// Of a compare-exchange.
struct exchange_result {
  bool exchanged = false;
  sim::word read = 0;
};

class memory_model {
 public:
  static constexpr std::size_t usual_depth = 8;
  static constexpr std::size_t most_races = 64;  // that are noted

  // `depth`: stores that are kept of each location, 1 to most_stores. With 1 and none but
  // the choice 0 the model is a plain memory that finds races.
  explicit memory_model(std::size_t depth = usual_depth);

  // Thread 0 is there from the start.
  void fork(thread_id parent, thread_id child);
  void join(thread_id waiter, thread_id ended);
  void acquire(thread_id thread, const sync_clock& from);
  void release(thread_id thread, sync_clock& to);
  void fence(thread_id thread, std::memory_order order);

  // An atomic object that a thread constructs, or one that was there before all threads.
  location create(thread_id thread, word initial);
  location create(word initial);
  // Its number may be given out again.
  void destroy(thread_id thread, location where);

  // How many stores a load may return: all choices below are smaller.
  std::size_t load_choices(thread_id thread, location from,
                           std::memory_order order) const;
  // choice: 0 returns the newest store, 1 the one before it, ...
  word load(thread_id thread, location from, std::memory_order order,
            std::size_t choice = 0);

  // How many places in modification order a store may take, or a read-modify-write.
  std::size_t store_choices(thread_id thread, location to, std::memory_order order) const;
  // choice: 0 becomes the newest, 1 comes before it, ...
  void store(thread_id thread, location to, word value, std::memory_order order,
             std::size_t choice = 0);

  // Replaces the word w that it reads by change(w), and returns w. Choices: as a store; 0
  // reads the newest.
  template <typename Change>
  word read_modify_write(thread_id thread, location where, std::memory_order order,
                         const Change& change, std::size_t choice = 0) {
    const std::size_t read_from = place_of(where, choice);
    const word old = at(where).stores[read_from].word;
    modify(thread, where, order, read_from, change(old));
    return old;
  }

  // A strong compare-exchange either replaces an `expected` or reads something else; a weak
  // one that fails for no reason is a load with the order of its failure.
  struct compare_exchange {
    word expected;
    word desired;
    std::memory_order success;
    std::memory_order failure;
  };
  std::size_t exchange_choices(thread_id thread, location where,
                               const compare_exchange& how) const;
  exchange_result exchange(thread_id thread, location where, const compare_exchange& how,
                           std::size_t choice = 0);

  // The newest store in modification order. Not an operation of the program.
  word newest(location where) const;

  // Plain memory. A race is also among races().
  plain_location create_plain() { return plain_.create(); }
  void destroy_plain(plain_location where) { plain_.destroy(where); }
  void plain_read(thread_id thread, plain_location from, site where);
  void plain_write(thread_id thread, plain_location to, site where);

  // The first ones, in the order in which they were found.
  const std::vector<data_race>& races() const { return races_; }

 private:
  struct thread_state {
    vector_clock now;
    vector_clock unfenced;   // what relaxed loads have read: an acquire fence joins it
    vector_clock published;  // at the last release fence: relaxed stores carry it
  };
  struct location_state {
    modification_order stores;
    thread_id creator;
    tick created;                  // 0: before all threads
    event_per_thread last_access;  // to notice a use that races with the end
  };
  struct fence_record {
    std::uint64_t when;   // in the single total order
    vector_clock before;  // what is before this fence or an earlier one
  };
  // A choice of a compare-exchange: the i-th store, to replace or only to read.
  struct exchange_option {
    bool exchanges;
    std::size_t read;
  };

  location_state& at(location where) {
    return locations_[static_cast<std::size_t>(where)];
  }
  const location_state& at(location where) const {
    return locations_[static_cast<std::size_t>(where)];
  }

  location start(word initial, thread_id creator, tick created);
  std::size_t oldest(thread_id thread, location where, std::memory_order order) const;
  bool rules_out_older(const store_record& store, const vector_clock& now,
                       bool is_seq_cst) const;
  std::size_t place_of(location where, std::size_t choice) const;
  // Calls visit(option) for each choice, newest first, until it returns true.
  template <typename Visit>
  void visit_options(thread_id thread, location where, const compare_exchange& how,
                     const Visit& visit) const;

  tick begin(thread_id thread, location where);
  void read(thread_id thread, location from, std::memory_order order, std::size_t i);
  void modify(thread_id thread, location where, std::memory_order order,
              std::size_t read_from, word value);
  void take_place_in_total_order(store_record& touched, std::memory_order order);
  void publish(const thread_state& self, store_record& stored, std::memory_order order);
  void note(const std::optional<data_race>& found);

  std::size_t depth_;
  std::vector<thread_state> threads_;
  std::vector<location_state> locations_;
  std::vector<location> free_;
  plain_memory plain_;
  std::uint64_t ordered_ = 0;  // length of the single total order
  std::vector<fence_record> fences_;
  std::vector<data_race> races_;
};

}  // namespace tussle::sim
