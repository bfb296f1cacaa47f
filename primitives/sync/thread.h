// thread.h: tussle::sync::thread.
//
// A std::thread, with scheduling points in modes that have them; in mode sim a fiber of the
// execution. What a thread did before it ended is visible after its join. A thread that is
// destroyed or replaced while it can be joined terminates the program.
#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <system_error>
#include <thread>
#include <type_traits>
#include <utility>

#include "primitives/sync/schedule_point.h"
#include "primitives/sync/simulator.h"

namespace tussle::sync {
inline namespace TUSSLE_SYNC_MODE {

class thread {
 public:
  thread() noexcept = default;

  // Calls a copy of f on a new thread. Throws: std::system_error, std::bad_alloc.
  template <typename F>  // NOLINTNEXTLINE(bugprone-forwarding-reference-overload)
  requires(!std::is_same_v<std::remove_cvref_t<F>, thread>) explicit thread(F&& f) {
    if (simulator* s = detail::simulated()) {
      using body = std::decay_t<F>;
      auto owned = std::make_unique<body>(std::forward<F>(f));
      simulated_ = s->start_thread(&call<body>, owned.get());
      if (simulated_ < 0) throw_no_thread();
      static_cast<void>(owned.release());  // to `call`
      return;
    }
    if (detail::announce({operation::start_thread, this, nullptr})) throw_no_thread();
    thread_ = std::thread(std::forward<F>(f));
  }

  thread(thread&& other) noexcept
      : thread_(std::move(other.thread_)),
        simulated_(std::exchange(other.simulated_, none)) {}
  thread& operator=(thread&& other) noexcept {
    require_joined();
    thread_ = std::move(other.thread_);
    simulated_ = std::exchange(other.simulated_, none);
    return *this;
  }
  ~thread() { require_joined(); }

  bool joinable() const noexcept { return simulated_ != none || thread_.joinable(); }

  // Blocks until the thread has ended. Throws: std::system_error if it cannot be joined.
  void join() {
    if (simulator* s = detail::simulated(); s != nullptr && simulated_ != none) {
      return s->join_thread(std::exchange(simulated_, none));
    }
    detail::announce({operation::join_thread, this, nullptr});
    thread_.join();
  }

 private:
  static constexpr int none = -1;

  [[noreturn]] static void throw_no_thread() {
    throw std::system_error(
        std::make_error_code(std::errc::resource_unavailable_try_again));
  }

  template <typename Body>
  static void call(void* body) {
    const std::unique_ptr<Body> owned(static_cast<Body*>(body));
    std::invoke(std::move(*owned));
  }

  // A std::thread terminates by itself.
  void require_joined() noexcept {
    if (simulated_ == none) return;
    if (simulator* s = detail::simulated()) {
      s->misused("a thread that was not joined is destroyed");
    }
    std::terminate();
  }

  std::thread thread_;
  int simulated_ = none;
};

// Cores that this process may use, as far as the system tells; at least 1.
inline unsigned usable_cores() noexcept {
  const unsigned cores = std::thread::hardware_concurrency();
  return cores == 0 ? 1 : cores;
}

}  // namespace TUSSLE_SYNC_MODE
}  // namespace tussle::sync
