#include "primitives/sync/asymmetric_barrier.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>

#if defined(__linux__)
#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace tussle::sync {
inline namespace TUSSLE_SYNC_MODE {
namespace {

#if defined(__linux__) && defined(SYS_membarrier)

bool membarrier(int command) { return syscall(SYS_membarrier, command, 0, 0) == 0; }

bool enlist() {
  return std::getenv("TUSSLE_NO_MEMBARRIER") == nullptr &&
         membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED);
}

// Readers already rely on it: going on without would be silent corruption.
[[noreturn]] void give_up() {
  std::perror("tussle: membarrier worked when the process started and now fails");
  std::abort();
}

bool pass_barriers() { return membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED); }

#else

bool enlist() { return false; }
[[noreturn]] void give_up() { std::abort(); }
bool pass_barriers() { return false; }

#endif

}  // namespace

namespace detail {
constinit bool membarrier_registered = false;
}  // namespace detail

namespace {
// Before the initialisers of all static objects, which may read already: who was told once
// that light stores are not to be had would not announce them later.
[[gnu::constructor(101)]] void enlist_first() {
  detail::membarrier_registered = enlist();
}
}  // namespace

void heavy_barrier() noexcept {
  if (!light_barriers()) return;
  if (simulator* s = detail::simulated()) return s->heavy_barrier();
  if (pass_barriers()) return;
  // A forked child may have to enlist anew.
  if (errno == EPERM && enlist() && pass_barriers()) return;
  give_up();
}

}  // namespace TUSSLE_SYNC_MODE
}  // namespace tussle::sync
