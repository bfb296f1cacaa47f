// When transactions move and destroy what is not theirs: results of bodies, values of attempts
// that were given up.
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <latch>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "primitives/agent/agent.h"
#include "primitives/reclaim/retired.h"
#include "primitives/reference/errors.h"
#include "primitives/stm/participant.h"
#include "primitives/stm/tx_ref.h"
#include "primitives/testing/stage_testing.h"
#include "primitives/testing/threads_testing.h"
#include "primitives/testing/transactions_testing.h"

namespace tussle {
namespace {

using tests::on_another_thread;
using tests::scoped_options;
using tests::set_elsewhere;
using tests::stage;
using namespace std::chrono_literals;

int plus_one(int v) { return v + 1; }

// A result that cannot be moved any more once it is told so.
struct hard_to_move {
  const bool* hard;
  explicit hard_to_move(const bool& told) : hard(&told) {}
  // NOLINTNEXTLINE(performance-noexcept-move-constructor): that it throws is the point
  hard_to_move(hard_to_move&& other) : hard(other.hard) {
    if (*hard) throw std::string("moved");
  }
};

TEST(result, STM_55_that_cannot_be_moved_leaves_the_commit_and_what_follows_it_in_place) {
  stage s;
  agent<int> told(0, {.on = &s.home()});
  tx_ref<int> r(0);
  bool is_committing = false;
  int heard = 0;
  r.set_validator([&](int v) {
    is_committing = v != 0;
    return true;
  });
  r.add_watch("w", [&](auto&...) { ++heard; });

  EXPECT_THROW(transact([&] {
                 r.set(1);
                 told.send(plus_one);
                 return hard_to_move(is_committing);
               }),
               std::string);
  s.run_all();

  EXPECT_EQ(*r.load(), 1);
  EXPECT_EQ(heard, 1);
  EXPECT_EQ(*told.load(), 1);
  EXPECT_FALSE(in_transaction());
}

TEST(result, STM_55_that_cannot_be_moved_before_the_commit_is_a_failure_of_the_body) {
  tx_ref<int> r(0);
  bool at_once = false;

  EXPECT_THROW(transact([&] {
                 r.set(1);
                 hard_to_move made(at_once);
                 at_once = true;
                 return hard_to_move(std::move(made));
               }),
               std::string);

  EXPECT_EQ(*r.load(), 0);
}

// Tells when it goes, unless it was moved from.
class last_will {
 public:
  explicit last_will(std::shared_ptr<const std::function<void()>> act)
      : act_(std::move(act)) {}
  last_will(last_will&&) = default;
  ~last_will() {
    if (act_ != nullptr) (*act_)();
  }

 private:
  std::shared_ptr<const std::function<void()>> act_;
};

class given_up : public ::testing::Test {
 public:
  // What happens when a value of an attempt goes: a transaction of its own, if it can be.
  given_up() {
    act = std::make_shared<const std::function<void()>>([this] {
      ++gone;
      if (in_transaction()) {
        ++within;
      } else {
        transact([&] { count.alter(plus_one); });
        told.send(plus_one);
      }
    });
  }
  // Makes the first attempt fail.
  void fail_first() {
    q.load();
    if (++bodies == 1) on_another_thread([&] { transact([&] { q.set(1); }); });
    q.alter(plus_one);
  }
  void expect_its_own(int times) {
    EXPECT_EQ(*q.load(), 2);
    EXPECT_EQ(gone, times);
    EXPECT_EQ(within, 0) << "a transaction runs, and it is not its own";
    EXPECT_EQ(*count.load(), times);
    s.run_all();
    EXPECT_EQ(*told.load(), times);
  }
  void commute_will(std::shared_ptr<const std::function<void()>> what) {
    r.commute(
        [will = std::make_shared<last_will>(std::move(what))](int v) { return v + 1; });
  }
  void commute_will() { commute_will(act); }
  void fail_where_it_goes_first(const std::function<void()>& also);

  stage s;
  agent<int> told{0, {.on = &s.home()}};
  tx_ref<int> r{0};
  tx_ref<int> q{0};
  tx_ref<int> count{0};
  std::shared_ptr<const std::function<void()>> act;
  int bodies = 0;
  int gone = 0;
  int within = 0;
};

// So many that they are not left for later (reclaim/).
TEST_F(given_up, STM_56_values_of_an_attempt_go_when_no_transaction_runs) {
  constexpr int many = 3000;
  tx_ref<last_will> wills{last_will(nullptr)};

  transact([&] {
    for (int i = 0; bodies == 0 && i < many; ++i) wills.set(last_will(act));
    fail_first();
  });
  EXPECT_GT(gone, 0);
  reclaim::clean_up();

  expect_its_own(many);
}

TEST_F(given_up, STM_56_so_do_functions_that_were_to_be_commuted) {
  transact([&] {
    if (bodies == 0) commute_will();
    fail_first();
  });

  expect_its_own(1);
}

TEST_F(given_up, STM_56_and_the_result_of_its_body) {
  transact([&] {
    const bool first = bodies == 0;
    try {
      fail_first();
    } catch (...) {  // so that there is a result
    }
    return last_will(first ? act : nullptr);
  });

  expect_its_own(1);
}

// Copies tell, too, when they go.
class copied_will {
 public:
  explicit copied_will(std::shared_ptr<const std::function<void()>> act)
      : act_(std::move(act)) {}
  copied_will(const copied_will&) = default;
  ~copied_will() {
    if (act_ != nullptr) (*act_)();
  }

