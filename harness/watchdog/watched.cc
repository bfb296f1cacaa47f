#include "harness/watchdog/watched.h"

#include <unistd.h>

#include <mutex>
#include <sstream>
#include <utility>

namespace tussle::watchdog {
namespace {

struct shared_state {
  std::mutex mutex;
  const char* phase = nullptr;
  std::uint64_t changes = 0;
  std::map<pid_t, const harness::worker*> workers;
  std::map<const void*, std::string> names;
};

shared_state& shared() {
  static shared_state all;
  return all;
}

}  // namespace

watched_worker::watched_worker(const harness::worker& self) {
  const std::lock_guard lock(shared().mutex);
  shared().workers[gettid()] = &self;
  ++shared().changes;
}

watched_worker::~watched_worker() {
  const std::lock_guard lock(shared().mutex);
  shared().workers.erase(gettid());
  ++shared().changes;
}

phase::phase(const char* name)
    : outer_([name] {
        const std::lock_guard lock(shared().mutex);
        ++shared().changes;
        return std::exchange(shared().phase, name);
      }()) {}

phase::~phase() {
  const std::lock_guard lock(shared().mutex);
  shared().phase = outer_;
  ++shared().changes;
}

named::named(const void* object, std::string name) : object_(object) {
  const std::lock_guard lock(shared().mutex);
  shared().names[object] = std::move(name);
}

named::~named() {
  const std::lock_guard lock(shared().mutex);
  shared().names.erase(object_);
}

std::string name_of(const void* object) {
  const std::lock_guard lock(shared().mutex);
  const auto found = shared().names.find(object);
  if (found != shared().names.end()) return found->second;
  std::ostringstream text;
  text << object;
  return text.str();
}

progress present_progress() {
  const std::lock_guard lock(shared().mutex);
  progress now{shared().phase, shared().changes};
  for (const auto& [thread, self] : shared().workers) {
    now.steps[thread] = self->completed();
  }
  return now;
}

}  // namespace tussle::watchdog
