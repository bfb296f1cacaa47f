// decision.h: everything that is left open in an execution, asked one question at a time.
//
// The answers, in order, are the execution: whoever gives the same ones has it again.
// Questions with one possible answer are not asked. Answer 0 is always the plainest: the
// thread that ran goes on, a load reads the newest store, nothing fails; so that an
// execution of zeros is what a sequential program would do, and shrinking means answering
// 0 more often.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace tussle::sim {

enum class decision : std::uint8_t {
  thread,             // which one does its next operation
  store,              // which of the stores that it may read does a load read; 0: newest
  spurious_failure,   // 1: a weak compare-exchange fails, or a wait ends, for no reason
  failed_allocation,  // 1: std::bad_alloc
  waiter,             // which of the waiters does a notification wake; 0: the oldest
  failed_start,       // 1: the system has no room for a thread
};

// What a thread would do next, as far as strategies look at it.
struct option {
  int thread = 0;
  const void* object = nullptr;  // null: none
  bool writes = false;           // changes the object
  bool timed_out = false;        // its wait would end because the deadline passes now
  std::uint64_t passed = 0;      // scheduling points so far
};

// A thread runs until it has passed so many scheduling points in all.
struct turn {
  int thread;
  std::uint64_t until;
};

struct question {
  decision about;
  std::size_t answers;  // 0 ... answers - 1; at least 2
  // Of `thread`, one for each answer; else empty.
  std::span<const option> threads = {};
  // Of `thread`: answer 0 is the thread that ran last, which could go on: any other is a
  // preemption.
  bool can_go_on = false;
  // Of `thread`: this one has just offered to let others run; it is the last of the answers,
  // and not among them if it has offered before and written nothing since, unless there is no
  // other. -1: none.
  int yielding = -1;
};

// What an execution begins with.
struct start {
  std::uint64_t seed = 0;
  std::uint64_t length = 0;  // about how many decisions about threads there will be
};

// A strategy: a plug-in that answers.
class chooser {
 public:
  virtual ~chooser() = default;
  // The next execution begins. Its answers depend on `how` and on nothing that was before,
  // except where a strategy enumerates.
  virtual void begin(const start& how) = 0;
  virtual std::size_t choose(const question& asked) = 0;
  // The execution has ended. False: nothing is left to explore.
  virtual bool end() { return true; }
};

// The answers that were given.
using answers = std::vector<std::uint16_t>;

}  // namespace tussle::sim
