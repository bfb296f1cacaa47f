// agent_core.h: what an agent is apart from the type of its value: its queue, who runs it,
// its error.
//
//                send (queue idle)               action done, nothing waits
//      IDLE ───────────────────────▶ BUSY(first) ──────────────────────────▶ IDLE
//                                     │      ▲ └─ action done: the next one, on this thread
//                                     │      │    or handed to the next one's executor
//                     action error,   │      │ restart
//                     mode fail       ▼      │
//                                     FAILED ┘   keeps the queue, and nobody consumes it
//
// While it is BUSY exactly one party has the *turn*: the sender that found it idle, the
// executor that holds its task, the thread that runs an action, or whoever restarts it. Only
// that party touches `first_` and takes from the queue. A BUSY agent owns one reference to
// itself, so that it lives until its actions have run, whoever dropped their handles; a
// FAILED one does not: nobody could restart it.
//
// Races handled:
//   - a send against going idle: one compare-exchange decides (action_queue.h)
//   - a send against a failure: either it throws, or its action waits behind the failure
//   - two restarts: the second throws agent_not_failed_error
//   - a refusal by an executor against sends: the turn stays with who was refused, who goes on
//     with what has come meanwhile
#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "primitives/agent/action.h"
#include "primitives/agent/action_queue.h"
#include "primitives/sync/atomic.h"
#include "primitives/sync/mutex.h"
#include "primitives/sync/plain.h"
#include "primitives/task/executor.h"
#include "primitives/task/runtime.h"

namespace tussle {

// What becomes of an agent whose action failed.
enum class error_mode : std::uint8_t {
  fail,   // it refuses sends and keeps its queue, until it is restarted
  go_on,  // as if the action had not been sent
};

// What a restart does with the actions that wait.
enum class restart_queue : std::uint8_t { keep, clear };

namespace detail {

// An action at work, and how many of them a thread of an executor runs before it looks at
// what else waits.
#if defined(TUSSLE_MODE_BENCH)
inline constexpr int most_actions_a_turn = 16;
#else
inline constexpr int most_actions_a_turn = 4;
#endif

class agent_core : private task {
 public:
  agent_core(const agent_core&) = delete;
  agent_core& operator=(const agent_core&) = delete;

  void acquire() noexcept {
    // Relaxed: the caller already owns a reference, or the turn.
    references_.fetch_add(1, std::memory_order_relaxed);
  }
  void release() noexcept {
    // acq_rel; pairs with itself: what every other owner did happens before the end.
    if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }

  runtime& home() const noexcept { return *home_; }

  // Throws: agent_failed_error, with the cause nested in it.
  void require_healthy() const {
    // Relaxed: a hint; the lock decides. Whoever knows of the failure sees it here.
    if (condition_.load(std::memory_order_relaxed) != condition::healthy) [[unlikely]]
      throw_if_failed();
  }
  std::exception_ptr error() const;

  error_mode mode() const noexcept {
    return mode_.load(std::memory_order_relaxed);  // a setting, which publishes nothing
  }
  void set_mode(error_mode chosen) noexcept {
    mode_.store(chosen, std::memory_order_relaxed);  // as above
  }

  // Puts an action in line, and the agent in its executor if it was idle. False: the
  // executor accepts nothing, and the action is still the caller's.
  [[nodiscard]] bool enqueue(action& sent) noexcept;

  // To the error handler, or else to the runtime: an action that no executor took.
  void report(const std::exception_ptr& error) noexcept;

  // An action that leaves the value as it is and calls `then` once it is all over. Throws:
  // std::bad_alloc.
  virtual std::unique_ptr<action> make_awaited(class await_latch_ref then) = 0;

 protected:
  agent_core(runtime& home, error_mode mode) noexcept : home_(&home), mode_(mode) {}
  virtual ~agent_core();

  // A restart has three steps, so that the value is there before the agent is healthy.
  // Throws: agent_not_failed_error.
  void begin_restart();
  void give_restart_up() noexcept;
  void end_restart(restart_queue waiting) noexcept;

 private:
  enum class condition : std::uint8_t { healthy, failed, restarting };

  // False: there is no error handler. What the handler throws is swallowed.
  virtual bool call_handler(const std::exception_ptr& error) noexcept = 0;

  void run() noexcept override;
  void discard() noexcept override;

  action* first() const noexcept { return static_cast<action*>(first_.read()); }
  std::unique_ptr<action> pop() noexcept;
  bool has_next() noexcept;
  [[nodiscard]] bool hand_on(bool at_work, const executor* closed = nullptr) noexcept;
  std::optional<shutdown_policy> end_of(const executor& where) const noexcept;
  std::exception_ptr perform(action& present) noexcept;
  void fail(std::unique_ptr<action> failed, std::exception_ptr error) noexcept;
  [[gnu::cold]] void throw_if_failed() const;

  // What senders touch: not on the line of what the running thread touches.
  action_queue queue_;
  sync::atomic<std::uint64_t> references_{1};
  runtime* const home_;
  sync::atomic<condition> condition_{condition::healthy};  // written under the mutex
  sync::atomic<error_mode> mode_;

  // With the turn.
  sync::plain<queue_link*> first_{nullptr};

  mutable sync::mutex mutex_;
  std::exception_ptr error_ ABSL_GUARDED_BY(mutex_);
};

// Shared ownership of an agent's state, whatever it is known as.
template <typename State>
class agent_ref {
 public:
  constexpr agent_ref() noexcept = default;
  // Takes over one reference, or (`share`) adds one.
  explicit agent_ref(State* owned) noexcept : state_(owned) {}
  static agent_ref share(State& state) noexcept {
    state.acquire();
    return agent_ref(&state);
  }

  agent_ref(const agent_ref& other) noexcept : state_(other.state_) {
    if (state_ != nullptr) state_->acquire();
  }
  agent_ref(agent_ref&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}
  agent_ref& operator=(agent_ref other) noexcept {
    std::swap(state_, other.state_);
    return *this;
  }
  ~agent_ref() {
    if (state_ != nullptr) state_->release();
  }

  State& operator*() const noexcept { return *state_; }
  State* operator->() const noexcept { return state_; }
  State* get() const noexcept { return state_; }

 private:
  State* state_ = nullptr;
};

}  // namespace detail
}  // namespace tussle
