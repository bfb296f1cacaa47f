// go_claims.h: what is taught of processes that wait; templates of what plays them, as
// atom_claims.h.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <iterator>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "harness/claims/claim.h"
#include "primitives/channel/channel.h"
#include "primitives/channel/go.h"
#include "primitives/channel/timeout_channel.h"
#include "primitives/task/runtime.h"
#include "workloads/claims/gate.h"
#include "workloads/scenarios/heap_bytes.h"

namespace tussle::workloads::claims {

using tussle::claims::evidence;
using tussle::claims::verdict;

// Of the whole process, now.
inline int threads_now() {
  std::error_code ignored;
  const std::filesystem::directory_iterator all("/proc/self/task", ignored);
  return static_cast<int>(std::distance(begin(all), end(all)));
}

// Processes of which each waits at a channel of its own for one question.
class waiting_go_blocks {
 public:
  waiting_go_blocks(runtime& on, int count) {
    questions_.reserve(static_cast<std::size_t>(count));
    answers_.reserve(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) {
      questions_.emplace_back(on, fixed(1));
      answers_.push_back(go(on, &answer_one, questions_.back(), &begun_));
    }
  }

  int begun() const { return begun_.load(); }
  // Asks each; how many gave the right answer.
  int ask_all() {
    int right = 0;
    for (std::size_t i = 0; i < questions_.size(); ++i)
      static_cast<void>(questions_[i].put(static_cast<int>(i)));
    for (std::size_t i = 0; i < answers_.size(); ++i)
      right += answers_[i].take() == static_cast<int>(i) + 1 ? 1 : 0;
    return right;
  }

 private:
  static go_block<int> answer_one(channel<int> questions, std::atomic<int>* begun) {
    begun->fetch_add(1);
    const std::optional<int> question = co_await questions.async_take();
    co_return question.value_or(-1) + 1;
  }

  std::atomic<int> begun_{0};
  std::vector<channel<int>> questions_;
  std::vector<channel<int>> answers_;
};

// How many have begun when all have, or when long enough none has.
template <typename Processes>
int begun_when_it_stands_still(const Processes& all, int count) {
  int seen = all.begun();
  auto end = std::chrono::steady_clock::now() + long_enough;
  while (seen < count && std::chrono::steady_clock::now() < end) {
    std::this_thread::yield();
    const int now = all.begun();
    if (now != seen) end = std::chrono::steady_clock::now() + long_enough;
    seen = now;
  }
  return seen;
}

// All have begun, on a pool of two threads: all but two wait at least, since they do nothing
// else. The timer's thread, and one more, are granted beside the pool's.
template <typename Processes, int count = 100'000>
evidence waits_without_a_thread() {
  constexpr int pool = 2;
  constexpr int granted = pool + 2;
  const int threads_before = threads_now();
  runtime on({.compute_threads = pool});
  const std::int64_t heap_before = heap_bytes();
  Processes all(on, count);
  const int begun = begun_when_it_stands_still(all, count);
  const int threads = threads_now() - threads_before;
  const std::int64_t heap = heap_bytes() - heap_before;
  const int right = all.ask_all();
  const bool holds = begun == count && threads <= granted && right == count;
  return {holds ? verdict::supported : verdict::refuted,
          holds ? "all waited at once with the threads of the pool, and all answered"
                : "they needed threads of their own, or some did not answer",
          {{"processes that wait", begun * 1.0},
           {"threads that came with them", threads * 1.0},
           {"of the heap for each, with its two channels (0: nobody can tell)",
            static_cast<double>(heap) / count, "B"},
           {"right answers", right * 1.0}}};
}

// Processes that sleep and are over.
class sleeping_go_blocks {
 public:
  sleeping_go_blocks(runtime& on, int count, std::chrono::milliseconds each) {
    for (int i = 0; i < count; ++i) ends_.push_back(go(on, &sleep, &on, each));
  }
  void wait() const {
    for (const channel<std::monostate>& each : ends_) static_cast<void>(each.take());
  }

 private:
  static go_block<> sleep(runtime* on, std::chrono::milliseconds length) {
    const channel<std::monostate> alarm = timeout_channel(*on, length);
    co_await alarm.async_take();
  }

  std::vector<channel<std::monostate>> ends_;
};

template <typename Sleepers, int count = 1000, int milliseconds = 50>
evidence sleeps_without_a_thread() {
  static_assert(count > 10);
  constexpr std::chrono::milliseconds each{milliseconds};
  constexpr double alone = std::chrono::duration<double>(each).count();
  runtime on({.compute_threads = 1});
  const auto begun = std::chrono::steady_clock::now();
  const Sleepers all(on, count, each);
  all.wait();
  const double took = seconds_since(begun);
  const bool holds = took >= alone && took < alone * count / 10;
  return {holds ? verdict::supported : verdict::refuted,
          holds ? "they slept at the same time, on one thread"
                : "they slept one after the other, or not long enough",
          {{"processes that sleep on one thread", count * 1.0},
           {"each", alone * 1e3, "ms"},
           {"all", took * 1e3, "ms"}}};
}

// Answers by callbacks: when told to, with one more than was asked.
class service {
 public:
  using callback = std::function<void(int)>;

