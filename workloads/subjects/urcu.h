// urcu.h (subject): liburcu, memb flavour: readers borrow, updaters copy and retire.
//
// Only this flavour. The fastest one (qsbr) asks every thread to announce, for as long as
// it lives, that it holds nothing; the role "cell" has no place where a thread could say
// so, and an announcement in every read would measure something that nobody uses.
#pragma once

#if defined(TUSSLE_HAS_URCU)
// The functions inlined by this are of the size that the library's licence lets any
// program inline; without it each section would cost two calls that its users avoid.
#define _LGPL_SOURCE  // NOLINT: the library's name for it
#include <urcu/urcu-memb.h>

#include <atomic>
#include <cstdint>
#include <mutex>
#include <utility>
#endif

#include "harness/case/case_info.h"
#include "harness/case/worker.h"

namespace tussle::workloads::subjects {

struct urcu {
  static constexpr const char* needs = "liburcu-dev";

  static harness::subject_info info() {
    return {
        .name = "urcu",
        .kind = harness::subject_kind::baseline,
        .description =
            "liburcu (memb): readers borrow by rcu_dereference; an update copies under "
            "a mutex, publishes, and retires the old value by call_rcu.",
        .source = "workloads/subjects/urcu.h",
        .not_race_checkable =
            "the distribution's liburcu is not instrumented: its grace periods are "
            "invisible to ThreadSanitizer, which reports correct reads"};
  }

#if defined(TUSSLE_HAS_URCU)
  // Copy on update: McKenney and Slingwine 1998; Desnoyers et al., "User-level
  // implementations of read-copy update", IEEE TPDS 23(2), 2012.
  template <typename T>
  class cell {
   public:
    explicit cell(T initial) : present_(new node{{}, this, std::move(initial)}) {}
    cell(const cell&) = delete;
    cell& operator=(const cell&) = delete;
    ~cell() {
      urcu_memb_barrier();  // runs every callback that was handed over
      delete present_;
    }

    T load() const {
      return read([](const T& value) { return value; });
    }

    template <typename F>
    auto read(F f) const {
      const section inside;
      return f(std::as_const(rcu_dereference(present_)->value));
    }

    template <typename F>
    void update(F f) {
      replace(f);
      // Relaxed: only a bound on memory. The library has none: without this a busy updater
      // outruns the thread that frees.
      if (retired_.load(std::memory_order_relaxed) >= most_retired) urcu_memb_barrier();
    }

   private:
    struct node {
      rcu_head head;
      cell* owner;
      T value;
    };

   public:
    // Values that may wait to be freed: 64 MiB of them. The thread that frees takes a rest
    // of 10 ms between its rounds; a bound that is reached within one would be what is
    // measured.
    static constexpr std::int64_t most_retired =
        std::int64_t{64} * 1024 * 1024 / std::int64_t{sizeof(node)};

   private:
    // A reader's section.
    struct section {
      section() {
        register_this_thread();
        urcu_memb_read_lock();
      }
      section(const section&) = delete;
      section& operator=(const section&) = delete;
      ~section() { urcu_memb_read_unlock(); }
    };

    template <typename F>
    void replace(F& f) {
      const std::lock_guard guard(updating_);
      node* const old = present_;
      node* const next = new node{{}, this, f(std::as_const(old->value))};
      // Release; pairs with rcu_dereference in read. What rcu_assign_pointer stands for; the
      // macro itself does not compile without warnings as C++20.
      __atomic_store_n(&present_, next, __ATOMIC_RELEASE);
      retired_.fetch_add(1, std::memory_order_relaxed);
      urcu_memb_call_rcu(&old->head, free_node);
    }

    static void free_node(rcu_head* head) {
      node* const old = reinterpret_cast<node*>(head);  // its first member
      old->owner->retired_.fetch_sub(1, std::memory_order_relaxed);
      delete old;
    }

    // Readers share the first line until an update; the others change hands all the time.
    alignas(
        harness::padding) node* present_;  // written under updating_, read in sections
    alignas(harness::padding) std::mutex updating_;
    alignas(harness::padding) std::atomic<std::int64_t> retired_{0};
  };

 private:
  struct membership {
    membership() { urcu_memb_register_thread(); }
    membership(const membership&) = delete;
    membership& operator=(const membership&) = delete;
    ~membership() { urcu_memb_unregister_thread(); }
  };

  // Once a thread, whatever the types of its cells: the library allows no second time.
  static void register_this_thread() { static thread_local const membership member; }
#endif
};

}  // namespace tussle::workloads::subjects
