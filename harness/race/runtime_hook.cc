#include "harness/race/runtime_hook.h"

#include "harness/race/held_mutex_reader.h"
#include "harness/race/thread_sanitizer.h"

#if !TUSSLE_THREAD_SANITIZER

namespace tussle::race {

report_store* runtime_reports() noexcept { return nullptr; }

}  // namespace tussle::race

#else

#include <cstddef>
#include <cstdint>

// The names are the runtime's.
// NOLINTBEGIN(bugprone-reserved-identifier, readability-identifier-naming)

// The runtime's functions for reading a report, from tsan_debugging.cpp of LLVM; no
// public header declares them. They return 0 when there is nothing at the index, and fill
// `trace` with return addresses. os_id has 64 bits in the runtimes of both compilers.
extern "C" {
int __tsan_get_report_data(void* report, const char** description, int* count,
                           int* stack_count, int* mop_count, int* loc_count,
                           int* mutex_count, int* thread_count, int* unique_tid_count,
                           void** sleep_trace, std::uintptr_t trace_size);
int __tsan_get_report_stack(void* report, std::uintptr_t idx, void** trace,
                            std::uintptr_t trace_size);
int __tsan_get_report_mop(void* report, std::uintptr_t idx, int* tid, void** addr,
                          int* size, int* write, int* atomic, void** trace,
                          std::uintptr_t trace_size);
int __tsan_get_report_loc(void* report, std::uintptr_t idx, const char** type,
                          void** addr, std::uintptr_t* start, std::uintptr_t* size,
                          int* tid, int* fd, int* suppressable, void** trace,
                          std::uintptr_t trace_size);
int __tsan_get_report_mutex(void* report, std::uintptr_t idx, std::uintptr_t* mutex_id,
                            void** addr, int* destroyed, void** trace,
                            std::uintptr_t trace_size);
int __tsan_get_report_thread(void* report, std::uintptr_t idx, int* tid,
                             std::uint64_t* os_id, int* running, const char** name,
                             int* parent_tid, void** trace, std::uintptr_t trace_size);
}
// NOLINTEND(bugprone-reserved-identifier, readability-identifier-naming)

namespace tussle::race {
namespace {

constinit report_store reports;
constinit thread_local held_mutex_reader printed;

// Room for one trace; the runtime ends a shorter one by leaving the rest as it was, hence
// the clearing.
struct trace_buffer {
  void* pcs[max_trace];

  TUSSLE_UNINSTRUMENTED void clear() noexcept {
    for (void*& pc : pcs) {
      pc = nullptr;
    }
  }
};

// The number of things to copy: what there is, or what there is room for.
TUSSLE_UNINSTRUMENTED std::uint32_t bounded(int available, std::uint32_t room) noexcept {
  const std::uint32_t count = available < 0 ? 0 : static_cast<std::uint32_t>(available);
  return count < room ? count : room;
}

TUSSLE_UNINSTRUMENTED void copy_access(void* report, std::uint32_t index, raw_access& to,
                                       trace_buffer& trace) noexcept {
  void* address = nullptr;
  int write = 0;
  int atomic = 0;
  trace.clear();
  __tsan_get_report_mop(report, index, &to.thread, &address, &to.size, &write, &atomic,
                        trace.pcs, max_trace);
  to.write = write != 0;
  to.atomic = atomic != 0;
  to.stack.assign(trace.pcs);
}

// Of several locations the first is meant: memory of the main thread's stack is also
// called a global.
TUSSLE_UNINSTRUMENTED void copy_location(void* report, raw_location& to,
                                         trace_buffer& trace) noexcept {
  std::uintptr_t start = 0;
  std::uintptr_t size = 0;
  int suppressable = 0;
  trace.clear();
  __tsan_get_report_loc(report, 0, &to.type, &to.address, &start, &size, &to.thread,
                        &to.descriptor, &suppressable, trace.pcs, max_trace);
  to.size = size;
  to.stack.assign(trace.pcs);
}

TUSSLE_UNINSTRUMENTED void copy_mutex(void* report, std::uint32_t index, raw_mutex& to,
                                      trace_buffer& trace) noexcept {
  std::uintptr_t id = 0;
  void* address = nullptr;
  int destroyed = 0;
  trace.clear();
  __tsan_get_report_mutex(report, index, &id, &address, &destroyed, trace.pcs, max_trace);
  to.id = id;
  to.stack.assign(trace.pcs);
}

TUSSLE_UNINSTRUMENTED void copy_name(const char* from, char (&to)[max_name]) noexcept {
  std::uint32_t length = 0;
  while (from != nullptr && from[length] != '\0' && length < max_name - 1) {
    to[length] = from[length];
    ++length;
  }
  to[length] = '\0';
}

TUSSLE_UNINSTRUMENTED void copy_thread(void* report, std::uint32_t index, raw_thread& to,
                                       trace_buffer& trace) noexcept {
  std::uint64_t os_id = 0;
  int running = 0;
  int parent = 0;
  const char* name = nullptr;
  trace.clear();
  __tsan_get_report_thread(report, index, &to.id, &os_id, &running, &name, &parent,
                           trace.pcs, max_trace);
  copy_name(name, to.name);
  to.stack.assign(trace.pcs);
}

TUSSLE_UNINSTRUMENTED void copy_stack(void* report, std::uint32_t index, raw_stack& to,
                                      trace_buffer& trace) noexcept {
  trace.clear();
  __tsan_get_report_stack(report, index, trace.pcs, max_trace);
  to.assign(trace.pcs);
}

TUSSLE_UNINSTRUMENTED void copy_held(held_mutexes& to) noexcept {
  const held_mutexes& from = printed.held();
  to.access_count = from.access_count;
  for (std::uint32_t i = 0;
       i < bounded(static_cast<int>(from.access_count), max_accesses); ++i) {
    to.counts[i] = from.counts[i];
    for (std::uint32_t j = 0; j < from.counts[i]; ++j) {
      to.ids[i][j] = from.ids[i][j];
    }
  }
}

TUSSLE_UNINSTRUMENTED void copy_report(void* report, raw_report& to) noexcept {
  int count = 0, stacks = 0, accesses = 0, locations = 0, mutexes = 0, threads = 0,
      tids = 0;
  trace_buffer trace;
  __tsan_get_report_data(report, &to.kind, &count, &stacks, &accesses, &locations,
                         &mutexes, &threads, &tids, trace.pcs, max_trace);
  to.access_count = bounded(accesses, max_accesses);
  to.mutex_count = bounded(mutexes, max_mutexes);
  to.thread_count = bounded(threads, max_threads);
  to.stack_count = bounded(stacks, max_stacks);
  for (std::uint32_t i = 0; i < to.access_count; ++i) {
    copy_access(report, i, to.accesses[i], trace);
  }
  for (std::uint32_t i = 0; i < to.mutex_count; ++i) {
    copy_mutex(report, i, to.mutexes[i], trace);
  }
  for (std::uint32_t i = 0; i < to.thread_count; ++i) {
    copy_thread(report, i, to.threads[i], trace);
  }
  for (std::uint32_t i = 0; i < to.stack_count; ++i) {
    copy_stack(report, i, to.stacks[i], trace);
  }
  if (locations > 0) {
    copy_location(report, to.location, trace);
  }
  copy_held(to.held);
}

}  // namespace

report_store* runtime_reports() noexcept { return &reports; }

}  // namespace tussle::race

