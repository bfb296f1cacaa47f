// plain.h: tussle::sync::plain<T>, a variable that threads share without synchronising on
// it: whoever reads or writes it relies on something else that orders the accesses.
//
// A T and nothing more. In mode sim each access is checked against those of other threads:
// two that nothing orders, one of them a write, are a data race. ThreadSanitizer checks
// them in mode tsan as it does every variable.
#pragma once

#include <cstddef>
#include <utility>

#include "primitives/sync/simulator.h"

namespace tussle::sync {
inline namespace TUSSLE_SYNC_MODE {

template <typename T>
class plain {
 public:
  constexpr plain() : plain(T()) {}
  explicit constexpr plain(T initial) : value_(std::move(initial)) {
    if (simulator* s = detail::simulated()) {
      s->begin_life(&value_, bytes);
      s->touch(&value_, bytes, true);
    }
  }
  plain(const plain&) = delete;
  plain& operator=(const plain&) = delete;

  const T& read() const noexcept {
    if (simulator* s = detail::simulated()) s->touch(&value_, bytes, false);
    return value_;
  }

  // For changes in place: counts as a write of the whole.
  T& modify() noexcept {
    if (simulator* s = detail::simulated()) s->touch(&value_, bytes, true);
    return value_;
  }

  void write(T value) { modify() = std::move(value); }

 private:
  // NOLINTNEXTLINE(bugprone-sizeof-expression): T may be a pointer
  static constexpr std::size_t bytes = sizeof(T);

  T value_;
};

}  // namespace TUSSLE_SYNC_MODE
}  // namespace tussle::sync
