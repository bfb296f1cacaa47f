// execution.h: runs a program once, all its threads as fibers, one operation at a time.
//
// Every visible operation is a scheduling point that is placed before it: there the
// chooser says who does the next one. Between two points a thread runs undisturbed.
//
// A program is a function. It becomes thread 0; the execution ends when all threads have
// ended, or with a finding. Then the remaining fibers are given up where they are, without
// unwinding: what they own is lost.
//
//   runnable ──chosen──► running ──point──► runnable
//       ▲                   └──lock, join, wait, sleep──► blocked
//       └──────mutex free, thread ended, notified, deadline──┘
//
// Livelock: after `most_points` the chooser is asked no more; threads take turns. Who does
// not end then, within as many points again, never will.
//
// Thread safety: none; one execution at a time in a process.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "harness/schedule/sim/decision.h"
#include "harness/schedule/sim/fiber.h"
#include "harness/schedule/sim/finding.h"
#include "harness/schedule/sim/memory.h"
#include "harness/schedule/sim/object_names.h"
#include "harness/schedule/sim/tracked_heap.h"
#include "primitives/sync/simulator.h"

namespace tussle::sim {

using program = std::function<void()>;

struct limits {
  std::uint64_t most_points = 20'000;
  // So many weak compare-exchanges may fail, and waits end, for no reason; and so many
  // allocations, and starts of threads by the code under test, fail.
  int spurious_failures = 0;
  int failed_allocations = 0;
  int failed_starts = 0;
};

struct outcome {
  std::optional<finding> failure;
  std::uint64_t points = 0;
  std::uint64_t switches = 0;          // of threads
  std::uint64_t thread_decisions = 0;  // with more than one answer
  answers given;
  answers given_to_others;  // of them, to questions that are not about threads
  std::vector<turn> turns;
  std::vector<step> steps;  // when the execution was to be shown
};

class execution final : public sync::simulator, private store_choice {
 public:
  explicit execution(memory_system& memory) : memory_(&memory) {}
  ~execution() = default;
  execution(const execution&) = delete;
  execution& operator=(const execution&) = delete;

  // Runs the program; `shown` collects steps with their places, which takes longer.
  outcome run(const program& what, chooser& decides, const limits& within, bool shown);

  // For the program that runs. Ends the execution as failed.
  [[noreturn]] void fail(finding_kind kind, std::string text,
                         std::vector<note> notes = {}) noexcept;
  // The same, about what the running thread does now.
  [[noreturn]] void fail_here(finding_kind kind, std::string text) noexcept;
  void name(const void* object, std::string name) { names_.give(object, name); }

  // The execution that is under way in this process; null if there is none.
  static execution* under_way() noexcept;
  // Of a signal that a fiber caused.
  [[noreturn]] void crashed(const char* signal, const void* address) noexcept;

  void begin_life(const void* address, std::size_t size) noexcept override;
  memory_result perform(const memory_access& next) noexcept override;
  void touch(const void* address, std::size_t size, bool writes) noexcept override;
  void lock(const void* mutex) noexcept override;
  bool try_lock(const void* mutex) noexcept override;
  void unlock(const void* mutex) noexcept override;
  bool wait(const void* condition, const void* mutex,
            const sync::time_point* deadline) noexcept override;
  bool wait_while(const memory_access& load, std::uint32_t expected,
                  const sync::time_point* deadline) noexcept override;
  void notify(const void* object, bool all) noexcept override;
  void notify_address(const void* address, bool all) noexcept override;
  bool has_heavy_barriers() const noexcept override { return heavy_barriers_; }
  void ask_for_heavy_barriers() noexcept override { heavy_barriers_ = true; }
  void heavy_barrier() noexcept override;
  int start_thread(void (*body)(void* state), void* state) override;
  // The same, for the program itself: such starts never fail.
  int add_thread(void (*body)(void* state), void* state);
  void join_thread(int number) noexcept override;
  void yield() noexcept override;
  void named_point(const char* name) noexcept override;
  void* own(const sync::thread_local_type& type) noexcept override;
  void at_thread_exit(void (*act)() noexcept) override;
  void at_end(void (*act)() noexcept) override;
  sync::time_point now() noexcept override;
  void sleep_until(sync::time_point deadline) noexcept override;
  void* allocate(std::size_t size, std::size_t alignment) override;
  bool deallocate(void* memory) noexcept override;
  [[noreturn]] void misused(const char* what) noexcept override;

