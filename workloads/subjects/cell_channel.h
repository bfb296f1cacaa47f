// cell_channel.h (subject): a channel without a lock, with a state in each cell; what the
// shipped one, which has a lock, is measured against.
//
// Two counters give puts and takes their numbers; the two of one number meet in the cell of
// that number, one by comparing and exchanging its state. A third counter says how far
// cells are in the buffer: each take moves it on by one (`make_room`), and completes the put
// that waits there.
//
//   put:   empty ──▶ buffered             its number is in the buffer, or its take has come
//          empty ──▶ a put waits          otherwise
//          a take waits ──▶ done          the element goes where the take wants it
//   take:  buffered                       read, and left so
//          a put waits ──▶ done
//          empty, in_buffer ──▶ a take waits     no put has that number yet
//          empty, in_buffer ──▶ broken           one has, but does not come: both go on
//   room:  empty ──▶ in_buffer            a put that has the number need not wait
//          a put waits ──▶ buffered
//   leave: a put waits ──▶ put_left · a take waits ──▶ take_left; who comes goes on
//   close: a take waits, empty ──▶ closed, from the number on that the next put would have
//
// Consistency: as channel.h. Puts that waited when it was closed are taken. First come, first
//           served, but who meets a broken cell draws another number.
// Progress: lock-free.
// What it gives up: alts (they need a state in which a cell is held until a claim is won),
//           transducers, buffers that drop, promise channels, the bound of 1024 that wait,
//           attempts that do not wait, an end of its owners while somebody waits.
// Source:   Koval, Alistarh and Elizarov 2023, "Fast and Scalable Channels in Kotlin
//           Coroutines" (PPoPP), sections 3 and 4. Segments: cell_line.h.
#pragma once

#include <atomic>
#include <concepts>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>

#include "primitives/channel/blocked_thread.h"
#include "primitives/channel/channel_core.h"
#include "primitives/channel/process.h"
#include "primitives/channel/waiter.h"
#include "primitives/sync/atomic.h"
#include "primitives/sync/schedule_point.h"
#include "workloads/subjects/cell_line.h"

namespace tussle::workloads::subjects {

// Who waits in a cell. It lives where its party waits.
template <typename T>
struct alignas(8) cell_entry {
  // One that may leave keeps its cell.
  enum class stays : bool { until_served, may_leave };

  cell_entry(detail::party& waits, stays until) noexcept : who(&waits), how(until) {}
  explicit cell_entry(stays until) noexcept : how(until) {}
  cell_entry(const cell_entry&) = delete;
  cell_entry& operator=(const cell_entry&) = delete;
  ~cell_entry() { leave_cell(); }

  void enter_cell(line_segment<T>& segment, line_cell<T>& cell) noexcept {
    if (how == stays::until_served) return;
    segment.acquire();
    in = &segment;
    where = &cell;
  }
  void leave_cell() noexcept {
    if (in != nullptr) std::exchange(in, nullptr)->release();
  }

  detail::party* who = nullptr;
  std::optional<T>* into = nullptr;  // of a take
  bool accepted = false;             // of a put
  const stays how;
  line_segment<T>* in = nullptr;
  line_cell<T>* where = nullptr;
};

template <typename T>
class cell_take_awaiter;
template <typename T>
class cell_put_awaiter;

template <typename T>
class cell_channel {
  static_assert(std::is_nothrow_move_constructible_v<T>);

 public:
  using entry = cell_entry<T>;
  using outcome = detail::outcome;

  // 0: without a buffer. Throws: std::bad_alloc.
  explicit cell_channel(std::size_t capacity)
      : capacity_(capacity), room_seen_(capacity), room_(capacity) {
    reclaim::detail::clean_up_at_exit();
    line_segment<T>* const first = line_segment<T>::make(0);
    first->acquire();
    first->acquire();
    for (line_mark<T>* const mark : {&put_mark_, &take_mark_, &room_mark_})
      mark->store(first, std::memory_order_relaxed);
  }
  cell_channel(const cell_channel&) = delete;
  cell_channel& operator=(const cell_channel&) = delete;
  // Nobody waits.
  ~cell_channel() {
    drop_elements();
    for (line_mark<T>* const mark : {&put_mark_, &take_mark_, &room_mark_})
      reclaim::retire_with_cell(mark->load(std::memory_order_relaxed));
  }

  // Blocking, for threads.
  bool put(T element) noexcept {
    detail::blocked_thread self;
    entry mine(self, entry::stays::until_served);
    const outcome ended = put(element, mine);
    if (ended != outcome::pending) return ended == outcome::done;
    self.sleep();
    return mine.accepted;
  }
  std::optional<T> take() noexcept {
    detail::blocked_thread self;
    std::optional<T> into;
    entry mine(self, entry::stays::until_served);
    if (take(into, mine) == outcome::pending) self.sleep();
    return into;
  }

