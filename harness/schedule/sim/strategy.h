// strategy.h: how an exploration answers what is left open.
//
// random   any thread that can run; in half of the executions the thread that ran goes on
//          with probability 0.9, because threads that alternate at every step keep queues
//          short and never meet what needs a long run of one of them
// pct      priorities: the first thread in order runs, and d - 1 times, at random points,
//          it falls behind all others. An order bug of depth d among n threads is met with
//          probability at least 1 / (n * length^(d - 1)) in each execution (Burckhardt et
//          al., ASPLOS 2010)
// pos      a random priority for each next operation, drawn anew when it raced with the
//          one that was done: orders of conflicting operations become likely alike (Yuan,
//          Yang and Gu, CAV 2018)
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "harness/schedule/sim/decision.h"

namespace tussle::sim {

enum class strategy : std::uint8_t { random, pct, pos, exhaustive };

inline constexpr std::string_view strategy_names[] = {"random", "pct", "pos",
                                                      "exhaustive"};

std::string_view to_string(strategy which);
std::optional<strategy> find_strategy(std::string_view name);

// One that draws. `depth` is that of pct.
std::unique_ptr<chooser> make_random();
std::unique_ptr<chooser> make_pct(int depth);
std::unique_ptr<chooser> make_pos();

}  // namespace tussle::sim
