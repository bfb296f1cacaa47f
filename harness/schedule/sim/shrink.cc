#include "harness/schedule/sim/shrink.h"

#include <algorithm>
#include <cstddef>
#include <tuple>
#include <utility>
#include <vector>

#include "harness/schedule/sim/given_answers.h"
#include "harness/schedule/sim/given_turns.h"

namespace tussle::sim {
namespace {

constexpr int most_tries = 4'000;

class shrinking {
 public:
  shrinking(execution& runs, const program& what, const limits& within,
            const outcome& failed)
      : runs_(&runs),
        what_(&what),
        within_(&within),
        kind_(failed.failure->kind),
        best_(failed),
        size_(size_of(failed)) {}

  answers result() {
    while (one_pass() && tries_ < most_tries) {
    }
    return without_last_zeros(std::move(best_.given));
  }

 private:
  // Switches weigh most: they are what a reader has to follow.
  using size = std::tuple<std::uint64_t, std::uint64_t, std::ptrdiff_t>;

  static size size_of(const outcome& seen) {
    const auto zeros = std::count(seen.given.begin(), seen.given.end(), 0);
    return {seen.switches, seen.points,
            static_cast<std::ptrdiff_t>(seen.given.size()) - zeros};
  }

  static answers without_last_zeros(answers given) {
    while (!given.empty() && given.back() == 0) given.pop_back();
    return given;
  }

  bool improves(chooser&& again) {
    if (++tries_ > most_tries) return false;
    again.begin({});
    outcome seen = runs_->run(*what_, again, *within_, false);
    if (!seen.failure || seen.failure->kind != kind_ || size_of(seen) >= size_) {
      return false;
    }
    size_ = size_of(seen);
    best_ = std::move(seen);
    return true;
  }

  bool one_pass() {
    const bool zeroed = try_groups([](answers& all, std::size_t begin, std::size_t end) {
      std::fill(all.begin() + static_cast<std::ptrdiff_t>(begin),
                all.begin() + static_cast<std::ptrdiff_t>(end), std::uint16_t{0});
    });
    const bool removed = try_groups([](answers& all, std::size_t begin, std::size_t end) {
      all.erase(all.begin() + static_cast<std::ptrdiff_t>(begin),
                all.begin() + static_cast<std::ptrdiff_t>(end));
    });
    const bool without_turns = try_turns();
    return zeroed || removed || without_turns;
  }

  bool try_turns() {
    bool any = false;
    for (std::size_t i = 0; i < best_.turns.size() && tries_ < most_tries;) {
      std::vector<turn> fewer = best_.turns;
      fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
      const bool better = improves(given_turns(std::move(fewer), best_.given_to_others));
      any = any || better;
      if (!better) ++i;
    }
    return any;
  }

  // Groups of half of all answers, then of a quarter, ...
  template <typename Change>
  bool try_groups(Change change) {
    bool any = false;
    for (std::size_t group = std::max<std::size_t>(best_.given.size() / 2, 1); group > 0;
         group /= 2) {
      for (std::size_t begin = 0; begin < best_.given.size() && tries_ < most_tries;) {
        answers candidate = best_.given;
        const std::size_t end = std::min(begin + group, candidate.size());
        change(candidate, begin, end);
        const bool better =
            candidate != best_.given && improves(given_answers(std::move(candidate)));
        any = any || better;
        // What came in the group's place is tried at the same place.
        if (!better) begin += group;
      }
    }
    return any;
  }

  execution* runs_;
  const program* what_;
  const limits* within_;
  const finding_kind kind_;
  outcome best_;
  size size_;
  int tries_ = 0;
};

}  // namespace

answers shrink(execution& runs, const program& what, const limits& within,
               const outcome& failed) {
  return shrinking(runs, what, within, failed).result();
}

}  // namespace tussle::sim