  // To be awaited in a go block, at once.
  [[nodiscard]] cell_put_awaiter<T> async_put(T element) noexcept {
    return cell_put_awaiter<T>(*this, std::move(element));
  }
  [[nodiscard]] cell_take_awaiter<T> async_take() noexcept {
    return cell_take_awaiter<T>(*this);
  }

  // Takes `from` unless it is closed. Nothing of the channel or of `self` is touched once it
  // waits.
  outcome put(T& from, entry& self) noexcept;
  outcome take(std::optional<T>& into, entry& self) noexcept;

  void close() noexcept;

  // True: it was waiting, and is the caller's again; the element of a put is gone.
  bool cancel(entry& self) noexcept;

 private:
  // States that are no addresses of entries.
  static constexpr std::uintptr_t empty = 0;
  static constexpr std::uintptr_t in_buffer = 8;
  static constexpr std::uintptr_t buffered = 16;
  static constexpr std::uintptr_t done = 24;
  static constexpr std::uintptr_t broken = 32;
  static constexpr std::uintptr_t put_left = 40;
  static constexpr std::uintptr_t take_left = 48;
  static constexpr std::uintptr_t closed = 56;
  // Marks of those that are.
  static constexpr std::uintptr_t put_waits = 1;
  static constexpr std::uintptr_t take_waits = 2;

  static constexpr std::uint64_t closed_bit = std::uint64_t{1} << 63;
  static constexpr std::uint64_t number_of(std::uint64_t puts) noexcept {
    return puts & ~closed_bit;
  }

  // How often a take looks for a put that has its number, before it breaks the cell.
#if defined(TUSSLE_MODE_BENCH)
  static constexpr int most_looks = 200;
#else
  static constexpr int most_looks = 0;
#endif

  // `again`: another number.
  enum class visit : std::uint8_t { done, pending, closed, again };

  static std::uintptr_t address_of(entry& one, std::uintptr_t mark) noexcept {
    return reinterpret_cast<std::uintptr_t>(&one) | mark;
  }
  static entry& entry_at(std::uintptr_t state) noexcept {
    // NOLINTNEXTLINE(performance-no-int-to-ptr): it was one
    return *reinterpret_cast<entry*>(state & ~std::uintptr_t{7});
  }
  // (1) acq_rel, and acquire where it fails; pairs with itself and with (2): an element and
  // an entry are visible to whoever finds them in a cell.
  static bool replace(line_cell<T>& cell, std::uintptr_t& seen,
                      std::uintptr_t next) noexcept {
    return cell.state.compare_exchange_strong(seen, next, std::memory_order_acq_rel,
                                              std::memory_order_acquire);
  }
  static std::uintptr_t state_of(const line_cell<T>& cell) noexcept {
    // (2) acquire; pairs with (1).
    return cell.state.load(std::memory_order_acquire);
  }

  bool need_not_wait(std::uint64_t number) noexcept;
  visit put_into(line_cell<T>& cell, std::uint64_t number, T& from, entry& self,
                 line_segment<T>& segment) noexcept;
  visit take_out_of(line_cell<T>& cell, std::uint64_t number, std::optional<T>& into,
                    entry& self, line_segment<T>& segment, bool& made_room) noexcept;
  void make_room_once(bool& made) noexcept {
    if (capacity_ > 0 && !made) make_room();
    made = true;
  }
  void make_room() noexcept;
  static bool make_room_in(line_cell<T>& cell) noexcept;
  static void close_cell(line_cell<T>& cell) noexcept;
  void drop_elements() noexcept;

  const std::uint64_t capacity_;

