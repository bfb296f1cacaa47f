#include "primitives/value/errors.h"

namespace tussle::value {

transient_ended_error::transient_ended_error()
    : std::logic_error("tussle: the transient was ended by persistent()") {}

transient_ended_error::~transient_ended_error() = default;

namespace detail {

void throw_transient_ended() { throw transient_ended_error(); }
void throw_out_of_range(const char* what) { throw std::out_of_range(what); }

}  // namespace detail
}  // namespace tussle::value
