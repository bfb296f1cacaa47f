// identical.h: whether an update would put in place what is there already.
#pragma once

#include <concepts>
#include <cstring>
#include <string>
#include <type_traits>

namespace tussle::value::detail {

template <typename T>
inline constexpr bool is_string = false;
template <typename C, typename Traits, typename Allocator>
inline constexpr bool is_string<std::basic_string<C, Traits, Allocator>> = true;

// By identity where the type has one; by representation where that says all there is to say
// (numbers, so that a zero may become a negative zero and a NaN is itself; pointers;
// aggregates of these without padding); strings by what they hold. Not by any other ==, which
// may call equal what can be told apart: where nothing can be said, no update is in vain.
template <typename T>
bool identical(const T& a, const T& b) {
  if constexpr (requires {
                  { a.same_as(b) } -> std::convertible_to<bool>;
                }) {
    return a.same_as(b);
  } else if constexpr (std::is_floating_point_v<T> ||
                       std::has_unique_object_representations_v<T>) {
    // NOLINTNEXTLINE(bugprone-suspicious-memory-comparison): the representation is meant
    return std::memcmp(&a, &b, sizeof(T)) == 0;
  } else if constexpr (is_string<T>) {
    return a == b;
  } else {
    return false;
  }
}

}  // namespace tussle::value::detail
