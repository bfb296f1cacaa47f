// The model against the axioms, on programs that nobody thought of.
#include <gtest/gtest.h>

#include <cstdint>
#include <initializer_list>
#include <ostream>
#include <random>
#include <string>

#include "harness/schedule/memory/axioms_testing.h"
#include "harness/schedule/memory/program_testing.h"

namespace tussle::sim::tests {
namespace {

#if defined(TUSSLE_MODE_BENCH)
constexpr std::uint32_t programs = 400;
#else
constexpr std::uint32_t programs = 60;
#endif

class drawing {
 public:
  explicit drawing(std::uint32_t seed) : random_(seed) {}

  // On two locations. Half of the programs have fences between relaxed operations, as those
  // have that fences are made for.
  program draw() {
    program p;
    if (below(2) == 0) {
      for (const std::size_t steps : {3U, 3U}) p.threads.push_back(draw_fenced(steps));
      return p;
    }
    const std::size_t threads = 2 + below(2);
    while (p.threads.size() < threads) p.threads.push_back(draw_steps(5 - threads));
    return p;
  }

 private:
  std::size_t below(std::size_t end) { return random_() % end; }

  std::memory_order one_of(std::initializer_list<std::memory_order> orders) {
    return orders.begin()[below(orders.size())];
  }

  thread_steps draw_steps(std::size_t count) {
    thread_steps steps;
    while (steps.size() < count) steps.push_back(draw_step());
    return steps;
  }

  thread_steps draw_fenced(std::size_t count) {
    thread_steps steps;
    while (steps.size() < count) {
      if (steps.size() == 1) {
        steps.push_back(fence(one_of({acquire, release, seq_cst, seq_cst, seq_cst})));
        continue;
      }
      steps.push_back(draw_step());
      if (below(4) != 0 && steps.back().kind != step_kind::fence) {
        steps.back().order = relaxed;
      }
    }
    return steps;
  }

  step draw_step() {
    const int where = static_cast<int>(below(2));
    switch (below(10)) {
      case 0:
      case 1:
        return add(where, 100, one_of({relaxed, acquire, release, acq_rel, seq_cst}));
      case 2:
      case 3:
        return fence(one_of({acquire, release, acq_rel, seq_cst, seq_cst}));
      case 4:
      case 5:
      case 6:
        return store(where, ++last_value_, one_of({relaxed, release, seq_cst}));
      default:
        return load(where, one_of({relaxed, acquire, seq_cst}));
    }
  }

  std::mt19937 random_;
  int last_value_ = 0;
};

std::string to_string(const program& p) {
  const char* const kinds[] = {"load", "store", "add", "compare_exchange", "fence"};
  const char* const orders[] = {"relaxed", "consume", "acquire",
                                "release", "acq_rel", "seq_cst"};
  std::string text;
  for (const thread_steps& thread : p.threads) {
    for (const step& s : thread) {
      text += std::string(kinds[static_cast<int>(s.kind)]) + " " + "xyz"[s.where] + " " +
              std::to_string(s.value) + " " + orders[static_cast<int>(s.order)] + "; ";
    }
    text += "\n";
  }
  return text;
}

// The same program in other orders.
program weakened(program p, std::memory_order loads, std::memory_order stores,
                 std::memory_order both) {
  for (thread_steps& thread : p.threads) {
    for (step& s : thread) {
      if (s.kind == step_kind::load) s.order = loads;
      if (s.kind == step_kind::store) s.order = stores;
      if (s.kind == step_kind::add || s.kind == step_kind::fence) s.order = both;
    }
  }
  return p;
}

bool is_subset(const std::set<outcome>& part, const std::set<outcome>& whole) {
  return std::includes(whole.begin(), whole.end(), part.begin(), part.end());
}

TEST(random_programs, do_exactly_what_the_axioms_allow) {
  for (std::uint32_t seed = 0; seed < programs; ++seed) {
    const program p = drawing(seed).draw();

    ASSERT_EQ(explore(p).outcomes, allowed(p, total_order::as_executed)) << to_string(p);
  }
}

TEST(random_programs, do_nothing_that_the_standard_forbids) {
  for (std::uint32_t seed = 0; seed < programs; ++seed) {
    const program p = drawing(seed).draw();

    ASSERT_TRUE(is_subset(explore(p).outcomes, allowed(p, total_order::of_the_standard)))
        << to_string(p);
  }
}

TEST(random_programs, in_seq_cst_do_what_interleaving_does) {
  for (std::uint32_t seed = 0; seed < programs; ++seed) {
    const program p = weakened(drawing(seed).draw(), seq_cst, seq_cst, seq_cst);

    ASSERT_EQ(explore(p).outcomes, interleave(p)) << to_string(p);
  }
}

TEST(random_programs, do_more_the_weaker_their_orders_are) {
  for (std::uint32_t seed = 0; seed < programs; ++seed) {
    const program p = drawing(seed).draw();
    const auto strong = explore(weakened(p, seq_cst, seq_cst, seq_cst)).outcomes;
    const auto middle = explore(weakened(p, acquire, release, acq_rel)).outcomes;
    const auto weak = explore(weakened(p, relaxed, relaxed, relaxed)).outcomes;

    ASSERT_TRUE(is_subset(strong, middle)) << to_string(p);
    ASSERT_TRUE(is_subset(middle, weak)) << to_string(p);
  }
}

// Stores that are forgotten take outcomes away and add none.
TEST(random_programs, with_a_short_memory_do_part_of_what_they_could) {
  for (std::uint32_t seed = 0; seed < programs; ++seed) {
    const program p = weakened(drawing(seed).draw(), relaxed, relaxed, relaxed);
    const auto all = explore(p).outcomes;

    ASSERT_TRUE(is_subset(explore(p, 2).outcomes, all)) << to_string(p);
    ASSERT_TRUE(is_subset(interleave(p), all)) << to_string(p);
  }
}

}  // namespace
}  // namespace tussle::sim::tests
