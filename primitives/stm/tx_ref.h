// tx_ref.h: one value of several that change together.
//
// Consistency: in a transaction (transact.h) that of a snapshot. Outside, `load` returns the
//              newest committed value; who has seen a commit in one ref sees it in every other
//              that he loads later.
// Progress:    load is lock-free in and out of transactions, and never waits for a writer: it
//              begins again only if 64 commits came in between. In a transaction it never makes
//              the body retry.
// Requires:    functions are pure; they may run more than once. Validators and watches: see
//              validation.h and watches.h. Validators and commuted functions run while a commit
//              has its refs claimed: others that want to change them wait meanwhile.
// Lifetime:    a handle: copies denote the same identity, which dies with the last of them.
// Contract:    CONTRACT.md section 4.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>

#include "primitives/reference/snapshot.h"
#include "primitives/reference/validation.h"
#include "primitives/reference/watches.h"
#include "primitives/stm/ref_state.h"
#include "primitives/stm/transact.h"

namespace tussle {

template <typename T>
struct ref_options {
  tussle::validator<T> validator = {};
};

template <typename T>
class tx_ref {
 public:
  using value_type = T;

  // Throws: what the validator throws for `initial`, or invalid_state_error if it returns
  // false.
  explicit tx_ref(T initial, ref_options<T> options = {})
      : state_(new state(snapshot<T>(std::move(initial)))) {
    if (options.validator) set_validator(std::move(options.validator));
  }

  // In a transaction the value as that sees it; elsewhere the newest committed one.
  snapshot<T> load() const {
    if (stm::transaction* const t = stm::transaction::running())
      return value_in(t->read(*state_)).handle();
    return load_latest();
  }

  // f(v) for that value, borrowed until f returns. Throws: what f throws.
  template <typename F>
  std::invoke_result_t<F&, const T&> read(F&& f) const {
    stm::transaction* const t = stm::transaction::running();
    if (t == nullptr) return std::invoke(f, *load_latest());
    const T& value = *value_in(t->read(*state_));
    const stm::transaction::borrow looking(*t);
    return std::invoke(f, value);
  }

  // The rest of the operations on the value: in a body only. All throw no_transaction_error
  // elsewhere; set and alter throw set_after_commute_error if the transaction has commuted this
  // ref before.

  // Makes `next` the value. The snapshot form keeps identity. Returns it.
  snapshot<T> set(T next) { return set(snapshot<T>(std::move(next))); }
  snapshot<T> set(snapshot<T> next) {
    stm::transaction& t = stm::transaction::required();
    return put(t, std::move(next), &stm::transaction::claim_and_write);
  }

  // Replaces the value v by f(v, args...) and returns the new one. f takes `const T&` and
  // returns a T; it may take and return `snapshot<T>` instead. Throws: what f throws.
  template <typename F, typename... Args>
  snapshot<T> alter(F&& f, const Args&... args) {
    stm::transaction& t = stm::transaction::required();
    return put(t, altered(t, f, args...), &stm::transaction::write);
  }

  // As alter, for functions whose order does not matter: other transactions may change the ref
  // meanwhile, and the commit applies f again, to what is the latest value then. What is
  // returned is of that provisional.
  template <typename F, typename... Args>
  snapshot<T> commute(F f, Args... args) {
    stm::transaction& t = stm::transaction::required();
    stm::version_ptr made = make(apply(f, value_to_commute(t), args...));
    snapshot<T> shown = value_in(*made).handle();
    t.commute(*state_, std::move(made),
              [f = std::move(f), kept = std::tuple(std::move(args)...)](
                  const stm::version_base& latest) mutable {
                return std::apply(
                    [&](const Args&... again) {
                      return make(apply(f, value_in(latest).handle(), again...));
                    },
                    kept);
              });
    return shown;
  }

  // Returns the value, which nobody else changes until the transaction ends. Several
  // transactions may ensure one ref at a time.
  snapshot<T> ensure() {
    return value_in(stm::transaction::required().ensure(*state_)).handle();
  }

  // Calls `callback` after every later commit that changes the ref, with what it was before and
  // after, until the key is removed or taken over by another watch.
  tx_ref& add_watch(watch_key key, watch<T, tx_ref> callback) {
    state_->expect_rules();
    state_->watches.add(std::move(key), std::move(callback));
    return *this;
  }
  tx_ref& remove_watch(const watch_key& key) {
    state_->watches.remove(key);
    return *this;
  }

  // Installs `next` if it accepts the value that `load` returns; an empty one removes
  // validation. Commits that are under way are checked by the old one.
  // Throws: as the constructor; the old one then stays.
  void set_validator(tussle::validator<T> next) {
    if (next) state_->expect_rules();
    state_->validation.set(std::move(next), *load());
  }
  tussle::validator<T> validator() const { return state_->validation.get(); }

  // How many committed versions are kept beside the newest, for transactions that run or ran.
  std::size_t history_count() const { return stm::count_older_versions(*state_); }

  // Whether both handles denote the same identity.
  friend bool operator==(const tx_ref& a, const tx_ref& b) noexcept {
    return a.state_.get() == b.state_.get();
  }

 private:
  using state = stm::ref_state<T, tx_ref>;
  friend state;

  explicit tx_ref(state& shared) noexcept : state_(stm::ref_ptr<state>::share(shared)) {}

  static const kept_value<T>& value_in(const stm::version_base& v) noexcept {
    return static_cast<const stm::version<T>&>(v).value();
  }
  static stm::version_ptr make(snapshot<T> value) {
    return stm::version_ptr(stm::version<T>::make(std::move(value)));
  }

  snapshot<T> load_latest() const {
    const stm::plain_look look(stm::own_participant());
    return value_in(look.latest(*state_)).handle();
  }

  using putting = void (stm::transaction::*)(stm::ref_core&, stm::version_ptr);
  snapshot<T> put(stm::transaction& t, snapshot<T> next, putting how) {
    stm::version_ptr made = make(std::move(next));
    snapshot<T> shown = value_in(*made).handle();
    (t.*how)(*state_, std::move(made));
    return shown;
  }

  template <typename F, typename... Args>
  snapshot<T> altered(stm::transaction& t, F& f, const Args&... args) {
    const kept_value<T>& current = value_in(t.claim_to_write(*state_));
    const stm::transaction::borrow looking(t);
    if constexpr (std::is_invocable_v<F&, const T&, const Args&...>) {
      return snapshot<T>(std::invoke(f, *current, args...));
    } else {
      return snapshot<T>(std::invoke(f, current.handle(), args...));
    }
  }

  snapshot<T> value_to_commute(stm::transaction& t) const {
    if (const stm::version_base* const own = t.value_to_commute(*state_))
      return value_in(*own).handle();
    return value_in(stm::latest_version(*state_, t.own())).handle();
  }

  template <typename F, typename... Args>
  static snapshot<T> apply(F& f, const snapshot<T>& current, const Args&... args) {
    if constexpr (std::is_invocable_v<F&, const T&, const Args&...>) {
      return snapshot<T>(std::invoke(f, *current, args...));
    } else {
      return snapshot<T>(std::invoke(f, current, args...));
    }
  }

  stm::ref_ptr<state> state_;
};

}  // namespace tussle
