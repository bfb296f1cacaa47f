// errors.h: what delays and futures throw on their own account.
#pragma once

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

}  // namespace tussle
