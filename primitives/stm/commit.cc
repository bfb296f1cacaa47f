// How a transaction's changes become visible (transaction.h, version.h).
#include <algorithm>
#include <utility>

#include "primitives/stm/history.h"
#include "primitives/stm/transaction.h"
#include "primitives/sync/schedule_point.h"

namespace tussle::stm {

bool transaction::commit() {
  in_body_ = false;
  if (doomed_) return false;
  if (!has_changes()) {
    own_.counters.reads_only.add(1);
    return true;
  }
  if (yields_to_priority()) {
    note_failure(why_);
    return false;
  }
  sync::schedule_point("stm.commit.before_committing");
  std::uint64_t running = attempt_status(own_.serial, attempt_state::running).word();
  // (23) relaxed; pairs with (22): one word, in which an attempt is killed or commits. It shows
  // nothing, and hides nothing that is looked for afterwards.
  if (!own_.status.compare_exchange_strong(
          running, attempt_status(own_.serial, attempt_state::committing).word(),
          std::memory_order_relaxed, std::memory_order_relaxed)) {
    note_failure(retry_cause::killed);
    return false;
  }
  if (!commutes_.empty()) {
    if (!claim_commuted()) return false;
    compute_commuted();
  }
  validate();
  // From here on no user code runs, and nothing fails that could undo it.
  install();
  own_.counters.commits.add(1);
  return true;
}

bool transaction::has_changes() noexcept {
  return std::any_of(writes_.begin(), writes_.end(),
                     [](const write_entry& e) { return e.value != nullptr; });
}

// False: another transaction has one of them.
bool transaction::claim_commuted() {
  wanted_.clear();
  bool holds_any = false;
  for (write_entry& e : writes_) {
    if (e.commuted) wanted_.push_back(&e);
    holds_any = holds_any || e.claimed || e.ensured;
  }
  std::sort(wanted_.begin(), wanted_.end(),
            [](const auto* a, const auto* b) { return a->ref->id() < b->ref->id(); });
  for (write_entry* const e : wanted_) {
    if (!claim_at_commit(*e, holds_any)) return false;
    holds_any = true;
  }
  return true;
}

// Who holds nothing yet may wait; the body need not run again for that.
bool transaction::claim_at_commit(write_entry& entry, bool holds_any) {
  for (;;) {
    const outcome o = try_claim(entry);
    if (o == outcome::taken) return true;
    if (o == outcome::changed_meanwhile) continue;
    note_failure(why_ == retry_cause::priority ? why_ : retry_cause::at_commit);
    if (holds_any || attempts_ >= options.most_attempts) return false;
    ++attempts_;
    if (attempts_ > options.attempts_before_priority) seek_priority();
    wait_for_obstacle();
  }
}

void transaction::compute_commuted() {
  for (commuted& each : commutes_) {
    if (each.entry == no_entry) continue;
    write_entry& e = writes_[each.entry];
    // While it is claimed the newest version stays, and counts.
    const version_base& latest =
        std::exchange(e.computed, true) ? *e.value : *e.ref->newest();
    version_ptr next = each.again(latest);
    own_.counters.versions_made.add(1);
    displaced_.push(std::exchange(e.value, next.release()));
  }
}

void transaction::validate() {
  for (write_entry& e : writes_) {
    if (e.value != nullptr && e.ref->has_rules()) [[unlikely]]
      e.ref->validate(*e.value);
  }
}

// Once they count, so that whoever adds a watch and then finds an old value is told of the
// change. The versions that were replaced are still there.
void transaction::note_changes() noexcept {
  try {
    for (write_entry& e : writes_) {
      if (e.value == nullptr || !e.ref->has_rules()) [[likely]]
        continue;
      if (auto noted = e.ref->note_change(*e.value->older(), *e.value))
        after_.changes.push_back(std::move(noted));
    }
  } catch (...) {
    after_.failure = std::current_exception();
  }
}

void transaction::install() noexcept {
  sync::schedule_point("stm.commit.before_install");
  // (30) release; pairs with (9): the stamps of this thread's last commit come before it.
  own_.commit_word.store(0, std::memory_order_release);
  const era present = era_of(read_clock());
  for (write_entry& e : writes_) {
    if (e.value == nullptr) continue;
    e.value->make_pending(own_.index, e.ref->newest(), present);
    e.ref->link(e.value);
    sync::schedule_point("stm.commit.after_link");
  }
  const std::uint64_t ready = ready_bit | own_.serial;
  // (31) release; pairs with (9): all versions are linked. The point is drawn after it, so that
  // whoever has this point or a later one sees it, too.
  own_.commit_word.store(ready, std::memory_order_release);
  sync::schedule_point("stm.commit.after_ready");
  const point from = fix_point(own_, ready);
  sync::schedule_point("stm.commit.after_point");
  stamp_all(from);
}

void transaction::stamp_all(point from) noexcept {
  for (write_entry& e : writes_) {
    if (e.value != nullptr) e.value->stamp(from);
  }
  note_changes();
  end_reading(own_);  // what it has read need not be kept for it
  pruning given_up(own_);
  for (write_entry& e : writes_) {
    if (std::exchange(e.value, nullptr) != nullptr) given_up.note_older_version(*e.ref);
    if (!std::exchange(e.claimed, false)) continue;
    // (32) release; pairs with (20): the stamps, and what the owner of a claim keeps. A plain
    // store, because nobody takes a claim from who is committing.
    e.ref->claim.store(0, std::memory_order_release);
  }
}

}  // namespace tussle::stm
