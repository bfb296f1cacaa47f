// transaction.h: a transaction at work on a thread: what tx_ref and transact are made of.
//
// Algorithm: multi-version snapshot isolation with claims at the first write.
//
//   begin     publish the present point as read point, where only those write that clear up
//             and come upon a thread that is choosing one. Wait-free.
//   read      own value, or the newest version that counts at the read point. Never waits,
//             never fails. Writes nothing that others share, but for two things: the era, once
//             for each that ends (reading.h), and the point of a commit that it finds READY:
//             that it draws from the clock, and fixes (version.h).
//   write     claim the ref by a compare-exchange; then its newest version must count at the
//             read point, or the attempt is stale. While all that the attempt has seen are refs
//             that it has claimed or ensured, nothing of that can have changed, and the read
//             point moves on to the present instead.
//   commute   the newest value; claimed at the commit only, in the order of the refs' creation.
//   ensure    counted in the claim word: nobody else claims the ref meanwhile.
//   commit    RUNNING → COMMITTING; claim and compute what was commuted; validate; link all new
//             versions, pending; READY; draw the point and fix it: they all count. Then stamp
//             them, prune, give the claims back, and, with no transaction running, call watches
//             and pass the sends on.
//
// Conflicts. Who meets a claim of a live attempt
//   takes it, if that one is RUNNING and younger (or this one has priority): first it marks
//     that attempt KILLED, then it replaces the claim, and those that wait for the other one
//     look again; that one notices at its next operation, or at its commit, which fails;
//   otherwise gives back all that it has claimed and ensured, waits until that one has ended,
//     and runs the body again; if it has seen nothing yet, it goes on where it is.
// Nobody waits while it holds a claim or has ensured anything, so no circle of waiting can form.
//
// Priority. A transaction that failed `attempts_before_priority` times enters its age, if that
// is the smallest there, as the one that goes first. From then on nobody else claims, ensures or
// commits a change until it has ended. So the oldest one fails at most once more for each thread
// that had claimed, ensured or was committing at that time.
//
// Sources: claims at the first write, barging, commute and ensure: Clojure's refs. Points and
// snapshots: Riegel, Felber and Fetzer 2006 (LSA); Fernandes and Cachopo 2011 (JVSTM).
// Install, then stamp: Wei and others 2021 (vCAS). Ages: Guerraoui, Herlihy and Pochon 2005
// (Greedy).
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "primitives/agent/sending.h"
#include "primitives/stm/participant.h"
#include "primitives/stm/reading.h"
#include "primitives/stm/ref_core.h"
#include "primitives/stm/stm_counters.h"
#include "primitives/stm/stm_options.h"
#include "primitives/stm/write_set.h"
#include "primitives/sync/per_thread.h"

namespace tussle::stm {

// What ends an attempt that has to be tried again. No std::exception: bodies do not catch it by
// mistake; one that does achieves nothing, because the attempt is marked.
class retry_signal {};

// A new version, from the latest one of a ref.
using commute_function = absl::AnyInvocable<version_ptr(const version_base& latest)>;

// What is left to do once a commit has happened.
struct aftermath {
  std::vector<std::unique_ptr<change>> changes;
  std::vector<
      std::pair<detail::agent_ref<detail::agent_core>, std::unique_ptr<detail::action>>>
      sends;

  std::exception_ptr failure;  // to note a change

  // Watches, then sends. Throws: what a watch throws, or std::bad_alloc, if there was no memory
  // to tell the watches; then nothing more happens.
  void happen() {
    if (!is_empty()) [[unlikely]]
      happen_now();
  }
  bool is_empty() const noexcept { return changes.empty() && sends.empty() && !failure; }

 private:
  void happen_now();
};

class transaction final : private detail::send_collector {
 public:
  // `outer`: the one of this thread that is ending, or between two attempts.
  explicit transaction(participant& own, transaction* outer = nullptr) noexcept
      : own_(own), outer_(outer) {}
  transaction(const transaction&) = delete;
  transaction& operator=(const transaction&) = delete;
  ~transaction() = default;

  // The one of this thread; null if none runs.
  static transaction* running() noexcept { return this_thread::mine().running; }
  // The one whose body runs. Throws: no_transaction_error.
  static transaction& required();

  // The calling thread's, from now on running. Throws: std::bad_alloc.
  static transaction& begin();
  // Throws: retry_limit_error.
  void begin_attempt();
  // False: it did not happen, and has to be tried again. Throws: what commuted functions and
  // validators throw, with nothing changed.
  bool commit();
  // After an attempt that has to be tried again: gives everything back, and waits if there is
  // something to wait for. No transaction runs from then on until the next attempt begins:
  // destructors of values may run some of their own.
  void give_attempt_back();
  // After a commit, or for good: no transaction runs any more.
  aftermath end() noexcept;

