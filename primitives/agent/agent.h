// agent.h: one value, changed in the background by actions that run one at a time, in order.
//
// Consistency: actions of one agent run one at a time, in queue order, whichever executors
//              they use; those that one thread sends run in the order sent. What a thread did
//              before a send is visible to the action, what an action did to the next one,
//              and a store to every load that returns it.
// Progress:    load as an atom's. A send is lock-free but for its executor's queue, allocates
//              once, and never waits for an action. Failing, restart and error take a lock
//              for a few instructions; no user code runs under it.
// Requires:    actions may have side effects; an action sent by `send` must not block.
//              Validators and watches: see validation.h and watches.h. An action or a watch
//              that owns its own agent's handle keeps it alive only while it waits; a watch
//              does for ever.
// Lifetime:    an agent is a handle: copies denote the same identity. Queued actions keep it
//              alive, except behind a failure. When its runtime is gone it
//              may still be loaded, and no more.
// Contract:    CONTRACT.md section 5 (AGT-1 ... AGT-30).
#pragma once

#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "primitives/agent/agent_core.h"
#include "primitives/agent/any_agent.h"
#include "primitives/agent/await.h"
#include "primitives/agent/sending.h"
#include "primitives/reference/cell.h"
#include "primitives/reference/errors.h"
#include "primitives/reference/rule_slot.h"
#include "primitives/reference/snapshot.h"
#include "primitives/reference/validation.h"
#include "primitives/reference/watches.h"
#include "primitives/sync/schedule_point.h"
#include "primitives/task/runtime.h"

namespace tussle {

template <typename T>
class agent;

// Called once for each action that fails, on its thread and before the agent counts as failed;
// and, with executor_rejected_error, for each that no executor took although its send had
// returned, on the thread that was refused: then it may run beside actions of the agent.
// Sends go out at once. What it throws is swallowed. Must not own the agent's handle: use the
// argument.
template <typename T>
using agent_error_handler =
    std::function<void(const agent<T>& failed, const std::exception_ptr& error)>;

template <typename T>
struct agent_options {
  tussle::validator<T> validator = {};
  agent_error_handler<T> error_handler = {};
  // Absent: go_on if there is an error handler, fail if there is none.
  std::optional<tussle::error_mode> error_mode = {};
  // Whose pools run the actions of send and send_off; null: default_runtime().
  runtime* on = nullptr;
};

// All functions from any threads at once. A handle says nothing about the agent: const ones
// send as well.
template <typename T>
class agent {
 public:
  using value_type = T;
  using error_handler_type = agent_error_handler<T>;

  // Throws: what the validator throws for `initial`, or invalid_state_error if it returns
  // false.
  explicit agent(T initial, agent_options<T> options = {})
      : state_(new state(snapshot<T>(std::move(initial)), home_of(options),
                         mode_of(options))) {
    if (options.validator) set_validator(std::move(options.validator));
    if (options.error_handler) set_error_handler(std::move(options.error_handler));
  }

  // The value that was stored last, also while an action runs and after a failure.
  snapshot<T> load() const { return state_->value.load(); }

  // Queues f for an executor: of computing, of work that may block, or a given one. When its
  // turn comes the value v becomes f(v, args...), once; f takes `const T&`, or `snapshot<T>`
  // to keep an identity, and returns either. Inside an action the send is held until that
  // one's end, and is lost if it fails.
  // Throws: agent_failed_error; executor_rejected_error if the runtime was shut down and the
  //         executor is one of its own, or if the agent is idle and its executor accepts
  //         nothing (on a busy agent the error handler is told when its turn comes); what
  //         copying f and args throws, or std::bad_alloc. Nothing is queued then.
  template <typename F, typename... Args>
  const agent& send(F&& f, Args&&... args) const {
    return send_via(state_->home().compute(), std::forward<F>(f),
                    std::forward<Args>(args)...);
  }
  template <typename F, typename... Args>
  const agent& send_off(F&& f, Args&&... args) const {
    return send_via(state_->home().blocking(), std::forward<F>(f),
                    std::forward<Args>(args)...);
  }
  template <typename F, typename... Args>
  const agent& send_via(executor& where, F&& f, Args&&... args) const {
    using sent = detail::action_of<T, state, std::decay_t<F>, std::decay_t<Args>...>;
    state_->require_healthy();
    detail::send(*state_, std::make_unique<sent>(where, std::forward<F>(f),
                                                 std::forward<Args>(args)...));
    return *this;
  }

  // What made it fail; null if it is not failed.
  std::exception_ptr error() const { return state_->error(); }

  // Makes a failed agent healthy with value v, and lets what waits run on top of it, or drops
  // that. Calls no watches. Returns v.
  // Throws: agent_not_failed_error; what the validator throws for v, or invalid_state_error:
  //         the agent then stays as it was.
  snapshot<T> restart(T v, restart_queue waiting = restart_queue::keep) const {
    return restart(snapshot<T>(std::move(v)), waiting);
  }
  snapshot<T> restart(snapshot<T> v, restart_queue waiting = restart_queue::keep) const {
    state_->restart(v, waiting);
    return v;
  }

