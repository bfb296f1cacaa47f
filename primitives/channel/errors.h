// errors.h: what channels, alts and go blocks throw on their own account.
#pragma once

#include <stdexcept>

namespace tussle {

// A null element: a null pointer, an empty function or optional. Null means "closed and
// drained", and can be none.
class nil_value_error : public std::invalid_argument {
 public:
  nil_value_error();
  ~nil_value_error() override;
};

// As many puts, or takes, wait on the channel as may. Nothing has changed.
class too_many_pending_error : public std::runtime_error {
 public:
  too_many_pending_error();
  ~too_many_pending_error() override;
};

// A blocking operation on a thread that runs go blocks, in checked mode. Nothing has changed.
class blocking_in_go_error : public std::logic_error {
 public:
  blocking_in_go_error();
  ~blocking_in_go_error() override;
};

namespace detail {
[[noreturn]] void throw_nil_value();
[[noreturn]] void throw_too_many_pending();
[[noreturn]] void throw_no_buffer();
[[noreturn]] void throw_no_copies();
}  // namespace detail

}  // namespace tussle
