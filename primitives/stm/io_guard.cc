#include "primitives/stm/io_guard.h"

#include "primitives/reference/errors.h"
#include "primitives/stm/transaction.h"

namespace tussle {

bool in_transaction() noexcept { return stm::transaction::running() != nullptr; }

void io_guard() {
  if (in_transaction()) throw io_in_transaction_error();
}

}  // namespace tussle
