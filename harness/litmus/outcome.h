// outcome.h: what a litmus program may come to, and what that means.
//
//   static constexpr std::array outcomes = {
//       outcome{1, 2, acceptable, "actor 1 went first"},
//       outcome{2, 1, acceptable, "actor 2 went first"},
//   };
//
// What is not listed is forbidden.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace tussle::litmus {

enum class grade : std::uint8_t {
  acceptable,
  interesting,  // allowed, and worth knowing
  forbidden,    // a finding
};
using enum grade;

const char* to_string(grade g);

inline constexpr std::size_t most_values = 4;

// What an execution came to: as many numbers as the program has, then zeros.
using values = std::array<int, most_values>;

struct outcome {
  constexpr outcome(int a, grade g, const char* why) : seen{a}, meaning(g), reason(why) {}
  constexpr outcome(int a, int b, grade g, const char* why)
      : seen{a, b}, meaning(g), reason(why) {}
  constexpr outcome(int a, int b, int c, grade g, const char* why)
      : seen{a, b, c}, meaning(g), reason(why) {}
  constexpr outcome(int a, int b, int c, int d, grade g, const char* why)
      : seen{a, b, c, d}, meaning(g), reason(why) {}

  values seen;
  grade meaning;
  const char* reason;  // one line
};

// How often each came out.
using counts = std::map<values, std::uint64_t>;

// One line of a program's result: a listed outcome, or one that came out without being
// listed.
struct counted_outcome {
  values seen;
  grade meaning;
  std::string reason;
  std::uint64_t count = 0;
  bool listed = true;
};

// All listed outcomes in their order, and then the others.
std::vector<counted_outcome> graded(const std::vector<outcome>& table,
                                    const counts& found);

bool has_forbidden(const std::vector<counted_outcome>& all);

// "1, 2": the first `count` numbers.
std::string to_text(const values& seen, std::size_t count);

}  // namespace tussle::litmus
