#include "primitives/stm/history.h"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <utility>
#include <vector>

#include "primitives/reclaim/hazard_row.h"
#include "primitives/stm/reading.h"
#include "primitives/stm/ref_state.h"
#include "primitives/sync/schedule_point.h"

namespace tussle::stm {
namespace {

using eras = std::vector<era>;

template <typename Visit>
void for_each_other(const participant& own, const Visit& visit) {
  const std::size_t count = participants();
  for (std::size_t i = 0; i < count; ++i) {
    participant& each = participant_at(i);
    if (&each != &own) visit(each);
  }
}

// The eras that the other threads announced.
eras announced_eras(const participant& own) {
  eras found;
  for_each_other(own, [&](participant& p) {
    const point at = read_point_of(p);  // (15)
    // (13) seq_cst; pairs with (12), and, acquire, with its end.
    const era seen = p.seen.load(std::memory_order_seq_cst);
    if (at != no_point) found.push_back(era_of(at));
    if (seen != no_era) found.push_back(seen);
  });
  return found;
}

class unlinking {
 public:
  unlinking(ref_core& ref, participant& own) noexcept : ref_(ref), own_(own) {}

  void run(needed_points& needed) noexcept {
    version_base* newer = ref_.newest();
    point until = newer->counts_from();
    while (version_base* const v = newer->older()) {
      const point from = v->counts_from();
      if (needed.latest_before(until) >= from) {
        newer = v;
        ++kept_;
      } else {
        unlink(*newer, *v);
      }
      until = from;
    }
  }

  std::uint32_t kept() const noexcept { return kept_; }

 private:
  void unlink(version_base& newer, version_base& v) noexcept {
    newer.set_older(v.older());
    sync::schedule_point("stm.prune.after_unlink");
    // After the unlink: whoever found it before announced an era that is not later.
    v.retire(own_.retired, era_of(read_clock()));
    own_.retired = &v;
    ++own_.retired_count;
  }

  ref_core& ref_;
  participant& own_;
  std::uint32_t kept_ = 0;
};

// The list, and what of it cannot be freed yet.
void free_unseen(participant& own, const eras& announced) noexcept {
  version_base* next = std::exchange(own.retired, nullptr);
  own.retired_count = 0;
  while (version_base* const v = next) {
    next = v->next_retired();
    const bool seen = std::any_of(announced.begin(), announced.end(),
                                  [v](era each) { return v->lived_in(each); });
    if (seen) {
      v->keep_retired(own.retired);
      own.retired = v;
      ++own.retired_count;
    } else {
      v->destroy();  // may come back here, and gives up more
      own.counters.versions_freed.add(1);
    }
  }
}

// Moves what ended threads left into this thread's list.
void adopt_left_versions(participant& own) noexcept {
  const std::size_t count = participants();
  for (std::size_t i = 0; i < count; ++i) {
    participant& each = participant_at(i);
    bool taken = false;
    // Relaxed looks: hints. (7) acquire; pairs with (8) in participant.cc.
    if (!each.left_versions.load(std::memory_order_relaxed) ||
        each.taken.load(std::memory_order_relaxed) ||
        !each.taken.compare_exchange_strong(taken, true, std::memory_order_acquire,
                                            std::memory_order_relaxed)) {
      continue;
    }
    while (version_base* const v = each.retired) {
      each.retired = v->next_retired();
      v->keep_retired(own.retired);
      own.retired = v;
      ++own.retired_count;
    }
    each.retired_count = 0;
    each.clear_up_when = 1;
    each.left_versions.store(false, std::memory_order_relaxed);
    each.taken.store(false, std::memory_order_release);  // (8)
  }
}

std::size_t count_from(const version_base& newest) noexcept {
  std::size_t older = 0;
  for (const version_base* v = newest.older(); v != nullptr; v = v->older()) ++older;
  return older;
}

struct at_process_exit {
  ~at_process_exit() {
    try {
      clear_up(own_participant());
    } catch (...) {  // no memory for it: everything goes with the process
    }
  }
};

}  // namespace

void needed_points::look(point until) noexcept {
  count_ = 0;
  next_ = 0;
  are_more_ = false;
  for_each_other(own_, [&](participant& p) {
    const point at = read_point_of(p);  // (15)
    if (at != no_point && at < until) note(at);
  });
}

// Latest first, each once; if there is no room the earliest goes.
void needed_points::note(point at) noexcept {
  auto* const end = found_.data() + count_;
  auto* const place = std::lower_bound(found_.data(), end, at, std::greater<>());
  if (place != end && *place == at) return;
  if (count_ == at_a_time) {
    are_more_ = true;
    is_whole_ = false;
    if (place == end) return;
  } else {
    ++count_;
  }
  std::move_backward(place, found_.data() + count_ - 1, found_.data() + count_);
  *place = at;
}

void pruning::prune(ref_core& ref) noexcept {
  needed_.begin_again();
  unlinking chain(ref, own_);
  chain.run(needed_);
  ref.older_count.write(chain.kept());
  ref.prune_at.write(chain.kept() + chain.kept() / 2 + spare_versions);
}

void clear_up(participant& own) noexcept {
  if (own.clearing_up) return;
  own.clearing_up = true;
  try {
    adopt_left_versions(own);
    free_unseen(own, announced_eras(own));
  } catch (...) {  // no memory for the list: next time
  }
  own.clear_up_when = clear_up_at + 2 * own.retired_count;
  own.clearing_up = false;
}

std::size_t count_older_versions(const ref_core& ref) {
  participant& own = own_participant();
  if (own.announced != no_era) return count_from(latest_version(ref, own));
  const plain_look look(own);
  return count_from(look.latest(ref));
}

void clear_up_at_exit() noexcept {
  reclaim::detail::clean_up_at_exit();  // that is, after this one
  static const at_process_exit last;
}

}  // namespace tussle::stm