  void ask(int question, callback then) {
    {
      const std::lock_guard held(lock_);
      if (!at_once_) {
        waiting_.emplace_back(question, std::move(then));
        return;
      }
    }
    then(question + 1);
  }
  // What was asked and is not answered, in order of size.
  std::vector<int> asked() const {
    const std::lock_guard held(lock_);
    std::vector<int> all;
    for (const auto& each : waiting_) all.push_back(each.first);
    std::sort(all.begin(), all.end());
    return all;
  }
  void answer() {
    std::vector<std::pair<int, callback>> now;
    {
      const std::lock_guard held(lock_);
      now.swap(waiting_);
    }
    for (auto& each : now) each.second(each.first + 1);
  }
  void answer_from_now_on() {
    {
      const std::lock_guard held(lock_);
      at_once_ = true;
    }
    answer();
  }

 private:
  mutable std::mutex lock_;
  std::vector<std::pair<int, callback>> waiting_;
  bool at_once_ = false;
};

// Asks, and asks again with the answer, as often as it should: a loop.
class go_sequence {
 public:
  go_sequence(runtime& on, service& whom, int first, int steps)
      : last_(go(on, &ask, &whom, first, steps)) {}
  int last() const { return last_.take().value_or(-1); }

 private:
  static go_block<int> ask(service* whom, int question, int steps) {
    for (int i = 0; i < steps; ++i) {
      const channel<int> answers(fixed(1));
      whom->ask(question,
                [answers](int answer) { static_cast<void>(answers.try_put(answer)); });
      const std::optional<int> answer = co_await answers.async_take();
      question = *answer;
    }
    co_return question;
  }

  channel<int> last_;
};

// Two sequences on one thread. At each step the question of each waits, and no other: nobody
// asks before the answer is there, and nobody holds the thread until it is.
template <typename Sequence>
evidence callbacks_in_sequence() {
  constexpr int steps = 5;
  constexpr int other = 1000;
  runtime on({.compute_threads = 1});
  service whom;
  const Sequence first(on, whom, 0, steps);
  const Sequence second(on, whom, other, steps);
  int in_step = 0;
  for (bool both = true; both && in_step < steps; in_step += both ? 1 : 0) {
    const std::vector<int> expected{in_step, other + in_step};
    const auto end = std::chrono::steady_clock::now() + long_enough;
    while (whom.asked().size() < 2 && std::chrono::steady_clock::now() < end)
      std::this_thread::yield();
    both = whom.asked() == expected;
    if (both) whom.answer();
  }
  whom.answer_from_now_on();
  const int firsts = first.last();
  const int seconds = second.last();
  const bool holds = in_step == steps && firsts == steps && seconds == other + steps;
  return {holds ? verdict::supported : verdict::refuted,
          holds ? "each question was asked with the answer to the one before, and one "
                  "thread waited for both"
                : "a question came before its time, or one had to wait for the other",
          {{"steps of each", steps * 1.0},
           {"steps at which the questions of both waited, and no others", in_step * 1.0},
           {"last answer to the first", firsts * 1.0},
           {"last answer to the second, who began with 1000", seconds * 1.0}}};
}

inline tussle::claims::claims go_claims() {
  const char* const here = "workloads/claims/go_claims.h";
  return {
      {.id = "go.waits_without_a_thread",
       .statement = "go bodies wait without holding a thread",
       .threshold =
           "100 000 wait at once, a pool of two threads and two more are all that "
           "came with them, and each gives its answer when it is asked",
       .source = here,
       .expected = verdict::supported,
       .try_it = waits_without_a_thread<waiting_go_blocks>},
      {.id = "go.sleeps_without_a_thread",
       .statement = "to wait for a timeout in a go body does not block",
       .threshold =
           "1000 that sleep 50 ms each, on one thread, take less than a tenth of "
           "the sum",
       .source = here,
       .expected = verdict::supported,
       .try_it = sleeps_without_a_thread<sleeping_go_blocks>},
      {.id = "go.callbacks_in_sequence",
       .statement = "go bodies turn callbacks into code that reads in sequence",
       .threshold =
           "of two sequences on one thread the questions of both wait at a time, "
           "and each is asked with the answer to the one before",
       .source = here,
       .expected = verdict::supported,
       .try_it = callbacks_in_sequence<go_sequence>},
  };
}

}  // namespace tussle::workloads::claims
