#include "harness/history/operation.h"

#include <array>

namespace tussle::history {
namespace {

template <typename Enum, std::size_t Count>
std::string name_of(Enum which, const std::array<const char*, Count>& names) {
  return names.at(static_cast<std::size_t>(which));
}

std::string arguments(const operation& one) {
  switch (one.what) {
    case call::compare_and_set:
      return std::to_string(one.expected) + ", " + std::to_string(one.argument);
    case call::store:
    case call::exchange:
    case call::swap:
    case call::deliver:
    case call::put:
    case call::try_put:
      return std::to_string(one.argument);
    default:
      return "";
  }
}

}  // namespace

bool is_well_formed(const operation& one) {
  const auto is = [&](auto... possible) { return ((one.how == possible) || ...); };
  if (one.is_pending()) return true;
  switch (one.what) {
    case call::store:
    case call::close:
      return is(outcome::done);
    case call::compare_and_set:
    case call::deliver:
      return is(outcome::yes, outcome::no);
    case call::try_get:
      return is(outcome::returned, outcome::empty);
    case call::put:
      return is(outcome::yes, outcome::closed);
    case call::try_put:
      return is(outcome::yes, outcome::no, outcome::closed);
    case call::take:
    case call::try_take:
      return is(outcome::returned, outcome::empty, outcome::closed);
    default:
      return is(outcome::returned);
  }
}

std::string to_string(call what) {
  return name_of(
      what, std::array{"load", "store", "exchange", "swap", "compare_and_set", "deliver",
                       "get", "try_get", "put", "take", "try_put", "try_take", "close"});
}

std::string to_string(outcome how) {
  return name_of(
      how, std::array{"pending", "done", "returned", "yes", "no", "empty", "closed"});
}

std::string to_string(object_kind kind) {
  return name_of(kind, std::array{"cell", "one_shot", "queue", "channel"});
}

std::string to_string(const operation& one) {
  std::string asked = to_string(one.what) + "(" + arguments(one) + ")";
  if (one.is_pending()) return asked + " pending";
  if (one.how == outcome::done) return asked;
  return asked + " -> " +
         (one.how == outcome::returned ? std::to_string(one.result) : to_string(one.how));
}

}  // namespace tussle::history
