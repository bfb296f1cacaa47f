// locked_banks.h (subjects): banks as they are built with locks.
//
// mutex_bank:  one std::mutex.
// shared_bank: one std::shared_mutex, which audits share.
// locks_bank:  a std::mutex for each account, taken in the order of the accounts, or two
//              transfers in opposite directions would wait for each other. An audit takes all.
// absl_bank:   likewise with absl::Mutex.
// scoped_bank: likewise, but a transfer takes its locks by std::scoped_lock, which needs no order:
//              where it finds one taken it lets go of the others and begins with that one.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <shared_mutex>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "harness/case/case_info.h"
#include "harness/case/worker.h"
#include "primitives/task/runtime.h"
#include "workloads/scenarios/accounts.h"
#include "workloads/subjects/absl_mutex.h"

namespace tussle::workloads::subjects {

template <typename Lock>
class bank_with_one_lock {
 public:
  bank_with_one_lock(runtime& /*on*/, const bank_layout& layout)
      : balances_(layout.size(), bank_layout::opening) {}

  template <typename Receipt>
  bool move(const transfer_order& order, const Receipt& receipt) {
    {
      const std::lock_guard held(lock_);
      const std::int64_t beside = order.is_joint() ? balances_[order.partner] : 0;
      if (!order.may_happen(balances_[order.from], beside)) return false;
      balances_[order.from] -= order.amount;
      harness::work(order.hold);
      balances_[order.to] += order.amount;
    }
    receipt();
    return true;
  }
  void audit(std::span<std::int64_t> seen) const {
    if constexpr (requires { lock_.lock_shared(); }) {
      const std::shared_lock held(lock_);
      std::copy(balances_.begin(), balances_.end(), seen.begin());
    } else {
      const std::lock_guard held(lock_);
      std::copy(balances_.begin(), balances_.end(), seen.begin());
    }
  }
  void finish() {}

 private:
  mutable Lock lock_;
  std::vector<std::int64_t> balances_;
};

template <typename Lock>
struct locked_account {
  Lock lock;
  std::int64_t balance = bank_layout::opening;
};

// Holds the locks of all that a transfer looks at, each once, and takes them in the order of
// the accounts.
template <typename Lock>
class locked_in_order {
 public:
  locked_in_order(std::vector<locked_account<Lock>>& all, const transfer_order& order)
      : all_(all),
        wanted_{order.from, order.to, order.is_joint() ? order.partner : order.to} {
    std::sort(wanted_.begin(), wanted_.end());
    end_ = std::unique(wanted_.begin(), wanted_.end());
    for (auto i = wanted_.begin(); i != end_; ++i) all_[*i].lock.lock();
  }
  locked_in_order(const locked_in_order&) = delete;
  locked_in_order& operator=(const locked_in_order&) = delete;
  ~locked_in_order() {
    for (auto i = wanted_.begin(); i != end_; ++i) all_[*i].lock.unlock();
  }

 private:
  using accounts_wanted = std::array<std::size_t, 3>;
  std::vector<locked_account<Lock>>& all_;
  accounts_wanted wanted_;
  typename accounts_wanted::iterator end_;
};

// Holds them by std::scoped_lock, which may be given no lock twice.
template <typename Lock>
class locked_by_scoped_lock {
 public:
  locked_by_scoped_lock(std::vector<locked_account<Lock>>& all,
                        const transfer_order& order) {
    Lock& from = all[order.from].lock;
    Lock& to = all[order.to].lock;
    const bool moves = order.from != order.to;
    if (order.is_joint() && order.partner != order.from && order.partner != order.to) {
      Lock& beside = all[order.partner].lock;
      if (moves) {
        held_.template emplace<3>(from, to, beside);
      } else {
        held_.template emplace<2>(from, beside);
      }
    } else if (moves) {
      held_.template emplace<2>(from, to);
    } else {
      held_.template emplace<1>(from);
    }
  }

 private:
  std::variant<std::monostate, std::scoped_lock<Lock>, std::scoped_lock<Lock, Lock>,
               std::scoped_lock<Lock, Lock, Lock>>
      held_;
};

template <typename Lock, template <typename> typename Holding = locked_in_order>
class bank_with_many_locks {
 public:
  bank_with_many_locks(runtime& /*on*/, const bank_layout& layout)
      : accounts_(layout.size()) {}

  template <typename Receipt>
  bool move(const transfer_order& order, const Receipt& receipt) {
    {
      const Holding<Lock> held(accounts_, order);
      const std::int64_t beside = order.is_joint() ? accounts_[order.partner].balance : 0;
      if (!order.may_happen(accounts_[order.from].balance, beside)) return false;
      accounts_[order.from].balance -= order.amount;
      harness::work(order.hold);
      accounts_[order.to].balance += order.amount;
    }
    receipt();
    return true;
  }
  // No lock is given back before the last is taken: else a transfer behind the audit's back
  // would be seen by half.
  void audit(std::span<std::int64_t> seen) {
    for (locked_account<Lock>& each : accounts_) each.lock.lock();
    for (std::size_t i = 0; i < seen.size(); ++i) seen[i] = accounts_[i].balance;
    for (locked_account<Lock>& each : accounts_) each.lock.unlock();
  }
  void finish() {}

 private:
  std::vector<locked_account<Lock>> accounts_;
};

inline harness::subject_info locked_bank_info(std::string name, std::string description) {
  return {.name = std::move(name),
          .kind = harness::subject_kind::baseline,
          .description = std::move(description),
          .source = "workloads/subjects/locked_banks.h"};
}

inline harness::subject_info many_locks_info(std::string name, std::string description) {
  harness::subject_info told = locked_bank_info(std::move(name), std::move(description));
  told.not_race_checkable =
      "an audit holds a lock for each account, and ThreadSanitizer's search for "
      "deadlocks "
      "ends the process where a thread holds more than 64";
  return told;
}

struct mutex_bank {
  static harness::subject_info info() {
    return locked_bank_info("mutex_bank", "All accounts behind one std::mutex.");
  }
  using bank = bank_with_one_lock<std::mutex>;
};

struct shared_bank {
  static harness::subject_info info() {
    return locked_bank_info(
        "shared_bank", "All accounts behind one std::shared_mutex, which audits share.");
  }
  using bank = bank_with_one_lock<std::shared_mutex>;
};

struct locks_bank {
  static harness::subject_info info() {
    return many_locks_info("locks_bank",
                           "A std::mutex for each account, taken in their order.");
  }
  using bank = bank_with_many_locks<std::mutex>;
};

struct absl_bank {
  static harness::subject_info info() {
    return many_locks_info("absl_bank",
                           "An absl::Mutex for each account, taken in their order.");
  }
  using bank = bank_with_many_locks<announced_absl_mutex>;
};

struct scoped_bank {
  static harness::subject_info info() {
    return many_locks_info(
        "scoped_bank",
        "A std::mutex for each account, taken by std::scoped_lock, in no order.");
  }
  using bank = bank_with_many_locks<std::mutex, locked_by_scoped_lock>;
};

}  // namespace tussle::workloads::subjects
