// Sends in transactions, transactions in actions.
#include <gtest/gtest.h>

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "primitives/agent/agent.h"
#include "primitives/reference/errors.h"
#include "primitives/stm/tx_ref.h"
#include "primitives/task/errors.h"
#include "primitives/task/future.h"
#include "primitives/testing/stage_testing.h"
#include "primitives/testing/threads_testing.h"

namespace tussle {
namespace {

using tests::on_another_thread;
using tests::stage;
using namespace std::chrono_literals;

class sends_of_transactions : public ::testing::Test {
 public:
  // Fails the first `retries` attempts of the transaction that calls it.
  void fail_first(int retries) {
    r.load();
    if (attempts++ < retries)
      on_another_thread([&] { transact([&] { r.set(attempts); }); });
    r.alter([](int v) { return v + 1; });
  }
  auto adds(std::string text) {
    return [text = std::move(text)](const std::string& v) { return v + text; };
  }

  stage s;
  agent<std::string> a{"", {.on = &s.home()}};
  agent<std::string> b{"", {.on = &s.home()}};
  tx_ref<int> r{0};
  int attempts = 0;
};

TEST_F(sends_of_transactions, STM_4_after_an_exception_of_the_body_nothing_is_sent) {
  EXPECT_THROW(transact([&] {
                 a.send(adds("x"));
                 r.set(1);
                 b.send_off(adds("y"));
                 throw 1;
               }),
               int);
  EXPECT_EQ(s.waiting(), 0U);
  transact([&] { a.send(adds("z")); });
  s.run_all();

  EXPECT_EQ(*a.load(), "z");
  EXPECT_EQ(*b.load(), "");
}

TEST_F(sends_of_transactions,
       STM_12_io_guard_passes_in_actions_but_not_in_what_they_transact) {
  int passed = 0;
  const auto guarded = [&](const std::string& v) {
    io_guard();
    EXPECT_THROW(transact([] { io_guard(); }), io_in_transaction_error);
    EXPECT_EQ(no_tx([&] { return ++passed; }), passed);
    return v + "x";
  };

  a.send(guarded);
  transact([&] { b.send(guarded); });
  s.run_all();

  EXPECT_EQ(passed, 2);
  EXPECT_EQ(*a.load(), "x");
  EXPECT_EQ(*b.load(), "x");
}

TEST_F(sends_of_transactions, STM_13_await_in_a_transaction_throws) {
  EXPECT_THROW(transact([&] { await(a); }), io_in_transaction_error);
  EXPECT_THROW(transact([&] { await_for(1ms, a); }), io_in_transaction_error);
  EXPECT_EQ(s.waiting(), 0U) << "nothing was sent for it";
}

TEST_F(sends_of_transactions, STM_24_of_a_rejected_transaction_nothing_is_sent) {
  r.set_validator([](int v) { return v < 5; });

  EXPECT_THROW(transact([&] {
                 a.send(adds("x"));
                 r.set(5);
               }),
               invalid_state_error);
  EXPECT_EQ(s.waiting(), 0U);
  s.run_all();

  EXPECT_EQ(*a.load(), "");
}

TEST_F(sends_of_transactions, STM_28_all_watches_precede_the_first_send) {
  tx_ref<int> q(0);
  std::vector<std::size_t> sent;
  const auto note = [&](auto&...) { sent.push_back(s.waiting()); };
  r.add_watch("w", note);
  q.add_watch("w", note);

  transact([&] {
    r.set(1);
    a.send(adds("x"));
    q.set(1);
  });

  EXPECT_EQ(sent, (std::vector<std::size_t>{0, 0}));
  EXPECT_EQ(s.waiting(), 1U);
}

TEST_F(sends_of_transactions, STM_29_sends_wait_for_the_commit_and_keep_their_order) {
  transact([&] {
    r.set(1);
    for (const char* each : {"1", "2", "3"}) a.send(adds(each));
    transact([&] { a.send_off(adds("4")); });
    EXPECT_EQ(s.waiting(), 0U);
  });

  EXPECT_EQ(s.waiting(), 1U);
  s.run_all();
  EXPECT_EQ(*a.load(), "1234");
}

TEST_F(sends_of_transactions,
       STM_29_those_of_a_transaction_without_changes_are_sent_too) {
  transact([&] { a.send(adds("x")); });
  s.run_all();

  EXPECT_EQ(*a.load(), "x");
}

TEST_F(sends_of_transactions, STM_29_sends_of_aborted_transactions_are_dropped) {
  EXPECT_THROW(transact([&] {
                 a.send(adds("x"));
                 throw 1;
               }),
               int);
  r.set_validator([](int v) { return v < 5; });
  EXPECT_THROW(transact([&] {
                 a.send(adds("y"));
                 r.set(5);
               }),
               invalid_state_error);
  s.run_all();

  EXPECT_EQ(*a.load(), "");
}

TEST_F(sends_of_transactions, STM_29_sends_of_attempts_that_failed_are_dropped) {
  transact([&] {
    a.send([n = attempts](const std::string& v) { return v + std::to_string(n); });
    fail_first(2);
    b.send(adds("y"));
  });
  s.run_all();

  EXPECT_EQ(*a.load(), "2");
  EXPECT_EQ(*b.load(), "y");
}

TEST_F(sends_of_transactions, CROSS_2_a_send_of_a_body_that_is_tried_again_happens_once) {
  transact([&] {
    a.send(adds("x"));
    fail_first(3);
  });
  s.run_all();

  EXPECT_EQ(attempts, 4);
  EXPECT_EQ(*a.load(), "x");
}

TEST_F(sends_of_transactions, CROSS_3_sends_of_watches_are_queued_at_once) {
  r.add_watch("w", [&](auto&...) {
    b.send(adds("x"));
    EXPECT_EQ(s.waiting(), 1U);
  });

  transact([&] { r.set(1); });

  EXPECT_EQ(s.waiting(), 1U);
}

TEST_F(sends_of_transactions,
       STM_41_sends_survive_a_retry_of_a_transaction_that_a_watch_runs) {
  tx_ref<int> watched(0);
  watched.add_watch("w", [&](auto&...) {
    transact([&] {
      b.send(adds("y"));
      fail_first(2);
    });
  });

  transact([&] {
    a.send(adds("x"));
    watched.set(1);
  });
  s.run_all();

  EXPECT_EQ(attempts, 3);
  EXPECT_EQ(*a.load(), "x");
  EXPECT_EQ(*b.load(), "y");
}

TEST_F(sends_of_transactions, STM_44_after_a_throwing_watch_nothing_is_sent) {
  r.add_watch("w", [](auto&...) { throw 1; });

  EXPECT_THROW(transact([&] {
                 a.send(adds("x"));
                 r.set(1);
               }),
               int);
  s.run_all();

  EXPECT_EQ(*r.load(), 1);
  EXPECT_EQ(*a.load(), "");
}

TEST_F(sends_of_transactions, AGT_26_in_an_action_they_wait_for_its_end_as_well) {
  tx_ref<int> watched(0);
  watched.add_watch("w", [&](auto&...) { EXPECT_EQ(s.waiting(), 0U); });
  b.add_watch("w", [&](auto&...) { EXPECT_EQ(s.waiting(), 0U); });

  b.send([&](const std::string& v) {
    transact([&] {
      a.send(adds("x"));
      watched.set(1);
    });
    EXPECT_EQ(*watched.load(), 1);
    EXPECT_EQ(s.waiting(), 0U) << "committed, but held by the action";
    return v + "!";
  });
  s.run_one();

  EXPECT_EQ(s.waiting(), 1U);
  s.run_all();
  EXPECT_EQ(*a.load(), "x");
}

TEST_F(sends_of_transactions, AGT_26_an_action_that_fails_drops_them) {
  b.send([&](const std::string& v) {
    transact([&] {
      a.send(adds("x"));
      r.set(1);
    });
    if (v.empty()) throw 1;
    return v;
  });
  s.run_all();

  EXPECT_EQ(*r.load(), 1);
  EXPECT_EQ(*a.load(), "");
}

TEST_F(sends_of_transactions, AGT_26_releasing_the_sends_of_an_action_leaves_them) {
  b.send([&](const std::string& v) {
    transact([&] {
      a.send(adds("x"));
      EXPECT_EQ(release_pending_sends(), 0U);
      EXPECT_EQ(s.waiting(), 0U);
    });
    EXPECT_EQ(release_pending_sends(), 1U);
    return v;
  });
  s.run_all();

  EXPECT_EQ(*a.load(), "x");
}

TEST_F(sends_of_transactions, AGT_23_an_action_may_run_transactions_but_not_await) {
  b.send([&](const std::string& v) {
    transact([&] { r.set(7); });
    io_guard();
    return v;
  });
  s.run_all();

  EXPECT_EQ(*r.load(), 7);
  EXPECT_FALSE(b.error());
}

TEST_F(sends_of_transactions, FUT_12_a_future_of_an_action_runs_outside_of_it) {
  runtime pools;
  any_agent whose(a);
  std::size_t sent_at_once = 0;
  b.send([&](const std::string& v) {
    const auto f = future_call(pools, [&] {
      whose = current_agent();
      a.send(adds("x"));
      return s.waiting();
    });
    sent_at_once = f.get();
    return v;
  });
  s.run_all();

  EXPECT_FALSE(whose);
  EXPECT_EQ(sent_at_once, 1U);
  EXPECT_EQ(*a.load(), "x");
}

TEST_F(sends_of_transactions, FUT_12_a_future_of_a_transaction_runs_outside_of_it) {
  runtime pools;
  tx_ref<int> q(0);
  EXPECT_THROW(transact([&] {
                 r.set(1);
                 const auto f = future_call(pools, [&] {
                   EXPECT_EQ(*r.load(), 0) << "what is not committed yet";
                   transact([&] { q.set(5); });
                   a.send(adds("x"));
                   return s.waiting();
                 });
                 EXPECT_EQ(f.get(), 1U) << "sent at once";
                 throw 1;
               }),
               int);

  EXPECT_EQ(*r.load(), 0);
  EXPECT_EQ(*q.load(), 5) << "its own transaction, which nobody undoes";
}

TEST_F(sends_of_transactions, AGT_28_a_deferred_send_that_is_refused_is_reported) {
  transact([&] {
    a.send(adds("x"));
    s.compute.close();
  });

  ASSERT_EQ(s.uncaught.size(), 1U);
  EXPECT_THROW(std::rethrow_exception(s.uncaught[0]), executor_rejected_error);
}

// Tells when it goes that it has gone.
struct sends_as_it_goes {
  std::function<void()> send;
  explicit sends_as_it_goes(std::function<void()> what) : send(std::move(what)) {}
  sends_as_it_goes(const sends_as_it_goes&) = delete;
  sends_as_it_goes& operator=(const sends_as_it_goes&) = delete;
  ~sends_as_it_goes() { send(); }
};

// A handler sends at once, and so does what goes with an action.
TEST_F(sends_of_transactions,
       STM_29_all_are_in_their_queues_before_a_refusal_is_reported) {
  manual_executor closed;
  closed.close();
  agent<std::string> refuses(
      "", {.error_handler = [&](auto&, auto&) { b.send(adds("handler ")); },
           .on = &s.home()});

  transact([&] {
    b.send(adds("1 "));
    refuses.send_via(closed, [&, last = std::make_shared<sends_as_it_goes>([&] {
                                   b.send(adds("gone "));
                                 })](const std::string& v) { return v; });
    b.send(adds("2 "));
  });
  s.run_all();

  EXPECT_EQ(*b.load(), "1 2 handler gone ");
}

}  // namespace
}  // namespace tussle
