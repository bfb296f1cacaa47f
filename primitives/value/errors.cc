#include "primitives/value/errors.h"

namespace tussle::value {

transient_expired_error::transient_expired_error()
    : std::logic_error("tussle: the transient was ended by persistent()") {}

transient_expired_error::~transient_expired_error() = default;

empty_pop_error::empty_pop_error()
    : std::out_of_range("tussle: pop_back of an empty vector") {}

empty_pop_error::~empty_pop_error() = default;

namespace detail {

void throw_empty_pop() { throw empty_pop_error(); }
void throw_transient_expired() { throw transient_expired_error(); }
void throw_out_of_range(const char* what) { throw std::out_of_range(what); }

}  // namespace detail
}  // namespace tussle::value
