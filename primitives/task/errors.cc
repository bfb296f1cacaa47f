#include "primitives/task/errors.h"

#include "primitives/reference/errors.h"

namespace tussle {

recursive_force_error::recursive_force_error()
    : std::logic_error("tussle: a delay is forced by its own body") {}

recursive_force_error::~recursive_force_error() = default;

future_cancelled_error::future_cancelled_error()
    : std::runtime_error("tussle: the future was cancelled") {}

future_cancelled_error::~future_cancelled_error() = default;

namespace detail {
std::exception_ptr make_rejected_error() noexcept {
  try {
    throw executor_rejected_error();
  } catch (...) {
    return std::current_exception();
  }
}
}  // namespace detail

}  // namespace tussle
