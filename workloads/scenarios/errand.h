// errand.h: work that may end badly, and the ledger of what became of it.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <new>
#include <stdexcept>
#include <utility>
#include <vector>

#include "harness/case/verdict.h"

namespace tussle::workloads {

// How an errand ends.
enum class mishap : std::uint8_t {
  none,
  exception,   // a std::exception
  number,      // what is no class at all
  no_memory,   // a std::bad_alloc of its own
  afterwards,  // who is told of the new state throws, where there is such a one
  cancelled,   // somebody tries to, where that can be done
};
inline constexpr std::size_t mishaps = 6;

struct errand_exception : std::runtime_error {
  errand_exception() : std::runtime_error("an errand's own") {}
};
struct errand_without_memory : std::bad_alloc {};
inline constexpr int errand_number = 4711;
// Thrown by who is told afterwards.
struct trouble_afterwards {};

// What an errand was told to be, and what became of it. All from any threads at once.
class ledger {
 public:
  ledger(std::size_t errands, int senders)
      : entries_(errands), last_(static_cast<std::size_t>(senders)) {}

  // Counts instances, to see leaks.
  class token {
   public:
    explicit token(ledger& of) noexcept : of_(&of) { of_->alive_.fetch_add(1); }
    token(const token& other) noexcept : of_(other.of_) { of_->alive_.fetch_add(1); }
    token& operator=(const token&) = delete;
    ~token() { of_->alive_.fetch_sub(1); }

   private:
    ledger* of_;
  };

  void accepted(std::size_t id) { entries_[id].accepted.store(true); }
  // `number`: of those of that sender, from 1; `how`: what it will come to.
  void ran(std::size_t id, int sender, std::int64_t number, mishap how) {
    entries_[id].runs.fetch_add(1);
    ran_[static_cast<std::size_t>(how)].fetch_add(1);
    if (last_[static_cast<std::size_t>(sender)].exchange(number) >= number)
      disordered_.fetch_add(1);
  }
  void cancelled(std::size_t id) { entries_[id].cancelled.store(true); }
  // Somebody has been told that no executor took an accepted errand, or dropped it.
  void refused() { refused_.fetch_add(1); }
  void contradiction() { contradictions_.fetch_add(1); }
  // Of objects that count what was done; at the end.
  void done(std::int64_t count) { done_.store(count); }

  // Somebody has been told of an error.
  void told(const std::exception_ptr& error) {
    try {
      std::rethrow_exception(error);
    } catch (const errand_exception&) {
      told_[static_cast<std::size_t>(mishap::exception)].fetch_add(1);
    } catch (const errand_without_memory&) {
      told_[static_cast<std::size_t>(mishap::no_memory)].fetch_add(1);
    } catch (const std::bad_alloc&) {
      out_of_memory_.fetch_add(1);
    } catch (int number) {
      if (number != errand_number) contradictions_.fetch_add(1);
      told_[static_cast<std::size_t>(mishap::number)].fetch_add(1);
    } catch (const trouble_afterwards&) {
      told_[static_cast<std::size_t>(mishap::afterwards)].fetch_add(1);
    } catch (...) {
      contradictions_.fetch_add(1);
    }
  }

