// Is what a pool's threads submit run once, in every interleaving that the controlled
// scheduler comes upon, whatever happens to the lines that it is in?
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "harness/schedule/sim/explore.h"
#include "harness/schedule/sim/program.h"
#include "harness/schedule/sim/report.h"
#include "harness/schedule/sim/weak_memory.h"
#include "primitives/sync/clock.h"
#include "primitives/sync/condition_variable.h"
#include "primitives/sync/mutex.h"
#include "primitives/sync/plain.h"
#include "primitives/task/own_line.h"
#include "primitives/task/promise.h"
#include "primitives/task/thread_pool.h"

namespace tussle {
namespace {

// Memory that is watched: written by who submits, read by who takes.
struct letter final : task {
  void run() noexcept override {}
  void discard() noexcept override {}
  void write() { said.write(7); }
  void read() {
    sim::require(said.read() == 7, "what was done before the push is seen");
    times.write(times.read() + 1);
  }
  sync::plain<int> said{0};
  sync::plain<int> times{0};
};

// One adds, one takes, one closes it under a lock that the first asks for when it finds it
// closed, as a pool does.
void a_line_is_closed_while_it_is_filled() {
  detail::own_line line;
  std::array<letter, 5> letters;
  std::array<bool, 5> accepted{};
  sync::mutex mutex;
  line.open();
  sim::threads({[&] {
                  for (std::size_t i = 0; i < letters.size(); ++i) {
                    letters[i].write();
                    const auto kept = line.push(letters[i]);
                    accepted[i] = kept == detail::own_line::kept::yes;
                    if (kept != detail::own_line::kept::closed_meanwhile) continue;
                    const sync::mutex_lock lock(mutex);
                    accepted[i] = line.pop() == nullptr;
                  }
                },
                [&] {
                  const sync::mutex_lock lock(mutex);
                  line.close();
                  while (task* const one = line.pop()) static_cast<letter*>(one)->read();
                },
                [&] {
                  for (int i = 0; i < 3; ++i) {
                    if (task* const one = line.pop()) static_cast<letter*>(one)->read();
                  }
                }});
  sim::require(line.pop() == nullptr, "closed, it is empty");
  for (std::size_t i = 0; i < letters.size(); ++i)
    sim::require(letters[i].times.read() == (accepted[i] ? 1 : 0), "each once");
}

// A task that does something once. All threads of an execution are one, so numbers need no more.
class job final : public task {
 public:
  explicit job(std::function<void()> body) : body_(std::move(body)) {}
  void run() noexcept override {
    body_();
    ++ran;
  }
  void discard() noexcept override { ++discarded; }
  int ran = 0;
  int discarded = 0;

 private:
  std::function<void()> body_;
};

// A chain of tasks of one thread, each submitted by the one before, with one more beside each.
// `last` is called by the end of the chain, before its own task ends.
class chain {
 public:
  chain(thread_pool& pool, int length, std::function<void()> last) {
    for (int i = 0; i < length; ++i) {
      beside_.push_back(std::make_unique<job>([] {}));
      links_.push_back(std::make_unique<job>([this, &pool, i, length, last] {
        const auto at = static_cast<std::size_t>(i);
        submit(pool, *beside_[at]);
        if (i + 1 < length) {
          submit(pool, *links_[at + 1]);
        } else {
          last();
        }
      }));
    }
    submit(pool, *links_[0]);
  }

  void check() const {
    int ended = 0;
    for (const auto& all : {&links_, &beside_}) {
      for (const auto& each : *all) {
        const int ends = each->ran + each->discarded;
        sim::require(ends <= 1, "each once");
        ended += ends;
      }
    }
    sim::require(ended == submitted_, "all that was accepted, and nothing else");
  }

 private:
  void submit(thread_pool& pool, task& one) {
    if (pool.submit(one)) ++submitted_;
  }

