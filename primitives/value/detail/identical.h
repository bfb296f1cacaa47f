// identical.h: whether an update would put in place what is there already.
#pragma once

#include <concepts>
#include <cstring>
#include <type_traits>

namespace tussle::value::detail {

// By identity where the type has one, by representation for numbers (so that a zero may
// become a negative zero, and a NaN is itself), else by equality. Where nothing can be said,
// no update is in vain.
template <typename T>
bool identical(const T& a, const T& b) {
  if constexpr (requires {
                  { a.same_as(b) } -> std::convertible_to<bool>;
                }) {
    return a.same_as(b);
  } else if constexpr (std::is_floating_point_v<T>) {
    return std::memcmp(&a, &b, sizeof(T)) == 0;
  } else if constexpr (std::equality_comparable<T>) {
    return a == b;
  } else {
    return false;
  }
}

}  // namespace tussle::value::detail
