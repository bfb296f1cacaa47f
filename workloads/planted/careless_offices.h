// careless_offices.h (planted): errands done as they are often done first.
//
// tells_nobody:        catches what an errand throws, and forgets it.
// tries_again:         does an errand that failed a second time.
// forgets_at_the_end:  does not do what waits when it is told to finish.
// does_what_it_refuses: refuses an errand when it is closed, and does it all the same.
// keeps_what_failed:   never lets go of what a failed errand captured.
// The mend:            subjects/offices.h.
// Must be caught by:   verification of faults.
#pragma once

#include <exception>
#include <new>
#include <string>
#include <utility>

#include "harness/case/case_info.h"
#include "workloads/subjects/offices.h"

namespace tussle::workloads::planted {

inline harness::subject_info careless_office_info(std::string name,
                                                  std::string description,
                                                  harness::expectation caught) {
  return {.name = std::move(name),
          .kind = harness::subject_kind::planted,
          .description = std::move(description),
          .source = "workloads/planted/careless_offices.h",
          .breaks_invariant = caught};
}

// An office that does each errand in a way of its own.
template <void (*how)(ledger& notes, const errand& next)>
class office_that_does : public subjects::thread_office::office {
 public:
  office_that_does(ledger& notes, int /*threads*/) : office(notes, how) {}
};

struct tells_nobody : subjects::thread_office {
  static harness::subject_info info() {
    return careless_office_info("tells_nobody", "Forgets what an errand throws.",
                                harness::expectation::yes);
  }
  static void forget_errors(ledger& /*notes*/, const errand& next) {
    try {
      next();
    } catch (...) {
    }
  }
  using office = office_that_does<&forget_errors>;
};

struct tries_again : subjects::thread_office {
  static harness::subject_info info() {
    return careless_office_info("tries_again", "Does a failed errand a second time.",
                                harness::expectation::yes);
  }
  static void try_twice(ledger& notes, const errand& next) {
    try {
      next();
    } catch (...) {
      thread_office::office::do_one(notes, next);
    }
  }
  using office = office_that_does<&try_twice>;
};

struct forgets_at_the_end : subjects::thread_office {
  static harness::subject_info info() {
    return careless_office_info("forgets_at_the_end",
                                "Drops what waits, whatever it was told.",
                                harness::expectation::may);
  }
  class office : public subjects::thread_office::office {
   public:
    using thread_office::office::office;
    void close(bool /*drains*/) { thread_office::office::close(false); }
  };
};

struct does_what_it_refuses : subjects::thread_office {
  static harness::subject_info info() {
    return careless_office_info("does_what_it_refuses",
                                "Refuses an errand, and does it all the same.",
                                harness::expectation::yes);
  }
  class office : public subjects::thread_office::office {
   public:
    office(ledger& notes, int threads)
        : thread_office::office(notes, threads), told_(notes) {}
    bool submit(const errand& given, int thread) {
      if (thread_office::office::submit(given, thread)) return true;
      do_one(told_, given);
      return false;
    }

   private:
    ledger& told_;
  };
};

struct keeps_what_failed : subjects::thread_office {
  static harness::subject_info info() {
    return careless_office_info("keeps_what_failed",
                                "Never lets go of what a failed errand captured.",
                                harness::expectation::yes);
  }
  static void keep_failed(ledger& notes, const errand& next) {
    try {
      next();
    } catch (...) {
      notes.told(std::current_exception());
      // As if it were lost: in memory that is never given back.
      alignas(errand) static thread_local unsigned char lost[sizeof(errand)];
      new (lost) errand(next);
    }
  }
  using office = office_that_does<&keep_failed>;
};

}  // namespace tussle::workloads::planted
