// participant.h: what a thread shows to others of the transactions that it runs.
//
// One for each thread that has used refs, never freed: a thread that ends leaves it to the next
// one that begins (as the rows of reclaim/hazard_row.h). At most most_participants at a time.
//
// An attempt, of those that claim anything, by its status:
//
//   IDLE ──▶ RUNNING ──body done──▶ COMMITTING ──▶ IDLE
//               └── by an older transaction, or failed ──▶ KILLED ──noticed──▶ IDLE
//
// Serials tell attempts apart: a killer cannot hit the next one by mistake.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "primitives/stm/points.h"
#include "primitives/stm/stm_counters.h"
#include "primitives/stm/stm_options.h"
#include "primitives/stm/version.h"
#include "primitives/stm/waiting_place.h"
#include "primitives/sync/atomic.h"

namespace tussle::stm {

inline constexpr std::size_t most_participants = 4096;

enum class attempt_state : std::uint8_t { idle, running, committing, killed };

// A status in one word: serial and state.
class attempt_status {
 public:
  constexpr attempt_status(std::uint64_t serial, attempt_state state) noexcept
      : word_((serial << 2) | static_cast<std::uint64_t>(state)) {}
  explicit constexpr attempt_status(std::uint64_t word) noexcept : word_(word) {}

  constexpr std::uint64_t word() const noexcept { return word_; }
  constexpr std::uint64_t serial() const noexcept { return word_ >> 2; }
  constexpr attempt_state state() const noexcept {
    return static_cast<attempt_state>(word_ & 3);
  }
  constexpr bool is_live() const noexcept {
    return state() == attempt_state::running || state() == attempt_state::committing;
  }

 private:
  std::uint64_t word_;
};

// Who runs longer: smaller is older. The point at which it began, then the index.
using age = std::uint64_t;
inline constexpr age no_age = 0;
constexpr age make_age(point begin, std::size_t index) noexcept {
  return (begin << 16) | index;
}
constexpr std::size_t index_of(age a) noexcept { return a & 0xFFFF; }

class transaction;

struct alignas(128) participant {
  // What its thread reads: what counts at this point is kept for it, and nothing is freed that
  // lived in its era. Or it says that one is being chosen (reading.h) ...
  sync::atomic<point> read_point{no_point};
  // ... or in this one.
  sync::atomic<era> seen{no_era};
  era announced = no_era;  // the later of the two; for its thread

  // What others ask of a committer and of the owner of a claim.
  alignas(128) sync::atomic<std::uint64_t> status{0};
  sync::atomic<age> born{no_age};  // of the transaction that runs
  // 0 while a commit installs; then ready_bit and its serial; then its point.
  sync::atomic<std::uint64_t> commit_word{0};
  waiting_place waiting;  // for an attempt that claimed something to end, or to be killed

  // By its thread, or by whoever has taken it.
  alignas(128) sync::atomic<bool> taken{true};
  sync::atomic<bool> left_versions{false};
  std::size_t index = 0;
  std::uint64_t serial = 0;  // of the present or the last attempt
  std::uint64_t choices = 0;
  version_base* retired = nullptr;
  std::size_t retired_count = 0;
  std::size_t clear_up_when = 1;  // so many are retired
  bool clearing_up = false;
  transaction* own = nullptr;  // the innermost one; the first is made with it
  stm_options options;
  own_stm_counters counters;
};

inline constexpr std::uint64_t ready_bit = std::uint64_t{1} << 63;

// Fixes the point of a commit that is READY, unless that has happened. Returns the commit_word
// as it is then.
point fix_point(participant& committer, std::uint64_t ready) noexcept;

// How many there are; those that are counted stay. seq_cst, as the rest of the looks of those
// who clear up: a participant that is not counted publishes its points later.
std::size_t participants() noexcept;
participant& participant_at(std::size_t index) noexcept;

// The age of the transaction that goes first (transaction.h); no_age if none does. Alone on its
// cache lines: all that claim look at it.
struct alignas(128) priority_word {
  sync::atomic<age> first{no_age};
};
extern constinit priority_word the_priority;

// Where those wait who want to change what others have ensured: one place for all refs, as
// waiting for an ensure is rare. Alone on its cache lines: all that end an ensure look at it.
struct alignas(128) ensured_place {
  waiting_place waiting;
};
extern constinit ensured_place the_ensured;

// The calling thread's. Throws, at its first use: std::bad_alloc, or std::system_error if the
// system has no room for what a thread does at its end.
participant& own_participant();

}  // namespace tussle::stm