// NOLINTBEGIN(bugprone-reserved-identifier, readability-identifier-naming)

// What the runtime prints, piece by piece.
extern "C" TUSSLE_UNINSTRUMENTED void __sanitizer_on_print(const char* text) {
  tussle::race::printed.feed(text);
}

// Called once a report is printed, with the runtime's locks held: no allocation, no
// symbolising, no locks of others. (Finding out a global's name here, for one, waits for
// the runtime's own thread registry for ever.)
extern "C" TUSSLE_UNINSTRUMENTED void __tsan_on_report(void* report) {
  tussle::race::raw_report& copy = tussle::race::reports.open();
  tussle::race::copy_report(report, copy);
  tussle::race::reports.close();
}

// Defaults; TSAN_OPTIONS still has the last word, and the text goes to stderr as ever.
// - exitcode stays 66: a runtime that cannot start ends with it too (see OnFinalize).
// - halt_on_error=0: a run shows all its races.
// - suppress_equal_*=0: repeats are counted, and a second race on an address is not lost
//   (by default the read-write pair of `++x` hides the write-write pair).
// - history_size=4: 512 Ki accesses a thread. A stack older than that comes out empty.
// - second_deadlock_stack=1: inversions say where both mutexes were locked.
// - atexit_sleep_ms=0: reports after the records were taken reach nobody, and would cost
//   a second per process that ends with a thread alive.
extern "C" TUSSLE_UNINSTRUMENTED const char* __tsan_default_options() {
  return "halt_on_error=0:report_bugs=1:"
         "suppress_equal_stacks=0:suppress_equal_addresses=0:"
         "history_size=4:second_deadlock_stack=1:atexit_sleep_ms=0";
}

// PIT-3 of the contract: the reference count of an exception_ptr lives in the
// uninstrumented standard library, so its last release is reported against an earlier
// read of the exception by another thread. Exactly that class, at the start of a
// function's name: the bare word would also match all that take an exception_ptr. A last
// release at the end of a catch block has no such frame and is still reported; see
// README.md.
extern "C" TUSSLE_UNINSTRUMENTED const char* __tsan_default_suppressions() {
  return "race:^std::__exception_ptr::exception_ptr::\n";
}

// The runtime asks at the end whether what it reported makes the process fail with
// exitcode. Not when all of it was taken: then the exit code means the same in every
// build. What nobody took fails: races in a test, a thread leak found at the end.
// (exitcode=0 would also turn a runtime that could not start into a success.)
namespace __tsan {
bool OnFinalize(bool failed);
TUSSLE_UNINSTRUMENTED bool OnFinalize(bool failed) {
  return failed && !tussle::race::reports.empty();
}
}  // namespace __tsan

// NOLINTEND(bugprone-reserved-identifier, readability-identifier-naming)

#endif
