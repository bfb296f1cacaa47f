// history.h: which older versions a ref keeps, and when those that it gave up are freed.
//
// Kept:   the newest version, and each that counts at a published read point (the rule of
//         Steam, Boettcher and others 2019, "Scalable garbage collection for in-memory MVCC
//         systems"). A commit looks when a ref has more older ones than at its last look, by
//         more than half and by `spare_versions`.
// Bound:  a ref keeps at most r + r / 2 + spare_versions older versions, r being the number of
//         read points that were published at its last look.
// Freed:  those that were given up, by the thread that gave them up, as soon as no thread has
//         announced an era in which they lived (reading.h). A thread looks when it has so many
//         more than at its last look.
// Bound:  a stalled reader keeps what was alive in the era that it announced and what its read
//         point needs, whatever the others do meanwhile.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "primitives/stm/participant.h"
#include "primitives/stm/points.h"
#include "primitives/stm/ref_core.h"
#include "primitives/sync/hooks.h"

namespace tussle::stm {

// Early where tests want to come to every path.
inline constexpr std::uint32_t spare_versions = sync::has_schedule_points ? 0 : 2;
inline constexpr std::size_t clear_up_at = sync::has_schedule_points ? 4 : 64;

// The read points that the other threads published, from the latest on, so many at a time: a
// commit allocates nothing. What is published between two looks is of no interest, because it
// is not earlier than the newest version.
class needed_points {
 public:
  explicit needed_points(const participant& own) noexcept : own_(own) {}
  needed_points(const needed_points&) = delete;
  needed_points& operator=(const needed_points&) = delete;
  ~needed_points() = default;

  // The latest one before `until`, which does not grow from call to call; no_point: none.
  point latest_before(point until) noexcept {
    for (;;) {
      while (next_ != count_ && found_[next_] >= until) ++next_;
      if (next_ != count_) return found_[next_];
      if (!are_more_) return no_point;
      look(until);
    }
  }
  // For another chain. Looks again only if the last look did not tell all.
  void begin_again() noexcept {
    next_ = 0;
    if (is_whole_) return;
    count_ = 0;
    are_more_ = true;
  }

 private:
  // Few where tests want to see several looks.
  static constexpr std::size_t at_a_time = sync::has_schedule_points ? 2 : 32;

  void look(point until) noexcept;
  void note(point at) noexcept;

  const participant& own_;
  std::array<point, at_a_time> found_;  // the first `count_`
  std::size_t count_ = 0;
  std::size_t next_ = 0;
  bool are_more_ = true;
  bool is_whole_ = true;  // what was found since the beginning, or nothing was looked for
};

// What the refs of one commit give up, by one look at what others need: none of them has a
// version newer than that commit's. By the owner of the claims, whose read point is withdrawn,
// once all new versions are stamped.
class pruning {
 public:
  explicit pruning(participant& own) noexcept : own_(own), needed_(own) {}
  pruning(const pruning&) = delete;
  pruning& operator=(const pruning&) = delete;
  ~pruning() = default;

  // Counts a new version, and unlinks what nobody needs when it is time for that.
  void note_older_version(ref_core& ref) noexcept {
    const std::uint32_t older = ref.older_count.read() + 1;
    ref.older_count.write(older);
    if (older > ref.prune_at.read()) prune(ref);
  }

 private:
  void prune(ref_core& ref) noexcept;

  participant& own_;
  needed_points needed_;
};

// Frees what the thread, and those that ended, gave up and nobody can be looking at. May run
// destructors of values: not while the thread has claims.
void clear_up(participant& own) noexcept;

inline bool is_time_to_clear_up(const participant& own) noexcept {
  return own.retired_count >= own.clear_up_when;
}

// Has what the main thread gave up freed when the process ends.
void clear_up_at_exit() noexcept;

}  // namespace tussle::stm
