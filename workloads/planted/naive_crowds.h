// naive_crowds.h (planted): askers that share one place for answers.
//
// common_reply: answers of all processes go through one channel, from which every asker takes:
//               with two of them one may have the other's.
// The mend:     subjects/crowds.h: a question says where its answer goes.
// Must be caught by: verification of park, with two threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "harness/case/case_info.h"
#include "primitives/channel/channel.h"
#include "primitives/channel/go.h"
#include "primitives/task/runtime.h"

namespace tussle::workloads::planted {

struct common_reply {
  static harness::subject_info info() {
    return {.name = "common_reply",
            .kind = harness::subject_kind::planted,
            .description = "One channel for all answers, whoever asked.",
            .source = "workloads/planted/naive_crowds.h",
            .breaks_invariant = harness::expectation::may};
  }

  class crowd {
   public:
    crowd(runtime& on, std::int64_t processes, int /*askers*/)
        : answered_(static_cast<std::size_t>(processes)), replies_(on) {
      questions_.reserve(answered_.size());
      ends_.reserve(answered_.size());
      for (std::size_t i = 0; i < answered_.size(); ++i) {
        questions_.emplace_back(on);
        ends_.push_back(go(on, &answer, questions_[i], replies_,
                           static_cast<std::int64_t>(i), &answered_[i]));
      }
    }
    ~crowd() { finish(); }
    crowd(const crowd&) = delete;
    crowd& operator=(const crowd&) = delete;

    std::int64_t ask(std::int64_t process, int /*asker*/, std::int64_t question) {
      static_cast<void>(questions_[static_cast<std::size_t>(process)].put(question));
      return replies_.take().value_or(0);
    }
    void finish() {
      for (const channel<std::int64_t>& each : questions_) each.close();
      for (const channel<std::monostate>& each : ends_) static_cast<void>(each.take());
    }
    const std::vector<std::int64_t>& answered() const { return answered_; }

   private:
    static go_block<void> answer(channel<std::int64_t> from, channel<std::int64_t> to,
                                 std::int64_t self, std::int64_t* answered) {
      while (const std::optional<std::int64_t> question = co_await from.async_take()) {
        ++*answered;
        static_cast<void>(co_await to.async_put(*question + self));
      }
    }

    std::vector<std::int64_t> answered_;
    channel<std::int64_t> replies_;
    std::vector<channel<std::int64_t>> questions_;
    std::vector<channel<std::monostate>> ends_;
  };
};

}  // namespace tussle::workloads::planted
