// transact.h: changes to several refs that happen together or not at all.
//
//   transact([&] {
//     from.alter(minus, amount);
//     to.alter(plus, amount);
//   });
//
// Consistency: snapshot isolation. A body sees the refs as they were at one point, and its own
//              changes; all its changes begin to count at one point; two transactions that
//              overlap do not both change one ref. What a body has only read may have changed
//              when it commits (write skew): `ensure` what a change relies on.
// Progress:    bodies that change nothing never run again and never wait: they begin wait-free
//              and read lock-free (tx_ref.h). For others: no deadlock; the oldest transaction
//              fails a bounded number of times (README.md).
// Requires:    the body is pure but for refs and sends: it may run more than once. It must not
//              wait for other threads, and must let exceptions pass that are not its own.
// Contract:    CONTRACT.md section 4.
#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

#include "primitives/stm/io_guard.h"
#include "primitives/stm/stm_options.h"
#include "primitives/stm/transaction.h"

namespace tussle {

namespace stm {

// Until one attempt has committed. `body` keeps its result where `forget` finds it, if that
// was in vain: nothing of users' is moved or destroyed while an attempt is not over yet, nor
// what they threw because it failed.
// Throws: what body and the commit throw.
template <typename Body, typename Forget>
void attempt_until_committed(transaction& t, const Body& body, const Forget& forget) {
  for (;;) {
    std::exception_ptr in_vain;
    t.begin_attempt();
    try {
      body();
      if (t.commit()) return;
    } catch (...) {
      if (!t.is_doomed()) throw;
      in_vain = std::current_exception();
    }
    t.give_attempt_back();
    forget();
  }
}

// What a body returned, made in place: a temporary would be destroyed, by users' code, while the
// attempt is not over yet.
template <typename T>
class kept_result {
 public:
  kept_result() noexcept {}  // NOLINT(modernize-use-equals-default): would be deleted
  kept_result(const kept_result&) = delete;
  kept_result& operator=(const kept_result&) = delete;
  ~kept_result() { forget(); }

  template <typename F>
  void make(F& f) {
    ::new (static_cast<void*>(std::addressof(value_))) T(std::invoke(f));
    is_there_ = true;
  }
  void forget() noexcept {
    if (std::exchange(is_there_, false)) std::destroy_at(std::addressof(value_));
  }
  T& value() noexcept { return value_; }

 private:
  union {
    T value_;
  };
  bool is_there_ = false;
};

// Ends the transaction, whichever way it goes.
class scope {
 public:
  scope() : t_(&transaction::begin()) {}
  scope(const scope&) = delete;
  scope& operator=(const scope&) = delete;
  ~scope() {
    if (t_ != nullptr) static_cast<void>(t_->end());
  }

  transaction& running() noexcept { return *t_; }
  void committed() { std::exchange(t_, nullptr)->end().happen(); }

 private:
  transaction* t_;
};

}  // namespace stm

// Runs f as a transaction and returns what the attempt that committed returned. On a thread
// that runs one already, f is a part of that one.
// Throws: what f, a commuted function or a validator throws, with nothing changed and nothing
// sent; retry_limit_error, likewise; what a watch throws, or a move of the result when all is
// done, with the changes in place.
template <typename F>
std::decay_t<std::invoke_result_t<F&>> transact(F&& f) {
  using result = std::decay_t<std::invoke_result_t<F&>>;
  if (stm::transaction::running() != nullptr) return std::invoke(f);
  if constexpr (std::is_void_v<result>) {
    stm::scope now;
    stm::attempt_until_committed(
        now.running(), [&] { std::invoke(f); }, [] {});
    now.committed();
  } else {
    stm::kept_result<result> kept;  // outlives the transaction
    stm::scope now;
    stm::attempt_until_committed(
        now.running(), [&] { kept.make(f); }, [&] { kept.forget(); });
    now.committed();
    return std::move(kept.value());
  }
}

}  // namespace tussle