 private:
  struct held_mutex {
    int owner;
    std::uint64_t since;  // step
    call_path path;
  };
  struct notification {
    int thread;
    std::uint64_t at;  // step
    int woke;
    call_path path;
  };

  // execution.cc: one execution from its begin to its end.
  void reset(chooser& decides, const limits& within, bool shown);
  fiber& add_fiber(void (*body)(void*), void* argument);
  static void enter(void* self) noexcept;
  void run_to_end(fiber& self) noexcept;
  [[noreturn]] void leave() noexcept;
  void clean_up();
  void look_for_leaks();

  // scheduling.cc: who is next?
  void announce(const void* object, bool writes) noexcept;
  void point(const void* object, bool writes) noexcept;
  void block(need what, const void* awaited, const sync::time_point* deadline) noexcept;
  void reschedule(int yielding = -1) noexcept;
  void switch_to(fiber& to) noexcept;
  bool can_run(const fiber& thread) const;
  void list_options(int yielding);
  fiber* decide(int yielding) noexcept;
  const option& next_in_turn() const;
  std::size_t ask(const question& asked) noexcept;
  std::size_t pick(std::size_t stores) override;
  bool fails(decision about, int& left) noexcept;

  // blocking.cc: what threads wait for.
  void take(const void* mutex) noexcept;
  void give_back(const void* mutex) noexcept;
  std::vector<fiber*> sleepers_on(const void* object);
  void wake(fiber& sleeper) noexcept;
  void wake_sleepers(const void* object, bool all) noexcept;
  bool sleep(const void* object, const sync::time_point* deadline) noexcept;

  // stuck.cc: nobody can go on.
  [[noreturn]] void stuck() noexcept;
  bool waits_in_a_circle(const fiber& thread) const;
  int blocker_of(const fiber& thread) const;
  note waiting_note(const fiber& thread);
  void add_notifications(const fiber& thread, std::vector<note>& notes);

  // recording.cc: what is shown.
  void touch_life(const heap_block& block, bool writes) noexcept;
  void check_alive(const void* address, std::size_t size) noexcept;
  void note_path(fiber& thread) const noexcept;
  void record(const char* operation, const void* object, std::string detail) noexcept;
  std::string text_of(std::uint64_t word, std::uint8_t size);
  void record_access(const memory_access& next, const memory_result& result) noexcept;

  memory_system* memory_;
  tracked_heap heap_;
  object_names names_;
  context outside_;
  exception_state outside_exceptions_;
  sync::event_counts* outside_counts_ = nullptr;

  chooser* chooser_ = nullptr;
  limits limits_;
  bool shown_ = false;
  outcome outcome_;
  std::uint64_t step_ = 0;

  std::vector<std::unique_ptr<fiber>> fibers_;  // kept, with their stacks
  std::size_t threads_ = 0;                     // of them, in use
  std::size_t ended_ = 0;
  fiber* current_ = nullptr;
  std::vector<option> options_;

  std::unordered_map<const void*, held_mutex> mutexes_;  // those that are held
  std::unordered_map<const void*, std::vector<notification>> notifications_;
  std::vector<void (*)() noexcept> at_end_;
  sync::time_point now_;
  bool heavy_barriers_ = false;
  int spurious_failures_left_ = 0;
  int failed_allocations_left_ = 0;
  int failed_starts_left_ = 0;
};

}  // namespace tussle::sim
