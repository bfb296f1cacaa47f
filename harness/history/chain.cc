#include "harness/history/chain.h"

#include <absl/container/flat_hash_map.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace tussle::history {
namespace {

constexpr std::uint32_t nobody = static_cast<std::uint32_t>(-1);

// The value that an update left, and what it replaced if it said so.
struct update {
  value left = 0;
  std::optional<value> replaced;
};

// Wraps as the machine does.
value difference(value a, value b) {
  return static_cast<value>(static_cast<std::uint64_t>(a) -
                            static_cast<std::uint64_t>(b));
}

std::optional<update> update_of(const operation& one) {
  switch (one.what) {
    case call::exchange:
      if (one.is_pending()) return update{one.argument, std::nullopt};
      return update{one.argument, one.result};
    case call::compare_and_set:
      if (one.how == outcome::no) return std::nullopt;
      return update{one.argument, one.expected};
    case call::swap:
      return update{one.result, difference(one.result, one.argument)};
    default:
      return std::nullopt;
  }
}

// Whether the chain can say anything of such an operation.
bool is_told(const operation& one) {
  return one.what != call::store && !(one.what == call::swap && one.is_pending());
}

// The value between two updates: who wrote it, and when it was read.
struct link {
  std::uint32_t writer = nobody;  // of the initial value
  std::uint32_t next = nobody;    // the update that replaced it
  stamp last_invoked = 0;         // of its reads
  stamp first_returned = never;
  std::uint32_t last_reader = nobody;
  bool needed = false;  // somebody saw the value
  std::vector<std::uint32_t> refusals =
      {};  // compare-and-sets that expected it and failed
};

class chain {
 public:
  chain(const history& operations, value initial)
      : operations_(operations), initial_(initial) {}

  chain_result check() {
    for (std::uint32_t i = 0; i < operations_.size(); ++i) {
      if (!is_told(operations_[i]) || !add_writer(i)) return {};
    }
    links_[initial_];
    for (std::uint32_t i = 0; i < operations_.size(); ++i) {
      if (!add_observation(i)) return broken_;
    }
    return attach_pending() ? follow() : broken_;
  }

 private:
  std::string name(std::uint32_t i) const {
    if (i == nobody) return "the initial value " + std::to_string(initial_);
    return to_string(operations_[i]) + " of thread " +
           std::to_string(operations_[i].thread);
  }

  bool fail(std::string reason) {
    broken_ = {answer::not_linearizable, std::move(reason)};
    return false;
  }

  // False: a value is written twice.
  bool add_writer(std::uint32_t i) {
    const auto made = update_of(operations_[i]);
    if (!made) return true;
    if (made->left == initial_) return false;
    return links_.try_emplace(made->left, link{.writer = i}).second;
  }

  bool add_observation(std::uint32_t i) {
    const operation& one = operations_[i];
    if (one.what == call::load) return one.is_pending() || add_read(i);
    if (one.what == call::compare_and_set && one.how == outcome::no) {
      const auto expected = links_.find(one.expected);
      if (expected != links_.end()) expected->second.refusals.push_back(i);
      return true;
    }
    return one.is_pending() || attach(i);
  }

  // Puts an update behind the value that it replaced.
  bool attach(std::uint32_t i) {
    const update made = *update_of(operations_[i]);
    const auto from = links_.find(*made.replaced);
    if (from == links_.end()) {
      return fail(name(i) + ": nobody wrote what it replaced");
    }
    if (from->second.next != nobody) {
      return fail(name(i) + " and " + name(from->second.next) +
                  " replaced the same value: one of them is lost");
    }
    from->second.next = i;
    from->second.needed = true;
    links_[made.left].needed = true;
    return true;
  }

  // A pending compare-and-set whose value was seen has happened, and so has what wrote the
  // value that it expected.
  bool attach_pending() {
    for (bool more = true; more;) {
      more = false;
      for (std::uint32_t i = 0; i < operations_.size(); ++i) {
        const operation& one = operations_[i];
        if (one.what != call::compare_and_set || !one.is_pending()) continue;
        const auto from = links_.find(one.expected);
        const bool there = from != links_.end() && from->second.next == i;
        if (!links_[one.argument].needed || there) continue;
        if (!attach(i)) return false;
        more = true;
      }
    }
    return true;
  }

