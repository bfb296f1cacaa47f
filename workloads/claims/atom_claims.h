// atom_claims.h: what is taught of atoms. The evidence is a template of what plays the atom,
// so that something that does not keep the promise shows that the evidence can tell.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>
#include <vector>

#include "harness/claims/claim.h"
#include "primitives/atom/atom.h"
#include "workloads/claims/gate.h"

namespace tussle::workloads::claims {

using tussle::claims::evidence;
using tussle::claims::verdict;

// Sixteen words that are equal in every value that anybody stored.
using wide_value = std::array<std::int64_t, 16>;

inline wide_value wide_of(std::int64_t number) {
  wide_value all;
  all.fill(number);
  return all;
}
inline bool is_whole(const wide_value& value) {
  for (const std::int64_t each : value) {
    if (each != value[0]) return false;
  }
  return true;
}

// Readers while an update stands still inside its function, and while updates go on.
template <typename Cell>
evidence readers_never_wait() {
  constexpr int loads = 100'000;
  Cell cell(wide_of(0));

  gate inside;
  gate let_go;
  gate read;
  std::thread writer([&] {
    cell.swap([&](const wide_value& present) {
      inside.open();
      let_go.pass();
      return wide_of(present[0] + 1);
    });
  });
  inside.pass();
  std::thread reader([&] {
    for (int i = 0; i < loads; ++i) static_cast<void>(cell.read(is_whole));
    read.open();
  });
  const bool went_on = read.passes_within(long_enough);
  let_go.open();
  reader.join();
  writer.join();

  constexpr std::int64_t fewest_updates = 10'000;
  std::atomic<bool> stop{false};
  std::atomic<std::int64_t> updates{0};
  std::thread busy([&] {
    for (; !stop.load(); updates.fetch_add(1))
      cell.swap([](const wide_value& present) { return wide_of(present[0] + 1); });
  });
  std::int64_t beside = 0;
  std::int64_t torn = 0;
  for (; beside < loads || updates.load() < fewest_updates; ++beside)
    torn += cell.read(is_whole) ? 0 : 1;
  stop = true;
  busy.join();

  const bool holds = went_on && torn == 0;
  return {holds ? verdict::supported : verdict::refuted,
          holds ? "every load returned while an update stood still inside its function, "
                  "and none saw parts of two values"
          : went_on ? "a load saw parts of two values"
                    : "loads waited for an update that stood still",
          {{"loads beside an update that stands still", went_on ? loads * 1.0 : 0},
           {"loads beside updates that go on", static_cast<double>(beside)},
           {"updates meanwhile", static_cast<double>(updates.load())},
           {"torn values", static_cast<double>(torn)}}};
}

// A swap while another one stands still inside its function.
template <typename Cell>
bool swaps_beside_one_that_stands_still() {
  Cell cell(0);
  gate inside;
  gate let_go;
  gate swapped;
  std::thread held([&] {
    cell.swap([&](std::int64_t present) {
      inside.open();
      let_go.pass();
      return present + 1;
    });
  });
  inside.pass();
  std::thread other([&] {
    cell.swap([](std::int64_t present) { return present + 1; });
    swapped.open();
  });
  const bool went_on = swapped.passes_within(long_enough);
  let_go.open();
  other.join();
  held.join();
  return went_on;
}

struct alignas(128) own_atom {
  atom<std::int64_t> value{0};
};

// How many swaps were done until the flag is set.
inline std::int64_t swap_until(const std::atomic<bool>& stop, atom<std::int64_t>& on) {
  constexpr int between_looks = 1000;
  std::int64_t done = 0;
  for (; !stop.load(std::memory_order_relaxed); done += between_looks) {
    for (int k = 0; k < between_looks; ++k)
      on.swap([](std::int64_t present) { return present + 1; });
  }
  return done;
}

// Swaps a second of `threads` threads, on one atom or on one each.
inline double swaps_a_second(int threads, bool on_one) {
  constexpr std::chrono::milliseconds window{200};
  const auto count = static_cast<std::size_t>(threads);
  std::vector<own_atom> atoms(count);
  std::atomic<bool> stop{false};
  std::atomic<std::int64_t> swaps{0};
  std::vector<std::thread> team;
  team.reserve(count);
  const auto begun = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < count; ++i) {
    atom<std::int64_t>& mine = atoms[on_one ? 0 : i].value;
    team.emplace_back([&] { swaps.fetch_add(swap_until(stop, mine)); });
  }
  std::this_thread::sleep_for(window);
  stop = true;
  for (std::thread& each : team) each.join();
  return static_cast<double>(swaps.load()) / seconds_since(begun);
}

inline evidence swap_rate() {
  constexpr double taught = 1e8;
  if (!swaps_beside_one_that_stands_still<atom<std::int64_t>>())
    return {verdict::refuted, "a swap waited for another one that stood still"};
  const int cores = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  const double alone = swaps_a_second(1, false);
  const double apart = swaps_a_second(cores, false);
  const double shared = swaps_a_second(cores, true);
  const bool holds = shared >= taught;
  return {
      holds             ? verdict::supported
      : alone >= taught ? verdict::inconclusive
                        : verdict::refuted,
      holds ? "one atom that all cores share takes as many"
      : alone >= taught
          ? "lock-free it is; as many are reached where every thread has an atom of its "
            "own, and not on one that threads share"
          : "lock-free it is, but not that fast on any number of atoms of these cores",
      {{"one thread, its own atom", alone, "swaps/s"},
       {"a thread a core, an atom each", apart, "swaps/s"},
       {"a thread a core, one atom", shared, "swaps/s"},
       {"cores that 100 million need, an atom each",
        taught / (apart / static_cast<double>(cores))}}};
}

inline tussle::claims::claims atom_claims() {
  const char* const here = "workloads/claims/atom_claims.h";
  return {
      {.id = "atom.readers_never_wait",
       .statement = "readers of an atom never wait, and see whole values",
       .threshold =
           "100 000 loads return while an update stands still inside its function; "
           "of as many beside updates that go on none sees parts of two values",
       .source = here,
       .expected = verdict::supported,
       .try_it = readers_never_wait<atom<wide_value>>},
      {.id = "atom.swap_rate",
       .statement = "swap is lock-free, and reaches hundreds of millions a second",
       .threshold =
           "a swap returns while another one stands still inside its function; 100 "
           "million swaps a second on one atom that a thread a core shares",
       .source = here,
       .try_it = swap_rate},
  };
}

}  // namespace tussle::workloads::claims
