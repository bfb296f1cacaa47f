// memoize.h: a function that remembers what it returned.
//
// Keyed by the arguments, compared by value; unbounded. Not once-only under races: callers
// that come before the first has returned call the function too; the first result that is
// entered stays, and is what all of them return. Errors are not remembered.
//
// Blocking: a lock around looking up and entering; the function runs outside it, and so do
//           copies of results. Hashing, comparing and moving arguments happen under it: they
//           must not call the memoized function.
// Lifetime: copies share what is remembered.
// Contract: CONTRACT.md section 7 (PAR-7 ... PAR-9).
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <tuple>
#include <type_traits>
#include <unordered_map>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/hash/hash.h"
#include "primitives/reference/counted_ptr.h"
#include "primitives/sync/mutex.h"

namespace tussle {

template <typename Signature, typename F>
class memoized;

// All functions from any threads at once; f is called so, too.
template <typename R, typename... Args, typename F>
class memoized<R(Args...), F> {
 public:
  explicit memoized(F f) : state_(counted_ptr<state>::make(std::move(f))) {}

  // Throws: what f throws; std::bad_alloc.
  R operator()(const std::decay_t<Args>&... args) const {
    state& s = *state_;
    key arguments(args...);
    if (const R* const known = s.find(arguments)) return *known;
    auto found = std::make_unique<const R>(std::invoke(std::as_const(s.f), args...));
    return s.enter(std::move(arguments), std::move(found));
  }

  // How many results are remembered.
  std::size_t size() const {
    const sync::mutex_lock lock(state_->mutex);
    return state_->known.size();
  }

 private:
  using key = std::tuple<std::decay_t<Args>...>;

  struct state {
    explicit state(F&& function) : f(std::move(function)) {}

    // What is entered stays where it is. Null: nothing is known.
    const R* find(const key& arguments) {
      const sync::mutex_lock lock(mutex);
      const auto at = known.find(arguments);
      return at == known.end() ? nullptr : at->second.get();
    }
    // What was entered first.
    const R& enter(key&& arguments, std::unique_ptr<const R> found) {
      const sync::mutex_lock lock(mutex);
      return *known.try_emplace(std::move(arguments), std::move(found)).first->second;
    }

    const F f;
    sync::mutex mutex;
    std::unordered_map<key, std::unique_ptr<const R>, absl::Hash<key>> known
        ABSL_GUARDED_BY(mutex);
  };

  counted_ptr<state> state_;
};

// memoize<int(int, int)>(f). Arguments are hashed with absl::Hash.
template <typename Signature, typename F>
memoized<Signature, F> memoize(F f) {
  return memoized<Signature, F>(std::move(f));
}

}  // namespace tussle