  // The counters and their loads are seq_cst: of two that draw a number each and look at the
  // other's counter, one sees the other's. A put looks at takes and room, a take and
  // make_room at puts, and close, which marks puts, at takes.
  alignas(128) sync::atomic<std::uint64_t> puts_{0};
  line_mark<T> put_mark_{nullptr};
  sync::atomic<std::uint64_t> room_seen_;  // by a put; room only grows
  alignas(128) sync::atomic<std::uint64_t> takes_{0};
  line_mark<T> take_mark_{nullptr};
  sync::atomic<std::uint64_t> room_;
  line_mark<T> room_mark_{nullptr};
};

template <typename T>
detail::outcome cell_channel<T>::put(T& from, entry& self) noexcept {
  if ((puts_.load(std::memory_order_seq_cst) & closed_bit) != 0) return outcome::closed;
  for (;;) {
    line_place<T> at(put_mark_);
    const std::uint64_t number = puts_.fetch_add(1, std::memory_order_seq_cst);
    if ((number & closed_bit) != 0) return outcome::closed;
    sync::schedule_point("cell_channel.put.before_cell");
    line_cell<T>& cell = at.cell(number);
    const visit seen = put_into(cell, number, from, self, *at.segment());
    if (seen == visit::done) return outcome::done;
    if (seen == visit::pending) return outcome::pending;
  }
}

// Its number is in the buffer, or the take of its number has been drawn.
template <typename T>
bool cell_channel<T>::need_not_wait(std::uint64_t number) noexcept {
  if (capacity_ > 0) {
    // Relaxed: an old one says too little at worst.
    if (number < room_seen_.load(std::memory_order_relaxed)) return true;
    const std::uint64_t room = room_.load(std::memory_order_seq_cst);
    room_seen_.store(room, std::memory_order_relaxed);
    if (number < room) return true;
  }
  return number < takes_.load(std::memory_order_seq_cst);
}

template <typename T>
auto cell_channel<T>::put_into(line_cell<T>& cell, std::uint64_t number, T& from,
                               entry& self, line_segment<T>& segment) noexcept -> visit {
  for (std::uintptr_t state = state_of(cell);;) {
    if (state == in_buffer || (state == empty && need_not_wait(number))) {
      cell.keep(from);
      if (replace(cell, state, buffered)) return visit::done;
      cell.give_back(from);
    } else if (state == empty) {
      cell.keep(from);
      self.enter_cell(segment, cell);
      if (replace(cell, state, address_of(self, put_waits))) return visit::pending;
      self.leave_cell();
      cell.give_back(from);
    } else if ((state & take_waits) != 0) {
      if (!replace(cell, state, done)) continue;
      entry& served = entry_at(state);
      served.into->emplace(std::move(from));
      served.who->wake();
      return visit::done;
    } else {
      return visit::again;  // broken, or the take has left
    }
  }
}

template <typename T>
detail::outcome cell_channel<T>::take(std::optional<T>& into, entry& self) noexcept {
  // A take makes room once for each cell that it comes to, but for those that a put left: who
  // makes room passes over these. It does so before it waits, as nothing may be touched
  // afterwards, and then may find that the put has left: so what was made is for the next one.
  bool made_room = false;
  for (;;) {
    line_place<T> at(take_mark_);
    const std::uint64_t number = takes_.fetch_add(1, std::memory_order_seq_cst);
    sync::schedule_point("cell_channel.take.before_cell");
    line_cell<T>& cell = at.cell(number);
    switch (take_out_of(cell, number, into, self, *at.segment(), made_room)) {
      case visit::done:
        return outcome::done;
      case visit::pending:
        return outcome::pending;
      case visit::closed:
        return outcome::closed;
      case visit::again:
        break;
    }
  }
}

template <typename T>
auto cell_channel<T>::take_out_of(line_cell<T>& cell, std::uint64_t number,
                                  std::optional<T>& into, entry& self,
                                  line_segment<T>& segment, bool& made_room) noexcept
    -> visit {
  int looks = 0;
  for (std::uintptr_t state = state_of(cell);;) {
    if (state == buffered) {
      into.emplace(std::move(cell.kept()));
      cell.drop();
      make_room_once(made_room);
      return visit::done;
    }
    if ((state & put_waits) != 0) {
      if (!replace(cell, state, done)) continue;
      into.emplace(std::move(cell.kept()));
      cell.drop();
      make_room_once(made_room);
      entry& served = entry_at(state);
      served.accepted = true;
      served.who->wake();
      return visit::done;
    }
    if (state == put_left) return visit::again;
    if (state == closed) return visit::closed;
    const std::uint64_t puts = puts_.load(std::memory_order_seq_cst);
    if (number < number_of(puts)) {
      if (looks++ < most_looks) {
        __builtin_ia32_pause();
        state = state_of(cell);
      } else if (replace(cell, state, broken)) {
        make_room_once(made_room);
        made_room = false;
        return visit::again;
      }
      continue;
    }
    if ((puts & closed_bit) != 0) return visit::closed;
    make_room_once(made_room);
    self.into = &into;
    self.enter_cell(segment, cell);
    if (replace(cell, state, address_of(self, take_waits))) return visit::pending;
    self.leave_cell();
  }
}

template <typename T>
void cell_channel<T>::make_room() noexcept {
  line_place<T> at(room_mark_);
  for (;;) {
    const std::uint64_t number = room_.fetch_add(1, std::memory_order_seq_cst);
    if (number >= number_of(puts_.load(std::memory_order_seq_cst))) {
      if (number % cells_a_segment == 0) at.pass(number);
      return;
    }
    sync::schedule_point("cell_channel.make_room.before_cell");
    if (make_room_in(at.cell(number))) return;
  }
}

// False: the put that was here has left.
template <typename T>
bool cell_channel<T>::make_room_in(line_cell<T>& cell) noexcept {
  for (std::uintptr_t state = state_of(cell);;) {
    if (state == put_left) return false;
    if (state == empty) {
      if (replace(cell, state, in_buffer)) return true;
    } else if ((state & put_waits) != 0) {
      if (!replace(cell, state, buffered)) continue;
      entry& served = entry_at(state);
      served.accepted = true;
      served.who->wake();
      return true;
    } else {
      return true;
    }
  }
}

template <typename T>
void cell_channel<T>::close() noexcept {
  line_place<T> at(put_mark_);
  const std::uint64_t puts = puts_.fetch_or(closed_bit, std::memory_order_seq_cst);
  if ((puts & closed_bit) != 0) return;
  sync::schedule_point("cell_channel.close.before_cells");
  const std::uint64_t end = takes_.load(std::memory_order_seq_cst);
  for (std::uint64_t number = puts; number < end; ++number) close_cell(at.cell(number));
}

template <typename T>
void cell_channel<T>::close_cell(line_cell<T>& cell) noexcept {
  for (std::uintptr_t state = state_of(cell);;) {
    if (state == empty || state == in_buffer) {
      if (replace(cell, state, closed)) return;
    } else if ((state & take_waits) != 0) {
      if (!replace(cell, state, closed)) continue;
      entry_at(state).who->wake();
      return;
    } else {
      return;
    }
  }
}

template <typename T>
bool cell_channel<T>::cancel(entry& self) noexcept {
  if (self.in == nullptr) return false;
  const bool takes = self.into != nullptr;
  std::uintptr_t expected = address_of(self, takes ? take_waits : put_waits);
  if (!replace(*self.where, expected, takes ? take_left : put_left)) return false;
  if (!takes) self.where->drop();
  return true;
}

template <typename T>
void cell_channel<T>::drop_elements() noexcept {
  const std::uint64_t end = number_of(puts_.load(std::memory_order_relaxed));
  line_segment<T>* at = take_mark_.load(std::memory_order_relaxed);
  for (std::uint64_t n = takes_.load(std::memory_order_relaxed); n < end; ++n) {
    while (at != nullptr && at->number < n / cells_a_segment)
      at = at->next.load(std::memory_order_relaxed);
    if (at == nullptr) return;
    line_cell<T>& cell = at->cells[n % cells_a_segment];
    if (cell.state.load(std::memory_order_relaxed) == buffered) cell.drop();
  }
}

// As channel/awaiter.h.
template <typename T>
class cell_take_awaiter final : public detail::parking {
 public:
  explicit cell_take_awaiter(cell_channel<T>& at) noexcept : at_(&at) {}

