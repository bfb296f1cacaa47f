// message_reader.h: what one subscriber makes of the messages that he gets.
//
// Messages of a topic are numbered 1, 2, 3 ... A reader notes the first and the last, and how
// many come one after the other from the first on and up to the last. He may be slow, and he
// may stand still at his first message.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>

#include "harness/case/worker.h"

namespace tussle::workloads {

struct message {
  std::int64_t topic;
  std::int64_t number;
};

// Long, because the machine may be busy; tests of what never comes make it shorter.
inline std::chrono::milliseconds longest_wait_for_more = std::chrono::seconds(10);

class alignas(harness::padding) message_reader {
 public:
  enum class habit : std::uint8_t {
    goes_on,
    stands_still,    // at the first message, until he is let go
    waits_for_more,  // likewise, until so many more were published, or in vain
  };

  // `work`: what it takes to read one.
  explicit message_reader(std::int64_t topic, std::int64_t work = 0,
                          habit his = habit::goes_on)
      : topic_(topic), work_(work), his_(his) {}

  // By one thread at a time.
  void receive(const message& one) {
    if (one.topic != topic_) {
      ++foreign_;
      return;
    }
    note(one.number);
    if (first_ == one.number && his_ != habit::goes_on) stand_still();
    harness::work(work_);
  }
  // Nothing more comes.
  void end() { ended_.store(true); }

  // By any thread. The number at which he stands, or stood; 0: not yet.
  std::int64_t stands_at() const { return stands_at_.load(); }
  void let_go() {
    go_on_.store(true);
    go_on_.notify_all();
  }

  // When it is over.
  std::int64_t first() const { return first_; }  // 0: none
  std::int64_t last() const { return last_; }
  std::int64_t in_a_row_at_first() const { return first_run_; }
  std::int64_t in_a_row_at_last() const { return last_run_; }
  std::int64_t gaps() const { return gaps_; }
  std::int64_t disordered() const { return disordered_; }
  std::int64_t foreign() const { return foreign_; }
  bool ended() const { return ended_.load(); }
  // While he stood still, nothing came of the others for seconds.
  bool waited_in_vain() const { return in_vain_; }

 private:
  void note(std::int64_t number) {
    if (first_ == 0) first_ = number;
    if (number <= last_) ++disordered_;
    if (last_ != 0 && number != last_ + 1) {
      ++gaps_;
      last_run_ = 0;
    }
    ++last_run_;
    if (gaps_ == 0) first_run_ = last_run_;
    last_ = number;
  }

  void stand_still() {
    stands_at_.store(last_);
    if (his_ == habit::stands_still) return go_on_.wait(false);
    const auto end = std::chrono::steady_clock::now() + longest_wait_for_more;
    while (!go_on_.load() && !in_vain_) {
      std::this_thread::yield();
      in_vain_ = std::chrono::steady_clock::now() >= end;
    }
  }

  const std::int64_t topic_;
  const std::int64_t work_;
  const habit his_;
  std::int64_t first_ = 0;
  std::int64_t last_ = 0;
  std::int64_t first_run_ = 0;
  std::int64_t last_run_ = 0;
  std::int64_t gaps_ = 0;
  std::int64_t disordered_ = 0;
  std::int64_t foreign_ = 0;
  bool in_vain_ = false;
  std::atomic<std::int64_t> stands_at_{0};
  std::atomic<bool> go_on_{false};
  std::atomic<bool> ended_{false};
};

}  // namespace tussle::workloads
