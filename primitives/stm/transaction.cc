#include "primitives/stm/transaction.h"

#include <new>

#include "primitives/reference/errors.h"
#include "primitives/stm/history.h"
#include "primitives/sync/hooks.h"
#include "primitives/sync/per_thread.h"
#include "primitives/sync/schedule_point.h"
#include "primitives/task/errors.h"

namespace tussle {
namespace stm {

transaction& transaction::required() {
  transaction* const t = running();
  if (t == nullptr || !t->in_body_) throw no_transaction_error();
  return *t;
}

transaction& transaction::begin() {
  participant& own = own_participant();
  // A destructor that an ending transaction runs may begin one.
  if (own.own->busy_) [[unlikely]]
    own.own = new transaction(own, own.own);
  transaction& t = *own.own;
  t.busy_ = true;
  t.options = own.options;
  // One that begins between two attempts of another one has the age of that: it goes first
  // where that one does, and others find the age that they know.
  t.age_ = t.outer_ == nullptr ? no_age : t.outer_->age_;
  t.attempts_ = 0;
  t.step_in();
  return t;
}

void transaction::step_in() noexcept {
  outer_collector_ = detail::collect_sends(this);
  this_thread::mine().running = this;
}

void transaction::step_back() noexcept {
  detail::collect_sends(outer_collector_);
  this_thread::mine().running = nullptr;
}

void transaction::begin_attempt() {
  if (attempts_ >= options.most_attempts) throw retry_limit_error();
  if (attempts_ > 0) step_in();
  if (age_ == no_age) {
    age_ = make_age(read_clock(), own_.index);
    // Release: before the status of this attempt.
    own_.born.store(age_, std::memory_order_release);
  }
  if (attempts_ >= options.attempts_before_priority) seek_priority();
  ++attempts_;
  own_.counters.attempts.add(1);
  doomed_ = false;
  pinned_ = false;
  has_unclaimed_ = false;
  read_point_ = publish_read_point(own_);
  ++own_.serial;
  // Release; seen by whoever sees a claim of this attempt.
  own_.status.store(attempt_status(own_.serial, attempt_state::running).word(),
                    std::memory_order_release);
  in_body_ = true;
}

const version_base& transaction::read_beside_writes(const ref_core& ref) {
  if (doomed_ && in_body_) [[unlikely]]
    throw retry_signal();
  const write_entry* const e = writes_.find(ref);
  if (e != nullptr && e->value != nullptr) return *e->value;
  if (e == nullptr || (!e->claimed && !e->ensured)) pinned_ = true;
  return version_at(ref, own_, read_point_);
}

const version_base& transaction::claim_to_write(ref_core& ref) {
  require_live();
  write_entry& e = entry_of(ref);
  if (e.commuted) throw set_after_commute_error();
  if (!e.claimed) take(e, &transaction::try_claim);
  return e.value != nullptr ? *e.value : version_at(ref, own_, read_point_);
}

void transaction::claim_and_write(ref_core& ref, version_ptr next) {
  keep(std::move(next));
  claim_to_write(ref);
  put_kept(entry_of(ref));
}

void transaction::write(ref_core& ref, version_ptr next) {
  keep(std::move(next));
  require_live();  // the function that computed it may have hidden a signal
  put_kept(entry_of(ref));
}

// Until the attempt is over, whatever fails before it is put into its place: as it goes, so may
// others that the thread has retired.
void transaction::keep(version_ptr next) noexcept {
  own_.counters.versions_made.add(1);
  displaced_.push(next.release());
}

void transaction::put_kept(write_entry& entry) noexcept {
  version_base* const kept = displaced_.pop();
  if (entry.value != nullptr) displaced_.push(entry.value);
  entry.value = kept;
}

const version_base* transaction::value_to_commute(const ref_core& ref) {
  require_live();
  const write_entry* const e = writes_.find(ref);
  return e == nullptr ? nullptr : e->value;
}

void transaction::commute(ref_core& ref, version_ptr next, commute_function again) {
  keep(std::move(next));
  commutes_.push_back({no_entry, std::move(again)});  // kept likewise
  require_live();
  has_unclaimed_ = true;
  write_entry& e = entry_of(ref);
  if (!e.claimed) {
    commutes_.back().entry = writes_.index_of(e);
    e.commuted = true;
  }
  put_kept(e);
}

const version_base& transaction::ensure(ref_core& ref) {
  require_live();
  has_unclaimed_ = true;
  write_entry& e = entry_of(ref);
  if (!e.claimed && !e.ensured) take(e, &transaction::try_ensure);
  return e.value != nullptr ? *e.value : version_at(ref, own_, read_point_);
}

write_entry& transaction::entry_of(ref_core& ref) {
  // In large sets the claim tells where the ref is, or that it is not there.
  if (!writes_.is_small() && !has_unclaimed_) {
    sync::schedule_point("stm.write.before_claim_look");
    const claim_word seen(ref.claim.load(std::memory_order_seq_cst));  // (20)
    const bool is_mine =
        seen.has_owner() && seen.owner() == own_.index && seen.is_of(own_.serial);
    if (is_mine && seen.entry() != claim_word::far_entry) return writes_[seen.entry()];
    if (!is_mine) {
      require_live();  // who took a claim from it had marked it KILLED before
      return writes_.add(ref);
    }
  }
  write_entry* const e = writes_.find(ref);
  return e != nullptr ? *e : writes_.add(ref);
}

void transaction::take(write_entry& entry, outcome (transaction::*how)(write_entry&)) {
  for (;;) {
    const outcome o = (this->*how)(entry);
    if (o == outcome::taken) break;
    if (o == outcome::changed_meanwhile) continue;
    // Nothing is held, nothing has been seen: the body need not begin again.
    const bool is_first = writes_.size() == 1 && !entry.ensured &&
                          entry.value == nullptr && can_move_read_point();
    if (!is_first || attempts_ >= options.most_attempts) fail(why_);
    note_failure(why_);
    ++attempts_;
    if (attempts_ > options.attempts_before_priority) seek_priority();
    wait_for_obstacle();
  }
  if (counts_at_read_point(*entry.ref)) [[likely]]
    return;
  if (!can_move_read_point()) fail(retry_cause::stale);
  sync::schedule_point("stm.take.before_move");
  move_read_point();
}

bool transaction::counts_at_read_point(const ref_core& ref) const noexcept {
  return look_at_head(ref, own_)->counts_from() <= read_point_;
}

bool transaction::can_move_read_point() const noexcept {
  return !pinned_ && borrows_ == 0;
}

// What it has seen are refs that it has claimed or ensured: they are what they are at any later
// point, unless a claim was taken from it before that point.
void transaction::move_read_point() {
  read_point_ = publish_read_point(own_);
  require_live();
}

void transaction::require_live() {
  if (doomed_) [[unlikely]]
    throw retry_signal();
  // (28) seq_cst; pairs with (22): who took a claim, and committed before the present read
  // point, had marked this attempt before.
  const attempt_status now(own_.status.load(std::memory_order_seq_cst));
  if (now.state() == attempt_state::killed) [[unlikely]]
    fail(retry_cause::killed);
}

void transaction::fail(retry_cause why) {
  doomed_ = true;
  note_failure(why);
  give_claims_back();
  // Its body may go on for long: nobody waits for it any more.
  std::uint64_t running = attempt_status(own_.serial, attempt_state::running).word();
  // (33) seq_cst; as (22), by itself: who saw it running finds its claims given back.
  if (own_.status.compare_exchange_strong(
          running, attempt_status(own_.serial, attempt_state::killed).word(),
          std::memory_order_seq_cst, std::memory_order_seq_cst)) {
    own_.waiting.ended_in_order();
  }
  throw retry_signal();
}

void transaction::note_failure(retry_cause why) noexcept {
  own_.counters.retries[static_cast<std::size_t>(why)].add(1);
}

void transaction::collect(detail::agent_ref<detail::agent_core> to,
                          std::unique_ptr<detail::action> sent) {
  after_.sends.emplace_back(std::move(to), std::move(sent));
}

void transaction::give_attempt_back() {
  in_body_ = false;
  sync::count(sync::event::failed_attempt);
  const bool is_last = attempts_ >= options.most_attempts;
  if (!is_last) own_.counters.bodies_again.add(1);
  give_claims_back();
  become(attempt_state::idle);
  end_reading(own_);
  step_back();
  forget_attempt();
  if (!is_last) wait_for_obstacle();
}

aftermath transaction::end() noexcept {
  in_body_ = false;
  give_claims_back();
  const bool went_first = leave_priority();
  become(attempt_state::idle, went_first);
  end_reading(own_);
  step_back();
  // What the destructors below begin is as old as the one to which their thread will return.
  age_ = outer_ == nullptr ? no_age : outer_->age_;
  aftermath left;
  // Rarely: moving vectors that were just written makes wide loads wait for narrow stores.
  if (!after_.is_empty()) [[unlikely]]
    std::swap(left, after_);
  forget_attempt();
  if (waits_for_.ensured != nullptr) ref_ptr<ref_core> gone(waits_for_.ensured);
  waits_for_ = {};
  if (is_time_to_clear_up(own_)) clear_up(own_);
  busy_ = false;
  if (outer_ != nullptr) {
    own_.own = outer_;
    delete this;
  }
  return left;
}

// Gives back what the attempt has claimed or ensured and still has.
void transaction::give_claims_back() noexcept {
  for (write_entry& e : writes_) {
    if (std::exchange(e.claimed, false)) {
      std::uint64_t mine =
          claim_word::of(own_.index, own_.serial, writes_.index_of(e)).word();
      // (29) seq_cst, as all changes of claims. Fails if an older transaction took it.
      e.ref->claim.compare_exchange_strong(mine, 0, std::memory_order_seq_cst,
                                           std::memory_order_seq_cst);
    }
    if (std::exchange(e.ensured, false)) {
      const claim_word before(e.ref->claim.fetch_sub(1, std::memory_order_seq_cst));
      if (before.ensured() == 1) the_ensured.waiting.ended_in_order();
    }
  }
}

// Drops the values that were not committed, and everything else of the attempt. Runs
// destructors of values.
void transaction::forget_attempt() noexcept {
  std::uint64_t freed = displaced_.size();
  displaced_.clear();
  commutes_.clear();
  for (write_entry& e : writes_) {
    if (version_base* const v = std::exchange(e.value, nullptr)) {
      v->destroy();
      ++freed;
    }
    e.ref->release();
  }
  writes_.clear();
  after_.changes.clear();
  after_.sends.clear();
  after_.failure = nullptr;
  own_.counters.versions_freed.add(freed);
}

void transaction::become(attempt_state next, bool went_first) noexcept {
  // Release: claims, and priority, are given back before.
  own_.status.store(attempt_status(own_.serial, next).word(), std::memory_order_release);
  if (writes_.empty() && !went_first) return;  // nobody waits for it
  own_.waiting.ended();
}

void aftermath::happen_now() {
  if (failure) std::rethrow_exception(failure);
  for (const auto& each : changes) each->notify();
  for (auto& [to, sent] : sends) detail::send_now(*to, sent);
  // After all are in their queues: a handler sends at once, and must not come before them.
  for (auto& [to, sent] : sends) {
    if (sent == nullptr) continue;
    to->report(detail::make_rejected_error());  // nobody is there to hear of it otherwise
    sent.reset();
  }
}

}  // namespace stm

stm_options set_stm_options(const stm_options& next) {
  return std::exchange(stm::own_participant().options, next);
}

}  // namespace tussle
