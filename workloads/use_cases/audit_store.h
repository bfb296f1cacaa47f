// audit_store.h: where an audit log is written to, a batch at a time: a database, simulated.
//
// It knows what it was given: by sender, how many and whether in order.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "harness/case/worker.h"
#include "primitives/sync/mutex.h"

namespace tussle::workloads::use_cases {

struct store_error : std::runtime_error {
  store_error() : std::runtime_error("the batch could not be written") {}
};

// A sender numbers its entries from 0.
struct audit_entry {
  std::size_t sender = 0;
  std::int64_t number = 0;
};

struct audit_store_options {
  std::size_t senders = 1;
  std::size_t largest_batch = 16;
  std::int64_t fails_every = 0;  // every so many-th insert throws; 0: none does
  std::int64_t cost = 0;         // work units an insert
};

// All functions from any threads at once.
class audit_store {
 public:
  explicit audit_store(const audit_store_options& options)
      : options_(options), senders_(options.senders) {}

  // Throws: store_error; then nothing was written.
  void insert(std::span<const audit_entry> batch) {
    harness::work(options_.cost);
    const sync::mutex_lock lock(mutex_);
    if (options_.fails_every != 0 && ++asked_ % options_.fails_every == 0) {
      ++counts_.failures;
      throw store_error();
    }
    if (batch.empty() || batch.size() > options_.largest_batch) ++counts_.bad_sizes;
    if (std::this_thread::get_id() == computing_) ++counts_.on_computing_thread;
    ++counts_.batches;
    for (const audit_entry& each : batch) enter(each);
  }

  // Entries of the sender that were written, whichever they are.
  std::int64_t written_of(std::size_t sender) const {
    // Relaxed: for senders that wait until they may go on; it publishes nothing.
    return senders_[sender].written.load(std::memory_order_relaxed);
  }

  // Inserts on this thread, which has other things to do, are counted.
  void note_computing_thread(std::thread::id which) {
    const sync::mutex_lock lock(mutex_);
    computing_ = which;
  }

  struct counts {
    std::int64_t written = 0;
    std::int64_t disordered = 0;  // not the next one of its sender
    std::int64_t batches = 0;
    std::int64_t bad_sizes = 0;
    std::int64_t failures = 0;
    std::int64_t on_computing_thread = 0;
  };
  counts counted() const {
    const sync::mutex_lock lock(mutex_);
    return counts_;
  }

 private:
  struct alignas(harness::padding) sender_state {
    std::int64_t next = 0;
    std::atomic<std::int64_t> written{0};
  };

  void enter(const audit_entry& entry) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    sender_state& from = senders_[entry.sender];
    if (entry.number != from.next) ++counts_.disordered;
    from.next = entry.number + 1;
    ++counts_.written;
    // Relaxed: see written_of.
    from.written.fetch_add(1, std::memory_order_relaxed);
  }

  const audit_store_options options_;
  std::vector<sender_state> senders_;
  mutable sync::mutex mutex_;
  counts counts_ ABSL_GUARDED_BY(mutex_);
  std::int64_t asked_ ABSL_GUARDED_BY(mutex_) = 0;
  std::thread::id computing_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace tussle::workloads::use_cases
