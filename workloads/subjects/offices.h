// offices.h (subjects): who does errands although everything goes wrong.
//
// agent_office:   an agent whose handler is told what fails, on both pools of a runtime.
// restart_office: an agent that stands still after each failure, until who submits next, or
//                 who ends it, restarts it.
// future_office:  a future for each errand; who submits looks at four results later.
// thread_office:  a queue behind a mutex, and a thread that catches whatever is thrown.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "harness/case/case_info.h"
#include "harness/case/worker.h"
#include "primitives/agent/agent.h"
#include "primitives/reference/errors.h"
#include "primitives/task/errors.h"
#include "primitives/task/future.h"
#include "primitives/task/runtime.h"
#include "primitives/task/thread_pool.h"
#include "workloads/scenarios/errand.h"
#include "workloads/scenarios/injected_faults.h"

namespace tussle::workloads::subjects {

// An agent that does errands and counts those that came to a state.
class errand_agent {
 public:
  errand_agent(ledger& notes, runtime& on, error_mode mode)
      : notes_(notes),
        worker_({0, mishap::none}, {.error_handler =
                                        [this](auto&, auto& error) {
                                          hear(error);
                                          fail_as_well();
                                        },
                                    .error_mode = mode,
                                    .on = &on}) {
    worker_.add_watch("troubled", [](auto&, auto&, auto&, auto& is) {
      if (is->last == mishap::afterwards) throw trouble_afterwards();
    });
  }
  errand_agent(const errand_agent&) = delete;
  errand_agent& operator=(const errand_agent&) = delete;
  ~errand_agent() { notes_.done(worker_.load()->done); }

  // False: no executor takes it. Throws: agent_failed_error, std::bad_alloc.
  bool send(const errand& given) const {
    const auto action = [given](const progress& before) {
      given();
      return progress{before.done + 1, given.how()};
    };
    try {
      if (given.id() % 2 == 0) {
        worker_.send(action);
      } else {
        worker_.send_off(action);
      }
    } catch (const executor_rejected_error&) {
      return false;
    }
    return true;
  }

  // If it has failed, it goes on from the state that it has. Not from two threads at once: the
  // later one would take an older state. Throws: std::bad_alloc.
  bool restart_if_failed() const {
    if (!worker_.error()) return false;
    worker_.restart(worker_.load());
    return true;
  }

  void hear(const std::exception_ptr& error) const {
    try {
      std::rethrow_exception(error);
    } catch (const executor_rejected_error&) {
      notes_.refused();
    } catch (...) {
      notes_.told(error);
    }
  }

 private:
  // Too large for a word: each has a node.
  struct progress {
    std::int64_t done;
    mishap last;
  };

  // What a handler throws, whatever it is, must harm nobody.
  void fail_as_well() {
    if (heard_.fetch_add(1) % 2 == 0) throw errand_exception();
    throw int{errand_number};
  }

  ledger& notes_;
  std::atomic<std::uint32_t> heard_{0};  // by the handler
  agent<progress> worker_;
};

struct agent_office {
  static harness::subject_info info() {
    return {.name = "agent_office",
            .kind = harness::subject_kind::ours,
            .description = "An agent; its error handler is told, and throws as well.",
            .source = "workloads/subjects/offices.h"};
  }
  static constexpr bool is_serial = true;
  static constexpr bool drops_in_silence = true;
  static constexpr bool counts_done = true;
  static constexpr bool tells_afterwards = true;

  class office {
   public:
    office(ledger& notes, int /*threads*/)
        : on_(std::in_place,
              runtime_options{.uncaught = [this](auto& error) { worker_.hear(error); }}),
          worker_(notes, *on_, error_mode::go_on) {}
    office(const office&) = delete;
    office& operator=(const office&) = delete;
    ~office() { on_.reset(); }

    bool submit(const errand& given, int /*thread*/) { return worker_.send(given); }

    void close(bool drains) {
      on_->shutdown(drains ? shutdown_policy::drain : shutdown_policy::discard);
    }

   private:
    std::optional<runtime> on_;
    errand_agent worker_;
  };
};

struct restart_office {
  static harness::subject_info info() {
    return {
        .name = "restart_office",
        .kind = harness::subject_kind::ours,
        .description =
            "An agent in mode fail; who finds it failed restarts it with the state that "
            "it has.",
        .source = "workloads/subjects/offices.h"};
  }
  static constexpr bool is_serial = true;
  static constexpr bool drops_in_silence = true;
  static constexpr bool counts_done = true;
  static constexpr bool tells_afterwards = true;

  class office {
   public:
    office(ledger& notes, int /*threads*/)
        : computing_({.most_threads = usual_width()}),
          waiting_({}),
          on_(computing_, waiting_, [this](auto& error) { worker_.hear(error); }),
          worker_(notes, on_, error_mode::fail) {}
    office(const office&) = delete;
    office& operator=(const office&) = delete;
    // Nothing runs any more on pools that have ended: the handler is told so of each action that
    // waits behind the last failure.
    ~office() {
      close(true);
      computing_.join();
      waiting_.join();
      const injected_faults::pause nothing_fails;
      while (restart()) {
      }
    }

