// errors.h: what the values throw on their own account, beside std::out_of_range.
#pragma once

#include <stdexcept>

namespace tussle::value {

// A transient was used after `persistent()` had ended it.
class transient_expired_error : public std::logic_error {
 public:
  transient_expired_error();
  ~transient_expired_error() override;
};

// There is no last element to take away.
class empty_pop_error : public std::out_of_range {
 public:
  empty_pop_error();
  ~empty_pop_error() override;
};

namespace detail {
[[noreturn]] void throw_empty_pop();
[[noreturn]] void throw_transient_expired();
[[noreturn]] void throw_out_of_range(const char* what);
}  // namespace detail

}  // namespace tussle::value
