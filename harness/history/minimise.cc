#include "harness/history/minimise.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "harness/history/removable.h"

namespace tussle::history {
namespace {

history part_with(const history& operations, std::int64_t key) {
  history part;
  for (const operation& one : operations) {
    if (one.key == key) part.push_back(one);
  }
  return part;
}

// What had been seen of the history at a moment.
history until(const history& operations, stamp moment) {
  history prefix;
  for (operation one : operations) {
    if (one.invoked > moment) continue;
    if (one.returned > moment) {
      one.how = outcome::pending;
      one.result = 0;
      one.returned = never;
    }
    prefix.push_back(one);
  }
  return prefix;
}

history without(const history& operations, const std::vector<group>& groups,
                std::size_t from, std::size_t count) {
  std::vector<bool> gone(operations.size());
  for (std::size_t i = from; i < std::min(from + count, groups.size()); ++i) {
    for (const std::uint32_t place : groups[i]) gone[place] = true;
  }
  history rest;
  for (std::size_t i = 0; i < operations.size(); ++i) {
    if (!gone[i]) rest.push_back(operations[i]);
  }
  return rest;
}

class minimiser {
 public:
  minimiser(history operations, const specification& object, const budget& limits)
      : now_{std::move(operations), object}, limits_(limits) {}

  smaller run() {
    keep_one_key();
    cut_end();
    for (std::size_t before = 0; before != now_.operations.size();) {
      before = now_.operations.size();
      cut_beginning();
      leave_out_groups();
    }
    std::stable_sort(
        now_.operations.begin(), now_.operations.end(),
        [](const operation& a, const operation& b) { return a.invoked < b.invoked; });
    return std::move(now_);
  }

 private:
  bool fails(const history& operations, const specification& object) const {
    return check(operations, object, limits_).said == answer::not_linearizable;
  }

  bool take_if_it_fails(history operations, const specification& object) {
    if (!fails(operations, object)) return false;
    now_ = {std::move(operations), object};
    return true;
  }

  void keep_one_key() {
    std::map<std::int64_t, bool> keys;
    for (const operation& one : now_.operations) keys[one.key] = true;
    for (const auto& [key, there] : keys) {
      if (take_if_it_fails(part_with(now_.operations, key), now_.object)) return;
    }
  }

  // Once a prefix fails, all longer ones do.
  void cut_end() {
    std::vector<stamp> responses;
    for (const operation& one : now_.operations) {
      if (!one.is_pending()) responses.push_back(one.returned);
    }
    std::sort(responses.begin(), responses.end());
    const auto first =
        std::partition_point(responses.begin(), responses.end(), [&](stamp moment) {
          return !fails(until(now_.operations, moment), now_.object);
        });
    if (first != responses.end()) now_.operations = until(now_.operations, *first);
  }

  void cut_beginning() {
    if (now_.object.kind != object_kind::cell) return;
    for (std::size_t stride = now_.operations.size(); stride > 0;) {
      const auto later = later_beginnings(now_.operations, now_.object.initial);
      stride = std::min(stride, later.size());
      if (stride == 0) return;
      specification object = now_.object;
      object.initial = later[stride - 1];
      if (!take_if_it_fails(
              begun_with(now_.operations, now_.object.initial, object.initial), object)) {
        stride /= 2;
      }
    }
  }

  void leave_out_groups() {
    auto groups = removable_groups(now_.operations, now_.object);
    for (std::size_t size = groups.size(); size > 0; size /= 2) {
      for (std::size_t from = 0; from < groups.size();) {
        if (take_if_it_fails(without(now_.operations, groups, from, size), now_.object)) {
          groups = removable_groups(now_.operations, now_.object);
        } else {
          from += size;
        }
      }
    }
  }

  smaller now_;
  const budget limits_;
};

}  // namespace

smaller minimise(const history& operations, const specification& object,
                 const budget& limits) {
  return minimiser(operations, object, limits).run();
}

}  // namespace tussle::history
