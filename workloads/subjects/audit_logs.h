// audit_logs.h (subjects): the log of UC-6 with agents, with a thread, and with a lock alone.
//
// agent_audit_log:  one agent collects, and one writes. A watch on the first sees when a batch
//                   is full.
// thread_audit_log: a vector behind a mutex, and a thread that swaps it for an empty one.
// locked_audit_log: who fills a batch writes it, while all others wait.
#pragma once

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <thread>
#include <utility>
#include <vector>

#include "harness/case/case_info.h"
#include "primitives/agent/agent.h"
#include "primitives/agent/await.h"
#include "primitives/task/runtime.h"
#include "primitives/value/queue.h"
#include "primitives/value/vector.h"
#include "workloads/use_cases/audit_store.h"

namespace tussle::workloads::subjects {

using audit_batch = std::shared_ptr<const std::vector<use_cases::audit_entry>>;

struct agent_audit_log {
  static harness::subject_info info() {
    return {
        .name = "agent_audit_log",
        .kind = harness::subject_kind::ours,
        .description =
            "Two agents: one collects entries, the other writes them, in batches that "
            "a watch asks for.",
        .source = "workloads/subjects/audit_logs.h"};
  }

  class log {
   public:
    log(runtime& on, use_cases::audit_store& store, std::size_t batch)
        : batch_(batch),
          store_(store),
          writer_(batches(), {.error_handler =
                                  [this](const agent<batches>& writer, auto&) {
                                    failures_.fetch_add(1);
                                    write_oldest(writer);  // again
                                  },
                              .on = &on}),
          collector_(entries(), {.on = &on}) {
      // Only the crossing: until the flush has its turn the buffer goes on growing.
      collector_.add_watch("flush", [this](auto&, auto&, auto& was, auto& is) {
        if (was->size() < batch_ && is->size() >= batch_) ask_for_flush();
      });
    }

    void append(const use_cases::audit_entry& entry) {
      collector_.send([entry](const entries& all) { return all.push_back(entry); });
    }

    // A batch that failed is tried again by actions that are sent only then.
    void close() {
      flush();
      await(collector_);
      do {
        await(writer_);
      } while (!writer_.load()->empty());
    }

    std::int64_t batches_asked_for() const { return asked_.load(); }
    std::int64_t failures_noticed() const { return failures_.load(); }

   protected:  // for the planted ones
    using entries = value::vector<use_cases::audit_entry>;
    using batches = value::queue<audit_batch>;

    void ask_for_flush() {
      asked_.fetch_add(1);
      flush();
    }
    // In one action, so that nothing comes between handing over and emptying.
    void flush() {
      collector_.send([this](const entries& all) {
        hand_over(all);
        return entries();
      });
    }
    void hand_over(const entries& all) {
      for (auto at = all.begin(); at != all.end();) {
        std::vector<use_cases::audit_entry> part;
        for (; at != all.end() && part.size() < batch_; ++at) part.push_back(*at);
        enter(
            std::make_shared<const std::vector<use_cases::audit_entry>>(std::move(part)));
      }
    }
    void enter(audit_batch batch) {
      writer_.send([batch = std::move(batch)](const batches& all) {
        return all.push_back(batch);
      });
      write_oldest(writer_);
    }
    // It leaves the queue when it is written. May block: so by send_off.
    void write_oldest(const agent<batches>& writer) {
      writer.send_off([&store = store_](const batches& all) {
        if (all.empty()) return all;
        store.insert(**all.front());
        return all.pop_front();
      });
    }

    const std::size_t batch_;
    use_cases::audit_store& store_;
    std::atomic<std::int64_t> asked_{0};
    std::atomic<std::int64_t> failures_{0};
    agent<batches> writer_;
    agent<entries> collector_;
  };
};

// Writes a part of at most `batch` entries after the other, each until it succeeds. Returns
// how many attempts failed.
inline std::int64_t write_in_parts(use_cases::audit_store& store,
                                   std::span<const use_cases::audit_entry> all,
                                   std::size_t batch) {
  std::int64_t failures = 0;
  while (!all.empty()) {
    const std::size_t size = std::min(batch, all.size());
    try {
      store.insert(all.first(size));
      all = all.subspan(size);
    } catch (const use_cases::store_error&) {
      ++failures;
    }
  }
  return failures;
}

struct thread_audit_log {
  static harness::subject_info info() {
    return {.name = "thread_audit_log",
            .kind = harness::subject_kind::baseline,
            .description =
                "A std::vector behind a std::mutex, and a std::thread that writes it.",
            .source = "workloads/subjects/audit_logs.h"};
  }

  class log {
   public:
    log(runtime& /*on*/, use_cases::audit_store& store, std::size_t batch)
        : batch_(batch), store_(store), writer_([this] { write_until_closed(); }) {}
    ~log() { close(); }

    void append(const use_cases::audit_entry& entry) {
      const std::lock_guard held(lock_);
      collected_.push_back(entry);
      if (collected_.size() != batch_) return;
      ++asked_;
      full_.notify_one();
    }
    void close() {
      {
        const std::lock_guard held(lock_);
        closed_ = true;
      }
      full_.notify_one();
      if (writer_.joinable()) writer_.join();
    }
    std::int64_t batches_asked_for() const {
      const std::lock_guard held(lock_);
      return asked_;
    }
    std::int64_t failures_noticed() const {
      const std::lock_guard held(lock_);
      return failures_;
    }

   private:
    void write_until_closed() {
      std::unique_lock held(lock_);
      while (!closed_ || !collected_.empty()) {
        full_.wait(held, [this] { return closed_ || collected_.size() >= batch_; });
        std::vector<use_cases::audit_entry> taken;
        std::swap(taken, collected_);
        held.unlock();
        const std::int64_t failures = write_in_parts(store_, taken, batch_);
        held.lock();
        failures_ += failures;
      }
    }

    const std::size_t batch_;
    use_cases::audit_store& store_;
    mutable std::mutex lock_;
    std::condition_variable full_;
    std::vector<use_cases::audit_entry> collected_;
    std::int64_t asked_ = 0;
    std::int64_t failures_ = 0;
    bool closed_ = false;
    std::thread writer_;
  };
};

struct locked_audit_log {
  static harness::subject_info info() {
    return {.name = "locked_audit_log",
            .kind = harness::subject_kind::baseline,
            .description =
                "A std::vector behind a std::mutex, written by who fills it while the "
                "others wait.",
            .source = "workloads/subjects/audit_logs.h"};
  }

  class log {
   public:
    log(runtime& /*on*/, use_cases::audit_store& store, std::size_t batch)
        : batch_(batch), store_(store) {}

    void append(const use_cases::audit_entry& entry) {
      const std::lock_guard held(lock_);
      collected_.push_back(entry);
      if (collected_.size() < batch_) return;
      ++asked_;
      write();
    }
    void close() {
      const std::lock_guard held(lock_);
      write();
    }
    std::int64_t batches_asked_for() const { return asked_; }
    std::int64_t failures_noticed() const { return failures_; }

   private:
    void write() {
      failures_ += write_in_parts(store_, collected_, batch_);
      collected_.clear();
    }

    const std::size_t batch_;
    use_cases::audit_store& store_;
    std::mutex lock_;
    std::vector<use_cases::audit_entry> collected_;
    std::int64_t asked_ = 0;
    std::int64_t failures_ = 0;
  };
};

}  // namespace tussle::workloads::subjects
