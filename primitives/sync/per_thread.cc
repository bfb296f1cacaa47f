#include "primitives/sync/per_thread.h"

#include <pthread.h>

#include <system_error>
#include <thread>

namespace tussle::sync {
inline namespace TUSSLE_SYNC_MODE {
namespace {

// The value of the key is the function itself.
void call(void* act) { reinterpret_cast<void (*)() noexcept>(act)(); }

void require(int error) {
  if (error != 0) throw std::system_error(error, std::generic_category(), "thread exit");
}

pthread_key_t make_key() {
  pthread_key_t key{};
  require(pthread_key_create(&key, &call));
  return key;
}

}  // namespace

// A pthread key, because its destructor runs after those of all thread_local objects, and
// again if one of them comes back.
void at_thread_exit(void (*act)() noexcept) {
  if (simulator* s = detail::simulated()) return s->at_thread_exit(act);
  static const pthread_key_t key = make_key();
  require(pthread_setspecific(key, reinterpret_cast<void*>(act)));
}

void yield() noexcept {
  if (simulator* s = detail::simulated()) return s->yield();
  std::this_thread::yield();
}

void at_execution_end([[maybe_unused]] void (*act)() noexcept) {
  if (simulator* s = detail::simulated()) s->at_end(act);
}

}  // namespace TUSSLE_SYNC_MODE
}  // namespace tussle::sync