  // An empty one removes it. Takes effect for later errors. The mode does so too, and for
  // the error of which the handler is being told.
  void set_error_handler(error_handler_type next) const {
    state_->set_error_handler(std::move(next));
  }
  error_handler_type error_handler() const {
    const auto installed = state_->handler.get();
    return installed ? *installed : error_handler_type();
  }
  void set_error_mode(tussle::error_mode next) const { state_->set_mode(next); }
  tussle::error_mode error_mode() const { return state_->mode(); }

  // Calls `callback` after every later action that stores a value, on the action's thread,
  // until the key is removed or taken over. What it throws is an error of the action.
  const agent& add_watch(watch_key key, watch<T, const agent> callback) const {
    state_->watches.add(std::move(key), std::move(callback));
    return *this;
  }
  const agent& remove_watch(const watch_key& key) const {
    state_->watches.remove(key);
    return *this;
  }

  // As an atom's.
  void set_validator(tussle::validator<T> next) const {
    state_->validation.set(std::move(next), *load());
  }
  tussle::validator<T> validator() const { return state_->validation.get(); }

  // Whether both handles denote the same identity.
  friend bool operator==(const agent& a, const agent& b) noexcept {
    return a.state_.get() == b.state_.get();
  }

  // NOLINTNEXTLINE(google-explicit-constructor): every agent is one
  operator any_agent() const noexcept {
    return any_agent(detail::agent_ref<detail::agent_core>::share(*state_));
  }
  // The agent that `any` denotes, if its values are of this type.
  static std::optional<agent> from(const any_agent& any) {
    auto* const found = dynamic_cast<state*>(any.core());
    if (found == nullptr) return std::nullopt;
    return agent(*found);
  }

  // Bytes that an idle agent takes, besides its value's node and its rules.
  static constexpr std::size_t footprint() noexcept;

 private:
  class state;

  explicit agent(state& shared) noexcept
      : state_(detail::agent_ref<state>::share(shared)) {}

  static runtime& home_of(const agent_options<T>& options) {
    return options.on == nullptr ? default_runtime() : *options.on;
  }
  static tussle::error_mode mode_of(const agent_options<T>& options) {
    if (options.error_mode) return *options.error_mode;
    return options.error_handler ? tussle::error_mode::go_on : tussle::error_mode::fail;
  }

  detail::agent_ref<state> state_;
};

template <typename T>
class agent<T>::state final : public detail::agent_core {
 public:
  state(snapshot<T> initial, runtime& home, tussle::error_mode mode)
      : agent_core(home, mode), value(std::move(initial)) {}

  // One action: next, validate, store, notify.
  template <typename Next>
  void update(Next compute) {
    snapshot<T> present = value.load_to_replace();
    snapshot<T> candidate = compute(std::as_const(present));
    if (validation.used()) validation.check(*candidate);
    sync::schedule_point("agent.before_store");
    value.exchange(candidate);
    sync::schedule_point("agent.before_notify");
    if (watches.used()) {
      const agent self(*this);
      watches.notify(self, present, candidate);
    }
  }

  void restart(snapshot<T>& fresh, restart_queue waiting) {
    if (!error()) throw agent_not_failed_error();
    validation.check(*fresh);
    begin_restart();
    sync::schedule_point("agent.restart.before_store");
    try {
      value.exchange(fresh);
    } catch (...) {
      give_restart_up();
      throw;
    }
    end_restart(waiting);
  }

  void set_error_handler(error_handler_type called) {
    if (!called && !handler.used()) return;  // stays as quick as it is
    using handle = typename rule_slot<error_handler_type>::handle;
    handler.replace([&called](const handle&) {
      return called ? handle::make(std::move(called)) : handle();
    });
  }

  std::unique_ptr<detail::action> make_awaited(detail::await_latch_ref then) override {
    return std::make_unique<awaited>(home().compute(), std::move(then));
  }

  cell<T> value;
  tussle::validation<T> validation;
  watch_list<T, const agent> watches;
  rule_slot<error_handler_type> handler;

 private:
  // Leaves the value as it is.
  class awaited final : public detail::action {
   public:
    awaited(executor& where, detail::await_latch_ref then) noexcept
        : action(where), then_(std::move(then)) {}

    void run(detail::agent_core& agent) override {
      then_.running();  // before anything can fail: who waits goes on all the same
      static_cast<state&>(agent).update(
          [](const snapshot<T>& present) { return present; });
    }

   private:
    detail::await_latch_ref then_;
  };

  bool call_handler(const std::exception_ptr& error) noexcept override {
    const auto installed = handler.get();
    if (!installed) return false;
    try {
      (*installed)(agent(*this), error);
    } catch (...) {  // swallowed: there is nobody to tell
    }
    return true;
  }
};

template <typename T>
constexpr std::size_t agent<T>::footprint() noexcept {
  return sizeof(state);
}

}  // namespace tussle
