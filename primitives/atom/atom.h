// atom.h: one independently updated, shared, immutable value.
//
// Consistency: linearizable, and all operations on all atoms fit one total order. An
//              update takes effect where it installs its value; what a thread did before
//              it is visible to whoever loads it.
// Progress:    values held inline (see snapshot.h): load is wait-free, updates are
//              lock-free. Other values: both are lock-free; a load begins again only if an
//              update landed in between. Memory for nodes comes from a pool, which takes a
//              lock once a batch. An atom that has a validator or watches takes a lock for
//              the few instructions that copy a handle to them, once per check or round. No
//              user code ever runs under a lock.
// Requires:    update functions are pure; they may run more than once per call, with
//              values that lose the race. Validators and watches: see validation.h and
//              watches.h.
// Lifetime:    an atom is a handle: copies denote the same identity, which dies with the
//              last of them.
// Contract:    CONTRACT.md section 2 (ATOM-1 ... ATOM-17).
#pragma once

#include <cstddef>
#include <functional>
#include <type_traits>
#include <utility>

#include "primitives/reference/cell.h"
#include "primitives/reference/counted_ptr.h"
#include "primitives/reference/snapshot.h"
#include "primitives/reference/validation.h"
#include "primitives/reference/watches.h"
#include "primitives/sync/hooks.h"
#include "primitives/sync/schedule_point.h"

namespace tussle {

template <typename T>
struct atom_options {
  tussle::validator<T> validator = {};
};

template <typename T>
class atom {
 public:
  using value_type = T;
  // What an update replaced, and what it installed.
  using change = std::pair<snapshot<T>, snapshot<T>>;

  // Throws: what the validator throws for `initial`, or invalid_state_error if it returns
  // false.
  explicit atom(T initial, atom_options<T> options = {})
      : state_(counted_ptr<state>::make(snapshot<T>(std::move(initial)))) {
    if (options.validator) set_validator(std::move(options.validator));
  }

  // Returns the current value; it stays valid for as long as the snapshot is held. Throws
  // std::bad_alloc when a thread's first load finds no memory.
  snapshot<T> load() const { return state_->value.load(); }

  // Returns f(v) for the current value v, which f borrows: no handle is made. v stays valid
  // until f returns; f must not keep a reference to it, nor return one.
  // Throws: what f throws.
  template <typename F>
  std::invoke_result_t<F&, const T&> read(F&& f) const {
    return state_->value.read(f);
  }

  // Replaces the current value v by f(v, args...) and returns the new value. f takes
  // `const T&` and returns a T; it may take and return `snapshot<T>` instead, to keep the
  // identity of what it returns.
  // Throws: what f, the validator or a watch throws; only a watch's exception leaves the
  // new value in place.
  template <typename F, typename... Args>
  snapshot<T> swap(F&& f, const Args&... args) {
    // Looked up once: every look-up behind a locked instruction counts.
    state& s = *state_;
    snapshot<T> current = s.value.load_to_replace();
    return update(s, current, f, args...);
  }

  // As swap; returns both the value that f was given last and the one that it was
  // replaced by.
  template <typename F, typename... Args>
  change swap_vals(F&& f, const Args&... args) {
    state& s = *state_;
    snapshot<T> current = s.value.load_to_replace();
    snapshot<T> next = update(s, current, f, args...);
    return {std::move(current), std::move(next)};
  }

  // Replaces the current value whatever it is and returns the new one. The snapshot form
  // keeps identity.
  // Throws: as swap.
  snapshot<T> reset(T next) { return reset(snapshot<T>(std::move(next))); }
  snapshot<T> reset(snapshot<T> next) {
    replace(*state_, next);
    return next;
  }

  // As reset; also returns exactly the value that was replaced.
  change reset_vals(T next) { return reset_vals(snapshot<T>(std::move(next))); }
  change reset_vals(snapshot<T> next) {
    snapshot<T> old_value = replace(*state_, next);
    return {std::move(old_value), std::move(next)};
  }

