#include "primitives/sync/per_thread.h"

#include <pthread.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <system_error>
#include <thread>
#include <utility>

namespace tussle::sync {
inline namespace TUSSLE_SYNC_MODE {
namespace {

using act = void (*)() noexcept;

// What a thread asked for, in that order.
struct asked {
  std::array<act, most_exit_acts> acts{};
  std::size_t count = 0;
};
constinit thread_local asked mine{};

// An act may ask again; then the system calls this again.
void call_all(void* /*asked*/) {
  const asked now = std::exchange(mine, asked{});
  for (std::size_t i = 0; i < now.count; ++i) now.acts[i]();
}

void require(int error) {
  if (error != 0) throw std::system_error(error, std::generic_category(), "thread exit");
}

pthread_key_t make_key() {
  pthread_key_t key{};
  require(pthread_key_create(&key, &call_all));
  return key;
}

void remember(act wanted) {
  for (std::size_t i = 0; i < mine.count; ++i) {
    if (mine.acts[i] == wanted) return;
  }
  if (mine.count == most_exit_acts) require(ENOMEM);
  mine.acts[mine.count++] = wanted;
}

}  // namespace

// A pthread key, because its destructor runs after those of all thread_local objects, and
// again if one of them comes back.
void at_thread_exit(void (*wanted)() noexcept) {
  if (simulator* s = detail::simulated()) return s->at_thread_exit(wanted);
  static const pthread_key_t key = make_key();
  remember(wanted);
  require(pthread_setspecific(key, &mine));
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
