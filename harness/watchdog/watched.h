// watched.h: what the watchdog is told by those that it watches.
//
// Thread safety: all functions. None of it is on the path of a step.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "harness/case/worker.h"

namespace tussle::watchdog {

// While it lives, the calling thread is a worker whose progress its steps tell.
class watched_worker {
 public:
  explicit watched_worker(const harness::worker& self);
  ~watched_worker();
  watched_worker(const watched_worker&) = delete;
  watched_worker& operator=(const watched_worker&) = delete;
};

// While it lives, the case is at this point of its life. Static storage.
class phase {
 public:
  explicit phase(const char* name);
  ~phase();
  phase(const phase&) = delete;
  phase& operator=(const phase&) = delete;

 private:
  const char* const outer_;
};

inline constexpr const char* running = "running";

// While it lives, reports call an object by this name instead of its address.
class named {
 public:
  named(const void* object, std::string name);
  ~named();
  named(const named&) = delete;
  named& operator=(const named&) = delete;

 private:
  const void* const object_;
};

std::string name_of(const void* object);

struct progress {
  const char* phase = nullptr;                // null: no case is under way
  std::uint64_t changes = 0;                  // of the phase and of who works
  std::map<pid_t, std::uint64_t> steps = {};  // by worker

  friend bool operator==(const progress&, const progress&) = default;
};

progress present_progress();

}  // namespace tussle::watchdog
