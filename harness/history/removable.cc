#include "harness/history/removable.h"

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>

#include <algorithm>
#include <map>
#include <optional>

namespace tussle::history {
namespace {

value difference(value a, value b) {
  return static_cast<value>(static_cast<std::uint64_t>(a) -
                            static_cast<std::uint64_t>(b));
}

// The value of a cell that an operation is known to have found.
std::optional<value> found_by(const operation& one) {
  if (one.is_pending()) return std::nullopt;
  if (one.what == call::load || one.what == call::exchange) return one.result;
  if (one.what == call::swap) return difference(one.result, one.argument);
  if (one.how == outcome::yes) return one.expected;
  return std::nullopt;
}

// The same of one that may have happened, and then found it.
std::optional<value> may_have_found(const operation& one) {
  const bool cas = one.what == call::compare_and_set && one.is_pending();
  return cas ? std::optional(one.expected) : found_by(one);
}

// What an operation leaves in a cell, where it is known.
std::optional<value> left_by(const operation& one) {
  if (one.what == call::load || one.how == outcome::no) return std::nullopt;
  if (one.what != call::swap) return one.argument;
  return one.is_pending() ? std::nullopt : std::optional(one.result);
}

bool is_failed(const operation& one) {
  return one.what == call::compare_and_set && one.how == outcome::no;
}

bool has(const history& operations, bool (*is)(const operation&)) {
  return std::any_of(operations.begin(), operations.end(), is);
}

std::vector<group> of_cell(const history& operations) {
  absl::flat_hash_set<value> found;
  for (const operation& one : operations) {
    if (const auto seen = may_have_found(one)) found.insert(*seen);
  }
  // A compare-and-set that failed saw that a value was not there.
  const bool updates_too = !has(operations, is_failed);
  std::vector<group> groups;
  for (std::uint32_t i = 0; i < operations.size(); ++i) {
    const operation& one = operations[i];
    const auto left = left_by(one);
    const bool changes_nothing = one.what == call::load || is_failed(one);
    const bool unseen = updates_too && left && !found.contains(*left);
    if (changes_nothing || unseen) groups.push_back({i});
  }
  return groups;
}

std::vector<group> of_one_shot(const history& operations) {
  std::vector<group> groups;
  for (std::uint32_t i = 0; i < operations.size(); ++i) {
    const operation& one = operations[i];
    if (one.what != call::deliver || one.how == outcome::no) groups.push_back({i});
  }
  // The delivery that won, or one that may have, is what the others saw.
  std::erase_if(groups, [&](const group& each) {
    const operation& one = operations[each.front()];
    return one.what == call::deliver && one.is_pending();
  });
  return groups;
}

bool is_put(const operation& one) {
  const bool puts = one.what == call::put || one.what == call::try_put;
  return puts && (one.is_pending() || one.how == outcome::yes);
}

bool is_refused(const operation& one) {
  return one.what == call::try_put && one.how == outcome::no;
}

bool saw_closed(const operation& one) { return one.how == outcome::closed; }

// Which element an operation put or took, where it is known.
std::optional<value> element_of(const operation& one) {
  if (is_put(one)) return one.argument;
  if (one.how == outcome::returned) return one.result;
  return std::nullopt;
}

bool is_pending_take(const operation& one) {
  return one.is_pending() && (one.what == call::take || one.what == call::try_take);
}

std::vector<group> of_fifo(const history& operations) {
  // That a channel was full depends on each of its elements.
  const bool elements_too = !has(operations, is_refused);
  const bool close_too = !has(operations, saw_closed);
  std::map<value, group> elements;
  std::vector<group> groups;
  std::int64_t inside = 0;
  for (std::uint32_t i = 0; i < operations.size(); ++i) {
    const operation& one = operations[i];
    if (const auto element = element_of(one)) {
      elements[*element].push_back(i);
      inside += is_put(one) ? 1 : -1;
    } else if (!is_pending_take(one) && (one.what != call::close || close_too)) {
      groups.push_back({i});
    }
  }
  if (elements_too) {
    for (auto& [element, places] : elements) groups.push_back(std::move(places));
  }
  // A pending take may have taken what is not known to have been taken.
  for (std::uint32_t i = 0; inside <= 0 && i < operations.size(); ++i) {
    if (is_pending_take(operations[i])) groups.push_back({i});
  }
  return groups;
}

// Every update by what it replaced; empty where that does not tell their order.
absl::flat_hash_map<value, value> replacements(const history& operations) {
  absl::flat_hash_map<value, value> next;
  absl::flat_hash_set<value> left;
  for (const operation& one : operations) {
    if (one.what == call::store || one.what == call::swap) return {};
    const auto leaves = left_by(one);
    if (leaves && !left.insert(*leaves).second) return {};
    const auto found = found_by(one);
    if (!leaves || !found) continue;
    // A fork: the order ends before it.
    if (!next.try_emplace(*found, *leaves).second) next[*found] = *found;
  }
  return next;
}

}  // namespace

std::vector<group> removable_groups(const history& operations,
                                    const specification& object) {
  switch (object.kind) {
    case object_kind::cell:
      return of_cell(operations);
    case object_kind::one_shot:
      return of_one_shot(operations);
    default:
      return of_fifo(operations);
  }
}

std::vector<value> later_beginnings(const history& operations, value initial) {
  const auto next = replacements(operations);
  std::vector<value> values;
  absl::flat_hash_set<value> met = {initial};
  for (auto at = next.find(initial); at != next.end() && met.insert(at->second).second;
       at = next.find(at->second)) {
    values.push_back(at->second);
  }
  return values;
}

history begun_with(const history& operations, value initial, value beginning) {
  absl::flat_hash_set<value> gone = {initial};
  for (const value each : later_beginnings(operations, initial)) {
    if (each == beginning) break;
    gone.insert(each);
  }
  history rest;
  for (const operation& one : operations) {
    const auto found = may_have_found(one);
    if (found && gone.contains(*found)) continue;
    // It may have failed before.
    if (is_failed(one) && one.expected == beginning) continue;
    rest.push_back(one);
  }
  return rest;
}

}  // namespace tussle::history
