#include "primitives/stm/participant.h"

#include <array>
#include <memory>
#include <new>

#include "primitives/reclaim/hazard_row.h"
#include "primitives/stm/history.h"
#include "primitives/stm/transaction.h"
#include "primitives/sync/per_thread.h"

namespace tussle::stm {

constinit global_clock the_clock;
constinit priority_word the_priority;
constinit ensured_place the_ensured;

namespace {

constinit std::array<sync::atomic<participant*>, most_participants> all{};
constinit sync::atomic<std::size_t> made{0};

struct own {
  participant* mine = nullptr;
};
own& this_thread() noexcept { return sync::per_thread<own, own>::mine(); }

participant* take_left() noexcept {
  const std::size_t count = participants();
  for (std::size_t i = 0; i < count; ++i) {
    participant& each = participant_at(i);
    bool taken = false;
    // Relaxed look first: most are taken. (7) acquire; pairs with (8): it is as its last
    // thread left it.
    if (!each.taken.load(std::memory_order_relaxed) &&
        each.taken.compare_exchange_strong(taken, true, std::memory_order_acquire,
                                           std::memory_order_relaxed)) {
      return &each;
    }
  }
  return nullptr;
}

participant* make() {
  auto fresh = std::make_unique<participant>();
  auto body = std::make_unique<transaction>(*fresh);
  fresh->own = body.get();
  std::size_t index = made.load(std::memory_order_seq_cst);
  for (;; ++index) {
    if (index == most_participants) throw std::bad_alloc();
    participant* nobody = nullptr;
    fresh->index = index;
    // (5) seq_cst; pairs with the loads of those who clear up.
    if (all[index].compare_exchange_strong(nobody, fresh.get(), std::memory_order_seq_cst,
                                           std::memory_order_seq_cst)) {
      break;
    }
  }
  std::size_t count = index;
  // Everybody counts those before it, too.
  while (count <= index &&
         !made.compare_exchange_weak(count, index + 1, std::memory_order_seq_cst,
                                     std::memory_order_seq_cst)) {
  }
  static_cast<void>(body.release());
  return fresh.release();
}

void leave() noexcept {
  own& thread = this_thread();
  if (thread.mine == nullptr) return;  // there was no memory for one
  participant& p = *thread.mine;
  clear_up(p);
  thread.mine = nullptr;
  // Relaxed: a hint; (8) publishes the list.
  p.left_versions.store(p.retired != nullptr, std::memory_order_relaxed);
  p.taken.store(false, std::memory_order_release);  // (8) pairs with (7)
}

// What the process had when an execution of a simulator began.
struct execution_begin {
  point clock = first_point;
  std::size_t count = 0;
  bool noted = false;
};
constinit execution_begin before_execution;

// The participants that an execution made end with it, and the clock is as it was: the next
// execution finds what this one found.
void forget_participants() noexcept {
  // Relaxed: no other thread is left.
  for (std::size_t i = before_execution.count; i < made.load(std::memory_order_relaxed);
       ++i) {
    const std::unique_ptr<participant> gone(all[i].load(std::memory_order_relaxed));
    delete gone->own;
    all[i].store(nullptr, std::memory_order_relaxed);
  }
  made.store(before_execution.count, std::memory_order_relaxed);
  the_priority.first.store(no_age, std::memory_order_relaxed);
  the_ensured.waiting.forget();
  the_clock.now.store(before_execution.clock, std::memory_order_relaxed);
  before_execution.noted = false;
}

// Before the first participant of an execution.
void note_execution() noexcept {
  if (!sync::in_execution() || before_execution.noted) return;
  before_execution = {.clock = read_clock(), .count = participants(), .noted = true};
  sync::at_execution_end(&forget_participants);
}

[[gnu::noinline, gnu::cold]] participant& enter() {
  clear_up_at_exit();
  note_execution();
  sync::at_thread_exit(&leave);
  participant* p = take_left();
  if (p == nullptr) p = make();
  p->options = {};
  return *(this_thread().mine = p);
}

}  // namespace

std::size_t participants() noexcept { return made.load(std::memory_order_seq_cst); }

participant& participant_at(std::size_t index) noexcept {
  return *all[index].load(std::memory_order_seq_cst);
}

participant& own_participant() {
  participant* const mine = this_thread().mine;
  if (mine == nullptr) [[unlikely]]
    return enter();
  return *mine;
}

point fix_point(participant& committer, std::uint64_t ready) noexcept {
  const point drawn = next_point();
  std::uint64_t present = ready;
  // (6) seq_cst; pairs with (9): the one step in which all versions of the commit count.
  // A failure is a load like (9).
  if (committer.commit_word.compare_exchange_strong(
          present, drawn, std::memory_order_seq_cst, std::memory_order_seq_cst)) {
    return drawn;
  }
  return present;
}

point version_base::ask_committer() const noexcept {
  for (;;) {
    // (10) acquire; pairs with (4).
    const std::uint64_t stamp = stamp_.load(std::memory_order_acquire);
    if ((stamp & pending_bit) == 0) return stamp;
    participant& committer = participant_at(stamp & ~pending_bit);
    // (9) seq_cst; pairs with (6) and with READY.
    std::uint64_t word = committer.commit_word.load(std::memory_order_seq_cst);
    if ((word & ready_bit) != 0) {
      this_thread().mine->counters.helped.add(1);  // it reads, so it has one
      word = fix_point(committer, word);
    }
    // The word may be of a later commit of the same thread: then this one is stamped, and
    // (10) sees that, because stamps are written before the word changes again.
    if ((stamp_.load(std::memory_order_acquire) & pending_bit) == 0) continue;
    if ((word & ready_bit) == 0) return word == 0 ? not_yet : word;
  }
}

}  // namespace tussle::stm

namespace tussle {

stm_counters count_stm() noexcept {
  stm_counters sum;
  for (std::size_t i = 0; i < stm::participants(); ++i) {
    const stm::own_stm_counters& own = stm::participant_at(i).counters;
    sum.attempts += own.attempts.read();
    sum.commits += own.commits.read();
    sum.reads_only += own.reads_only.read();
    for (std::size_t cause = 0; cause < retry_causes; ++cause)
      sum.retries[cause] += own.retries[cause].read();
    sum.bodies_again += own.bodies_again.read();
    sum.barges += own.barges.read();
    sum.helped += own.helped.read();
    sum.versions_made += own.versions_made.read();
    sum.versions_freed += own.versions_freed.read();
  }
  return sum;
}

}  // namespace tussle
