// errors.h: what delays and futures throw on their own account.
#pragma once

#include <exception>
#include <stdexcept>

namespace tussle {

// A delay was forced by its own body.
class recursive_force_error : public std::logic_error {
 public:
  recursive_force_error();
  ~recursive_force_error() override;
};

// The future was cancelled: there is no result, and there will be none.
class future_cancelled_error : public std::runtime_error {
 public:
  future_cancelled_error();
  ~future_cancelled_error() override;
};

namespace detail {
// An executor_rejected_error, or std::bad_alloc where there is no memory for its text.
std::exception_ptr make_rejected_error() noexcept;
}  // namespace detail

}  // namespace tussle
