// roles.h: the small interfaces that subjects play and workloads need.
//
// A subject states what it can do as nested types:
//
//   counter
//     struct S {
//       class counter {
//         explicit counter(int64 initial);
//         void increment(int64 hold);     // atomic, with `hold` units of work inside
//         int64 load() const;
//       };
//     };
//   cell
//     struct S {
//       template <typename T> class cell {
//         explicit cell(T initial);
//         T load() const;                 // a whole value
//         template <F> void update(F f);  // v := f(v), atomically
//         template <F> auto read(F f) const;  // optional: f(v), which f borrows
//       };
//       static constexpr size_t largest_value;  // optional: bytes that a cell can hold
//     };
//
//   map, sequence
//     struct S {
//       template <typename Key> class map {   // sequence: a class, with indices for keys
//         explicit map(const std::vector<Key>& keys);  // keys[i] has the value i
//         int64 get(const Key&) const;
//         void add(const Key&, int64);        // to the key's value, atomically
//         int64 sum() const;                  // of all values, at one moment
//         bool equals(const map&) const;
//         void push_back(int64);              // sequence: one element more, atomically
//       };
//     };
//   metrics, configuration, and those that follow them in all_roles()
//     what one workload needs; the concept stands in its header, in workloads/use_cases/ or
//     workloads/scenarios/.
//
// Every cell can count, so a subject with a `cell` plays both roles. All members except
// constructors are called concurrently.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "harness/case/worker.h"

namespace tussle::harness {

struct role_info {
  std::string name;
  std::string description;
};

inline std::vector<role_info> all_roles() {
  return {
      {"counter", "one number that many threads increment"},
      {"cell",
       "one value that many threads read whole and replace by a function of itself"},
      {"map", "many values by key, changed by many threads and read as a whole"},
      {"sequence", "many values by index, changed by many threads and read as a whole"},
      {"collections", "vector, map, set and queue that never change, and their versions"},
      {"metrics", "statistics by route that many threads record and report"},
      {"configuration",
       "one configuration that is checked, replaced while requests use it, and watched"},
      {"audit_log",
       "entries that many senders append, written in batches behind their backs"},
      {"bridge", "operations that answer by callbacks, and are waited for"},
      {"calls", "many calls at once, whose answers come in the order of the requests"},
      {"fan_in", "a task that is spread over workers, whose results are combined"},
      {"time_limit", "calls that may take so long, and have a result in any case"},
      {"index", "an index that is searched, and rebuilt while documents change"},
      {"logger_registry",
       "functions by period, with one timer for each period that has any"},
      {"serial_executor",
       "targets that do what they are sent behind the sender's back, one at a time"},
      {"fan_out", "work for many threads, whose results are added up"},
      {"one_shot", "a value that is handed over once, to one thread or many"},
      {"spawner", "tasks that are started, and their results"},
      {"office", "work that is done although it fails, is cancelled or comes too late"},
      {"bank", "accounts whose balances change together, and are seen together"},
      {"inventory", "items and orders that change together, or not at all"},
      {"pool", "handles that are lent to one holder at a time"},
      {"table", "things in a ring, of which each taker needs two at once"},
      {"store", "keys whose values transactions read and write"},
      {"queue", "elements that some threads put and others take, in order, with a bound"},
      {"selector", "several queues, of which whichever is ready is taken from"},
      {"ring", "processes that pass a token from one to the next"},
      {"pair", "two that hand something to and fro"},
      {"crowd", "many processes that wait to be asked"},
      {"pipeline", "items that are transformed and saved by many, in order"},
      {"conveyor", "items of any size that pass stages of workers, in order"},
      {"event_bus", "events by topic, for those who have subscribed"},
      {"publisher", "messages by topic, each to all who have subscribed"},
      {"courier",
       "elements on their way from senders to takers, of whom any may fail or leave"}};
}

template <typename S>
concept cell_subject = requires(typename S::template cell<std::int64_t> cell,
                                std::int64_t (*f)(std::int64_t)) {
  { std::as_const(cell).load() } -> std::same_as<std::int64_t>;
  cell.update(f);
};

// f(v) for the cell's value v: borrowed where the cell can lend it, else a copy. f must be
// short and keep nothing of v.
template <typename Cell, typename F>
auto read_cell(const Cell& cell, F f) {
  if constexpr (requires { cell.read(f); }) {
    return cell.read(f);
  } else {
    return f(cell.load());
  }
}

// Whether a subject's cells can hold a T.
template <typename S, typename T>
constexpr bool can_hold() {
  if constexpr (requires { S::largest_value; }) {
    return sizeof(T) <= S::largest_value;
  } else {
    return true;
  }
}

template <typename Map, typename Key>
concept shared_map = std::constructible_from < Map,
        const std::vector<Key>
& > &&requires(Map map, const Map& other, const Key& key) {
  { other.get(key) } -> std::same_as<std::int64_t>;
  map.add(key, std::int64_t{1});
  { other.sum() } -> std::same_as<std::int64_t>;
  { other.equals(other) } -> std::same_as<bool>;
};

template <typename S>
concept map_subject = shared_map<typename S::template map<std::int64_t>, std::int64_t> &&
    shared_map<typename S::template map<std::string>, std::string>;

template <typename S>
concept sequence_subject = shared_map<typename S::sequence, std::int64_t> &&
    requires(typename S::sequence sequence) {
  sequence.push_back(std::int64_t{1});
};

template <typename S>
concept own_counter_subject = requires(typename S::counter counter, std::int64_t hold) {
  counter.increment(hold);
  { std::as_const(counter).load() } -> std::same_as<std::int64_t>;
};

template <typename S>
concept counter_subject = own_counter_subject<S> || cell_subject<S>;

// Counts in a cell: the work is done inside the update, where others are held up by it.
template <cell_subject S>
class cell_counter {
 public:
  explicit cell_counter(std::int64_t initial) : cell_(initial) {}

  void increment(std::int64_t hold) {
    cell_.update([hold](std::int64_t value) {
      work(hold);
      return value + 1;
    });
  }

  std::int64_t load() const { return cell_.load(); }

 private:
  typename S::template cell<std::int64_t> cell_;
};

namespace detail {
template <counter_subject S>
struct counter_for {
  using type = cell_counter<S>;
};
template <own_counter_subject S>
struct counter_for<S> {
  using type = typename S::counter;
};
}  // namespace detail

// The counter of a subject: its own, or one made of its cell.
template <counter_subject S>
using counter_of = typename detail::counter_for<S>::type;

// Whether work can be done inside an increment; an atomic addition has no inside.
template <counter_subject S>
inline constexpr bool holds_inside = cell_subject<S>;

}  // namespace tussle::harness
