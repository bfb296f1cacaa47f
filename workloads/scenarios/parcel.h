// parcel.h: elements whose way may go wrong, and the manifest of what became of them.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <new>
#include <optional>
#include <stdexcept>
#include <vector>

#include "harness/case/verdict.h"
#include "primitives/reference/errors.h"

namespace tussle::workloads {

// What happens to a parcel on its way.
enum class damage : std::uint8_t {
  none,
  torn,            // who opens it throws a std::exception; it is lost, and that is told
  replaced,        // who opens it throws what is no class; the handler sends another
  upsets_handler,  // the handler throws as well
  upsets_taker,    // who has received it throws
};
inline constexpr std::size_t damages = 5;

struct torn_parcel : std::runtime_error {
  explicit torn_parcel(std::size_t which) : std::runtime_error("torn"), id(which) {}
  std::size_t id;
};
// Not std::exceptions.
struct upset_by_parcel {
  std::size_t id;
};
struct upset_taker {};

// What became of each parcel of a period. All from any threads at once, but for the judgement.
class manifest {
 public:
  explicit manifest(std::size_t parcels) : entries_(parcels) {}

  // Counts instances: of parcels, of callbacks, of frames.
  class token {
   public:
    explicit token(manifest& of) noexcept : of_(&of) { of_->born_.fetch_add(1); }
    token(const token& other) noexcept : token(*other.of_) {}
    token& operator=(const token& other) noexcept = default;  // one manifest a period
    ~token() { of_->died_.fetch_add(1); }
    manifest& of() const noexcept { return *of_; }

   private:
    manifest* of_;
  };

  // By who sends it, before he does.
  void offered(std::size_t id, damage how) {
    entries_[id].how.store(how);
    entries_[id].offered.store(true);
  }
  // By who sent it, when he knows; not at all where nobody tells him.
  void answered(std::size_t id, bool accepted) {
    entries_[id].answers.fetch_add(1);
    if (accepted) entries_[id].accepted.store(true);
  }
  void delivered(std::size_t id) { entries_[id].deliveries.fetch_add(1); }
  // Somebody has been told that it is lost.
  void told(std::size_t id) { entries_[id].told.fetch_add(1); }
  // Likewise that one is lost, but not which.
  void told_of_one() { nameless_.fetch_add(1); }
  void taker_was_upset() { upset_.fetch_add(1); }
  // From here on accepted ones may be lost without a word.
  void may_drop() { may_drop_.store(true); }

  // As an ex-handler: for torn ones none, for replaced ones another.
  template <typename Parcel>
  std::optional<Parcel> handle(const std::exception_ptr& error) {
    try {
      std::rethrow_exception(error);
    } catch (const torn_parcel& one) {
      told(one.id);
    } catch (int id) {
      return Parcel(*this, static_cast<std::size_t>(id), damage::none);
    } catch (const std::bad_alloc&) {
      nameless_.fetch_add(1);
    }
    return std::nullopt;
  }

  // As the uncaught hook.
  void hear(const std::exception_ptr& error) {
    try {
      std::rethrow_exception(error);
    } catch (const torn_parcel& one) {
      told(one.id);
    } catch (const upset_by_parcel& one) {
      told(one.id);
    } catch (const upset_taker&) {
      told_of_takers_.fetch_add(1);
    } catch (const std::bad_alloc&) {
      nameless_.fetch_add(1);
    } catch (const executor_rejected_error&) {
      // a callback, or a process, of a runtime that was shut down
    } catch (...) {
      contradictions_.fetch_add(1);
    }
  }

  struct expectations {
    bool displaces;  // a later element may push an accepted one out that is whole
    bool repeats;    // takes give copies of one element
    // How many may be lost without a word once all may be dropped: what lay in it, and in
    // takers' hands. None: nobody knows.
    std::optional<std::int64_t> held = std::nullopt;
  };
  // When all is over.
  harness::verdict judge(const expectations& expected) const {
    using harness::expect_equal;
    const counts c = count(expected);
    const std::int64_t may_be_lost =
        nameless_ + (may_drop_.load() ? expected.held.value_or(c.without_end) : 0);
    return harness::first_failure(
        {expect_equal("parcels that ended twice", c.twice, "allowed", 0),
         expect_equal("parcels delivered though they were refused", c.uninvited,
                      "allowed", 0),
         expect_equal("accepted parcels that nobody got or heard of",
                      std::max(c.without_end, may_be_lost), "allowed", may_be_lost),
         expect_equal("senders who were told twice", c.answered_twice, "allowed", 0),
         expect_equal("senders who were told nothing",
                      may_drop_.load() ? 0 : c.unanswered, "allowed", 0),
         expect_equal("errors of takers told", told_of_takers_, "thrown", upset_),
         expect_equal("errors that nobody threw", contradictions_, "allowed", 0),
         expect_equal("elements, callbacks and frames destroyed", died_, "made", born_)});
  }

 private:
  struct entry {
    std::atomic<bool> offered{false};
    std::atomic<damage> how{damage::none};
    std::atomic<bool> accepted{false};
    std::atomic<int> answers{0};
    std::atomic<int> deliveries{0};
    std::atomic<int> told{0};
  };
  struct counts {
    std::int64_t twice = 0;
    std::int64_t uninvited = 0;
    std::int64_t without_end = 0;
    std::int64_t answered_twice = 0;
    std::int64_t unanswered = 0;
  };

  counts count(const expectations& expected) const {
    counts c;
    for (const entry& each : entries_) {
      const int got = each.deliveries.load();
      const int told = each.told.load();
      const int ends = (expected.repeats && got > 1 ? 1 : got) + told;
      // Who was told that it is lost knows that it was accepted.
      const bool answered = each.answers.load() > 0 || told > 0;
      const bool accepted = each.accepted.load() || told > 0;
      c.twice += ends > 1 ? 1 : 0;
      c.uninvited += got > 0 && answered && !accepted ? 1 : 0;
      // What is lost when it is opened never comes as far as where it could be displaced.
      const damage how = each.how.load();
      const bool may_be_displaced =
          expected.displaces && how != damage::torn && how != damage::upsets_handler;
      c.without_end += accepted && ends == 0 && !may_be_displaced ? 1 : 0;
      c.answered_twice += each.answers.load() > 1 ? 1 : 0;
      c.unanswered += each.offered.load() && !answered ? 1 : 0;
    }
    return c;
  }

  std::vector<entry> entries_;
  std::atomic<std::int64_t> born_{0};
  std::atomic<std::int64_t> died_{0};
  std::atomic<std::int64_t> upset_{0};
  std::atomic<std::int64_t> told_of_takers_{0};
  std::atomic<std::int64_t> nameless_{0};
  std::atomic<std::int64_t> contradictions_{0};
  std::atomic<bool> may_drop_{false};
};

// An element. Copies and what was moved from count as instances, too.
class parcel {
 public:
  parcel(manifest& noted, std::size_t id, damage how) noexcept
      : alive_(noted), id_(id), how_(how) {}

  // Throws as it was told to.
  void open() const {
    if (how_ == damage::torn) throw torn_parcel(id_);
    if (how_ == damage::replaced) throw static_cast<int>(id_);
    if (how_ == damage::upsets_handler) throw upset_by_parcel{id_};
  }

  manifest& notes() const noexcept { return alive_.of(); }
  std::size_t id() const noexcept { return id_; }
  damage how() const noexcept { return how_; }

 private:
  manifest::token alive_;
  std::size_t id_;
  damage how_;
};

}  // namespace tussle::workloads
