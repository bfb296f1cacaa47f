// plain_memory.h: which plain accesses race?
//
// Of each location the last write and the reads since are remembered, one for each thread
// (Flanagan and Freund 2009, "FastTrack: efficient and precise dynamic race detection",
// without its change of representation). The first race of an execution is found exactly;
// later ones may be consequences of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "harness/schedule/memory/data_race.h"
#include "harness/schedule/memory/vector_clock.h"

namespace tussle::sim {

enum class plain_location : std::uint32_t {};

class plain_memory {
 public:
  plain_location create();
  // The location's number may be given out again.
  void destroy(plain_location where);

  // `now`: the clock of the thread, this access included.
  std::optional<data_race> read(plain_location location, thread_id thread,
                                const vector_clock& now, site where);
  std::optional<data_race> write(plain_location location, thread_id thread,
                                 const vector_clock& now, site where);

 private:
  struct dated_access {
    access what;
    tick when = 0;

    bool is_before(const vector_clock& now) const { return when <= now[what.thread]; }
  };
  struct history {
    dated_access last_write;  // at tick 0 before there was one
    std::vector<dated_access> reads;
  };

  history& at(plain_location location) {
    return histories_[static_cast<std::size_t>(location)];
  }

  std::vector<history> histories_;
  std::vector<plain_location> free_;
};

}  // namespace tussle::sim