  // Installs `next` if the current value is the very one that `expected` denotes, and
  // returns whether it did. Never fails spuriously. `next` is validated first, whether or
  // not `expected` matches.
  // Throws: as swap.
  bool compare_and_set(const snapshot<T>& expected, T next) {
    return compare_and_set(expected, snapshot<T>(std::move(next)));
  }
  bool compare_and_set(const snapshot<T>& expected, snapshot<T> next) {
    state& s = *state_;
    check(s, next);
    sync::schedule_point("atom.compare_and_set.before_install");
    if (!s.value.compare_exchange_strong(expected, next)) return false;
    installed(s, expected, next);
    return true;
  }
  // Extension for values held inline: compares by representation.
  bool compare_and_set(T expected, T next) requires inline_value<T> {
    return compare_and_set(snapshot<T>(expected), snapshot<T>(next));
  }

  // Calls `callback` on every later update, until the key is removed or taken over by
  // another watch.
  atom& add_watch(watch_key key, watch<T, atom> callback) {
    state_->watches.add(std::move(key), std::move(callback));
    return *this;
  }
  atom& remove_watch(const watch_key& key) {
    state_->watches.remove(key);
    return *this;
  }

  // Installs `next` if it accepts the current value; an empty one removes validation. The
  // check and the installation are two steps: an update that comes between them, or is
  // under way, is checked by the old validator.
  // Throws: as the constructor; the old one then stays.
  void set_validator(tussle::validator<T> next) {
    state_->validation.set(std::move(next), *load());
  }
  tussle::validator<T> validator() const { return state_->validation.get(); }

  // Whether both handles denote the same identity.
  friend bool operator==(const atom& a, const atom& b) noexcept {
    return a.state_ == b.state_;
  }

 private:
  // One cache line for the value, which moves between cores, and one for the rules, which
  // hardly ever change; nothing else on either, and aligned to a pair, because neighbours are
  // fetched together.
  struct state {
    static constexpr std::size_t block_alignment = 128;

    explicit state(snapshot<T> initial) noexcept : value(std::move(initial)) {}

    cell<T> value;
    alignas(64) tussle::validation<T> validation;
    watch_list<T, atom> watches;
  };

  // The loop of swap: installs f of `current` and returns it; `current` is then what it
  // replaced.
  // Inlined: handles that are passed in memory cost a swap half its time again.
  template <typename F, typename... Args>
  [[gnu::always_inline]] snapshot<T> update(state& s, snapshot<T>& current, F& f,
                                            const Args&... args) {
    for (;;) {
      snapshot<T> next = apply(f, current, args...);
      check(s, next);
      sync::schedule_point("atom.swap.before_install");
      if (s.value.compare_exchange_weak(current, next)) {
        installed(s, current, next);
        return next;
      }
      sync::count(sync::event::failed_attempt);
    }
  }

  snapshot<T> replace(state& s, snapshot<T>& next) {
    check(s, next);
    sync::schedule_point("atom.reset.before_install");
    snapshot<T> old_value = s.value.exchange(next);
    installed(s, old_value, next);
    return old_value;
  }

  template <typename F, typename... Args>
  static snapshot<T> apply(F& f, const snapshot<T>& current, const Args&... args) {
    if constexpr (std::is_invocable_v<F&, const T&, const Args&...>) {
      return snapshot<T>(std::invoke(f, *current, args...));
    } else {
      return snapshot<T>(std::invoke(f, current, args...));
    }
  }

  // The rules are kept out of line, with their arguments by value: were the address of a
  // snapshot taken on the hot path, an inline value would go through the stack, and the
  // locked instruction would wait for those stores (counter_private on two cores of a Zen 3:
  // 2.2 times the time of the raw loop). sync.zero_cost keeps it so.
  static void check(const state& s, const snapshot<T>& candidate) {
    if (s.validation.used()) [[unlikely]]
      check_rule(s, candidate);
  }

  // The new value is visible: from here on nothing is retried or undone.
  void installed(const state& s, const snapshot<T>& old_value,
                 const snapshot<T>& new_value) {
    sync::schedule_point("atom.before_notify");
    if (s.watches.used()) [[unlikely]]
      notify(s, old_value, new_value);
  }

  [[gnu::noinline, gnu::cold]] static void check_rule(const state& s,
                                                      snapshot<T> candidate) {
    s.validation.check(*candidate);
  }

  [[gnu::noinline, gnu::cold]] void notify(const state& s, snapshot<T> old_value,
                                           snapshot<T> new_value) {
    s.watches.notify(*this, old_value, new_value);
  }

  counted_ptr<state> state_;
};

}  // namespace tussle
