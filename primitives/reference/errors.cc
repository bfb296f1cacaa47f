#include "primitives/reference/errors.h"

namespace tussle {

invalid_state_error::invalid_state_error()
    : std::runtime_error("tussle: the validator rejected the value") {}

invalid_state_error::~invalid_state_error() = default;

}  // namespace tussle
