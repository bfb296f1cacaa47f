// errors.h: what the values throw on their own account, beside std::out_of_range.
#pragma once

#include <stdexcept>

namespace tussle::value {

// A transient was used after `persistent()` had ended it.
class transient_ended_error : public std::logic_error {
 public:
  transient_ended_error();
  ~transient_ended_error() override;
};

namespace detail {
[[noreturn]] void throw_transient_ended();
[[noreturn]] void throw_out_of_range(const char* what);
}  // namespace detail

}  // namespace tussle::value