  struct expectations {
    bool is_serial;    // errands of one sender run in order
    bool may_drop;     // what waited at the end may be gone without a word
    bool counts_done;  // `done` was called
    // Where there is somebody to be told afterwards, his trouble is told as well.
    bool tells_afterwards;
  };
  // When all is over.
  harness::verdict judge(const expectations& expected) const {
    using harness::expect_equal;
    const counts c = count();
    const std::int64_t before = at(ran_, mishap::exception) + at(ran_, mishap::number) +
                                at(ran_, mishap::no_memory);
    const std::int64_t told_before = at(told_, mishap::exception) +
                                     at(told_, mishap::number) +
                                     at(told_, mishap::no_memory);
    // One that found no memory for its state has no watch to throw.
    const std::int64_t ran_after = at(ran_, mishap::afterwards);
    const std::int64_t told_after = at(told_, mishap::afterwards);
    const bool told_enough =
        told_after <= ran_after && told_after + out_of_memory_ >= ran_after;
    const std::int64_t told_after_all = told_enough ? ran_after : told_after;
    const std::int64_t right = at(ran_, mishap::none) + at(ran_, mishap::afterwards) +
                               at(ran_, mishap::cancelled) - out_of_memory_;
    const std::int64_t ended = c.ran + c.cancelled + refused_;
    return harness::first_failure(
        {expect_equal("errands that ran twice", c.twice, "allowed", 0),
         expect_equal("errands that ran though they were not accepted", c.uninvited,
                      "allowed", 0),
         expect_equal("ends of accepted errands",
                      expected.may_drop && ended < c.accepted ? c.accepted : ended,
                      "accepted", c.accepted),
         expect_equal("errors told", told_before, "errors thrown", before),
         expect_equal("errors of watches told",
                      expected.tells_afterwards ? told_after_all : ran_after,
                      "errors of watches", ran_after),
         expect_equal("errands in the final state",
                      expected.counts_done ? done_.load() : right, "done", right),
         expect_equal("errands out of order", expected.is_serial ? disordered_.load() : 0,
                      "allowed", 0),
         expect_equal("results that contradict one another", contradictions_, "allowed",
                      0),
         expect_equal("captures that are still alive", alive_, "allowed", 0)});
  }

 private:
  struct entry {
    std::atomic<int> runs{0};
    std::atomic<bool> accepted{false};
    std::atomic<bool> cancelled{false};
  };
  using of_each = std::array<std::atomic<std::int64_t>, mishaps>;
  struct counts {
    std::int64_t accepted = 0;
    std::int64_t ran = 0;  // and were not cancelled
    std::int64_t cancelled = 0;
    std::int64_t twice = 0;
    std::int64_t uninvited = 0;
  };

  static std::int64_t at(const of_each& all, mishap which) {
    return all[static_cast<std::size_t>(which)].load();
  }

  counts count() const {
    counts c;
    for (const entry& each : entries_) {
      const bool ran = each.runs.load() > 0;
      c.accepted += each.accepted.load() ? 1 : 0;
      c.cancelled += each.cancelled.load() ? 1 : 0;
      c.ran += ran && !each.cancelled.load() ? 1 : 0;
      c.twice += each.runs.load() > 1 ? 1 : 0;
      c.uninvited += ran && !each.accepted.load() ? 1 : 0;
    }
    return c;
  }

  std::vector<entry> entries_;
  std::vector<std::atomic<std::int64_t>> last_;  // number that ran, by sender
  of_each ran_{};
  of_each told_{};
  std::atomic<std::int64_t> out_of_memory_{0};
  std::atomic<std::int64_t> refused_{0};
  std::atomic<std::int64_t> contradictions_{0};
  std::atomic<std::int64_t> disordered_{0};
  std::atomic<std::int64_t> done_{0};
  std::atomic<std::int64_t> alive_{0};
};

// A call that notes that it ran, and then ends as it was told to.
class errand {
 public:
  errand(ledger& noted, std::size_t id, int sender, std::int64_t number, mishap how)
      : alive_(noted),
        noted_(&noted),
        id_(id),
        sender_(sender),
        number_(number),
        how_(how) {}

  void operator()() const {
    noted_->ran(id_, sender_, number_, how_);
    if (how_ == mishap::exception) throw errand_exception();
    if (how_ == mishap::number) throw int{errand_number};
    if (how_ == mishap::no_memory) throw errand_without_memory();
  }

  std::size_t id() const { return id_; }
  mishap how() const { return how_; }

 private:
  ledger::token alive_;
  ledger* noted_;
  std::size_t id_;
  int sender_;
  std::int64_t number_;
  mishap how_;
};

}  // namespace tussle::workloads
