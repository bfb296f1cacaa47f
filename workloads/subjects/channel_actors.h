// channel_actors.h (subjects): a go block that owns something, and a channel through which it is
// told what to do.
//
// channel_line:    one for each target of serial_counter.
// channel_counter: one for the counter; who wants to know it asks.
// channel_fan_out: a go block for each part, and one channel for the results.
// channel_bank:    one that does all transfers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include "harness/case/case_info.h"
#include "harness/case/worker.h"
#include "primitives/channel/channel.h"
#include "primitives/channel/go.h"
#include "primitives/task/promise.h"
#include "primitives/task/runtime.h"
#include "workloads/scenarios/accounts.h"
#include "workloads/scenarios/increments.h"

namespace tussle::workloads::subjects {

// So many orders may wait before who sends more does.
inline constexpr std::size_t actor_room = 256;

struct channel_line {
  static harness::subject_info info() {
    return {.name = "channel_line",
            .kind = harness::subject_kind::ours,
            .description =
                "A go block for each target, and a channel that it is sent "
                "increments through.",
            .source = "workloads/subjects/channel_actors.h"};
  }

  class lines {
   public:
    lines(runtime& on, std::int64_t targets)
        : values_(static_cast<std::size_t>(targets)) {
      orders_.reserve(values_.size());
      ends_.reserve(values_.size());
      for (std::size_t i = 0; i < values_.size(); ++i) {
        orders_.emplace_back(on, fixed(actor_room));
        ends_.push_back(go(on, &apply_all, orders_[i], &values_[i]));
      }
    }
    ~lines() { finish(); }
    lines(const lines&) = delete;
    lines& operator=(const lines&) = delete;

    void send(std::int64_t target, const increment& one) {
      static_cast<void>(orders_[static_cast<std::size_t>(target)].put(one));
    }
    void finish() {
      for (const channel<increment>& each : orders_) each.close();
      for (const channel<std::monostate>& each : ends_) static_cast<void>(each.take());
    }
    std::int64_t value(std::int64_t target) const {
      return values_[static_cast<std::size_t>(target)];
    }

   private:
    static go_block<void> apply_all(channel<increment> from, std::int64_t* value) {
      while (const std::optional<increment> one = co_await from.async_take())
        *value = (*one)(*value);
    }

    std::vector<std::int64_t> values_;
    std::vector<channel<increment>> orders_;
    std::vector<channel<std::monostate>> ends_;
  };
};

struct channel_counter {
  static harness::subject_info info() {
    return {.name = "channel_counter",
            .kind = harness::subject_kind::ours,
            .description = "A go block that counts what comes through a channel.",
            .source = "workloads/subjects/channel_actors.h"};
  }

  class counter {
   public:
    explicit counter(std::int64_t initial)
        : orders_(on_, fixed(actor_room)), end_(go(on_, &count, orders_, initial)) {}
    ~counter() {
      orders_.close();
      static_cast<void>(end_.take());
    }
    counter(const counter&) = delete;
    counter& operator=(const counter&) = delete;

    void increment(std::int64_t hold) { static_cast<void>(orders_.put({hold, {}})); }
    // As of all increments before.
    std::int64_t load() const {
      const promise<std::int64_t> answer;
      static_cast<void>(orders_.put({0, answer}));
      return answer.get();
    }

   private:
    struct order {
      std::int64_t hold;
      std::optional<promise<std::int64_t>> answer;  // none: an increment
    };

    static go_block<void> count(channel<order> from, std::int64_t value) {
      while (const std::optional<order> one = co_await from.async_take()) {
        if (one->answer) {
          one->answer->deliver(value);
        } else {
          harness::work(one->hold);
          ++value;
        }
      }
    }

    runtime on_;
    channel<order> orders_;
    channel<std::monostate> end_;
  };
};

struct channel_fan_out {
  static harness::subject_info info() {
    return {.name = "channel_fan_out",
            .kind = harness::subject_kind::ours,
            .description = "A go block for each part, and a channel for the results.",
            .source = "workloads/subjects/channel_actors.h"};
  }

  class fan_out {
   public:
    explicit fan_out(runtime& on) : on_(on) {}

    template <typename Part>
    std::int64_t sum(std::int64_t width, const Part& part) {
      const channel<std::int64_t> results(on_, fixed(static_cast<std::size_t>(width)));
      for (std::int64_t i = 0; i < width; ++i)
        static_cast<void>(go(on_, &do_part<Part>, results, &part, i));
      std::int64_t all = 0;
      for (std::int64_t i = 0; i < width; ++i) all += results.take().value_or(0);
      return all;
    }

   private:
    template <typename Part>
    static go_block<void> do_part(channel<std::int64_t> to, const Part* part,
                                  std::int64_t index) {
      const std::int64_t found = (*part)(index);
      static_cast<void>(co_await to.async_put(found));
    }

    runtime& on_;
  };
};

struct channel_bank {
  static harness::subject_info info() {
    return {.name = "channel_bank",
            .kind = harness::subject_kind::ours,
            .description = "A go block that does one transfer after the other.",
            .source = "workloads/subjects/channel_actors.h"};
  }

  class bank {
   public:
    bank(runtime& on, const bank_layout& layout)
        : orders_(on, fixed(actor_room)),
          balances_(layout.size(), bank_layout::opening),
          end_(go(on, &serve, orders_)) {}
    ~bank() { finish(); }
    bank(const bank&) = delete;
    bank& operator=(const bank&) = delete;

    template <typename Receipt>
    bool move(const transfer_order& order, const Receipt& receipt) {
      bool moved = false;
      do_in_turn([&] {
        moved = may_happen(order);
        if (!moved) return;
        change(order);
        receipt();
      });
      return moved;
    }
    void audit(std::span<std::int64_t> balances) {
      do_in_turn([&] {
        for (std::size_t i = 0; i < balances.size(); ++i) balances[i] = balances_[i];
      });
    }
    void finish() {
      orders_.close();
      static_cast<void>(end_.take());
    }

   private:
    // What is to be done, by the go block; the caller waits, and keeps it.
    struct errand {
      std::function<void()>* what;
      promise<bool> done;  // its own: the caller may be gone as soon as it is delivered
    };

    template <typename F>
    void do_in_turn(F f) {
      std::function<void()> what = std::ref(f);
      const promise<bool> done;
      // After finish() the caller is alone with the accounts.
      if (!orders_.put({&what, done})) return f();
      done.get();
    }

    static go_block<void> serve(channel<errand> from) {
      while (const std::optional<errand> one = co_await from.async_take()) {
        (*one->what)();
        one->done.deliver(true);
      }
    }

    bool may_happen(const transfer_order& order) const {
      const std::int64_t beside = order.is_joint() ? balances_[order.partner] : 0;
      return order.may_happen(balances_[order.from], beside);
    }
    void change(const transfer_order& order) {
      harness::work(order.hold);
      balances_[order.from] -= order.amount;
      balances_[order.to] += order.amount;
    }

    channel<errand> orders_;
    std::vector<std::int64_t> balances_;  // the go block's
    channel<std::monostate> end_;
  };
};

}  // namespace tussle::workloads::subjects
