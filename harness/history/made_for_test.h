// made_for_test.h: operations of histories that are written by hand.
#pragma once

#include "harness/history/operation.h"

namespace tussle::history {

struct interval {
  stamp from = 0;
  stamp to = never;
};

inline operation answered(int thread, interval when, call what, outcome how,
                          value argument = 0) {
  return {.thread = thread,
          .what = what,
          .argument = argument,
          .how = how,
          .invoked = when.from,
          .returned = when.to};
}

// A call that returned a value.
inline operation returned(int thread, interval when, call what, value result,
                          value argument = 0) {
  operation one = answered(thread, when, what, outcome::returned, argument);
  one.result = result;
  return one;
}

inline operation load(int thread, interval when, value result) {
  return returned(thread, when, call::load, result);
}

inline operation exchange(int thread, interval when, value argument, value old) {
  return returned(thread, when, call::exchange, old, argument);
}

inline operation compare_and_set(int thread, interval when, value expected,
                                 value argument, bool succeeds) {
  operation one = answered(thread, when, call::compare_and_set,
                           succeeds ? outcome::yes : outcome::no, argument);
  one.expected = expected;
  return one;
}

inline operation put(int thread, interval when, value element) {
  return answered(thread, when, call::put, outcome::yes, element);
}

inline operation take(int thread, interval when, value element) {
  return returned(thread, when, call::take, element);
}

inline operation pending(int thread, stamp from, call what, value argument = 0) {
  return answered(thread, {from, never}, what, outcome::pending, argument);
}

}  // namespace tussle::history