  bool add_read(std::uint32_t i) {
    const operation& one = operations_[i];
    const auto from = links_.find(one.result);
    if (from == links_.end()) return fail(name(i) + ": nobody wrote that value");
    link& at = from->second;
    at.needed = true;
    at.first_returned = std::min(at.first_returned, one.returned);
    if (at.last_reader == nobody || one.invoked > at.last_invoked) {
      at.last_invoked = one.invoked;
      at.last_reader = i;
    }
    return true;
  }

  // Pending updates that must have happened. One alone replaced what the rest ends with.
  std::vector<std::uint32_t> loose_ends() const {
    std::vector<std::uint32_t> found;
    for (const auto& [written, at] : links_) {
      const bool loose = at.writer != nobody && operations_[at.writer].is_pending() &&
                         operations_[at.writer].what == call::exchange;
      if (loose && at.needed) found.push_back(at.writer);
    }
    return found;
  }

  chain_result follow() {
    const std::vector<std::uint32_t> ends = loose_ends();
    if (ends.size() > 1) return {};
    std::uint32_t loose = ends.empty() ? nobody : ends.front();
    for (value present = initial_;;) {
      const link& at = links_.at(present);
      const std::uint32_t next = at.next != nobody ? at.next : loose;
      ++passed_;
      if (!let_refusals_by(at, next)) return broken_;
      if (at.writer != nobody && now_ > operations_[at.writer].returned) {
        return too_late(at.writer);
      }
      if (now_ > at.first_returned) return read_too_late(present);
      if (at.last_reader != nobody) not_before(at.last_invoked, at.last_reader);
      if (next == nobody) break;
      if (next == loose) loose = nobody;
      not_before(operations_[next].invoked, next);
      present = update_of(operations_[next])->left;
    }
    if (!all_passed()) return unreached();
    // What came later than it could have may be too late for a refusal that was let by.
    return postponed_ ? chain_result{} : chain_result{answer::linearizable, ""};
  }

  bool has_unseen_pending() const {
    return std::any_of(links_.begin(), links_.end(), [&](const auto& each) {
      const link& at = each.second;
      return at.writer != nobody && operations_[at.writer].is_pending() && !at.needed;
    });
  }

  // A compare-and-set that failed happened before the value that it expected came, or after
  // it was replaced. Where the value cannot be replaced in time, it has to come later.
  bool let_refusals_by(const link& at, std::uint32_t next) {
    for (bool moved = true; moved;) {
      moved = false;
      stamp replaced = next == nobody ? never : operations_[next].invoked;
      replaced = std::max({replaced, now_, at.last_invoked});
      for (const std::uint32_t i : at.refusals) {
        const operation& one = operations_[i];
        if (one.invoked <= now_ || (next != nobody && replaced <= one.returned)) continue;
        // A pending update that nobody saw may have replaced the last value.
        if (next == nobody && has_unseen_pending()) {
          broken_ = {};
          return false;
        }
        if (at.writer == nobody) {
          return fail(name(i) + " failed while the cell held what it expected");
        }
        not_before(one.invoked, i);
        moved = postponed_ = true;
      }
    }
    return true;
  }

  void not_before(stamp at, std::uint32_t because_of) {
    if (at <= now_) return;
    now_ = at;
    since_ = because_of;
  }

  chain_result too_late(std::uint32_t late) const {
    return {answer::not_linearizable,
            name(late) + " had ended before " + name(since_) + " began"};
  }

  chain_result read_too_late(value read) const {
    return {answer::not_linearizable, "a load of " + std::to_string(read) +
                                          " had ended before " + name(since_) + " began"};
  }

  bool all_passed() const {
    std::size_t needed = 0;
    for (const auto& [written, at] : links_) {
      const bool pending = at.writer != nobody && operations_[at.writer].is_pending();
      needed += at.needed || !pending ? 1 : 0;
    }
    return passed_ == needed;
  }

  // Updates that replace each other in a circle, or start from no value of the chain.
  chain_result unreached() const {
    return {answer::not_linearizable,
            "some updates cannot be reached from the initial value by what the others "
            "replaced"};
  }

  const history& operations_;
  const value initial_;
  absl::flat_hash_map<value, link> links_;
  std::size_t passed_ = 0;        // values of the chain
  stamp now_ = 0;                 // when the present value came, at the earliest
  std::uint32_t since_ = nobody;  // what `now_` is the invocation of
  bool postponed_ = false;        // a value came later for the sake of a refusal
  chain_result broken_;
};

}  // namespace

chain_result check_chain(const history& operations, value initial) {
  return chain(operations, initial).check();
}

}  // namespace tussle::history
