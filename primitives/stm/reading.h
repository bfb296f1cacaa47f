// reading.h: how a thread looks at versions that others may clear up meanwhile.
//
// Before it looks at a ref's head it announces the present era, and looks again whether that is
// still the era. Then whatever it comes upon from that head lived in the era, and is not freed
// until it announces another one (an interval-based scheme with one announced era: Ramalhete and
// Correia 2017, "Hazard Eras"; Wen and others 2018). A version that counts at a published
// read point is not even unlinked (history.h).
//
// The look costs no store while the era lasts, and begins again only if an era ended between
// the announcement and the look: it is lock-free, as an era ends by many commits.
//
// A read point is published, and then is the thread's if the clock still shows it. If it does
// not, somebody has committed, and may have given up what counts at that point. Then
//
//   some point ──▶ CHOOSING(n) ──▶ the present point
//                       └── by the thread, or by whoever clears up and comes upon it
//
// with a number n that never comes again. Whoever chooses has seen CHOOSING before it reads the
// clock. So those who clear up have looked before CHOOSING, and have kept what counted then and
// later, which the chosen point is; or they know the point before they give up anything. Thus a
// begin is wait-free: at most two stores and one compare-exchange, whatever others commit; and
// a thread that stands still while it chooses keeps no more than any other reader.
#pragma once

#include <atomic>

#include "primitives/stm/participant.h"
#include "primitives/stm/points.h"
#include "primitives/stm/ref_core.h"
#include "primitives/stm/version.h"
#include "primitives/sync/schedule_point.h"

namespace tussle::stm {

inline void announce(participant& own, era present) noexcept {
  // (12) seq_cst; pairs with (13): who clears up sees it, or had unlinked what it clears up
  // before this thread looks. Its release part ends the use of what was protected before.
  own.seen.store(present, std::memory_order_seq_cst);
  own.announced = present;
}

// The newest version, linked by a commit that may not count yet. Protected, with all that are
// older, until the thread announces another era.
inline const version_base* look_at_head(const ref_core& ref, participant& own) noexcept {
  for (;;) {
    const version_base* const head = ref.newest();
    sync::schedule_point("stm.read.after_head");
    const era present = era_of(read_clock());
    if (own.announced == present) [[likely]]
      return head;
    announce(own, present);
  }
}

// The newest version that counts at `at`, a point that is published.
inline const version_base& version_at(const ref_core& ref, participant& own,
                                      point at) noexcept {
  const version_base* v = look_at_head(ref, own);
  while (v->counts_from() > at) v = v->older();
  return *v;
}

// The newest version that counts. It stays valid as the rest does, though no read point keeps it.
inline const version_base& latest_version(const ref_core& ref,
                                          participant& own) noexcept {
  const version_base* const head = look_at_head(ref, own);
  if (head->counts_from() != not_yet) [[likely]]
    return *head;
  sync::schedule_point("stm.read.before_older");
  // Its commit claimed the ref when the one before counted. That is still the next one, unless
  // this one has come to count meanwhile; then there may be one here that is older still.
  const version_base* const before = head->older();
  return head->counts_from() == not_yet ? *before : *head;
}

inline constexpr std::uint64_t choosing_bit = std::uint64_t{1} << 63;

// The point that a thread has published, chosen here if need be; no_point if it has none, or
// one that is none of the caller's business: that it began to choose after this look began, at
// what will be the present then or later.
inline point read_point_of(participant& p) noexcept {
  // (15) seq_cst; pairs with (14) and (33), and, acquire, with the end of reading.
  std::uint64_t word = p.read_point.load(std::memory_order_seq_cst);
  if ((word & choosing_bit) == 0) [[likely]]
    return word;
  const point now = read_clock();
  // (34) seq_cst; pairs with (15): the point is what all find from here on.
  if (p.read_point.compare_exchange_strong(word, now, std::memory_order_seq_cst,
                                           std::memory_order_seq_cst)) {
    return now;
  }
  return (word & choosing_bit) == 0 ? word : no_point;
}

// The present point, though the clock moves.
[[gnu::noinline, gnu::cold]] inline point choose_read_point(participant& own) noexcept {
  // (33) seq_cst; pairs with (15): who clears up sees it, or looked before the clock is read
  // to choose.
  own.read_point.store(choosing_bit | ++own.choices, std::memory_order_seq_cst);
  return read_point_of(own);
}

// Publishes the present point as read point, which announces its era, and returns it: versions
// that count at it are kept from here on.
inline point publish_read_point(participant& own) noexcept {
  point now = read_clock();
  // (14) seq_cst; pairs with (15): who clears up sees it, or looked before the clock is
  // read again here, and keeps what counts at that time and later.
  own.read_point.store(now, std::memory_order_seq_cst);
  if (read_clock() != now) [[unlikely]]
    now = choose_read_point(own);
  own.announced = era_of(now);  // by the point; looks (12) go on from there
  return now;
}

// Ends what publish_read_point and the looks since began.
inline void end_reading(participant& own) noexcept {
  // Release, both; pair with (13) and (15): what was read comes before it is cleared up.
  own.read_point.store(no_point, std::memory_order_release);
  own.seen.store(no_era, std::memory_order_release);
  own.announced = no_era;
}

// The protection of a look outside transactions, for a scope.
class plain_look {
 public:
  explicit plain_look(participant& own) noexcept : own_(own) {}
  plain_look(const plain_look&) = delete;
  plain_look& operator=(const plain_look&) = delete;
  ~plain_look() {
    own_.seen.store(no_era, std::memory_order_release);  // as in end_reading
    own_.announced = no_era;
  }

  const version_base& latest(const ref_core& ref) const noexcept {
    return latest_version(ref, own_);
  }

 private:
  participant& own_;
};

}  // namespace tussle::stm
