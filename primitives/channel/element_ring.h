// element_ring.h: the elements that a channel holds.
//
// A ring with *two ends* has a lock for each: who puts and who takes meet at neither, but where
// one of them has gone on as far as what it saw last of the other lets it (Lee, Bu and Chandranmenon 2010, "A Lock-Free, Cache-Efficient Multi-Core
// Synchronization Mechanism for Line-Rate Network Traffic Monitoring", IPDPS). Whoever holds
// both locks has the ring for himself.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <optional>
#include <type_traits>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "primitives/sync/atomic.h"
#include "primitives/sync/short_mutex.h"

namespace tussle::detail {

// Where both ends begin to count: where tests run, soon before the numbers begin anew.
#if defined(TUSSLE_MODE_BENCH)
inline constexpr std::uint32_t first_passed = 0;
#else
inline constexpr std::uint32_t first_passed = 0U - 3U;
#endif

struct ring_end {
  sync::short_mutex mutex;
  std::uint32_t next ABSL_GUARDED_BY(mutex) = 0;  // the cell
  std::uint32_t seen ABSL_GUARDED_BY(mutex) =
      first_passed;  // of `passed` of the other end
  // How many elements, modulo 2^32. Written under the lock.
  sync::atomic<std::uint32_t> passed{first_passed};
};

struct ring_ends {
  alignas(128) ring_end in;
  alignas(128) ring_end out;

  // How many elements are between them, under both locks; without, at a moment of the call, or
  // nothing if others never left it such a moment.
  std::optional<std::uint32_t> size() const noexcept {
    constexpr int most_looks = 8;
    // Acquire, all: in this order. Where none left meanwhile, so many were there then.
    std::uint32_t left = out.passed.load(std::memory_order_acquire);
    for (int i = 0; i < most_looks; ++i) {
      const std::uint32_t came = in.passed.load(std::memory_order_acquire);
      const std::uint32_t left_now = out.passed.load(std::memory_order_acquire);
      if (left_now == left) return came - left;
      left = left_now;
    }
    return std::nullopt;
  }
};

// First in, first out; one element needs no memory of its own. Not thread-safe.
template <typename T>
class element_ring {
 public:
  // Throws: std::bad_alloc.
  element_ring(std::uint32_t capacity, bool two_ends)
      : cells_(two_ends       ? allocate_with_ends(capacity)
               : capacity > 1 ? allocate(capacity)
                              : inline_cell()),
        capacity_(capacity > 1 ? capacity : 1),
        two_ends_(two_ends) {}
  element_ring(const element_ring&) = delete;
  element_ring& operator=(const element_ring&) = delete;
  ~element_ring() {
    clear();
    deallocate(cells_);
  }

  // Of one with two ends: as counted, and pushed and popped since, under both locks.
  std::uint32_t size() const noexcept { return size_; }
  void count() noexcept { size_ = *ends().size(); }
  T& front() noexcept { return cells_[head_]; }  // has no two ends

  // There is room, or memory for twice as many, if it has no two ends.
  // Throws: std::bad_alloc; then nothing has changed.
  void push(T&& last) {
    if (two_ends_) [[unlikely]]
      return push_under_both(std::move(last));
    if (size_ == capacity_) grow();
    std::construct_at(cells_ + wrapped(head_ + size_), std::move(last));
    ++size_;
  }
  T pop() noexcept {
    if (two_ends_) [[unlikely]]
      return pop_under_both();
    const drops_front at_end(*this);
    return std::move(front());
  }
  void drop_front() noexcept {
    std::destroy_at(cells_ + head_);
    head_ = wrapped(head_ + 1);
    --size_;
  }

  void clear() noexcept {
    if (two_ends_) {
      for (count(); size() > 0;) static_cast<void>(pop_under_both());
    } else {
      while (size() > 0) drop_front();
    }
  }

