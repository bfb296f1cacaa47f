// io_guard.h: keeps what must not be repeated out of transactions.
#pragma once

#include <functional>
#include <type_traits>
#include <utility>

namespace tussle {

// Whether a transaction runs on the calling thread: its body, or what its commit calls, but not
// watches and sends, which follow it.
bool in_transaction() noexcept;

// Throws: io_in_transaction_error, if so.
void io_guard();

// f(), but not in a transaction. Throws: as io_guard, or what f throws.
template <typename F>
std::invoke_result_t<F> no_tx(F&& f) {
  io_guard();
  return std::invoke(std::forward<F>(f));
}

}  // namespace tussle
