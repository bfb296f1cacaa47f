// gnu_tm_bank.h (subjects): a bank on the compiler's transactional memory (g++ -fgnu-tm, libitm).
//
// libitm runs the only thread that it knows without instrumentation, under a lock that nobody
// else wants. A bank would then be faster with one thread than it can be with two, so that a
// second one is made known to it for as long as the bank lives; it does nothing. From two
// threads on libitm uses ml_wt: many locks, write-through (ITM_DEFAULT_METHOD says otherwise).
//
// The transactions stand in gnu_tm_bank.cc, which alone is compiled with -fgnu-tm.
#pragma once

#include <cstddef>
#include <cstdint>
#include <latch>
#include <span>
#include <thread>
#include <vector>

#include "harness/case/case_info.h"
#include "primitives/task/runtime.h"
#include "workloads/scenarios/accounts.h"

namespace tussle::workloads::subjects {

struct gnu_tm_bank {
  static constexpr const char* needs =
      "g++ with -fgnu-tm (package libitm1), and a build in mode bench: its transactions "
      "and the sanitizers exclude each other";

  static harness::subject_info info() {
    return {.name = "gnu_tm_bank",
            .kind = harness::subject_kind::baseline,
            .description = "g++'s __transaction_atomic, on libitm with two threads.",
            .source = "workloads/subjects/gnu_tm_bank.h",
            .not_race_checkable =
                "libitm is not instrumented: ThreadSanitizer would report what its "
                "transactions protect"};
  }

#if defined(TUSSLE_HAS_GNU_TM)
  class bank {
   public:
    bank(runtime& /*on*/, const bank_layout& layout)
        : balances_(layout.size(), bank_layout::opening), second_([this] { attend(); }) {
      known_.wait();
    }
    bank(const bank&) = delete;
    bank& operator=(const bank&) = delete;
    ~bank() {
      done_.count_down();
      second_.join();
    }

    template <typename Receipt>
    bool move(const transfer_order& order, const Receipt& receipt) {
      if (!moved_in_transaction(balances_.data(), order)) return false;
      receipt();
      return true;
    }
    void audit(std::span<std::int64_t> seen) const {
      copied_in_transaction(balances_.data(), seen.data(), seen.size());
    }
    void finish() {}

   private:
    static bool moved_in_transaction(std::int64_t* balances, const transfer_order& order);
    static void copied_in_transaction(const std::int64_t* balances, std::int64_t* seen,
                                      std::size_t count);

    // libitm knows a thread from its first transaction until it ends.
    void attend() {
      std::int64_t nothing = 0;
      copied_in_transaction(&nothing, &nothing, 1);
      known_.count_down();
      done_.wait();
    }

    std::vector<std::int64_t> balances_;
    std::latch known_{1};
    std::latch done_{1};
    std::thread second_;
  };
#endif
};

}  // namespace tussle::workloads::subjects
