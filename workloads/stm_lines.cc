// stm_lines: lines of transactions, each beside the same work under one std::mutex.
//
//   refs      tx_ref and transact
//   one_lock  the simplest transact that is sound: the same snapshots as values, one mutex
//             held while a body runs, and what was changed noted, to be undone
//   mutex     plain values, no bodies that could be undone
//
// Wall time by Google Benchmark; items are transactions of all threads. Run it with
// --benchmark_enable_random_interleaving=true and read ratios of lines of one run.
#include <benchmark/benchmark.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "primitives/reference/snapshot.h"
#include "primitives/stm/tx_ref.h"

namespace {

using value = std::int64_t;

constexpr std::size_t many = 1024;
constexpr std::int64_t transactions_each = 100'000;
constexpr std::int64_t long_transfers_each = 2000;
constexpr std::int64_t sums_each = 1000;
constexpr value start = 1000;

value plus(value v, value n) { return v + n; }

// A line whose work came to something else has measured nothing.
void require(value got, value expected) {
  if (got == expected) return;
  std::fprintf(stderr, "stm_lines: %lld instead of %lld\n", static_cast<long long>(got),
               static_cast<long long>(expected));
  std::abort();
}

// 10 us of something else to do.
void work() {
  const auto end = std::chrono::steady_clock::now() + std::chrono::microseconds(10);
  while (std::chrono::steady_clock::now() < end) {
  }
}

// Accounts as refs, as snapshots and as plain values under one mutex.
class ref_accounts {
 public:
  explicit ref_accounts(std::size_t count) {
    refs_.reserve(count);
    for (std::size_t i = 0; i < count; ++i) refs_.emplace_back(start);
  }
  std::size_t size() const { return refs_.size(); }
  void transfer(std::size_t from, std::size_t to) {
    tussle::transact([&] {
      refs_[from].alter(plus, -1);
      refs_[to].alter(plus, 1);
    });
  }
  void long_transfer(std::size_t from, std::size_t to) {
    tussle::transact([&] {
      refs_[from].alter(plus, -1);
      work();
      refs_[to].alter(plus, 1);
    });
  }
  value sum() const {
    return tussle::transact([&] {
      value all = 0;
      for (const auto& each : refs_) each.read([&](const value& v) { all += v; });
      return all;
    });
  }
  void alter() {
    tussle::transact([&] { refs_[0].alter(plus, 1); });
  }
  void commute() {
    tussle::transact([&] { refs_[0].commute(plus, 1); });
  }
  value first() const { return *refs_[0].load(); }

 private:
  std::vector<tussle::tx_ref<value>> refs_;
};

class one_lock_accounts {
 public:
  explicit one_lock_accounts(std::size_t count)
      : refs_(count, tussle::snapshot<value>(start)) {}
  std::size_t size() const { return refs_.size(); }
  void transfer(std::size_t from, std::size_t to) {
    transact([&] {
      alter(from, -1);
      alter(to, 1);
    });
  }
  void long_transfer(std::size_t from, std::size_t to) {
    transact([&] {
      alter(from, -1);
      work();
      alter(to, 1);
    });
  }
  value sum() {
    value all = 0;
    transact([&] {
      for (const auto& each : refs_) all += *each;
    });
    return all;
  }
  void alter() {
    transact([&] { alter(0, 1); });
  }
  void commute() { alter(); }
  value first() const { return *refs_[0]; }

 private:
  template <typename Body>
  void transact(const Body& body) {
    const std::lock_guard<std::mutex> lock(mutex_);
    try {
      body();
      replaced_.clear();
    } catch (...) {
      for (; !replaced_.empty(); replaced_.pop_back())
        refs_[replaced_.back().first] = replaced_.back().second;
      throw;
    }
  }
  void alter(std::size_t which, value by) {
    const tussle::snapshot<value> next(plus(*refs_[which], by));
    replaced_.emplace_back(which, std::exchange(refs_[which], next));
  }

  std::mutex mutex_;
  std::vector<tussle::snapshot<value>> refs_;
  std::vector<std::pair<std::size_t, tussle::snapshot<value>>> replaced_;
};

class locked_accounts {
 public:
  explicit locked_accounts(std::size_t count) : values_(count, start) {}
  std::size_t size() const { return values_.size(); }
  void transfer(std::size_t from, std::size_t to) {
    const std::lock_guard<std::mutex> lock(mutex_);
    values_[from] -= 1;
    values_[to] += 1;
  }
  void long_transfer(std::size_t from, std::size_t to) {
    const std::lock_guard<std::mutex> lock(mutex_);
    values_[from] -= 1;
    work();
    values_[to] += 1;
  }
  value sum() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    value all = 0;
    for (const value each : values_) all += each;
    return all;
  }
  void alter() {
    const std::lock_guard<std::mutex> lock(mutex_);
    values_[0] += 1;
  }
  void commute() { alter(); }
  value first() const { return values_[0]; }

 private:
  mutable std::mutex mutex_;
  std::vector<value> values_;
};

