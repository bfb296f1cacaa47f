// update_in.h: a change deep inside nested values.
//
//   map<std::string, map<int, std::int64_t>> hits;   // route -> status -> count
//   hits = update_in(std::move(hits), [](std::int64_t n) { return n + 1; }, "/login", 200);
//
// Returns the outer value with f applied to what the path of keys and indices leads to. Maps
// that a path does not find begin as T(); an index beyond a vector's end throws
// std::out_of_range. What is given as an rvalue, and inside it what nobody else holds, is
// edited in place.
#pragma once

#include <functional>
#include <utility>

namespace tussle::value {

template <typename Value, typename F, typename Key>
Value update_in(Value outer, F&& f, const Key& key) {
  return std::move(outer).update(key, std::forward<F>(f));
}

template <typename Value, typename F, typename Key, typename... Rest>
requires(sizeof...(Rest) > 0) Value
    update_in(Value outer, F&& f, const Key& key, const Rest&... rest) {
  return std::move(outer).update(key, [&](auto&& nested) {
    return update_in(std::forward<decltype(nested)>(nested), f, rest...);
  });
}

}  // namespace tussle::value
