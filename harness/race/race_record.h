// race_record.h: what is known about one race, in the form in which results keep it.
//
// Plain values: they carry no pointers into the reporting process, are compared and
// copied freely, and are as thread-safe as any value. The JSON form is the race record of
// harness/record.

#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace tussle::race {

// One level of a call stack. Calls that the compiler inlined have a frame of their own.
struct frame {
  std::string function;  // demangled; empty when unknown
  std::string file;  // relative to the repository root when inside it; empty when unknown
  int line = 0;      // 0 when unknown
  std::string module;  // "libstdc++.so.6+0xd44a2", only when the file is unknown

  bool operator==(const frame&) const = default;
};

using call_stack = std::vector<frame>;  // innermost call first

// One of the memory accesses that met. The runtime reports the later one first.
struct access {
  std::string operation;             // "read", "write", "atomic read", "atomic write"
  int size = 0;                      // bytes
  std::string thread;                // "T1", a key into race_record::threads
  std::string thread_name;           // "worker 0"; empty when it was never named
  std::vector<std::string> mutexes;  // held at the access; keys into race_record::mutexes
  call_stack stack;                  // empty when the runtime no longer remembered it
};

// The memory that the accesses met in.
struct location {
  std::string kind = "unknown";  // "heap", "global", "stack", "tls", "fd" or "unknown"
  std::string name;        // variable of a global, owner of a stack, number of an fd
  std::uint64_t size = 0;  // bytes; 0 when unknown
  call_stack stack;        // where heap memory was allocated, where an fd was opened
};

struct mutex_origin {
  std::string id;    // "M10"
  call_stack stack;  // where it was created or first used
};

struct thread_origin {
  std::string id;    // "T1"; "T0" is the main thread
  std::string name;  // "worker 0"; empty when it was never named
  call_stack stack;  // where it was started
};

struct race_record {
  std::string id;    // equal for the same race in every process; see race_id
  std::string kind;  // as the runtime says: "data-race", "heap-use-after-free", ...
  std::uint64_t count = 0;  // how often it was reported
  std::vector<access> accesses;
  struct location location;
  std::vector<mutex_origin> mutexes;
  std::vector<thread_origin> threads;
  std::vector<call_stack> stacks;  // of kinds without accesses: lock-order-inversion, ...
  std::string text;                // one line for people
};

// Returns 16 hexadecimal digits that name the race: the same for both orders of the
// accesses, in every process and on every machine that runs the same source. 64-bit
// FNV-1a over the kind and the sorted hashes of the stacks; of a stack count the frames
// inside the repository (function, file, line), and only where there are none the known
// function names, and only where there are none the modules. Operations, sizes and
// addresses do not count: `++x` reads and writes, and is one race.
std::string race_id(const race_record& record);

// Returns the one-line description that race_record::text holds.
std::string race_text(const race_record& record);

// Folds records with the same id into the first of them, which takes over the counts;
// keeps the order.
std::vector<race_record> merge_races(std::vector<race_record> records);

// Returns `file` without "." and "..", and relative to `root` when it lies inside. An
// empty root changes nothing else.
std::string repository_path(std::string_view file, std::string_view root);

// Whether the frame belongs to the repository: its file is known, and relative to the
// root.
bool is_repository_frame(const frame& f);

void to_json(nlohmann::json& json, const frame& value);
void to_json(nlohmann::json& json, const access& value);
void to_json(nlohmann::json& json, const location& value);
void to_json(nlohmann::json& json, const mutex_origin& value);
void to_json(nlohmann::json& json, const thread_origin& value);
void to_json(nlohmann::json& json, const race_record& value);

}  // namespace tussle::race
