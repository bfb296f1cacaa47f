// accounts.h: what the banks of transfer.h and bank_receipts.h agree on.
//
// Accounts are numbers 0 ... size() - 1. The first of them stand alone: none may fall below
// zero. Behind them come pairs that share a rule: either half may be overdrawn, so far, but the
// two together must not be.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include "harness/case/worker.h"
#include "primitives/task/runtime.h"

namespace tussle::workloads {

struct bank_layout {
  std::size_t alone;
  std::size_t pairs;

  static constexpr std::int64_t opening = 100;     // of each account
  static constexpr std::int64_t overdraft = 1000;  // of half a pair

  std::size_t size() const { return alone + 2 * pairs; }
  bool is_half(std::size_t account) const { return account >= alone; }
  // Of half a pair: the other one.
  std::size_t partner_of(std::size_t half) const {
    return alone + ((half - alone) ^ std::size_t{1});
  }
  std::int64_t total() const { return static_cast<std::int64_t>(size()) * opening; }
};

// One transfer that somebody wants.
struct transfer_order {
  static constexpr std::size_t nobody = std::numeric_limits<std::size_t>::max();

  std::size_t from;
  std::size_t to;
  std::size_t partner = nobody;  // who shares a rule with `from`
  std::int64_t amount;
  std::int64_t hold = 0;  // units of work inside, for a transfer that happens

  bool is_joint() const { return partner != nobody; }

  // Given the balance of `from`, and the partner's, which nobody else looks at.
  bool may_happen(std::int64_t balance, std::int64_t beside) const {
    if (!is_joint()) return balance >= amount;
    return balance - amount >= -bank_layout::overdraft && balance + beside >= amount;
  }
};

// For who wants no receipts.
struct no_receipt {
  void operator()() const {}
};

template <typename S>
concept bank_subject = std::constructible_from<typename S::bank, runtime&, bank_layout> &&
    requires(typename S::bank bank, const transfer_order& order,
             std::span<std::int64_t> balances) {
  // Whether the transfer happened: all of it, if order.may_happen at that moment. Calls a copy
  // of what it is given once for each transfer that does, soon, on any thread.
  { bank.move(order, no_receipt()) } -> std::same_as<bool>;
  bank.audit(balances);  // all balances, as they are at one moment
  bank.finish();         // all receipts are written; nobody moves anything any more
};

// What audits found, in accounts, pairs and audits.
struct audit_findings {
  std::int64_t audits = 0;
  std::int64_t other_totals = 0;
  std::int64_t below_limit = 0;
  std::int64_t broken_rules = 0;

  void look(const bank_layout& bank, std::span<const std::int64_t> balances) {
    std::int64_t total = 0;
    for (std::size_t i = 0; i < balances.size(); ++i) {
      total += balances[i];
      const std::int64_t limit = bank.is_half(i) ? -bank_layout::overdraft : 0;
      below_limit += balances[i] < limit ? 1 : 0;
    }
    for (std::size_t i = bank.alone; i < balances.size(); i += 2)
      broken_rules += balances[i] + balances[i + 1] < 0 ? 1 : 0;
    other_totals += total != bank.total() ? 1 : 0;
    ++audits;
  }

  void add(const audit_findings& other) {
    audits += other.audits;
    other_totals += other.other_totals;
    below_limit += other.below_limit;
    broken_rules += other.broken_rules;
  }
};

// Two lost updates may leave the total as it was. A sum of balances by weight, which each
// thread can keep of its own transfers, tells them all but surely: modulo 2^64, and without
// another word of memory for each account.
inline std::uint64_t account_weight(std::size_t account) {
  std::uint64_t z = (static_cast<std::uint64_t>(account) + 1) * 0x9E3779B97F4A7C15U;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
  return z ^ (z >> 27);
}
inline std::uint64_t weight_moved(const transfer_order& order) {
  return static_cast<std::uint64_t>(order.amount) *
         (account_weight(order.to) - account_weight(order.from));
}
inline std::uint64_t weighed(std::span<const std::int64_t> balances) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < balances.size(); ++i)
    sum += static_cast<std::uint64_t>(balances[i]) * account_weight(i);
  return sum;
}
inline std::uint64_t weighed_opening(const bank_layout& bank) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < bank.size(); ++i)
    sum += static_cast<std::uint64_t>(bank_layout::opening) * account_weight(i);
  return sum;
}

// Draws what people want of a bank; `skew` is the share of transfers between a few accounts.
class order_source {
 public:
  order_source(bank_layout bank, double skew, std::int64_t hold)
      : bank_(bank), skew_(skew), hold_(hold) {}

  // Between accounts that stand alone; now and then from one to itself.
  transfer_order alone(harness::generator& random) const {
    const std::size_t among = hot_or(bank_.alone, random);
    const std::size_t from = below(among, random);
    const std::size_t ahead =
        random.chance(same_share) ? 0 : 1 + below(among - 1, random);
    return {.from = from,
            .to = (from + ahead) % among,
            .amount = amount(random),
            .hold = hold_};
  }

  // From half a pair, or back to it.
  transfer_order joint(harness::generator& random) const {
    const std::size_t half = bank_.alone + below(2 * hot_or(bank_.pairs, random), random);
    const std::size_t other = below(hot_or(bank_.alone, random), random);
    if (random.chance(0.5))
      return {.from = other, .to = half, .amount = amount(random), .hold = hold_};
    return {.from = half,
            .to = other,
            .partner = bank_.partner_of(half),
            .amount = amount(random),
            .hold = hold_};
  }

 private:
  static constexpr std::size_t few = 4;
  static constexpr double same_share = 1.0 / 256;

  static std::size_t below(std::size_t bound, harness::generator& random) {
    return static_cast<std::size_t>(random() >> 32) % bound;
  }
  static std::int64_t amount(harness::generator& random) {
    return 1 + static_cast<std::int64_t>(random() >> 59);  // up to 32
  }
  std::size_t hot_or(std::size_t all, harness::generator& random) const {
    return skew_ > 0 && random.chance(skew_) ? std::min(few, all) : all;
  }

  const bank_layout bank_;
  const double skew_;
  const std::int64_t hold_;
};

}  // namespace tussle::workloads
