// transaction.h: what transactions saw and wrote.
//
// Every value that is written, by whatever attempt, is a version of its own; all keys begin
// with version 0. Who writes has looked before, so that each write knows what it replaces:
// that is how the versions of a key are known to follow each other (Adya, "Weak consistency",
// MIT 1999, section 3.1; Kingsbury and Alvaro, "Elle", VLDB 2020, call it traceable).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/history/operation.h"

namespace tussle::history {

using version_id = std::int64_t;

inline constexpr version_id first_version = 0;

// One of its own for each write of each thread; n from 1.
inline version_id version_of(int thread, std::int64_t n) {
  constexpr int bits_of_n = 32;
  return ((thread + std::int64_t{1}) << bits_of_n) + n;
}

struct access {
  std::int64_t key = 0;
  bool is_write = false;
  version_id version = first_version;   // seen or written
  version_id replaced = first_version;  // by a write: what was seen before it
};

enum class ending : std::uint8_t { committed, aborted };

struct transaction {
  int thread = 0;
  ending how = ending::committed;
  std::vector<access> accesses = {};  // in the order of the body
  stamp began = 0;
  stamp ended = 0;
};

using transactions = std::vector<transaction>;

// "1.7": the seventh of thread 1; "0" for the first of all.
std::string to_string_of_version(version_id version);

// "r x=0, w x=1.7", with keys as numbers: "r 3=0, w 3=1.7"
std::string to_string(const transaction& one);

}  // namespace tussle::history
