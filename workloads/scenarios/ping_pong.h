// ping_pong.h: what does it cost two that wait for each other to hand something to and fro?
//
// Question:  what does a hand-over between two that do nothing else cost, as there are threads
//            or processes without one?
// Invariant: the ball comes back with one for each time that it was hit, each of the two has hit
//            it as often as there were rounds, and never twice in a row.
// A failure means: the ball was lost or doubled, or somebody hit it out of turn.
//
// Every thread of the team has a pair of its own; a step is a match of so many rounds, each of
// two hand-overs, between these two. The thread waits for the end alone, so that what a step
// takes, by twice its rounds, is a hand-over.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "harness/case/case_info.h"
#include "harness/case/conditions.h"
#include "harness/case/verdict.h"
#include "harness/case/worker.h"
#include "primitives/task/runtime.h"

namespace tussle::workloads {

// What two players have done. Each function by the player of that number, 0 or 1.
class ping_pong_score {
 public:
  // The ball after the hit. Player 0 gets it when it is even.
  std::int64_t hit(std::size_t player, std::int64_t ball) {
    side& mine = sides_[player];
    ++mine.hits;
    if (ball % 2 != static_cast<std::int64_t>(player)) ++mine.out_of_turn;
    return ball + 1;
  }

  // When both have ended.
  std::int64_t hits(std::size_t player) const { return sides_[player].hits; }
  std::int64_t out_of_turn() const {
    return sides_[0].out_of_turn + sides_[1].out_of_turn;
  }

 private:
  struct alignas(harness::padding) side {
    std::int64_t hits = 0;
    std::int64_t out_of_turn = 0;
  };
  std::array<side, 2> sides_;
};

// A ball, and how many rounds it is played.
struct ping_pong_match {
  std::int64_t ball;
  std::int64_t rounds;
};

template <typename S>
concept pair_subject =
    std::constructible_from<typename S::pair, runtime&, ping_pong_score&> &&
    requires(typename S::pair both, ping_pong_match match) {
  // The ball after so many rounds, each begun by player 0. By one thread.
  { both.play(match) } -> std::same_as<std::int64_t>;
  both.finish();  // the players have ended
};

struct ping_pong {
  static harness::workload_info info() {
    return {
        .name = "ping_pong",
        .question =
            "What does it cost two that wait for each other to hand something to and "
            "fro?",
        .invariant =
            "The ball comes back with one for each hit, each of the two has hit it as "
            "often as there were rounds, and never twice in a row.",
        .failure = "The ball was lost or doubled, or somebody hit it out of turn.",
        .role = "pair",
        .conditions = {{.name = "rounds",
                        .unit = "rounds",
                        .description = "Of a match, each of two hand-overs.",
                        .default_values = {1000},
                        .minimum = 1,
                        .maximum = 1'000'000,
                        .drawn_maximum = 100},
                       harness::threads_condition({1})},
        .operations = {"match"}};
  }

  template <pair_subject Subject>
  class run {
   public:
    explicit run(const harness::conditions& values) : rounds_(values.count("rounds")) {
      for (int i = 0; i < values.threads(); ++i)
        tables_.push_back(std::make_unique<table>(on_));
    }

    void step(harness::worker& self) {
      table& mine = *tables_[static_cast<std::size_t>(self.index())];
      const std::int64_t expected = mine.ball + 2 * rounds_;
      if (mine.players.play({mine.ball, rounds_}) != expected) ++mine.wrong;
      mine.ball = expected;
      ++mine.matches;
    }

    void settle() {
      for (const auto& each : tables_) each->players.finish();
    }

    harness::verdict verify(const harness::tally& /*done*/) const {
      std::int64_t wrong = 0;
      std::int64_t others = 0;
      std::int64_t out_of_turn = 0;
      for (const auto& each : tables_) {
        wrong += each->wrong;
        out_of_turn += each->score.out_of_turn();
        for (std::size_t player = 0; player < 2; ++player)
          others += each->score.hits(player) == each->matches * rounds_ ? 0 : 1;
      }
      return harness::first_failure(
          {harness::expect_equal("balls that came back with another number", wrong,
                                 "allowed", 0),
           harness::expect_equal("hits out of turn", out_of_turn, "allowed", 0),
           harness::expect_equal("players that hit it more or less often", others,
                                 "allowed", 0)});
    }

   private:
    struct alignas(harness::padding) table {
      explicit table(runtime& on) : players(on, score) {}

      ping_pong_score score;
      std::int64_t ball = 0;
      std::int64_t matches = 0;
      std::int64_t wrong = 0;
      typename Subject::pair players;
    };

    const std::int64_t rounds_;
    runtime on_;
    std::vector<std::unique_ptr<table>> tables_;
  };
};

}  // namespace tussle::workloads
