#include "primitives/reference/errors.h"

namespace tussle {

invalid_state_error::invalid_state_error()
    : std::runtime_error("tussle: the validator rejected the value") {}

invalid_state_error::~invalid_state_error() = default;

agent_failed_error::agent_failed_error()
    : std::runtime_error("tussle: the agent failed: restart it to send again") {}

agent_failed_error::~agent_failed_error() = default;

agent_not_failed_error::agent_not_failed_error()
    : std::runtime_error("tussle: the agent is not failed: nothing to restart") {}

agent_not_failed_error::~agent_not_failed_error() = default;

await_in_action_error::await_in_action_error()
    : std::runtime_error("tussle: await inside an action of an agent") {}

await_in_action_error::~await_in_action_error() = default;

executor_rejected_error::executor_rejected_error()
    : std::runtime_error("tussle: the executor was shut down") {}

executor_rejected_error::~executor_rejected_error() = default;

no_transaction_error::no_transaction_error()
    : std::runtime_error("tussle: a ref is written in the body of a transaction only") {}

no_transaction_error::~no_transaction_error() = default;

set_after_commute_error::set_after_commute_error()
    : std::runtime_error(
          "tussle: a ref that was commuted cannot be set in the same transaction") {}

set_after_commute_error::~set_after_commute_error() = default;

io_in_transaction_error::io_in_transaction_error()
    : std::runtime_error("tussle: not inside a transaction") {}

io_in_transaction_error::~io_in_transaction_error() = default;

retry_limit_error::retry_limit_error()
    : std::runtime_error("tussle: the transaction was retried too often") {}

retry_limit_error::~retry_limit_error() = default;

namespace detail {

void throw_agent_failed(const std::exception_ptr& cause) {
  try {
    std::rethrow_exception(cause);
  } catch (...) {
    throw agent_failed_error();
  }
}

}  // namespace detail

}  // namespace tussle
