// How the threads of a pool end, and are joined.
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <list>
#include <memory>
#include <system_error>
#include <utility>

#include "primitives/sync/atomic.h"
#include "primitives/sync/per_thread.h"
#include "primitives/sync/simulator.h"
#include "primitives/task/pool_membership.h"
#include "primitives/task/thread_pool.h"

namespace tussle {

using detail::own_pool;

namespace {

using word_of_end = std::shared_ptr<sync::atomic<bool>>;

}  // namespace

// Of a thread that begins: what others see when even its last destructors are over. To join it
// before would be to wait for these, which may wait for who joins, or for a lock that it holds.
// Null: there is no memory, or an execution is simulated, which ends soon; join() has it then.
std::shared_ptr<const sync::atomic<bool>> thread_pool::will_be_over() noexcept {
  if (sync::in_execution()) return nullptr;
  try {
    auto told =
        std::make_unique<word_of_end>(std::make_shared<sync::atomic<bool>>(false));
    sync::at_thread_exit(&be_over);
    auto seen = *told;
    own_pool::mine().over = told.release();
    return seen;
  } catch (...) {
    return nullptr;
  }
}

// Asked for again while other acts may be left, or have been asked for again: they destroy
// what users gave them to destroy.
void thread_pool::be_over() noexcept {
  constexpr int acts_before = 2;
  if (own_pool::mine().acts_at_end++ < acts_before) {
    try {
      return sync::at_thread_exit(&be_over);
    } catch (const std::system_error&) {
    }
  }
  const std::unique_ptr<word_of_end> told(
      static_cast<word_of_end*>(std::exchange(own_pool::mine().over, nullptr)));
  // Relaxed: the join orders.
  if (told != nullptr) (*told)->store(true, std::memory_order_relaxed);
}

// To be joined by a thread that ends: so the handles and stacks of no more are kept than ended
// since the last one did, and of those that stand still in their last destructors.
void thread_pool::take_those_over(std::list<member>& gone) {
  for (auto at = members_.begin(); at != members_.end();) {
    const auto next = std::next(at);
    if (at->ended && at->started && at->is_over != nullptr &&
        at->is_over->load(std::memory_order_relaxed))
      gone.splice(gone.end(), members_, at);
    at = next;
  }
}

void thread_pool::require_other_thread() const noexcept {
  if (own_pool::mine().member_of != this) return;
  std::fputs(
      "tussle: a runtime or pool ends on one of its own threads, for which it would wait "
      "for ever: let another thread end it\n",
      stderr);
  std::abort();
}

void thread_pool::join() noexcept {
  require_other_thread();
  const sync::mutex_lock one_at_a_time(joining_);
  for (;;) {
    sync::thread last;
    {
      const sync::mutex_lock lock(mutex_);
      // Each time: what was accepted before a drain may bring a thread meanwhile.
      // Nor may the pool go under who has submitted what was over sooner than the submit.
      while (alive_ > 0 || starting_ > 0 || submitting_ > 0) all_ended_.wait(mutex_);
      if (members_.empty()) return;
      last = std::move(members_.front().thread);
      members_.pop_front();
    }
    if (last.joinable()) last.join();
  }
}

}  // namespace tussle