template <typename Act>
void on_threads(std::int64_t count, const Act& act) {
  std::vector<std::thread> threads;
  threads.reserve(static_cast<std::size_t>(count));
  for (std::int64_t t = 0; t < count; ++t) threads.emplace_back([&act, t] { act(t); });
  for (std::thread& each : threads) each.join();
}

// Two different accounts of so many; a cheap generator of its own for each thread.
class pairs {
 public:
  explicit pairs(std::int64_t thread)
      : state_(0x9E37'79B9 + static_cast<std::uint64_t>(thread)) {}
  std::pair<std::size_t, std::size_t> of(std::size_t count) {
    state_ = state_ * 6364136223846793005U + 1442695040888963407U;
    const std::size_t from = (state_ >> 33) % count;
    return {from, (from + 1 + (state_ >> 45) % (count - 1)) % count};
  }

 private:
  std::uint64_t state_;
};

template <typename Accounts>
void transfer_at_random(Accounts& accounts, std::int64_t thread, std::int64_t times,
                        void (Accounts::*transfer)(std::size_t, std::size_t)) {
  pairs draw(thread);
  for (std::int64_t i = 0; i < times; ++i) {
    const auto [from, to] = draw.of(accounts.size());
    (accounts.*transfer)(from, to);
  }
}

template <typename Pass>
void line(const char* what, const char* by, std::int64_t items, Pass pass) {
  const std::string name = std::string(what) + "/" + by;
  benchmark::RegisterBenchmark(name.c_str(), [pass, items](benchmark::State& state) {
    for (auto _ : state) pass(state);
    state.SetItemsProcessed(state.iterations() * items);
  })->UseRealTime();
}

template <typename Accounts>
void transfers(std::size_t count, std::int64_t threads) {
  Accounts accounts(count);
  on_threads(threads, [&](std::int64_t t) {
    transfer_at_random(accounts, t, transactions_each, &Accounts::transfer);
  });
  require(accounts.sum(), static_cast<value>(count) * start);
}

template <typename Accounts>
void long_transfers(std::int64_t threads) {
  Accounts accounts(many);
  on_threads(threads, [&](std::int64_t t) {
    transfer_at_random(accounts, t, long_transfers_each, &Accounts::long_transfer);
  });
  require(accounts.sum(), static_cast<value>(many) * start);
}

template <typename Accounts>
void counters(std::int64_t threads, void (Accounts::*step)()) {
  Accounts accounts(1);
  on_threads(threads, [&](std::int64_t) {
    for (std::int64_t i = 0; i < transactions_each; ++i) (accounts.*step)();
  });
  require(accounts.first(), start + threads * transactions_each);
}

template <typename Accounts>
void sums(Accounts& accounts) {
  for (std::int64_t i = 0; i < sums_each; ++i)
    require(accounts.sum(), static_cast<value>(many) * start);
}

// Tells how long a transfer of the writer took, too, in the last pass: writer_ns.
template <typename Accounts>
void sums_beside_a_writer(benchmark::State& state) {
  Accounts accounts(many);
  std::atomic<bool> begun{false};
  std::atomic<bool> ended{false};
  std::thread beside([&] {
    pairs draw(1);
    const auto begin = std::chrono::steady_clock::now();
    std::int64_t written = 0;
    do {
      const auto [from, to] = draw.of(many);
      accounts.transfer(from, to);
      ++written;
      begun.store(true);
    } while (!ended.load());
    const std::chrono::duration<double, std::nano> took =
        std::chrono::steady_clock::now() - begin;
    state.counters["writer_ns"] = took.count() / static_cast<double>(written);
  });
  while (!begun.load()) std::this_thread::yield();
  sums(accounts);
  ended.store(true);
  beside.join();
}

template <typename Accounts>
void lines_of(const char* by) {
  const std::int64_t two = 2 * transactions_each;
  const std::int64_t eight = 8 * transactions_each;
  line("transfer_alone", by, transactions_each, [](auto&) { transfers<Accounts>(2, 1); });
  line("transfer_2_accounts/threads:2", by, two,
       [](auto&) { transfers<Accounts>(2, 2); });
  line("transfer_2_accounts/threads:8", by, eight,
       [](auto&) { transfers<Accounts>(2, 8); });
  line("transfer_1024_accounts/threads:2", by, two,
       [](auto&) { transfers<Accounts>(many, 2); });
  line("transfer_1024_accounts/threads:8", by, eight,
       [](auto&) { transfers<Accounts>(many, 8); });
  line("transfer_of_10_us/threads:2", by, 2 * long_transfers_each,
       [](auto&) { long_transfers<Accounts>(2); });
  line("alter_counter/threads:2", by, two,
       [](auto&) { counters<Accounts>(2, &Accounts::alter); });
  line("commute_counter/threads:2", by, two,
       [](auto&) { counters<Accounts>(2, &Accounts::commute); });
  line("sum_of_1024/idle", by, sums_each, [](auto&) {
    Accounts accounts(many);
    sums(accounts);
  });
  line("sum_of_1024/beside_a_writer", by, sums_each, sums_beside_a_writer<Accounts>);
}

}  // namespace

int main(int argc, char** argv) {
  lines_of<ref_accounts>("refs");
  lines_of<one_lock_accounts>("one_lock");
  lines_of<locked_accounts>("mutex");
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
}
