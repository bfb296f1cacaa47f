// stm_slices: how long transactions take, in slices short enough that some of them run
// undisturbed. For comparing builds of the primitives in turns (primitives/stm/README.md).
//
//   stm_slices MILLISECONDS [LINE...]     runs each line, or those named, for so long
//
// One line of output each: its name, then nanoseconds a transaction: the quickest slice, the one
// that a tenth are quicker than, the median; last, wall time for each transaction of all
// threads. Lines of one thread are compared by the first two, which show instructions whatever
// else the machine does; those of two threads by the last.
//
//   transfer_alone, transfer_2, transfer_1024   between two accounts of two, two, 1024; on one,
//                                               two, two threads
//   transfer_2_by_8, transfer_1024_by_8         on eight
//   writes_N                                    a transaction changes N refs of 1024, alone
//   writes_N_twice                              each of them again
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <latch>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "primitives/stm/tx_ref.h"

namespace {

using value = std::int64_t;
using refs = std::vector<tussle::tx_ref<value>>;

constexpr std::size_t many = 1024;
constexpr std::int64_t refs_a_slice = 400;

value plus(value v, value n) { return v + n; }

// A cheap generator of its own for each thread.
class draws {
 public:
  explicit draws(std::size_t thread) : state_(0x9E37'79B9 + thread) {}
  std::size_t below(std::size_t count) {
    state_ = state_ * 6364136223846793005U + 1442695040888963407U;
    return (state_ >> 33) % count;
  }

 private:
  std::uint64_t state_;
};

// Does its work on its refs once.
using transaction = void (*)(refs&, draws&, std::size_t writes);

void transfer(refs& accounts, draws& draw, std::size_t /*writes*/) {
  const std::size_t from = draw.below(accounts.size());
  const std::size_t to = (from + 1 + draw.below(accounts.size() - 1)) % accounts.size();
  tussle::transact([&] {
    accounts[from].alter(plus, -1);
    accounts[to].alter(plus, 1);
  });
}

void change(refs& all, draws& draw, std::size_t writes, int times) {
  const std::size_t first = draw.below(all.size());
  tussle::transact([&] {
    for (int pass = 0; pass < times; ++pass) {
      for (std::size_t i = 0; i < writes; ++i)
        all[(first + 5 * i) % all.size()].alter(plus, 1);
    }
  });
}
void change_once(refs& all, draws& draw, std::size_t writes) {
  change(all, draw, writes, 1);
}
void change_twice(refs& all, draws& draw, std::size_t writes) {
  change(all, draw, writes, 2);
}

struct line {
  std::string name;
  std::size_t threads;
  std::size_t refs;
  std::size_t writes;
  value adds;  // to all, each time
  transaction act;
};

std::vector<line> all_lines() {
  std::vector<line> lines{{"transfer_alone", 1, 2, 2, 0, transfer},
                          {"transfer_2", 2, 2, 2, 0, transfer},
                          {"transfer_1024", 2, many, 2, 0, transfer},
                          {"transfer_2_by_8", 8, 2, 2, 0, transfer},
                          {"transfer_1024_by_8", 8, many, 2, 0, transfer}};
  for (const std::size_t n : {1U, 4U, 16U, 64U, 256U})
    lines.push_back(
        {"writes_" + std::to_string(n), 1, many, n, static_cast<value>(n), change_once});
  for (const std::size_t n : {4U, 16U, 64U, 256U})
    lines.push_back({"writes_" + std::to_string(n) + "_twice", 1, many, n,
                     static_cast<value>(2 * n), change_twice});
  return lines;
}

// What a thread did until `end`.
struct slices {
  std::vector<double> each;  // ns a transaction
  std::int64_t transactions = 0;
};

slices run_slices(const line& what, refs& used, std::size_t thread,
                  std::chrono::steady_clock::time_point end) {
  const std::int64_t times =
      std::max<std::int64_t>(1, refs_a_slice / static_cast<std::int64_t>(what.writes));
  draws draw(thread);
  slices done;
  done.each.reserve(1 << 16);
  for (auto now = std::chrono::steady_clock::now(); now < end;) {
    for (std::int64_t i = 0; i < times; ++i) what.act(used, draw, what.writes);
    const auto then = std::chrono::steady_clock::now();
    const std::chrono::duration<double, std::nano> took = then - now;
    done.each.push_back(took.count() / static_cast<double>(times));
    done.transactions += times;
    now = then;
  }
  return done;
}

void run(const line& what, std::chrono::milliseconds length) {
  refs used;
  for (std::size_t i = 0; i < what.refs; ++i) used.emplace_back(0);
  std::vector<slices> of_thread(what.threads);
  std::latch begin(static_cast<std::ptrdiff_t>(what.threads));
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < what.threads; ++t) {
    threads.emplace_back([&, t] {
      begin.arrive_and_wait();
      of_thread[t] = run_slices(what, used, t, std::chrono::steady_clock::now() + length);
    });
  }
  for (std::thread& each : threads) each.join();
  slices all;
  for (const slices& each : of_thread) {
    all.each.insert(all.each.end(), each.each.begin(), each.each.end());
    all.transactions += each.transactions;
  }
  value sum = 0;
  for (const auto& each : used) sum += *each.load();
  if (sum != all.transactions * what.adds) {
    std::fprintf(stderr, "stm_slices: %s came to something else\n", what.name.c_str());
    std::abort();
  }
  std::sort(all.each.begin(), all.each.end());
  const auto at = [&](std::size_t percent) {
    return all.each[all.each.size() * percent / 100];
  };
  const double whole = std::chrono::duration<double, std::nano>(length).count() /
                       static_cast<double>(all.transactions);
  std::printf("%s %.2f %.2f %.2f %.2f\n", what.name.c_str(), at(0), at(10), at(50),
              whole);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  const std::chrono::milliseconds length(std::atoi(argv[1]));
  const std::vector<std::string_view> wanted(argv + 2, argv + argc);
  for (const line& each : all_lines()) {
    if (wanted.empty() ||
        std::find(wanted.begin(), wanted.end(), each.name) != wanted.end()) {
      run(each, length);
    }
  }
}
