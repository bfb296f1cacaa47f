// Is what a pool's threads submit run once, in every interleaving that the controlled
// scheduler comes upon, whatever happens to the lines that it is in?
#include <gtest/gtest.h>

#include <array>
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
  std::array<letter, 3> letters;
  std::array<bool, 3> accepted{};
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
                  if (task* const one = line.pop()) static_cast<letter*>(one)->read();
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

// The last task of the chain waits for one that it has submitted itself.
void a_task_waits_for_what_it_has_submitted(bool visibly) {
  sync::mutex mutex;
  sync::condition_variable changed;
  bool open = false;
  const promise<int> opened;
  const promise<int> over;
  thread_pool pool({.most_threads = 3});
  job opens([&] {
    static_cast<void>(opened.deliver(1));
    const sync::mutex_lock lock(mutex);
    open = true;
    changed.notify_all();
  });
  const chain tasks(pool, links, [&] {
    sim::require(pool.submit(opens), "the pool is open");
    if (visibly) {
      opened.get();
    } else {
      const sync::mutex_lock lock(mutex);
      while (!open) changed.wait(mutex);
    }
    static_cast<void>(over.deliver(1));
  });
  over.get();
  pool.shutdown(shutdown_policy::drain);
  pool.join();
  sim::require(opens.ran == 1, "it ran though who submitted it waited");
  tasks.check();
}
void a_task_waits_visibly() { a_task_waits_for_what_it_has_submitted(true); }
void a_task_waits_unseen() { a_task_waits_for_what_it_has_submitted(false); }

struct program {
  const char* name;
  void (*run)();
};

class pool_lines_in_sim : public testing::TestWithParam<program> {};

sim::result explored(const program& what, sim::strategy how, bool weak) {
  sim::options options{.name = what.name, .with = how};
  options.executions = 1'500;
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
                    program{"a_task_waits_unseen", &a_task_waits_unseen}),
    [](const testing::TestParamInfo<program>& each) {
      return std::string(each.param.name);
    });

}  // namespace
}  // namespace tussle
