// report_store_test.cc: does what the hook copies survive the way out of it?

#include "harness/race/report_store.h"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "harness/race/held_mutex_reader.h"
#include "harness/race/symbolizer.h"

namespace tussle::race {
namespace {

constexpr const char* data_race = "data-race";

// Any address will do: the store never looks behind it.
// NOLINTNEXTLINE(performance-no-int-to-ptr)
void* address(std::uintptr_t value) { return reinterpret_cast<void*>(value); }

raw_stack stack_of(const std::vector<std::uintptr_t>& addresses) {
  std::array<void*, max_trace> trace = {};
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    trace.at(i) = address(addresses[i]);
  }
  raw_stack stack = {};
  stack.assign(trace.data());
  return stack;
}

// Fills a report as the hook does: out of the sanitizer's sight, which does not see the
// store's lock either.
TUSSLE_UNINSTRUMENTED void report(report_store& store, std::uintptr_t first,
                                  std::uintptr_t second) {
  // NOLINTNEXTLINE(performance-no-int-to-ptr)
  void* const traces[2][2] = {{reinterpret_cast<void*>(first), nullptr},
                              // NOLINTNEXTLINE(performance-no-int-to-ptr)
                              {reinterpret_cast<void*>(second), nullptr}};
  raw_report& entry = store.open();
  entry.kind = data_race;
  entry.access_count = 2;
  entry.accesses[0].stack.assign(traces[0]);
  entry.accesses[1].stack.assign(traces[1]);
  store.close();
}

// Both are too large for a stack.
struct report_store_test : testing::Test {
  std::unique_ptr<report_store> store = std::make_unique<report_store>();
  std::unique_ptr<raw_report> popped = std::make_unique<raw_report>();
};

TEST_F(report_store_test, counts_a_repeat_also_with_the_accesses_swapped) {
  report(*store, 1, 2);
  report(*store, 2, 1);
  report(*store, 1, 2);

  ASSERT_TRUE(store->pop(*popped));
  EXPECT_EQ(popped->count, 3U);
  EXPECT_FALSE(store->pop(*popped));
}

TEST_F(report_store_test, keeps_distinct_reports_apart_and_gives_the_newest_first) {
  report(*store, 1, 2);
  report(*store, 1, 3);

  ASSERT_TRUE(store->pop(*popped));
  EXPECT_EQ(popped->accesses[1].stack.levels[0].pc, address(3));
  ASSERT_TRUE(store->pop(*popped));
  EXPECT_EQ(popped->accesses[1].stack.levels[0].pc, address(2));
}

TEST_F(report_store_test, counts_what_finds_no_room_and_still_counts_repeats) {
  for (std::uintptr_t i = 0; i < report_store::capacity + 3; ++i) {
    report(*store, 1, 2000 + i);
  }
  report(*store, 2000, 1);

  EXPECT_EQ(store->take_dropped(), 3U);
  EXPECT_EQ(store->take_dropped(), 0U);
  std::uint32_t distinct = 0;
  while (store->pop(*popped)) {
    ++distinct;
  }
  EXPECT_EQ(distinct, report_store::capacity);
  EXPECT_EQ(popped->count, 2U);
}

TEST_F(report_store_test, takes_reports_of_several_threads) {
  std::vector<std::thread> threads;
  for (std::uintptr_t t = 1; t <= 4; ++t) {
    threads.emplace_back([this, t] {
      for (std::uintptr_t i = 0; i < 100; ++i) {
        report(*store, t, 3000 + i % 10);
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }

  std::uint64_t total = 0;
  while (store->pop(*popped)) {
    total += popped->count;
  }
  EXPECT_EQ(total, 400U);
}

TEST(raw_stack, folds_repeats_of_an_address_and_is_bounded) {
  const raw_stack folded = stack_of({5, 5, 5, 6, 5});
  std::vector<std::uintptr_t> deep;
  for (std::uintptr_t i = 1; i <= max_trace; ++i) {
    deep.push_back(i);
  }

  EXPECT_EQ(folded.size, 3U);
  EXPECT_EQ(folded.levels[0].repeats, 3U);
  EXPECT_EQ(stack_of(deep).size, max_frames);
  EXPECT_FALSE(folded.equals(stack_of({5, 5, 6, 5})));
}

void print(held_mutex_reader& reader, const std::string& text) {
  for (const char c : text) {  // the smallest pieces
    reader.feed(std::string(1, c).c_str());
  }
}

TEST(held_mutex_reader, finds_the_mutexes_of_each_access) {
  held_mutex_reader reader;

  print(reader,
        "WARNING: ThreadSanitizer: data race (pid=1)\n"
        "\033[1m\033[34m  Read of size 4 at 0x1 by thread T2 (mutexes: write M10, read "
        "M11):\n\033[1m\033[0m"
        "    #0 M99 of size 4 by a.cc:1\n"
        "  Previous atomic write of size 4 at 0x1 by main thread:\n"
        "  Location is heap block of size 4 at 0x1 allocated by main thread:\n");

  ASSERT_EQ(reader.held().access_count, 2U);
  ASSERT_EQ(reader.held().counts[0], 2U);
  EXPECT_EQ(reader.held().ids[0][0], 10U);
  EXPECT_EQ(reader.held().ids[0][1], 11U);
  EXPECT_EQ(reader.held().counts[1], 0U);
}

TEST(held_mutex_reader, starts_anew_with_each_report) {
  held_mutex_reader reader;
  print(reader,
        "WARNING: ThreadSanitizer: data race\n  Read of size 4 at 0x1 by thread T2 "
        "(mutexes: write M1):\n");

  print(reader,
        "WARNING: ThreadSanitizer: data race\n  Write of size 4 at 0x1 by thread T2:\n");

  EXPECT_EQ(reader.held().access_count, 1U);
  EXPECT_EQ(reader.held().counts[0], 0U);
}

TEST(held_mutex_reader, survives_lines_without_end_and_too_many_accesses) {
  held_mutex_reader reader;

  print(reader, std::string(5000, 'x').append("\n"));
  for (std::uint32_t i = 0; i < max_accesses + 2; ++i) {
    print(reader, "  Write of size 4 at 0x1 by thread T2 (mutexes: write M1):\n");
  }

  EXPECT_EQ(reader.held().access_count, max_accesses + 2);
}

TEST(symbolizer, parses_inlined_frames_in_order_and_skips_what_it_cannot_read) {
  using namespace std::string_literals;
  const std::string rendered =
      "deep\x1f/src/a.h\x1f"
      "3\x1f/bin/x\x1f"
      "0x1\0"s +
      "garbage\0"s +
      "<null>\x1f<null>\x1f"
      "0\x1f/lib/libx.so\x1f"
      "0x2\0\0"s +
      "beyond the end"s;

  const call_stack frames = parse_frames(rendered, "/src");

  ASSERT_EQ(frames.size(), 2U);
  EXPECT_EQ(frames[0], (frame{"deep", "a.h", 3, ""}));
  EXPECT_EQ(frames[1], (frame{"", "", 0, "libx.so+0x2"}));
}

TEST(symbolizer, does_not_take_the_sources_of_system_libraries_for_its_own) {
  const std::string rendered =
      "start\x1f"
      "csu/../sysdeps/start.h\x1f"
      "58\x1f/lib/x86_64-linux-gnu/libc.so.6\x1f"
      "0x27249";

  const call_stack frames = parse_frames(rendered, "");

  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(frames[0], (frame{"start", "", 0, "libc.so.6+0x27249"}));
}

}  // namespace
}  // namespace tussle::race