  // Of one with two ends. Each of the functions below is called under the lock of one end.
  ring_ends& ends() const noexcept {
    return *std::launder(reinterpret_cast<ring_ends*>(
        reinterpret_cast<std::byte*>(cells_) - before_cells));
  }
  bool has_room() noexcept ABSL_NO_THREAD_SAFETY_ANALYSIS {
    ring_end& in = ends().in;
    // Relaxed: written under this lock.
    const std::uint32_t came = in.passed.load(std::memory_order_relaxed);
    if (came - in.seen < capacity_) return true;
    // (2) acquire; pairs with (1): the places that were left.
    in.seen = ends().out.passed.load(std::memory_order_acquire);
    return came - in.seen < capacity_;
  }
  void push_at_end(T&& last) noexcept ABSL_NO_THREAD_SAFETY_ANALYSIS {
    ring_end& in = ends().in;
    std::construct_at(cells_ + in.next, std::move(last));
    pass(in);
  }
  bool has_any() noexcept ABSL_NO_THREAD_SAFETY_ANALYSIS {
    ring_end& out = ends().out;
    // Relaxed: as above.
    const std::uint32_t left = out.passed.load(std::memory_order_relaxed);
    if (out.seen != left) return true;
    // (2) acquire; pairs with (1): the elements.
    out.seen = ends().in.passed.load(std::memory_order_acquire);
    return out.seen != left;
  }
  T pop_at_end() noexcept ABSL_NO_THREAD_SAFETY_ANALYSIS {
    ring_end& out = ends().out;
    T& first = cells_[out.next];
    T taken(std::move(first));
    std::destroy_at(&first);
    pass(out);
    return taken;
  }

 private:
  // When what was moved out has arrived: g++ 12 warns of a local in between.
  class drops_front {
   public:
    explicit drops_front(element_ring& of) noexcept : of_(of) {}
    drops_front(const drops_front&) = delete;
    drops_front& operator=(const drops_front&) = delete;
    ~drops_front() { of_.drop_front(); }

   private:
    element_ring& of_;
  };

  using storage = std::aligned_storage_t<sizeof(T), alignof(T)>;

  static constexpr std::size_t alignment_with_ends = alignof(T) > alignof(ring_ends)
                                                         ? alignof(T)
                                                         : alignof(ring_ends);
  static constexpr std::size_t before_cells =
      (sizeof(ring_ends) + alignof(T) - 1) / alignof(T) * alignof(T);

  static T* allocate(std::uint32_t capacity) {
    return static_cast<T*>(
        ::operator new (capacity * sizeof(T), std::align_val_t{alignof(T)}));
  }
  static T* allocate_with_ends(std::uint32_t capacity) {
    auto* const all = static_cast<std::byte*>(::operator new (
        before_cells + capacity * sizeof(T), std::align_val_t{alignment_with_ends}));
    new (all) ring_ends;
    return reinterpret_cast<T*>(all + before_cells);
  }
  void deallocate(T* cells) noexcept {
    if (two_ends_) {
      ring_ends& all = ends();
      all.~ring_ends();
      ::operator delete (&all, std::align_val_t{alignment_with_ends});
    } else if (cells != inline_cell()) {
      ::operator delete (cells, std::align_val_t{alignof(T)});
    }
  }
  T* inline_cell() noexcept { return reinterpret_cast<T*>(&inline_); }
  std::uint32_t wrapped(std::uint32_t at) const noexcept {
    return at < capacity_ ? at : at - capacity_;
  }
  // What was seen last of the other end stays within a ring's length of what is true: both count
  // modulo 2^32.
  [[gnu::noinline]] void push_under_both(T&& last) noexcept {
    static_cast<void>(has_room());
    push_at_end(std::move(last));
    ++size_;
  }
  [[gnu::noinline]] T pop_under_both() noexcept {
    static_cast<void>(has_any());  // as above
    --size_;
    return pop_at_end();
  }
  void pass(ring_end& one) noexcept ABSL_NO_THREAD_SAFETY_ANALYSIS {
    one.next = one.next + 1 == capacity_ ? 0 : one.next + 1;
    // (1) release; pairs with (2).
    one.passed.store(one.passed.load(std::memory_order_relaxed) + 1,
                     std::memory_order_release);
  }

  void grow() {
    const std::uint32_t twice = 2 * capacity_;
    T* const cells = allocate(twice);
    for (std::uint32_t i = 0; i < size_; ++i) {
      T& from = cells_[wrapped(head_ + i)];
      std::construct_at(cells + i, std::move(from));
      std::destroy_at(&from);
    }
    deallocate(cells_);
    cells_ = cells;
    capacity_ = twice;
    head_ = 0;
  }

  T* cells_;
  std::uint32_t capacity_;
  std::uint32_t head_ = 0;
  std::uint32_t size_ = 0;
  const bool two_ends_;
  storage inline_;
};

}  // namespace tussle::detail