  bool is_doomed() const noexcept { return doomed_; }

  // The value as this transaction sees it. Valid until its attempt ends or it writes the ref
  // through `write`, and in any case while a `borrow` of it lives.
  const version_base& read(const ref_core& ref) {
    if (!in_body_ || doomed_ || !writes_.empty()) return read_beside_writes(ref);
    pinned_ = true;
    return version_at(ref, own_, read_point_);
  }
  // The same, with the ref claimed.
  const version_base& claim_to_write(ref_core& ref);
  // Sets a ref that is claimed. What is not set is destroyed when the attempt is over, here as
  // in claim_and_write and commute.
  void write(ref_core& ref, version_ptr next);
  void claim_and_write(ref_core& ref, version_ptr next);
  // What a commuted function is to be applied to: the value in this transaction, or null: the
  // latest one.
  const version_base* value_to_commute(const ref_core& ref);
  void commute(ref_core& ref, version_ptr next, commute_function again);
  // The value, which nobody else changes until this transaction ends.
  const version_base& ensure(ref_core& ref);

  participant& own() noexcept { return own_; }

  // While user code looks at a value that is not copied: the read point stays.
  class borrow {
   public:
    explicit borrow(transaction& t) noexcept : t_(t) { ++t_.borrows_; }
    borrow(const borrow&) = delete;
    borrow& operator=(const borrow&) = delete;
    ~borrow() { --t_.borrows_; }

   private:
    transaction& t_;
  };

  stm_options options;

 private:
  struct running_here {
    transaction* running = nullptr;
  };
  using this_thread = sync::per_thread<running_here, running_here>;

  // Of a function that does not count: its ref was set before, or claiming that failed.
  static constexpr std::size_t no_entry = ~std::size_t{0};
  struct commuted {
    std::size_t entry;
    commute_function again;
  };
  // What an attempt that failed waits for.
  struct obstacle {
    participant* owner = nullptr;  // in that attempt
    std::uint64_t serial = 0;
    ref_core* ensured = nullptr;  // by others; holds one reference
    age first = no_age;           // that goes first
  };
  enum class outcome : std::uint8_t { taken, blocked, changed_meanwhile };

  void collect(detail::agent_ref<detail::agent_core> to,
               std::unique_ptr<detail::action> sent) override;

  // Runs on this thread from now on; runs no more, nor again until it steps in.
  void step_in() noexcept;
  void step_back() noexcept;

  // Conflicts (conflicts.cc).
  outcome try_claim(write_entry& entry);
  outcome try_ensure(write_entry& entry);
  bool yields_to_priority();
  outcome take_from(claim_word seen, ref_core& ref, claim_word next);
  bool beats(age others) const noexcept;
  void wait_for_obstacle();
  template <typename Condition>
  void wait_at(waiting_place& place, const Condition& lasts);
  void seek_priority() noexcept;
  bool leave_priority() noexcept;

  const version_base& read_beside_writes(const ref_core& ref);

  // Claims the entry, or ensures it, and brings the read point up to it.
  void take(write_entry& entry, outcome (transaction::*how)(write_entry&));
  bool counts_at_read_point(const ref_core& ref) const noexcept;
  bool can_move_read_point() const noexcept;
  void move_read_point();
  void require_live();
  [[noreturn, gnu::cold]] void fail(retry_cause why);
  void note_failure(retry_cause why) noexcept;
  write_entry& entry_of(ref_core& ref);
  void keep(version_ptr next) noexcept;
  void put_kept(write_entry& entry) noexcept;

  // The commit.
  bool claim_commuted();
  bool claim_at_commit(write_entry& entry, bool holds_any);
  void compute_commuted();
  void validate();
  void note_changes() noexcept;
  void install() noexcept;
  void stamp_all(point from) noexcept;
  bool has_changes() noexcept;
  void become(attempt_state next, bool went_first = false) noexcept;
  void give_claims_back() noexcept;
  void forget_attempt() noexcept;

  participant& own_;
  transaction* const outer_;
  point read_point_ = no_point;
  age age_ = no_age;
  std::uint64_t attempts_ = 0;
  write_set writes_;
  std::vector<commuted> commutes_;
  std::vector<write_entry*> wanted_;  // at the commit: those commuted, in order
  version_stack displaced_;           // private values that were set over, or never set
  aftermath after_;
  obstacle waits_for_;
  retry_cause why_ = retry_cause::stale;  // of the latest failure to take something
  int borrows_ = 0;
  bool busy_ = false;  // from its begin until nothing of it is left
  bool in_body_ = false;
  bool has_unclaimed_ = false;  // has commuted or ensured anything
  bool pinned_ = false;         // has seen what it has neither claimed nor ensured
  bool doomed_ = false;
  bool has_priority_ = false;
  detail::send_collector* outer_collector_ = nullptr;
};

}  // namespace tussle::stm
