// What a transaction does when it wants what another one has (transaction.h).
#include <utility>

#include "primitives/stm/transaction.h"
#include "primitives/sync/clock.h"
#include "primitives/sync/hooks.h"
#include "primitives/sync/schedule_point.h"
#include "primitives/task/deadline.h"

namespace tussle::stm {
namespace {

// Looks at what another transaction has before sleeping until that ends: about a microsecond,
// as short ones last. None where something else decides who runs.
inline constexpr int looks_before_sleep = sync::has_schedule_points ? 0 : 200;
// Looks at a younger owner before it is killed: most are about to commit, and a killed one
// throws. Short and bounded, so it may happen with claims in hand.
inline constexpr int looks_before_kill = sync::has_schedule_points ? 0 : 30;

void relax() noexcept {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

bool is_live(const participant& p, std::uint64_t serial) noexcept {
  // seq_cst: follows the registration as a waiter.
  const attempt_status now(p.status.load(std::memory_order_seq_cst));
  return now.serial() == serial && now.is_live();
}

}  // namespace

auto transaction::try_claim(write_entry& entry) -> outcome {
  ref_core& ref = *entry.ref;
  const claim_word mine =
      claim_word::of(own_.index, own_.serial, writes_.index_of(entry));
  // (20) seq_cst; pairs with the ends of claims, whose changes it shows.
  const claim_word seen(ref.claim.load(std::memory_order_seq_cst));
  if (yields_to_priority()) return outcome::blocked;
  if (seen.has_owner()) {
    if (const outcome o = take_from(seen, ref, mine); o != outcome::taken) return o;
  } else if (seen.ensured() > (entry.ensured ? 1U : 0U)) {
    why_ = retry_cause::ensured;
    ref.acquire();
    waits_for_.ensured = &ref;
    return outcome::blocked;
  } else if (std::uint64_t word = seen.word(); !ref.claim.compare_exchange_strong(
                 word, mine.word(), std::memory_order_seq_cst,
                 std::memory_order_seq_cst)) {  // as (20)
    return outcome::changed_meanwhile;
  }
  entry.claimed = true;
  // Those who wait for the end of its ensures wait for this attempt now.
  if (std::exchange(entry.ensured, false)) the_ensured.waiting.ended_in_order();
  return outcome::taken;
}

auto transaction::try_ensure(write_entry& entry) -> outcome {
  ref_core& ref = *entry.ref;
  const claim_word seen(ref.claim.load(std::memory_order_seq_cst));  // (20)
  if (yields_to_priority()) return outcome::blocked;
  if (seen.has_owner()) {
    if (const outcome o = take_from(seen, ref, claim_word(1)); o != outcome::taken)
      return o;
  } else if (std::uint64_t word = seen.word();
             !ref.claim.compare_exchange_strong(word, word + 1, std::memory_order_seq_cst,
                                                std::memory_order_seq_cst)) {  // as (20)
    return outcome::changed_meanwhile;
  }
  entry.ensured = true;
  return outcome::taken;
}

// The claim of another attempt, which this one takes over if it may.
auto transaction::take_from(claim_word seen, ref_core& ref, claim_word next) -> outcome {
  participant& other = participant_at(seen.owner());
  // (21) seq_cst; pairs with (22) and with the ends of attempts: of one that has ended, the
  // claims are gone.
  std::uint64_t status = other.status.load(std::memory_order_seq_cst);
  const attempt_status is(status);
  if (!seen.is_of(is.serial()) || is.state() == attempt_state::idle)
    return outcome::changed_meanwhile;
  if (is.state() == attempt_state::running) {
    // Acquire: the age of this attempt or of a later one, which (22) then does not hit.
    if (!beats(other.born.load(std::memory_order_acquire))) {
      why_ = retry_cause::owned;
      waits_for_ = {.owner = &other, .serial = is.serial()};
      return outcome::blocked;
    }
    for (int i = 0; i < looks_before_kill; ++i) {
      relax();
      // Relaxed: a hint; (22) decides.
      if (other.status.load(std::memory_order_relaxed) != status)
        return outcome::changed_meanwhile;
    }
    sync::schedule_point("stm.barge.before_kill");
    // (22) seq_cst; pairs with (23): an attempt is killed, or it commits; and with (26): who
    // waits for it sees this, or is seen below.
    if (!other.status.compare_exchange_strong(
            status, attempt_status(is.serial(), attempt_state::killed).word(),
            std::memory_order_seq_cst, std::memory_order_seq_cst)) {
      return outcome::changed_meanwhile;
    }
    own_.counters.barges.add(1);
  } else if (is.state() == attempt_state::committing) {
    why_ = retry_cause::owned;
    waits_for_ = {.owner = &other, .serial = is.serial()};
    return outcome::blocked;
  }
  std::uint64_t word = seen.word();
  // As (20). The killed one gives back only what still is its own.
  const bool is_taken = ref.claim.compare_exchange_strong(
      word, next.word(), std::memory_order_seq_cst, std::memory_order_seq_cst);
  // Its body may go on for long: those who wait for it have to wait for this one instead.
  if (is.state() == attempt_state::running) other.waiting.ended_in_order();
  return is_taken ? outcome::taken : outcome::changed_meanwhile;
}

bool transaction::beats(age others) const noexcept {
  const age first = the_priority.first.load(std::memory_order_seq_cst);
  if (first == age_) return true;
  return first != others && age_ < others;
}

// Whether another transaction goes first.
bool transaction::yields_to_priority() {
  // (24) seq_cst; pairs with (25).
  const age first = the_priority.first.load(std::memory_order_seq_cst);
  if (first == no_age || first == age_) [[likely]]
    return false;
  why_ = retry_cause::priority;
  waits_for_.first = first;
  return true;
}

void transaction::seek_priority() noexcept {
  age first = the_priority.first.load(std::memory_order_seq_cst);
  while (first == no_age || age_ < first) {
    // (25) seq_cst; pairs with (24): each thread's next look sees it.
    if (the_priority.first.compare_exchange_strong(first, age_, std::memory_order_seq_cst,
                                                   std::memory_order_seq_cst)) {
      has_priority_ = true;
      // Who waits for the one that went first so far looks again for whom to wait.
      if (first != no_age) participant_at(index_of(first)).waiting.ended_in_order();
      return;
    }
  }
}

// Whether it had it.
bool transaction::leave_priority() noexcept {
  if (!std::exchange(has_priority_, false)) return false;
  age mine = age_;
  // Fails if an older one has it now.
  the_priority.first.compare_exchange_strong(mine, no_age, std::memory_order_seq_cst,
                                             std::memory_order_seq_cst);
  return true;
}

void transaction::wait_for_obstacle() {
  const obstacle what = std::exchange(waits_for_, {});
  if (what.owner != nullptr) {
    wait_at(what.owner->waiting, [&what] { return is_live(*what.owner, what.serial); });
  }
  if (what.first != no_age) {
    wait_at(participant_at(index_of(what.first)).waiting, [&what] {
      return the_priority.first.load(std::memory_order_seq_cst) == what.first;
    });
  }
  if (what.ensured != nullptr) {
    const ref_ptr<ref_core> held(what.ensured);
    wait_at(the_ensured.waiting, [&held] {
      return claim_word(held->claim.load(std::memory_order_seq_cst)).ensured() != 0;
    });
  }
}

template <typename Condition>
void transaction::wait_at(waiting_place& place, const Condition& lasts) {
  for (int i = 0; i < looks_before_sleep; ++i) {
    if (!lasts()) return;
    relax();
  }
  const sync::time_point end = detail::deadline_after(options.longest_wait);
  place.wait_while(lasts, end == sync::time_point::max() ? nullptr : &end);
}

}  // namespace tussle::stm
