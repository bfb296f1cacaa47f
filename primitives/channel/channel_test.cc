// What one channel does, step by step: rendezvous, buffers, closing, tries, limits.
#include "primitives/channel/channel.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "primitives/channel/alts.h"
#include "primitives/testing/stage_testing.h"

namespace tussle {
namespace {

using tests::stage;

// What put_then said, when it did.
struct answers {
  std::vector<bool> given;
  auto note() {
    return [this](bool accepted) { given.push_back(accepted); };
  }
};

struct values {
  std::vector<std::optional<int>> given;
  auto note() {
    return [this](std::optional<int> value) { given.push_back(value); };
  }
};

std::vector<int> drained(const channel<int>& from) {
  std::vector<int> all;
  while (auto got = from.try_take().value) all.push_back(*got);
  return all;
}

std::vector<int> upto(int n) {
  std::vector<int> all;
  for (int i = 1; i <= n; ++i) all.push_back(i);
  return all;
}

// Enough for a thread that goes on too soon; one that waits is found waiting anyway.
void give_others_time(const std::atomic<bool>& over) {
  for (int i = 0; i < 1000 && !over.load(); ++i) std::this_thread::yield();
}

TEST(channel, CH_1_without_a_buffer_a_put_waits_for_a_take_and_a_take_for_a_put) {
  stage s;
  const channel<int> c(s.home());
  answers put;
  values taken;

  c.put_then(1, put.note());
  EXPECT_TRUE(put.given.empty()) << "nobody takes yet";
  c.take_then(taken.note());
  EXPECT_EQ(put.given, std::vector<bool>{true});
  EXPECT_EQ(taken.given, std::vector<std::optional<int>>{1});

  c.take_then(taken.note());
  EXPECT_EQ(taken.given.size(), 1U) << "nobody puts yet";
  EXPECT_EQ(c.try_put(2), put_status::accepted);
  EXPECT_EQ(taken.given.back(), 2);
}

TEST(channel, CH_1_one_value_goes_to_one_of_two_who_take) {
  stage s;
  const channel<int> c(s.home());
  values first;
  values second;
  c.take_then(first.note());
  c.take_then(second.note());

  EXPECT_EQ(c.try_put(1), put_status::accepted);

  EXPECT_EQ(first.given, std::vector<std::optional<int>>{1}) << "it waited longer";
  EXPECT_TRUE(second.given.empty());
  c.close();
}

TEST(channel, CH_1_threads_that_block_meet) {
  const channel<int> c;
  std::thread putter([&] {
    EXPECT_TRUE(c.put(1));
    EXPECT_TRUE(c.put(2));
    c.close();
  });

  EXPECT_EQ(c.take(), 1);
  EXPECT_EQ(c.take(), 2);
  EXPECT_EQ(c.take(), std::nullopt);
  putter.join();
}

TEST(channel, CH_1_a_thread_that_puts_waits_until_somebody_takes) {
  const channel<int> c;
  std::atomic<bool> over{false};
  std::thread putter([&] {
    EXPECT_TRUE(c.put(1));
    over.store(true);
  });
  while (!c.state().may_take()) std::this_thread::yield();
  give_others_time(over);
  EXPECT_FALSE(over.load());
  EXPECT_EQ(c.take(), 1);
  putter.join();
}

TEST(channel, CH_1_a_thread_that_takes_waits_until_somebody_puts) {
  const channel<int> c;
  std::atomic<bool> over{false};
  std::thread taker([&] {
    EXPECT_EQ(c.take(), 1);
    over.store(true);
  });
  while (!c.state().may_put()) std::this_thread::yield();
  give_others_time(over);
  EXPECT_FALSE(over.load());
  EXPECT_TRUE(c.put(1));
  taker.join();
}

TEST(channel, CH_2_as_many_puts_as_there_is_room_for_complete_and_one_more_waits) {
  stage s;
  const channel<int> c(s.home(), fixed(2));
  answers put;

  EXPECT_TRUE(c.put(1));
  EXPECT_TRUE(c.put(2));
  c.put_then(3, put.note());
  EXPECT_TRUE(put.given.empty());

  EXPECT_EQ(c.take(), 1);
  EXPECT_EQ(put.given, std::vector<bool>{true}) << "there is room now";
  EXPECT_EQ(drained(c), (std::vector<int>{2, 3}));
}

TEST(channel, CH_3_order_in_is_order_out_through_every_buffer) {
  stage s;
  for (const buffer& size : {buffer(), fixed(1), fixed(3), dropping(99), sliding(99)}) {
    const channel<int> c(s.home(), size);
    values taken;
    for (int i = 0; i < 20; ++i) c.take_then(taken.note());
    for (int i = 1; i <= 20; ++i) c.put_then(i, [](bool) {});
    for (int i = 21; i <= 40; ++i) c.put_then(i, [](bool) {});

    std::vector<int> all;
    for (const auto& each : taken.given) all.push_back(*each);
    for (const int each : drained(c)) all.push_back(each);
    EXPECT_EQ(all, upto(40));
  }
}

TEST(channel, CH_5_a_null_element_is_refused_and_nothing_changes) {
  stage s;
  const channel<std::shared_ptr<int>> c(s.home(), fixed(1));

  EXPECT_THROW(c.put(nullptr), nil_value_error);
  EXPECT_THROW(c.try_put(std::shared_ptr<int>()), nil_value_error);
  EXPECT_THROW(c.put_then(nullptr, [](bool) { ADD_FAILURE(); }), nil_value_error);
  EXPECT_THROW(static_cast<void>(c.async_put(nullptr)), nil_value_error);
  EXPECT_THROW(alts(put_to(c, nullptr)), nil_value_error);

  EXPECT_EQ(c.try_take().status, take_status::empty);
  EXPECT_TRUE(c.put(std::make_shared<int>(1)));
  EXPECT_EQ(**c.take(), 1);
}

TEST(channel, CH_5_a_null_element_is_refused_where_no_other_would_be_accepted) {
  stage s;
  const channel<std::shared_ptr<int>> unmet(s.home());
  const channel<std::shared_ptr<int>> full(s.home(), fixed(1));
  const channel<std::shared_ptr<int>> closed(s.home(), fixed(1));
  full.put(std::make_shared<int>(1));
  closed.close();

  for (const auto& c : {unmet, full, closed}) {
    EXPECT_THROW(c.try_put(nullptr), nil_value_error);
    EXPECT_THROW(c.put_then(nullptr, [](bool) { ADD_FAILURE(); }), nil_value_error);
    EXPECT_THROW(alts({.has_default = true}, put_to(c, nullptr)), nil_value_error);
  }
  EXPECT_THROW(closed.put(nullptr), nil_value_error);
}

TEST(channel, CH_5_an_empty_optional_and_an_empty_function_are_null) {
  const channel<std::optional<int>> optionals(fixed(1));
  const channel<std::function<void()>> functions(fixed(1));

  EXPECT_THROW(optionals.put(std::nullopt), nil_value_error);
  EXPECT_THROW(functions.put(nullptr), nil_value_error);
  EXPECT_TRUE(optionals.put(3));
  EXPECT_EQ(optionals.take().value(), 3);
}

TEST(channel, CH_6_a_put_on_a_closed_channel_is_answered_false) {
  for (const buffer& size : {buffer(), fixed(1), dropping(1), sliding(1)}) {
    const channel<int> c(size);
    c.close();

    EXPECT_FALSE(c.put(1));
    EXPECT_EQ(c.try_put(1), put_status::closed);
    EXPECT_EQ(c.take(), std::nullopt);
  }
}

TEST(channel, CH_7_what_is_buffered_comes_before_the_end) {
  for (const buffer& size : {fixed(3), dropping(3), sliding(3)}) {
    const channel<int> c(size);
    c.put(1);
    c.put(2);
    c.close();

    EXPECT_EQ(c.take(), 1);
    EXPECT_EQ(c.take(), 2);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(c.take(), std::nullopt);
  }
}

TEST(channel, CH_8_closing_finishes_takes_that_wait_and_closing_again_does_nothing) {
  stage s;
  const channel<int> c(s.home());
  values taken;
  c.take_then(taken.note());
  c.take_then(taken.note());

  c.close();
  EXPECT_TRUE(c.is_closed());
  c.close();

  EXPECT_EQ(taken.given, (std::vector<std::optional<int>>{std::nullopt, std::nullopt}));
}

TEST(channel, CH_8_closing_wakes_a_thread_that_takes) {
  const channel<int> c;
  std::thread taker([&] { EXPECT_EQ(c.take(), std::nullopt); });
  while (!c.state().may_put()) std::this_thread::yield();
  c.close();
  taker.join();
}

TEST(channel, CH_9_puts_that_wait_stay_when_the_channel_closes) {
  stage s;
  for (const buffer& size : {buffer(), fixed(1)}) {
    const channel<int> c(s.home(), size);
    answers put;
    for (int i = 1; i <= 3; ++i) c.put_then(i, put.note());

    c.close();
    EXPECT_EQ(put.given.size(), size.capacity()) << "the others wait still";
    EXPECT_FALSE(c.put(4));

    for (int i = 1; i <= 3; ++i) EXPECT_EQ(c.take(), i);
    EXPECT_EQ(put.given, (std::vector<bool>{true, true, true}));
    EXPECT_EQ(c.take(), std::nullopt);
  }
}

TEST(channel, CH_10_dropping_keeps_the_first_and_sliding_the_last) {
  const channel<int> first(dropping(3));
  const channel<int> last(sliding(3));

  for (int i = 1; i <= 10; ++i) {
    EXPECT_TRUE(first.put(i));
    EXPECT_EQ(last.try_put(i), put_status::accepted);
  }

  EXPECT_EQ(drained(first), (std::vector<int>{1, 2, 3}));
  EXPECT_EQ(drained(last), (std::vector<int>{8, 9, 10}));
}

TEST(channel, CH_10_buffers_that_never_make_a_put_wait_say_so) {
  EXPECT_FALSE(buffer().is_unblocking());
  EXPECT_FALSE(fixed(1).is_unblocking());
  EXPECT_TRUE(dropping(1).is_unblocking());
  EXPECT_TRUE(sliding(1).is_unblocking());
  EXPECT_TRUE(for_promise().is_unblocking());
}

TEST(channel, CH_11_no_room_at_all_and_a_transducer_without_a_buffer_are_refused) {
  EXPECT_THROW(fixed(0), std::invalid_argument);
  EXPECT_THROW(dropping(0), std::invalid_argument);
  EXPECT_THROW(sliding(0), std::invalid_argument);
  EXPECT_THROW(channel<int>(buffer(), xf::take(1)), std::invalid_argument);
}

TEST(channel, CH_12_try_put_says_accepted_would_wait_or_closed) {
  stage s;
  const channel<int> c(s.home());
  const channel<int> b(s.home(), fixed(1));

  EXPECT_EQ(c.try_put(1), put_status::would_wait) << "nobody takes";
  values taken;
  c.take_then(taken.note());
  EXPECT_EQ(c.try_put(2), put_status::accepted);
  EXPECT_EQ(taken.given, std::vector<std::optional<int>>{2});

  EXPECT_EQ(b.try_put(1), put_status::accepted);
  EXPECT_EQ(b.try_put(2), put_status::would_wait) << "it is full";
  b.close();
  EXPECT_EQ(b.try_put(3), put_status::closed);
  EXPECT_EQ(drained(b), std::vector<int>{1}) << "what would wait was not put";
}

TEST(channel, CH_12_an_element_that_would_wait_stays_with_its_owner) {
  const channel<std::unique_ptr<int>> c;
  auto element = std::make_unique<int>(1);

  EXPECT_EQ(c.try_put(std::move(element)), put_status::would_wait);

  // NOLINTNEXTLINE(bugprone-use-after-move): that it is still there
  ASSERT_NE(element, nullptr);
  EXPECT_EQ(*element, 1);  // NOLINT(bugprone-use-after-move): as above
}

TEST(channel, CH_13_try_take_says_a_value_empty_or_closed) {
  stage s;
  const channel<int> c(s.home());
  const channel<int> b(s.home(), fixed(1));

  EXPECT_EQ(c.try_take().status, take_status::empty);
  answers put;
  c.put_then(1, put.note());
  EXPECT_EQ(c.try_take().value, 1) << "of a put that waits";
  EXPECT_EQ(put.given, std::vector<bool>{true});

  b.put(2);
  b.close();
  const auto buffered = b.try_take();
  EXPECT_EQ(buffered.status, take_status::taken);
  EXPECT_EQ(buffered.value, 2);
  EXPECT_EQ(b.try_take().status, take_status::closed);
  EXPECT_EQ(b.try_take().value, std::nullopt);
}

TEST(channel, CH_16_one_put_too_many_throws_and_the_others_are_served_in_order) {
  stage s;
  const channel<int> c(s.home());
  answers put;
  for (int i = 1; i <= 1024; ++i) c.put_then(i, put.note());

  EXPECT_THROW(c.put_then(0, put.note()), too_many_pending_error);
  EXPECT_THROW(c.put(0), too_many_pending_error);
  EXPECT_EQ(c.try_put(0), put_status::would_wait);

  EXPECT_EQ(drained(c), upto(1024));
  EXPECT_EQ(put.given, std::vector<bool>(1024, true));
  c.put_then(1, put.note());
  EXPECT_EQ(c.take(), 1) << "it works on";
}

TEST(channel, CH_16_one_take_too_many_throws_and_the_others_are_served_in_order) {
  stage s;
  const channel<int> c(s.home());
  values taken;
  for (int i = 1; i <= 1024; ++i) c.take_then(taken.note());

  EXPECT_THROW(c.take_then([](std::optional<int>) { ADD_FAILURE(); }),
               too_many_pending_error);
  EXPECT_THROW(c.take(), too_many_pending_error);

  for (int i = 1; i <= 1024; ++i) EXPECT_EQ(c.try_put(i), put_status::accepted);
  ASSERT_EQ(taken.given.size(), 1024U);
  for (int i = 1; i <= 1024; ++i)
    EXPECT_EQ(taken.given[static_cast<std::size_t>(i - 1)], i);
}

TEST(channel, CH_17_a_promise_channel_gives_its_first_element_to_all) {
  stage s;
  const auto c = promise_channel<std::string>(s.home());
  std::vector<std::string> waited;
  for (int i = 0; i < 2; ++i)
    c.take_then([&](std::optional<std::string> got) { waited.push_back(*got); });

  EXPECT_TRUE(c.put("first"));
  EXPECT_TRUE(c.put("second")) << "accepted, and ignored";

  EXPECT_EQ(waited, (std::vector<std::string>{"first", "first"}));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(c.take(), "first");
  c.close();
  EXPECT_EQ(c.take(), "first") << "closing keeps it";
  EXPECT_FALSE(c.put("third"));
}

TEST(channel, CH_18_a_promise_channel_that_is_closed_empty_gives_nothing) {
  stage s;
  const auto c = promise_channel<int>(s.home());
  values taken;
  c.take_then(taken.note());

  c.close();

  EXPECT_EQ(taken.given, std::vector<std::optional<int>>{std::nullopt});
  EXPECT_EQ(c.take(), std::nullopt);
  EXPECT_FALSE(c.put(1));
}

TEST(channel, CH_33_elements_that_cannot_be_copied_pass) {
  stage s;
  for (const buffer& size : {buffer(), fixed(1), fixed(2), dropping(2), sliding(2)}) {
    const channel<std::unique_ptr<int>> c(s.home(), size);
    auto element = std::make_unique<int>(7);
    const int* const address = element.get();

    c.put_then(std::move(element), [](bool) {});

    EXPECT_EQ(c.take()->get(), address);
  }
}

// An element that can be copied, and counts how often it was.
struct counts_copies {
  explicit counts_copies(int* into) : copies(into) {}
  counts_copies(const counts_copies& other) noexcept : copies(other.copies) { ++*copies; }
  counts_copies(counts_copies&&) noexcept = default;
  counts_copies& operator=(counts_copies&&) noexcept = default;
  counts_copies& operator=(const counts_copies&) = delete;
  ~counts_copies() = default;
  int* copies;
};

TEST(channel, CH_33_elements_that_could_be_copied_move_as_well) {
  stage s;
  int copies = 0;
  for (const buffer& size : {buffer(), fixed(1), fixed(2), dropping(2), sliding(1)}) {
    const channel<counts_copies> c(s.home(), size);
    for (int i = 0; i < 3; ++i) c.put_then(counts_copies(&copies), [](bool) {});
    static_cast<void>(c.try_put(counts_copies(&copies)));
    while (c.try_take().value) continue;
    c.take_then([](const std::optional<counts_copies>&) {});
    EXPECT_TRUE(c.put(counts_copies(&copies)));
  }
  EXPECT_EQ(copies, 0);
}

TEST(channel, CH_33_a_promise_channel_of_what_cannot_be_copied_is_refused) {
  EXPECT_THROW(channel<std::unique_ptr<int>>{for_promise()}, std::invalid_argument);
}

TEST(channel, a_handle_is_a_handle) {
  const channel<int> a(fixed(1));
  // NOLINTNEXTLINE(performance-unnecessary-copy-initialization): it is about copies
  const channel<int> b = a;
  const channel<int> other(fixed(1));

  EXPECT_TRUE(a == b);
  EXPECT_FALSE(a == other);
  b.put(1);
  EXPECT_EQ(a.take(), 1);
}

template <std::size_t Alignment>
struct alignas(Alignment) wide {
  int number = 0;
};
template <typename T>
bool is_aligned(const T& object) {
  return reinterpret_cast<std::uintptr_t>(&object) % alignof(T) == 0;
}

template <std::size_t Alignment>
void pass_through_fixed_channels() {
  for (int n = 1; n <= 8; ++n) {
    const channel<wide<Alignment>> c(fixed(n % 2 == 0 ? 2 : 1));
    EXPECT_TRUE(is_aligned(c.state()));
    EXPECT_TRUE(c.put({n}));
    c.put_then({n + 1}, [](bool accepted) { EXPECT_TRUE(accepted); });
    EXPECT_EQ(c.take()->number, n);
    EXPECT_EQ(c.take()->number, n + 1);
    c.take_then([n](std::optional<wide<Alignment>> got) {
      EXPECT_TRUE(is_aligned(*got));
      EXPECT_EQ(got->number, n);
    });
    EXPECT_TRUE(c.put({n}));
  }
}

TEST(channel, CH_4_elements_that_are_aligned_to_more_than_a_cache_line_stay_so) {
  pass_through_fixed_channels<64>();
  pass_through_fixed_channels<128>();
  pass_through_fixed_channels<4096>();
}

}  // namespace
}  // namespace tussle