  bool await_ready() const noexcept { return false; }
  template <std::derived_from<detail::process> P>
  bool await_suspend(std::coroutine_handle<P> parks) noexcept {
    return suspend(parks.promise());
  }
  std::optional<T> await_resume() noexcept { return std::move(value_); }

  bool withdraw() noexcept override { return at_->cancel(entry_); }

 private:
  // Never inlined: clang 14 would make its local variables part of the frame.
  [[gnu::noinline]] bool suspend(detail::process& self) noexcept {
    entry_.who = &self;
    self.parks_at(*this);
    return at_->take(value_, entry_) == detail::outcome::pending || self.gives_way();
  }

  cell_channel<T>* const at_;
  std::optional<T> value_;
  cell_entry<T> entry_{cell_entry<T>::stays::may_leave};
};

template <typename T>
class cell_put_awaiter final : public detail::parking {
 public:
  cell_put_awaiter(cell_channel<T>& at, T&& element) noexcept
      : at_(&at), element_(std::move(element)) {}

  bool await_ready() const noexcept { return false; }
  template <std::derived_from<detail::process> P>
  bool await_suspend(std::coroutine_handle<P> parks) noexcept {
    return suspend(parks.promise());
  }
  bool await_resume() const noexcept { return entry_.accepted; }

  bool withdraw() noexcept override { return at_->cancel(entry_); }

 private:
  [[gnu::noinline]] bool suspend(detail::process& self) noexcept {
    entry_.who = &self;
    self.parks_at(*this);
    const detail::outcome ended = at_->put(element_, entry_);
    if (ended == detail::outcome::pending) return true;
    entry_.accepted = ended == detail::outcome::done;
    return self.gives_way();
  }

  cell_channel<T>* const at_;
  T element_;
  cell_entry<T> entry_{cell_entry<T>::stays::may_leave};
};

}  // namespace tussle::workloads::subjects
