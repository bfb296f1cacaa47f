// token.h: a short text that identifies an execution, and replays it exactly.
//
// Either what an execution was drawn from (strategy, depth, length, seed) or its answers
// (decision.h), of which long runs of 0 cost nothing. It carries a fingerprint of the
// program and of the build, because the same answers mean something else elsewhere.
//
//   base64url( version, form, fingerprint (4 bytes), payload )
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "harness/schedule/sim/decision.h"
#include "harness/schedule/sim/strategy.h"

namespace tussle::sim {

// An execution that a strategy drew.
struct drawn {
  strategy from = strategy::random;
  int depth = 0;
  start how;

  bool operator==(const drawn&) const = default;
};

inline bool operator==(const start& a, const start& b) {
  return a.seed == b.seed && a.length == b.length;
}

struct token {
  std::uint32_t fingerprint = 0;
  std::variant<drawn, answers> of;
};

// Of a program with this name (and parameters) in this build.
std::uint32_t fingerprint_of(std::string_view program);

std::string write_token(const token& t);
// Nothing if the text is no token of this version.
std::optional<token> read_token(std::string_view text);

}  // namespace tussle::sim
