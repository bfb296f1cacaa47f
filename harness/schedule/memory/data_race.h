// data_race.h: two accesses, one of them a write, neither of them before the other.
#pragma once

#include <cstdint>

#include "harness/schedule/memory/vector_clock.h"

namespace tussle::sim {

enum class access_kind : std::uint8_t {
  plain_read,
  plain_write,
  atomic,       // any atomic operation
  creation,     // of an atomic object
  destruction,  // of an atomic object
};

// Where in a program or an execution something is: the caller's number for it.
using site = std::uint64_t;

struct access {
  access_kind kind = access_kind::plain_read;
  thread_id thread = 0;
  site where = 0;  // 0 for an atomic operation
};

struct data_race {
  access earlier;  // in this execution; nothing orders the two
  access later;
};

}  // namespace tussle::sim