 private:
  std::shared_ptr<const std::function<void()>> act_;
};

TEST_F(given_up, STM_56_a_result_is_made_in_place_and_leaves_no_copy_in_the_attempt) {
  transact([&] {
    const bool first = bodies == 0;
    try {
      fail_first();
    } catch (...) {  // so that there is a result
    }
    return copied_will(first ? act : nullptr);
  });

  expect_its_own(1);
}

// What a body throws once its attempt has failed is of that attempt, too.
struct with_a_will {
  std::shared_ptr<last_will> will;
};

TEST_F(given_up, STM_56_and_what_its_body_throws_instead_of_the_signal) {
  transact([&] {
    try {
      fail_first();
    } catch (...) {
      throw with_a_will{std::make_shared<last_will>(act)};
    }
  });

  expect_its_own(1);
}

// Were it given up in its body, so might be all that the thread has retired before.
TEST(given_up_values, STM_56_what_a_killed_attempt_computes_is_left_until_it_is_over) {
  constexpr int most = 100;  // one of them fills what a thread keeps before it looks
  int within = 0;
  const auto act = std::make_shared<const std::function<void()>>([&] {
    if (in_transaction()) ++within;
  });
  for (int n = 1; n < most; ++n) {
    tx_ref<last_will> wills{last_will(nullptr)};
    tx_ref<int> wanted(0);
    tx_ref<int> q(0);
    std::latch older_began(1);
    std::latch older_goes_on(1);
    std::thread older([&] {
      transact([&] {
        older_began.count_down();
        older_goes_on.wait();
        wanted.alter(plus_one);
      });
    });
    older_began.wait();
    set_elsewhere(q, 1);  // what begins now is younger
    int bodies = 0;

    transact([&] {
      if (++bodies == 1) {
        for (int i = 0; i < n; ++i) wills.set(last_will(act));
        q.load();
        set_elsewhere(q, 2);
        q.alter(plus_one);
      }
      if (bodies > 2) return;
      wanted.alter(plus_one);
      wills.alter([&](const last_will&) {
        older_goes_on.count_down();
        older.join();
        return last_will(act);
      });
    });

    EXPECT_EQ(bodies, 3);
    reclaim::clean_up();
  }

  EXPECT_EQ(within, 0);
}

TEST_F(given_up, STM_56_what_it_wanted_to_set_is_left_until_then_too) {
  tx_ref<std::shared_ptr<last_will>> wills(nullptr);
  int tries = 0;

  transact([&] {
    wills.load();
    if (++tries > 1) return fail_first();
    on_another_thread([&] { transact([&] { wills.set(nullptr); }); });
    wills.set(std::make_shared<last_will>(act));
  });
  reclaim::clean_up();

  expect_its_own(1);
}

TEST_F(given_up, STM_56_so_is_a_function_whose_own_attempt_fails_meanwhile) {
  transact([&] {
    const bool first = bodies == 0;
    q.load();
    if (++bodies == 1) set_elsewhere(q, 1);
    if (first) {
      r.commute([this, will = std::make_shared<last_will>(act)](int v) {
        try {
          q.alter(plus_one);
        } catch (...) {  // and go on
        }
        return v + 1;
      });
    }
    q.alter(plus_one);
  });

  expect_its_own(1);
}

// Its second attempt goes first, and fails for a commit that was under way before. `also` is a
// part of that attempt.
void given_up::fail_where_it_goes_first(const std::function<void()>& also) {
  const scoped_options soon(
      {.most_attempts = 4, .attempts_before_priority = 1, .longest_wait = 1ms});
  tx_ref<int> late(0);
  std::latch commits(1);
  std::latch go_on(1);
  late.set_validator([&](int v) {
    if (v == 1) commits.count_down(), go_on.wait();
    return true;
  });
  std::thread other;

  transact([&] {
    if (bodies == 0) {
      other = std::thread([&] { transact([&] { late.set(1); }); });
      commits.wait();
    }
    late.load();
    fail_first();
    if (bodies == 2) {
      also();
      go_on.count_down();
      other.join();
    }
    late.alter(plus_one);
  });

  EXPECT_EQ(bodies, 3);
  EXPECT_EQ(*late.load(), 2);
}

// It does not wait for the one to which its thread will return.
TEST_F(given_up, STM_56_between_attempts_of_one_that_goes_first_they_go_first_too) {
  fail_where_it_goes_first([&] { commute_will(); });

  expect_its_own(1);
}

// Nor does one that begins where that one ends.
TEST_F(given_up, STM_56_between_attempts_of_one_that_goes_first_also_those_within_them) {
  int refused = 0;
  const auto inner = std::make_shared<const std::function<void()>>([&] {
    try {
      (*act)();
    } catch (const retry_limit_error&) {
      ++refused;
    }
  });
  const auto outer = std::make_shared<const std::function<void()>>(
      [&] { transact([&] { commute_will(inner); }); });

  fail_where_it_goes_first([&] { commute_will(outer); });

  EXPECT_EQ(refused, 0);
  expect_its_own(1);
}

TEST_F(given_up, STM_49_who_is_tried_again_is_as_old_as_others_knew_it) {
  const auto outer = std::make_shared<const std::function<void()>>(
      [&] { transact([&] { commute_will(act); }); });
  std::vector<stm::age> born;

  transact([&] {
    born.push_back(stm::own_participant().born.load(std::memory_order_seq_cst));
    if (bodies == 0) commute_will(outer);
    fail_first();
  });

  ASSERT_EQ(born.size(), 2U);
  EXPECT_EQ(born[0], born[1]);
  expect_its_own(1);
}

}  // namespace
}  // namespace tussle
