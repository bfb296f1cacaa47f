// naive_audit_log.h (planted): UC-6 as it is often written first.
//
// flush_per_entry:  the watch looks at the new size only, and asks again for every entry that
//                   comes before the flush has its turn.
// rereading_watch:  the watch has the writer load the collecting agent instead of passing on
//                   what it was given: when the writer looks, the flush may be over.
// late_clear:       hands over in the watch and clears by a later action. Entries in between
//                   are dropped.
// writes_by_send:   writes on the threads that compute, which others wait for.
// no_final_flush:   the last entries never fill a batch and are lost.
// batch_in_action:  the batch travels in the action that writes it, and is gone when that fails.
// The mend:         subjects/audit_logs.h.
// Must be caught by: verification of audit_log.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "harness/case/case_info.h"
#include "workloads/subjects/audit_logs.h"

namespace tussle::workloads::planted {

inline harness::subject_info naive_audit_log_info(std::string name,
                                                  std::string description,
                                                  harness::expectation caught) {
  return {.name = std::move(name),
          .kind = harness::subject_kind::planted,
          .description = std::move(description),
          .source = "workloads/planted/naive_audit_log.h",
          .breaks_invariant = caught};
}

// Calls act(collector, entries) in the watch that sees a batch become full.
class watching_log : public subjects::agent_audit_log::log {
 public:
  template <typename F>
  watching_log(runtime& on, use_cases::audit_store& store, std::size_t batch, F act)
      : subjects::agent_audit_log::log(on, store, batch) {
    collector_.add_watch("flush",
                         [this, act](auto&, auto& collector, auto& was, auto& is) {
                           if (was->size() >= batch_ || is->size() < batch_) return;
                           asked_.fetch_add(1);
                           act(collector, *is);
                         });
  }
};

struct flush_per_entry {
  static harness::subject_info info() {
    return naive_audit_log_info("flush_per_entry",
                                "A watch that asks for a flush whenever much is there.",
                                harness::expectation::may);
  }

  class log : public subjects::agent_audit_log::log {
   public:
    log(runtime& on, use_cases::audit_store& store, std::size_t batch)
        : subjects::agent_audit_log::log(on, store, batch) {
      collector_.add_watch("flush", [this](auto&, auto&, auto&, auto& is) {
        if (is->size() >= batch_) ask_for_flush();
      });
    }
  };
};

struct rereading_watch {
  static harness::subject_info info() {
    return naive_audit_log_info("rereading_watch",
                                "A watch that has the agent read again, later.",
                                harness::expectation::may);
  }

  class log : public watching_log {
   public:
    log(runtime& on, use_cases::audit_store& store, std::size_t batch)
        : watching_log(on, store, batch, [this](auto& collector, auto&) {
            writer_.send_off(
                [this, again = agent<entries>(collector)](const batches& all) {
                  hand_over(*again.load());
                  return all;
                });
            collector_.send([](const entries&) { return entries(); });
          }) {}
  };
};

struct late_clear {
  static harness::subject_info info() {
    return naive_audit_log_info("late_clear",
                                "Hands entries over, and clears by a later action.",
                                harness::expectation::may);
  }

  class log : public watching_log {
   public:
    log(runtime& on, use_cases::audit_store& store, std::size_t batch)
        : watching_log(on, store, batch, [this](auto&, const entries& full) {
            hand_over(full);
            collector_.send([](const entries&) { return entries(); });
          }) {}
  };
};

struct writes_by_send {
  static harness::subject_info info() {
    return naive_audit_log_info("writes_by_send",
                                "Writes on the threads that are there for computing.",
                                harness::expectation::yes);
  }

  class log : public watching_log {
   public:
    log(runtime& on, use_cases::audit_store& store, std::size_t batch)
        : watching_log(on, store, batch, [this](auto&, auto&) { flush_by_send(); }) {}
    void close() {
      flush_by_send();
      subjects::agent_audit_log::log::close();
    }

   private:
    void flush_by_send() {
      collector_.send([this](const entries& all) {
        std::vector<use_cases::audit_entry> taken(all.begin(), all.end());
        writer_.send([this, taken = std::move(taken)](const batches& waiting) {
          failures_.fetch_add(subjects::write_in_parts(store_, taken, batch_));
          return waiting;
        });
        return entries();
      });
    }
  };
};

struct no_final_flush {
  static harness::subject_info info() {
    return naive_audit_log_info("no_final_flush",
                                "Closes without writing what fills no batch.",
                                harness::expectation::may);
  }

  class log : public subjects::agent_audit_log::log {
   public:
    using subjects::agent_audit_log::log::log;
    void close() {
      await(collector_);
      do {
        await(writer_);
      } while (!writer_.load()->empty());
    }
  };
};

struct batch_in_action {
  static harness::subject_info info() {
    return naive_audit_log_info(
        "batch_in_action", "Loses a batch whose write fails: only the action had it.",
        harness::expectation::may);
  }

  class log : public watching_log {
   public:
    log(runtime& on, use_cases::audit_store& store, std::size_t batch)
        : watching_log(on, store, batch, [this](auto&, auto&) { write_in_action(); }) {}

   private:
    void write_in_action() {
      collector_.send([this](const entries& all) {
        std::vector<use_cases::audit_entry> taken(all.begin(), all.end());
        writer_.send_off([this, taken = std::move(taken)](const batches& waiting) {
          for (std::size_t at = 0; at < taken.size(); at += batch_) {
            store_.insert(
                std::span(taken).subspan(at, std::min(batch_, taken.size() - at)));
          }
          return waiting;
        });
        return entries();
      });
    }
  };
};

}  // namespace tussle::workloads::planted
