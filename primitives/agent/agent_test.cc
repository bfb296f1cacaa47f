// What an agent does, action by action, on executors that run when the test says so (AGT).
#include "primitives/agent/agent.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "primitives/agent/sending.h"
#include "primitives/testing/stage_testing.h"
#include "primitives/testing/threads_testing.h"

namespace tussle {
namespace {

using tests::stage;

int plus_one(int n) { return n + 1; }

// An action that notes `name` in `notes`.
auto note(std::vector<std::string>& notes, std::string name) {
  return [&notes, name = std::move(name)](int n) {
    notes.push_back(name);
    return n + 1;
  };
}

TEST(agent, AGT_1_a_send_returns_the_agent_and_does_not_wait) {
  stage s;
  agent<int> a(1, {.on = &s.home()});

  EXPECT_EQ(&a.send(plus_one), &a);
  EXPECT_EQ(&a.send_off(plus_one), &a);

  EXPECT_EQ(*a.load(), 1);
  s.run_all();
  EXPECT_EQ(*a.load(), 3);
}

TEST(agent, AGT_1_extra_arguments_follow_the_state_and_may_be_move_only) {
  stage s;
  agent<std::string> a("a", {.on = &s.home()});

  a.send([](const std::string& v, const std::string& x,
            std::unique_ptr<int> y) { return v + x + std::to_string(*y); },
         "b", std::make_unique<int>(3));
  s.run_all();

  EXPECT_EQ(*a.load(), "ab3");
}

TEST(agent, AGT_1_after_await_a_load_shows_the_result) {
  stage s;
  const tests::running_stage running(s);
  agent<int> a(1, {.on = &s.home()});

  a.send(plus_one).send_off(plus_one);
  await(a);

  EXPECT_EQ(*a.load(), 3);
}

TEST(agent, one_task_stands_for_all_that_wait) {
  stage s;
  agent<int> a(0, {.on = &s.home()});

  for (int i = 0; i < 10; ++i) a.send(plus_one);

  EXPECT_EQ(s.compute.pending(), 1U);
}

TEST(agent, a_turn_ends_after_a_bounded_number_of_actions) {
  stage s;
  agent<int> a(0, {.on = &s.home()});
  agent<int> b(0, {.on = &s.home()});
  for (int i = 0; i < 100; ++i) a.send(plus_one);
  b.send(plus_one);

  s.compute.run_one();
  EXPECT_EQ(*a.load(), detail::most_actions_a_turn);
  s.compute.run_one();
  EXPECT_EQ(*b.load(), 1) << "a came back behind b";

  s.run_all();
  EXPECT_EQ(*a.load(), 100);
}

TEST(agent, AGT_3_order_is_kept_when_the_executors_alternate) {
  stage s;
  manual_executor other;
  std::vector<std::string> notes;
  agent<int> a(0, {.on = &s.home()});
  a.send(note(notes, "1")).send_off(note(notes, "2")).send_via(other, note(notes, "3"));
  a.send_via(other, note(notes, "4")).send(note(notes, "5"));

  s.blocking.run_one();
  other.run_one();
  EXPECT_TRUE(notes.empty()) << "the first waits in the pool of send";
  while (s.run_one() || other.run_one()) {
  }

  EXPECT_EQ(notes, (std::vector<std::string>{"1", "2", "3", "4", "5"}));
}

TEST(agent, each_action_runs_on_its_own_executor) {
  stage s;
  manual_executor other;
  std::vector<std::string> notes;
  agent<int> a(0, {.on = &s.home()});
  a.send(note(notes, "send")).send_off(note(notes, "off"));
  a.send_via(other, note(notes, "via"));

  s.compute.run_one();
  EXPECT_EQ(notes.size(), 1U);
  s.blocking.run_one();
  EXPECT_EQ(notes.size(), 2U);
  other.run_one();
  EXPECT_EQ(notes, (std::vector<std::string>{"send", "off", "via"}));
}

TEST(agent, AGT_5_a_load_inside_an_action_sees_the_state_before_it) {
  stage s;
  agent<std::string> a("old", {.on = &s.home()});
  std::string inside;
  std::string elsewhere;

  a.send([&](const std::string&) {
    inside = *a.load();
    tests::on_another_thread([&] { elsewhere = *a.load(); });
    return std::string("new");
  });
  s.run_all();

  EXPECT_EQ(inside, "old");
  EXPECT_EQ(elsewhere, "old");
  EXPECT_EQ(*a.load(), "new");
}

TEST(agent, AGT_6_the_current_agent_is_known_in_actions_watches_and_error_handlers) {
  stage s;
  any_agent in_action;
  any_agent in_watch;
  any_agent in_handler;
  any_agent elsewhere;
  agent<int> a(0, {.error_handler = [&](auto&, auto&) { in_handler = current_agent(); },
                   .on = &s.home()});
  a.add_watch("w", [&](auto&...) {
    in_watch = current_agent();
    throw 1;
  });

  a.send([&](int n) {
    in_action = current_agent();
    tests::on_another_thread([&] { elsewhere = current_agent(); });
    return n;
  });
  s.run_all();

  EXPECT_TRUE(in_action == a);
  EXPECT_TRUE(in_watch == a);
  EXPECT_TRUE(in_handler == a);
  EXPECT_FALSE(elsewhere);
  EXPECT_FALSE(current_agent());
}

TEST(agent, AGT_6_the_current_agent_leads_back_to_its_type) {
  stage s;
  agent<int> a(0, {.on = &s.home()});
  std::optional<agent<int>> found;
  std::optional<agent<std::string>> wrong;

  a.send([&](int n) {
    found = agent<int>::from(current_agent());
    wrong = agent<std::string>::from(current_agent());
    return n;
  });
  s.run_all();

  ASSERT_TRUE(found);
  EXPECT_TRUE(*found == a);
  EXPECT_FALSE(wrong);
  EXPECT_FALSE(agent<int>::from(any_agent()));
}

TEST(agent, AGT_7_a_send_from_inside_an_action_waits_for_its_end) {
  stage s;
  agent<int> a(0, {.on = &s.home()});
  agent<int> b(0, {.on = &s.home()});
  bool watch_ran = false;
  std::size_t waiting_in_watch = 9;
  a.add_watch("w", [&](auto&...) {
    waiting_in_watch = s.waiting();
    watch_ran = true;
  });
  int seen_of_a = -1;

  a.send([&](int) {
    b.send([&](int) {
      seen_of_a = *a.load();
      return watch_ran ? 1 : 2;
    });
    EXPECT_EQ(s.waiting(), 0U);
    return 7;
  });
  s.run_all();

  EXPECT_EQ(waiting_in_watch, 0U);
  EXPECT_EQ(seen_of_a, 7);
  EXPECT_EQ(*b.load(), 1);
}

TEST(agent, AGT_7_an_action_s_sends_to_itself_run_after_what_waits_already) {
  stage s;
  std::vector<std::string> notes;
  agent<int> a(0, {.on = &s.home()});

  a.send([&](int n) {
    a.send(note(notes, "held"));
    return n;
  });
  a.send(note(notes, "waiting"));
  s.run_all();

  EXPECT_EQ(notes, (std::vector<std::string>{"waiting", "held"}));
}

TEST(agent, AGT_7_a_send_from_a_watch_of_an_agent_is_held_as_well) {
  stage s;
  agent<int> a(0, {.on = &s.home()});
  agent<int> b(0, {.on = &s.home()});
  std::size_t waiting_in_watch = 9;
  a.add_watch("w", [&](auto&...) {
    b.send(plus_one);
    waiting_in_watch = s.waiting();
  });

  a.send(plus_one);
  s.run_all();

  EXPECT_EQ(waiting_in_watch, 0U);
  EXPECT_EQ(*b.load(), 1);
}

TEST(agent, AGT_7_an_action_that_runs_others_on_its_thread_goes_on_as_itself) {
  stage s;
  agent<int> a(0, {.on = &s.home()});
  agent<int> b(0, {.on = &s.home()});
  any_agent inside;
  any_agent inside_again;
  b.send_off([&](int n) {
    inside = current_agent();
    return n;
  });

  a.send([&](int n) {
    b.send(plus_one);
    s.blocking.run_one();  // as an executor whose threads help while they wait
    inside_again = current_agent();
    b.send(plus_one);
    EXPECT_EQ(s.waiting(), 0U) << "both are held until a's action ends";
    return n;
  });
  s.run_all();

  EXPECT_TRUE(inside == b);
  EXPECT_TRUE(inside_again == a);
  EXPECT_EQ(*b.load(), 2);
}

TEST(agent, AGT_8_pending_sends_can_be_released_before_the_end) {
  stage s;
  agent<int> a(0, {.on = &s.home()});
  agent<int> b(0, {.on = &s.home()});
  std::vector<std::size_t> counts;
  std::size_t queued = 0;

  a.send([&](int n) {
    b.send(plus_one);
    b.send(plus_one);
    counts.push_back(release_pending_sends());
    queued = s.waiting();
    counts.push_back(release_pending_sends());
    b.send(plus_one);
    return n;
  });
  s.run_all();
  counts.push_back(release_pending_sends());

  EXPECT_EQ(counts, (std::vector<std::size_t>{2, 0, 0}));
  EXPECT_EQ(queued, 1U) << "b, with both";
  EXPECT_EQ(*b.load(), 3);
}

TEST(agent, AGT_9_held_sends_of_a_failing_action_are_lost_and_released_ones_are_not) {
  stage s;
  agent<int> a(0, {.on = &s.home()});
  agent<int> b(0, {.on = &s.home()});

  a.send([&](int n) {
    b.send([](int v) { return v + 1; });
    release_pending_sends();
    b.send([](int v) { return v + 10; });
    if (n == 0) throw 1;
    return n;
  });
  s.run_all();

  EXPECT_EQ(*b.load(), 1);
}

TEST(agent, AGT_10_sends_from_the_error_handler_are_queued_at_once) {
  stage s;
  std::size_t waiting_in_handler = 9;
  agent<int> b(0, {.on = &s.home()});
  agent<int> a(0, {.error_handler =
                       [&](const agent<int>& failed, auto&) {
                         b.send(plus_one);
                         waiting_in_handler = s.waiting();
                         failed.send(plus_one);
                         EXPECT_EQ(release_pending_sends(), 0U);
                       },
                   .on = &s.home()});

  a.send([](int n) { return n == 0 ? throw 1 : n; });
  s.run_all();

  EXPECT_EQ(waiting_in_handler, 1U);
  EXPECT_EQ(*b.load(), 1);
  EXPECT_EQ(*a.load(), 1) << "sent to itself, in its error handler";
}

TEST(agent, AGT_11_the_mode_depends_on_the_handler_unless_it_is_given) {
  stage s;
  const agent_error_handler<int> handler = [](auto&, auto&) {};
  using options = agent_options<int>;

  EXPECT_EQ(agent<int>(0, options{.on = &s.home()}).error_mode(), error_mode::fail);
  EXPECT_EQ(
      agent<int>(0, options{.error_handler = handler, .on = &s.home()}).error_mode(),
      error_mode::go_on);
  EXPECT_EQ(agent<int>(0, options{.error_handler = handler,
                                  .error_mode = error_mode::fail,
                                  .on = &s.home()})
                .error_mode(),
            error_mode::fail);
  EXPECT_EQ(agent<int>(0, options{.error_mode = error_mode::go_on, .on = &s.home()})
                .error_mode(),
            error_mode::go_on);
}

TEST(agent, AGT_25_what_an_action_sends_is_queued_before_the_next_action_starts) {
  stage s;
  agent<int> a(0, {.on = &s.home()});
  agent<int> b(0, {.on = &s.home()});
  std::size_t queued = 0;

  a.send([&](int n) {
    b.send(plus_one);
    return n;
  });
  a.send([&](int n) {
    queued = s.compute.pending();
    return n;
  });
  s.run_one();

  EXPECT_EQ(queued, 1U) << "b";
}

TEST(agent, AGT_25_what_a_refused_send_sends_as_it_goes_is_queued_as_well) {
  struct sends_at_its_end {
    explicit sends_at_its_end(agent<int> to) : to_(std::move(to)) {}
    sends_at_its_end(const sends_at_its_end&) = delete;
    sends_at_its_end(sends_at_its_end&&) = delete;
    ~sends_at_its_end() { to_.send(plus_one); }
    agent<int> to_;
  };
  stage s;
  manual_executor closed;
  closed.close();
  agent<int> a(0, {.on = &s.home()});
  agent<int> b(0, {.on = &s.home()});
  agent<int> c(0, {.on = &s.home()});

  a.send([&](int n) {
    const auto ends = std::make_shared<sends_at_its_end>(b);
    c.send_via(closed, [ends](int v) { return v + 1; });
    return n + 1;
  });
  s.run_all();

  EXPECT_EQ(*a.load(), 1);
  EXPECT_EQ(*b.load(), 1);
  EXPECT_EQ(*c.load(), 0);
  EXPECT_EQ(s.uncaught.size(), 1U) << "the refusal";
}

TEST(agent, AGT_25_a_refusal_is_reported_when_all_that_was_held_is_queued) {
  stage s;
  manual_executor closed;
  closed.close();
  agent<int> a(0, {.on = &s.home()});
  agent<int> b(0, {.on = &s.home()});
  agent<int> c(0, {.error_handler =
                       [&](auto&, auto&) { b.send([](int n) { return n * 10 + 2; }); },
                   .on = &s.home()});

  a.send([&](int n) {
    c.send_via(closed, plus_one);
    b.send([](int v) { return v * 10 + 1; });
    return n;
  });
  s.run_all();

  EXPECT_EQ(*b.load(), 12);
}

TEST(agent, a_chain_of_actions_that_send_the_next_does_not_recurse) {
  stage s;
  constexpr int links = 100'000;
  agent<int> a(0, {.on = &s.home()});
  // NOLINTNEXTLINE(misc-no-recursion)
  const std::function<int(int)> next = [&](int n) {
    if (n < links) a.send(next);
    return n + 1;
  };

  a.send(next);
  s.run_all();

  EXPECT_EQ(*a.load(), links + 1);
}

// What a transaction will install.
class keeping final : public detail::send_collector {
 public:
  keeping() : outer_(detail::collect_sends(this)) {}
  ~keeping() { detail::collect_sends(outer_); }
  keeping(const keeping&) = delete;
  keeping& operator=(const keeping&) = delete;
  void collect(detail::agent_ref<detail::agent_core> to,
               std::unique_ptr<detail::action> sent) override {
    kept.emplace_back(std::move(to), std::move(sent));
  }
  std::vector<
      std::pair<detail::agent_ref<detail::agent_core>, std::unique_ptr<detail::action>>>
      kept;

 private:
  send_collector* outer_;
};

TEST(agent, a_collector_takes_the_sends_of_its_thread_and_passes_them_on) {
  stage s;
  agent<int> a(0, {.on = &s.home()});
  agent<int> b(0, {.on = &s.home()});

  a.send([&](int n) {
    keeping transaction;
    b.send(plus_one);
    EXPECT_EQ(release_pending_sends(), 0U) << "not those of a transaction";
    for (auto& [to, sent] : transaction.kept) detail::send_now(*to, sent);
    EXPECT_EQ(s.waiting(), 0U) << "the rules of the action apply";
    return n;
  });
  s.run_all();

  EXPECT_EQ(*b.load(), 1);
}

TEST(agent, a_copy_denotes_the_same_agent) {
  stage s;
  const agent<int> a(0, {.on = &s.home()});
  // NOLINTNEXTLINE(performance-unnecessary-copy-initialization): what is tested
  const agent<int> copy = a;
  const agent<int> other(0, {.on = &s.home()});

  copy.send(plus_one);
  s.run_all();

  EXPECT_EQ(*a.load(), 1);
  EXPECT_TRUE(a == copy);
  EXPECT_FALSE(a == other);
}

}  // namespace
}  // namespace tussle