    bool submit(const errand& given, int /*thread*/) {
      for (;;) {
        try {
          return worker_.send(given);
        } catch (const agent_failed_error&) {
          restart();
        }
      }
    }

    void close(bool drains) {
      const auto how = drains ? shutdown_policy::drain : shutdown_policy::discard;
      computing_.shutdown(how);
      waiting_.shutdown(how);
    }

   private:
    bool restart() {
      const std::lock_guard one_at_a_time(restarting_);
      return worker_.restart_if_failed();
    }

    std::mutex restarting_;
    thread_pool computing_;
    thread_pool waiting_;
    runtime on_;
    errand_agent worker_;
  };
};

struct future_office {
  static harness::subject_info info() {
    return {.name = "future_office",
            .kind = harness::subject_kind::ours,
            .description = "A future for each errand, some of them cancelled.",
            .source = "workloads/subjects/offices.h"};
  }
  static constexpr bool is_serial = false;
  static constexpr bool drops_in_silence = false;
  static constexpr bool counts_done = false;
  static constexpr bool tells_afterwards = false;

  class office {
   public:
    office(ledger& notes, int threads)
        : notes_(notes), waiting_(static_cast<std::size_t>(threads)) {}
    office(const office&) = delete;
    office& operator=(const office&) = delete;
    ~office() {
      for (lane& each : waiting_) {
        for (const started& one : each.all) look_at(one);
      }
    }

    bool submit(const errand& given, int thread) {
      std::deque<started>& mine = waiting_[static_cast<std::size_t>(thread)].all;
      try {
        mine.push_back({future_call(on_,
                                    [given] {
                                      given();
                                      return given.id();
                                    }),
                        given.id(), given.how()});
      } catch (const executor_rejected_error&) {
        return false;
      }
      if (mine.size() > most_waiting) {
        look_at(mine.front());
        mine.pop_front();
      }
      return true;
    }

    void close(bool drains) {
      on_.shutdown(drains ? shutdown_policy::drain : shutdown_policy::discard);
    }

   private:
    static constexpr std::size_t most_waiting = 4;
    struct started {
      future<std::size_t> result;
      std::size_t id;
      mishap how;
    };
    struct alignas(harness::padding) lane {
      std::deque<started> all;
    };

    void look_at(const started& one) {
      const bool cancelled = one.how == mishap::cancelled && one.result.cancel();
      if (cancelled) notes_.cancelled(one.id);
      try {
        if (one.result.get() != one.id || cancelled) notes_.contradiction();
      } catch (const future_cancelled_error&) {
        if (!cancelled) notes_.contradiction();
      } catch (const executor_rejected_error&) {
        notes_.refused();
      } catch (...) {
        notes_.told(std::current_exception());
      }
    }

    ledger& notes_;
    std::vector<lane> waiting_;
    runtime on_;
  };
};

struct thread_office {
  static harness::subject_info info() {
    return {.name = "thread_office",
            .kind = harness::subject_kind::baseline,
            .description =
                "A std::deque behind a std::mutex, and a thread that catches what is "
                "thrown.",
            .source = "workloads/subjects/offices.h"};
  }
  static constexpr bool is_serial = true;
  static constexpr bool drops_in_silence = true;
  static constexpr bool counts_done = false;
  static constexpr bool tells_afterwards = false;

  class office {
   public:
    office(ledger& notes, int /*threads*/) : office(notes, &do_one) {}
    office(const office&) = delete;
    office& operator=(const office&) = delete;
    ~office() {
      close(true);
      worker_.join();
    }

    bool submit(const errand& given, int /*thread*/) {
      const std::lock_guard held(lock_);
      if (!open_) return false;
      line_.push_back(given);
      came_.notify_one();
      return true;
    }

    void close(bool drains) {
      const std::lock_guard held(lock_);
      open_ = false;
      if (!drains) line_.clear();
      came_.notify_one();
    }

    // As it should be done.
    static void do_one(ledger& notes, const errand& next) {
      try {
        next();
      } catch (...) {
        notes.told(std::current_exception());
      }
    }

   protected:
    using doing = void (*)(ledger& notes, const errand& next);

    // With another way to do an errand: for the planted ones.
    office(ledger& notes, doing how) : notes_(notes), how_(how) {
      worker_ = std::thread([this] { work(); });
    }

   private:
    void work() {
      std::unique_lock held(lock_);
      for (;;) {
        came_.wait(held, [this] { return !open_ || !line_.empty(); });
        if (line_.empty()) return;
        {
          const errand next = line_.front();
          line_.pop_front();
          held.unlock();
          how_(notes_, next);
        }
        held.lock();
      }
    }

    ledger& notes_;
    const doing how_;
    std::mutex lock_;
    std::condition_variable came_;
    std::deque<errand> line_;
    bool open_ = true;
    std::thread worker_;
  };
};

}  // namespace tussle::workloads::subjects
