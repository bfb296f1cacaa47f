#include "primitives/channel/errors.h"

namespace tussle {

nil_value_error::nil_value_error()
    : std::invalid_argument("tussle: an element of a channel cannot be null") {}

nil_value_error::~nil_value_error() = default;

too_many_pending_error::too_many_pending_error()
    : std::runtime_error(
          "tussle: too many operations wait on one channel: give it a "
          "buffer that drops, or wait for it") {}

too_many_pending_error::~too_many_pending_error() = default;

blocking_in_go_error::blocking_in_go_error()
    : std::logic_error("tussle: a go block must not block: co_await the async form") {}

blocking_in_go_error::~blocking_in_go_error() = default;

namespace detail {

void throw_nil_value() { throw nil_value_error(); }
void throw_too_many_pending() { throw too_many_pending_error(); }
void throw_no_buffer() {
  throw std::invalid_argument("tussle: a transducer needs a channel with a buffer");
}
void throw_no_copies() {
  throw std::invalid_argument("tussle: a promise channel needs elements to copy");
}

}  // namespace detail
}  // namespace tussle
