// watchdog.h: tells a case that stands still from one that is slow.
//
// Every half second it looks at the workers' steps, at the threads' CPU time and at what
// they do:
//
//   a step was completed, or the case went on        slow at most: left alone
//   none for `limit`, all threads wait               blocked
//   none, and one thread used a core for `limit`     spinning (while the team runs only:
//                                                    elsewhere CPU time is work)
//   none, and threads wait for a core                the machine is busy: left alone
//
// It then asks every thread for its stack and tells what was found, once.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "harness/watchdog/stall.h"
#include "harness/watchdog/tasks.h"
#include "harness/watchdog/watched.h"

namespace tussle::watchdog {

// What is seen at one moment, and since when it is so. Apart from the thread, so that it
// can be tested without waiting.
class observer {
 public:
  explicit observer(double limit_seconds) : limit_(limit_seconds) {}

  // `now` in seconds, growing. Returns what the case came to, if it stands still.
  std::optional<stall_kind> look(double now, const progress& seen,
                                 const std::vector<task>& tasks);

  double seconds_without_step(double now) const { return now - since_; }

 private:
  // CPU time since the last step, of the thread that used most. Not the sum: where eight
  // threads share a core, eight steps are under way at a time.
  double longest_use(const std::vector<task>& tasks) const;

  const double limit_;
  std::optional<progress> last_;
  double since_ = 0;  // of the last step
  std::map<pid_t, double> cpu_at_step_;
  double cpu_at_look_ = 0;  // of all threads
  double looked_ = 0;
  double quiet_since_ = 0;
};

class watchdog {
 public:
  // `told` is called on the watchdog's thread when a case stands still.
  watchdog(double limit_seconds, std::function<void(const stall&)> told);
  ~watchdog();
  watchdog(const watchdog&) = delete;
  watchdog& operator=(const watchdog&) = delete;

 private:
  void watch();

  const double limit_;
  const std::function<void(const stall&)> told_;
  std::mutex mutex_;
  std::condition_variable ended_;
  bool ends_ = false;
  std::thread thread_;
};

}  // namespace tussle::watchdog