  std::vector<std::unique_ptr<job>> links_;
  std::vector<std::unique_ptr<job>> beside_;
  int submitted_ = 0;
};

constexpr int links = 6;

void tasks_submit_tasks() {
  const promise<int> over;
  thread_pool pool({.most_threads = 3});
  const chain tasks(pool, links, [over] { static_cast<void>(over.deliver(1)); });
  over.get();
  pool.shutdown(shutdown_policy::drain);
  pool.join();
  tasks.check();
}

void a_shutdown_discards_what_tasks_submit() {
  thread_pool pool({.most_threads = 3});
  const chain tasks(pool, links, [] {});
  pool.shutdown(shutdown_policy::discard);
  pool.join();
  tasks.check();
}

// What the last task of a chain waits for, submitted by itself.
enum class wait { for_promise, unseen, late_and_unseen };

class waiting_chain {
 public:
  waiting_chain(thread_pool& pool, wait how)
      : opens_([this] {
          static_cast<void>(opened_.deliver(1));
          const sync::mutex_lock lock(mutex_);
          open_ = true;
          changed_.notify_all();
        }),
        tasks_(pool, links, [this, &pool, how] {
          // As long as a lookout stays where nothing happens.
          if (how == wait::late_and_unseen) stay(std::chrono::milliseconds(20));
          sim::require(pool.submit(opens_), "the pool is open");
          if (how == wait::for_promise) {
            opened_.get();
          } else {
            const sync::mutex_lock lock(mutex_);
            while (!open_) changed_.wait(mutex_);
          }
          static_cast<void>(over_.deliver(1));
        }) {}

  void get() const { over_.get(); }
  void check() const {
    sim::require(opens_.ran == 1, "it ran though who submitted it waited");
    tasks_.check();
  }

 private:
  void stay(std::chrono::nanoseconds time) {
    const sync::time_point end = sync::clock::now() + time;
    const sync::mutex_lock lock(mutex_);
    while (changed_.wait_until(mutex_, end)) continue;
  }

  sync::mutex mutex_;
  sync::condition_variable changed_;
  bool open_ = false;
  const promise<int> opened_;
  const promise<int> over_;
  job opens_;
  const chain tasks_;
};

void a_task_waits(wait how) {
  thread_pool pool({.most_threads = 3});
  const waiting_chain one(pool, how);
  one.get();
  pool.shutdown(shutdown_policy::drain);
  pool.join();
  one.check();
}
void a_task_waits_visibly() { a_task_waits(wait::for_promise); }
void a_task_waits_unseen() { a_task_waits(wait::unseen); }
void a_task_waits_unseen_when_nobody_has_looked_for_long() {
  a_task_waits(wait::late_and_unseen);
}

// As many as there are cores, so that who comes only looks.
void two_tasks_wait_unseen() {
  thread_pool pool({.most_threads = 4});
  const waiting_chain one(pool, wait::unseen);
  const waiting_chain other(pool, wait::unseen);
  one.get();
  other.get();
  pool.shutdown(shutdown_policy::drain);
  pool.join();
  one.check();
  other.check();
}

struct program {
  const char* name;
  void (*run)();
};

class pool_lines_in_sim : public testing::TestWithParam<program> {};

sim::result explored(const program& what, sim::strategy how, bool weak) {
  sim::options options{.name = what.name, .with = how};
  options.executions = 10'000;
  if (weak) options.memory = &sim::make_weak_memory;
  return sim::explore(options, what.run);
}

TEST_P(pool_lines_in_sim, hold_whatever_the_schedule) {
  for (const auto how : {sim::strategy::random, sim::strategy::pct, sim::strategy::pos}) {
    const sim::result seen = explored(GetParam(), how, false);
    EXPECT_FALSE(seen.failed) << sim::to_string(how) << sim::render(seen.failed->shown);
  }
}

TEST_P(pool_lines_in_sim, hold_where_memory_is_weak) {
  const sim::result seen = explored(GetParam(), sim::strategy::random, true);
  EXPECT_FALSE(seen.failed) << sim::render(seen.failed->shown);
}

INSTANTIATE_TEST_SUITE_P(
    all, pool_lines_in_sim,
    testing::Values(program{"a_line_is_closed_while_it_is_filled",
                            &a_line_is_closed_while_it_is_filled},
                    program{"tasks_submit_tasks", &tasks_submit_tasks},
                    program{"a_shutdown_discards_what_tasks_submit",
                            &a_shutdown_discards_what_tasks_submit},
                    program{"a_task_waits_visibly", &a_task_waits_visibly},
                    program{"a_task_waits_unseen", &a_task_waits_unseen},
                    program{"a_task_waits_unseen_when_nobody_has_looked_for_long",
                            &a_task_waits_unseen_when_nobody_has_looked_for_long},
                    program{"two_tasks_wait_unseen", &two_tasks_wait_unseen}),
    [](const testing::TestParamInfo<program>& each) {
      return std::string(each.param.name);
    });

}  // namespace
}  // namespace tussle
