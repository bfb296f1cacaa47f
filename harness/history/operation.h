// operation.h: what threads asked of an object, when, and what they were told.
//
// An operation lasts from its invocation to its response. One whose response is not in
// the history is pending: it may have taken effect or not (Herlihy & Wing 1990).
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace tussle::history {

using value = std::int64_t;
using stamp = std::uint64_t;

inline constexpr stamp never = std::numeric_limits<stamp>::max();

enum class call : std::uint8_t {
  // cells
  load,             // → value
  store,            // v := argument
  exchange,         // v := argument → value: what was replaced. An update is one, too.
  swap,             // v := v + argument → value: the new one
  compare_and_set,  // v := argument if v is expected → yes, no
  // one-shots
  deliver,  // → yes (this one won), no
  get,      // waits → value
  try_get,  // → value, empty
  // queues and channels
  put,       // waits in a full channel → yes, closed
  take,      // waits in an empty channel → value, closed; of a queue: value, empty
  try_put,   // → yes, no (would wait), closed
  try_take,  // → value, empty, closed
  close,     // → done
};

enum class outcome : std::uint8_t {
  pending,
  done,
  returned,  // a value: `result`
  yes,
  no,
  empty,
  closed
};

struct operation {
  int thread = 0;
  call what = call::load;
  value argument = 0;
  value expected = 0;  // of compare_and_set
  outcome how = outcome::pending;
  value result = 0;  // where the outcome is a value
  stamp invoked = 0;
  stamp returned = never;
  std::int64_t key = 0;  // which of several objects

  bool is_pending() const { return how == outcome::pending; }
};

// Whether `first` had ended before `second` began. Equal stamps say nothing.
inline bool precedes(const operation& first, const operation& second) {
  return first.returned < second.invoked;
}

using history = std::vector<operation>;

enum class object_kind : std::uint8_t { cell, one_shot, queue, channel };

// What the operations should look like, in whichever order.
struct specification {
  object_kind kind = object_kind::cell;
  value initial = 0;         // of a cell
  std::size_t capacity = 0;  // of a channel; 0: a rendezvous
};

// Whether the call can have that outcome at all, on any object.
bool is_well_formed(const operation& one);

std::string to_string(call what);
std::string to_string(outcome how);
std::string to_string(object_kind kind);

// "exchange(7) -> 3", "take() pending"
std::string to_string(const operation& one);

}  // namespace tussle::history
