#include "primitives/task/errors.h"

namespace tussle {

recursive_force_error::recursive_force_error()
    : std::logic_error("tussle: a delay is forced by its own body") {}

recursive_force_error::~recursive_force_error() = default;

future_cancelled_error::future_cancelled_error()
    : std::runtime_error("tussle: the future was cancelled") {}

future_cancelled_error::~future_cancelled_error() = default;

}  // namespace tussle
