// errors.h: what the references throw on their own account.
//
// Exceptions of user code (validators, update functions, watches) always pass through
// unchanged.
#pragma once

#include <exception>
#include <stdexcept>

namespace tussle {

// A validator returned false for a candidate value. The reference is unchanged.
class invalid_state_error : public std::runtime_error {
 public:
  invalid_state_error();
  ~invalid_state_error() override;
};

// A send to an agent whose action failed. What failed is nested in it (std::nested_exception).
class agent_failed_error : public std::runtime_error, public std::nested_exception {
 public:
  // Nests the exception that is being handled.
  agent_failed_error();
  agent_failed_error(const agent_failed_error&) = default;
  agent_failed_error& operator=(const agent_failed_error&) = default;
  ~agent_failed_error() override;
};

// A restart of an agent that is not failed.
class agent_not_failed_error : public std::runtime_error {
 public:
  agent_not_failed_error();
  ~agent_not_failed_error() override;
};

// Waiting for agents inside an action: it would wait for itself, or hold a thread that they
// need.
class await_in_action_error : public std::runtime_error {
 public:
  await_in_action_error();
  ~await_in_action_error() override;
};

// An executor accepts no work any more.
class executor_rejected_error : public std::runtime_error {
 public:
  executor_rejected_error();
  ~executor_rejected_error() override;
};

// Writing a ref, or ensuring it, where no body of a transaction runs on the thread.
class no_transaction_error : public std::runtime_error {
 public:
  no_transaction_error();
  ~no_transaction_error() override;
};

// Setting or altering a ref that the same transaction has commuted.
class set_after_commute_error : public std::runtime_error {
 public:
  set_after_commute_error();
  ~set_after_commute_error() override;
};

// What must not happen twice, or must not wait, inside a transaction.
class io_in_transaction_error : public std::runtime_error {
 public:
  io_in_transaction_error();
  ~io_in_transaction_error() override;
};

// A transaction that was tried as often as it may be. Nothing of it happened.
class retry_limit_error : public std::runtime_error {
 public:
  retry_limit_error();
  ~retry_limit_error() override;
};

namespace detail {
// Throws: agent_failed_error with `cause`, which is not null, nested in it.
[[noreturn]] void throw_agent_failed(const std::exception_ptr& cause);
}  // namespace detail

}  // namespace tussle
