#include "harness/history/fifo.h"

#include <absl/container/flat_hash_map.h>

#include <algorithm>
#include <vector>

namespace tussle::history {
namespace {

// One element's way through the object.
struct passage {
  const operation* put = nullptr;
  const operation* take = nullptr;  // null: it is still inside
};

bool is_put(const operation& one) {
  const bool entered = one.is_pending() || one.how == outcome::yes;
  return entered && (one.what == call::put || one.what == call::try_put);
}

bool is_pending_take(const operation& one) {
  return one.is_pending() && (one.what == call::take || one.what == call::try_take);
}

bool is_take(const operation& one) {
  return one.how == outcome::returned &&
         (one.what == call::take || one.what == call::try_take);
}

std::string name(const operation& one) {
  return to_string(one) + " of thread " + std::to_string(one.thread);
}

class fifo_check {
 public:
  explicit fifo_check(const history& operations) : operations_(operations) {}

  std::optional<std::string> violation() {
    for (const operation& one : operations_) {
      if (is_put(one) && !passages_.try_emplace(one.argument, passage{&one}).second) {
        return std::nullopt;
      }
      pending_take_ = pending_take_ || is_pending_take(one);
    }
    for (const operation& one : operations_) {
      if (!is_take(one)) continue;
      if (auto wrong = add_take(one)) return wrong;
    }
    return overtaking();
  }

 private:
  std::optional<std::string> add_take(const operation& take) {
    const auto found = passages_.find(take.result);
    if (found == passages_.end()) return name(take) + ": nobody put that element";
    passage& way = found->second;
    if (precedes(take, *way.put)) {
      return name(take) + " had ended before " + name(*way.put) + " began";
    }
    if (way.take != nullptr) {
      return name(*way.take) + " and " + name(take) + " took the same element";
    }
    way.take = &take;
    return std::nullopt;
  }

  // a was put before b, and b was taken before a. By the invocations of the puts; of the
  // elements whose puts had ended, the one that was taken last is the one to look at.
  std::optional<std::string> overtaking() const {
    std::vector<const passage*> by_end;
    for (const auto& [element, way] : passages_) by_end.push_back(&way);
    std::vector<const passage*> by_begin = by_end;
    std::sort(by_end.begin(), by_end.end(), [](const passage* a, const passage* b) {
      return a->put->returned < b->put->returned;
    });
    std::sort(by_begin.begin(), by_begin.end(), [](const passage* a, const passage* b) {
      return a->put->invoked < b->put->invoked;
    });
    const passage* last = nullptr;
    auto ended = by_end.begin();
    for (const passage* b : by_begin) {
      for (; ended != by_end.end() && precedes(*(*ended)->put, *b->put); ++ended) {
        if (last == nullptr || taken(**ended) > taken(*last)) last = *ended;
      }
      if (last == nullptr || b->take == nullptr) continue;
      if (b->take->returned < taken(*last)) return told(*last, *b);
    }
    return std::nullopt;
  }

  // The earliest moment; a pending take may have taken what nobody is known to have taken.
  stamp taken(const passage& way) const {
    if (way.take != nullptr) return way.take->invoked;
    return pending_take_ ? 0 : never;
  }

  static std::string told(const passage& first, const passage& second) {
    const std::string order = name(*first.put) + " had ended before " +
                              name(*second.put) + " began, but " + name(*second.take);
    if (first.take == nullptr) return order + " took the later element alone";
    return order + " had ended before " + name(*first.take) + " began";
  }

  const history& operations_;
  absl::flat_hash_map<value, passage> passages_;
  bool pending_take_ = false;
};

}  // namespace

leaving_order::leaving_order(const history& operations) {
  bool pending = false;
  for (const operation& one : operations) {
    pending = pending || is_pending_take(one);
    if (is_put(one) && !takes_.try_emplace(one.argument).second) {
      takes_.clear();
      return;
    }
  }
  for (const operation& one : operations) {
    const auto found = is_take(one) ? takes_.find(one.result) : takes_.end();
    if (found != takes_.end()) found->second = {one.invoked, one.returned};
  }
  // A pending take may have taken what nobody is known to have taken.
  if (pending) {
    absl::erase_if(takes_, [](const auto& each) { return each.second.invoked == never; });
  }
}

std::optional<std::string> fifo_violation(const history& operations) {
  return fifo_check(operations).violation();
}

}  // namespace tussle::history
