// errors.h: what the references throw on their own account.
//
// Exceptions of user code (validators, update functions, watches) always pass through
// unchanged.
#pragma once

#include <stdexcept>

namespace tussle {

// A validator returned false for a candidate value. The reference is unchanged.
class invalid_state_error : public std::runtime_error {
 public:
  invalid_state_error();
  ~invalid_state_error() override;
};

}  // namespace tussle
