// What transducers and ex-handlers may set off at other channels, while they run under the lock
// of their own.
#include "primitives/channel/users_code.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "primitives/channel/channel.h"
#include "primitives/channel/closes_at_end.h"
#include "primitives/channel/go.h"
#include "primitives/task/runtime.h"
#include "primitives/testing/stage_testing.h"

namespace tussle {
namespace {

using tests::stage;

int refuse_two(int n) {
  if (n == 2) throw std::runtime_error("two");
  return n;
}

// A channel whose errors go to another one.
channel<int> reporting(stage& s, const channel<int>& errors) {
  return channel<int>(s.home(), fixed(1), xf::map(refuse_two),
                      [errors](const std::exception_ptr&) -> std::optional<int> {
                        static_cast<void>(errors.try_put(1));
                        return std::nullopt;
                      });
}

TEST(users_code, CH_28_an_error_that_is_put_elsewhere_may_close_the_channel_it_is_of) {
  stage s;
  const channel<int> errors(s.home());
  const channel<int> c = reporting(s, errors);
  errors.take_then([&](std::optional<int> error) {
    EXPECT_EQ(error, 1);
    c.close();
  });

  EXPECT_TRUE(c.put(2));

  EXPECT_TRUE(c.is_closed());
  EXPECT_FALSE(c.put(1));
}

TEST(users_code, CH_28_so_may_the_error_of_a_put_that_moves_up) {
  stage s;
  const channel<int> errors(s.home());
  const channel<int> c = reporting(s, errors);
  errors.take_then([&](const std::optional<int>&) { c.close(); });
  std::vector<bool> accepted;
  EXPECT_TRUE(c.put(1));
  EXPECT_TRUE(c.put_then(2, [&](bool was) { accepted.push_back(was); }));

  EXPECT_EQ(c.take(), 1);

  EXPECT_EQ(accepted, std::vector<bool>{true});
  EXPECT_TRUE(c.is_closed());
}

TEST(users_code, CH_28_what_a_completion_completes_elsewhere_may_take_from_the_channel) {
  stage s;
  const channel<int> errors(s.home());
  const channel<std::vector<int>, int> c(
      s.home(), fixed(1), xf::partition(2) | xf::map([&](std::vector<int> all) {
                            static_cast<void>(errors.try_put(1));
                            return all;
                          }));
  std::optional<std::vector<int>> flushed;
  errors.take_then([&](const std::optional<int>&) { flushed = c.try_take().value; });
  EXPECT_TRUE(c.put(7));

  c.close();

  EXPECT_EQ(flushed, std::vector<int>{7});
}

TEST(users_code, CH_28_a_callback_that_a_handler_brings_is_called_after_the_lock) {
  stage s;
  const channel<int> errors(s.home(), fixed(1));
  EXPECT_TRUE(errors.put(5));
  std::optional<channel<int>> c;
  int called = 0;
  c.emplace(s.home(), fixed(1), xf::map(refuse_two),
            [&](const std::exception_ptr&) -> std::optional<int> {
              errors.take_then([&](const std::optional<int>&) {
                c->close();
                ++called;
              });
              EXPECT_EQ(called, 0) << "under the lock";
              return std::nullopt;
            });

  EXPECT_TRUE(c->put(2));

  EXPECT_EQ(called, 1);
  EXPECT_TRUE(c->is_closed());
}

TEST(users_code, CH_28_one_handler_within_another_puts_off_until_both_locks_are_free) {
  stage s;
  const channel<int> last(s.home());
  const channel<int> second = reporting(s, last);
  const channel<int> first(s.home(), fixed(1), xf::map(refuse_two),
                           [&](const std::exception_ptr&) -> std::optional<int> {
                             static_cast<void>(second.try_put(2));
                             return std::nullopt;
                           });
  last.take_then([&](const std::optional<int>&) {
    second.close();
    first.close();
  });

  EXPECT_TRUE(first.put(2));

  EXPECT_TRUE(first.is_closed());
  EXPECT_TRUE(second.is_closed());
}

TEST(users_code, CH_32_a_callback_that_a_handler_wakes_may_drop_the_last_handle) {
  stage s;
  const channel<int> errors(s.home());
  auto c = std::make_unique<channel<int>>(reporting(s, errors));
  errors.take_then([&](const std::optional<int>&) { c.reset(); });

  EXPECT_TRUE(c->put(2));

  EXPECT_EQ(c, nullptr);
}

go_block<> take_of_both(channel<int> first, channel<int> second) {
  EXPECT_EQ(co_await first.async_take(), 3);
  EXPECT_EQ(co_await second.async_take(), 7);
}

// The step yields an element, for which a go block waits, and then throws.
TEST(users_code, CH_28_whom_the_step_serves_is_woken_before_what_it_sets_off_elsewhere) {
  stage s;
  const channel<int> errors(s.home());
  const channel<int> log(s.home());
  const auto twice = [](int n) { return std::vector<int>{n, n}; };
  const auto one = [left = 1](int n) mutable {
    if (left-- == 0) throw std::runtime_error("two");
    return n;
  };
  const channel<int> c(s.home(), fixed(1), xf::mapcat(twice) | xf::map(one),
                       [&](const std::exception_ptr&) -> std::optional<int> {
                         static_cast<void>(errors.try_put(1));
                         return std::nullopt;
                       });
  errors.take_then([&](const std::optional<int>&) { log.put(7); });
  const auto over = go(s.home(), take_of_both, c, log);
  s.run_all();
  const tests::running_stage running(s);

  EXPECT_TRUE(c.put(3));

  static_cast<void>(over.take());  // it is over
}

go_block<> wait_and_close(channel_view<int> in,
                          detail::closes_at_end<int, int> /*at_end*/) {
  co_await in.async_take();
  ADD_FAILURE() << "it was resumed";
}

// A transducer that lets go of what it was made with at the first element.
channel<int> letting_go(stage& s, std::shared_ptr<void> of) {
  return channel<int>(s.home(), fixed(1), xf::map([of = std::move(of)](int n) mutable {
                        of.reset();
                        return n;
                      }));
}

TEST(users_code, GO_8_a_frame_that_a_step_lets_go_of_may_close_the_channel) {
  stage s;
  auto other = std::make_shared<channel<int>>(s.home());
  const channel_view<int> in = other->view();
  const channel<int> c = letting_go(s, std::move(other));
  const auto over = go(s.home(), wait_and_close, in, detail::closes_at_end<int, int>(c));
  s.run_all();
  EXPECT_FALSE(c.is_closed());

  EXPECT_TRUE(c.put(3));

  EXPECT_TRUE(c.is_closed());
  EXPECT_TRUE(over.is_closed()) << "the frame is gone";
}

TEST(users_code, CH_32_elements_that_a_step_lets_go_of_may_close_the_channel) {
  stage s;
  struct closing {
    explicit closing(const channel<int>& c) : of(c.view()) {}
    ~closing() { of.close(); }
    channel_view<int> of;
  };
  using held = std::unique_ptr<closing>;
  auto other = std::make_shared<channel<held>>(s.home(), fixed(1));
  const channel<held>& inside = *other;
  const channel<int> c = letting_go(s, other);
  EXPECT_TRUE(inside.put(std::make_unique<closing>(c)));
  other.reset();

  EXPECT_TRUE(c.put(3));

  EXPECT_TRUE(c.is_closed());
}

// A callback that closes a channel when it is destroyed, called or not.
class closer {
 public:
  explicit closer(channel_view<int> what) : what_(std::move(what)) {}
  closer(closer&& other) noexcept : what_(std::exchange(other.what_, std::nullopt)) {}
  closer& operator=(closer&&) = delete;
  ~closer() {
    if (what_) what_->close();
  }
  void operator()(const std::optional<int>& /*taken*/) const {
    ADD_FAILURE() << "called";
  }

 private:
  std::optional<channel_view<int>> what_;
};

// The runtime takes nothing more, so that it is discarded, and that within a step.
TEST(users_code, CH_28_a_callback_that_is_discarded_goes_after_the_lock) {
  runtime on;
  const channel<int> c(on);
  const channel<int> a(on, fixed(8), xf::map([c](int n) {
                         static_cast<void>(c.try_put(n));
                         return n;
                       }));
  c.take_then(closer(a.view()), false);
  on.shutdown(shutdown_policy::discard);

  EXPECT_EQ(a.try_put(1), put_status::accepted);

  EXPECT_TRUE(a.is_closed());
}

TEST(users_code, CH_28_callbacks_that_are_discarded_one_by_another_need_no_stack) {
  constexpr std::size_t length = 100'000;
  runtime on;
  std::vector<channel<int>> all;
  for (std::size_t i = 0; i <= length; ++i) all.emplace_back(on);
  for (std::size_t i = 0; i < length; ++i)
    all[i].take_then(closer(all[i + 1].view()), false);
  on.shutdown(shutdown_policy::discard);

  all.front().close();

  EXPECT_TRUE(all.back().is_closed());
}

}  // namespace
}  // namespace tussle
