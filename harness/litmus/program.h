// program.h: a litmus program is a state, actors, an arbiter and a table of outcomes.
//
//   struct lost_update {
//     static program_info info() { return {.name = "atom.lost_update", ...}; }
//     static constexpr std::array outcomes = {
//         outcome{2, acceptable, "both were counted"},
//     };
//
//     atom<std::int64_t> count{0};
//
//     void actor_1() { count.swap(increment); }
//     void actor_2() { count.swap(increment); }
//     std::array<int, 1> arbiter() { return {static_cast<int>(*count.load())}; }
//   };
//
// Every execution has a fresh state. Its actors, two to four, run at the same time and once
// each; then the arbiter says what came out. Actors do all that others may see through the
// seam (primitives/sync), or through primitives that do, so that the same program runs on
// real threads (on_threads.h) and under the controlled scheduler (in_sim.h). What an actor
// reads it leaves in a plain member of its own for the arbiter.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "harness/litmus/outcome.h"

namespace tussle::litmus {

enum class program_kind : std::uint8_t {
  ours,     // a forbidden outcome is a finding
  planted,  // broken on purpose: a forbidden outcome is what it is there for
};

struct program_info {
  std::string name;            // "room.what"; stable
  std::string question;        // one sentence
  std::string statement = {};  // of CONTRACT.md; empty: of none
  std::string source;          // file, relative to the repository
  program_kind kind = program_kind::ours;
};

namespace detail {

template <typename Program>
constexpr int actors_of() {
  if constexpr (requires(Program p) { p.actor_4(); }) return 4;
  if constexpr (requires(Program p) { p.actor_3(); }) return 3;
  return 2;
}

template <typename Program>
void act(Program& state, int actor) {
  if (actor == 0) return state.actor_1();
  if (actor == 1) return state.actor_2();
  if constexpr (actors_of<Program>() >= 3) {
    if (actor == 2) return state.actor_3();
  }
  if constexpr (actors_of<Program>() >= 4) state.actor_4();
}

}  // namespace detail

// Fresh states of one program, each of them for one execution.
class batch {
 public:
  virtual ~batch() = default;

  // Destroys those that there are and makes `count` new ones.
  virtual void refresh(std::size_t count) = 0;
  // What the actor, numbered from 0, does in the i-th. Once for each.
  virtual void act(int actor, std::size_t i) = 0;
  // What came out of the i-th. When all actors are done.
  virtual values judge(std::size_t i) = 0;
};

template <typename Program>
class batch_of final : public batch {
 public:
  void refresh(std::size_t count) override {
    states_.clear();
    while (states_.size() < count) states_.emplace_back();
  }
  void act(int actor, std::size_t i) override { detail::act(states_[i], actor); }
  values judge(std::size_t i) override {
    const auto said = states_[i].arbiter();
    values seen{};
    std::copy(said.begin(), said.end(), seen.begin());
    return seen;
  }

 private:
  std::deque<Program> states_;
};

struct program {
  program_info info;
  std::vector<outcome> outcomes;
  int actors = 2;
  std::size_t values = 0;  // that its arbiter returns
  std::function<std::unique_ptr<batch>()> make_batch;
};

// What the struct `Program` declares.
template <typename Program>
program declared() {
  using said = decltype(std::declval<Program&>().arbiter());
  static_assert(std::tuple_size_v<said> <= most_values);
  return {Program::info(),
          {Program::outcomes.begin(), Program::outcomes.end()},
          detail::actors_of<Program>(),
          std::tuple_size_v<said>,
          [] { return std::make_unique<batch_of<Program>>(); }};
}

using programs = std::vector<program>;

}  // namespace tussle::litmus
