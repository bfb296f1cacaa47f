// race_record_test.cc: are races named and written down the same way everywhere?

#include "harness/race/race_record.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <utility>

namespace tussle::race {
namespace {

const frame library_frame{"std::thread::run()", "", 0, "libstdc++.so.6+0xd44a2"};

access access_at(const std::string& operation, const std::string& thread, int line) {
  return {operation, 4,
          thread,    "",
          {},        {{"bump(int&)", "workloads/counter.h", line, ""}, library_frame}};
}

race_record sample() {
  race_record record;
  record.kind = "data-race";
  record.count = 1;
  record.accesses = {access_at("write", "T1", 31), access_at("read", "T2", 40)};
  record.id = race_id(record);
  return record;
}

TEST(race_record, id_does_not_depend_on_which_access_came_first) {
  race_record swapped = sample();

  std::swap(swapped.accesses[0], swapped.accesses[1]);

  EXPECT_EQ(race_id(swapped), race_id(sample()));
}

TEST(race_record, id_is_the_same_in_every_process) {
  EXPECT_EQ(race_id(sample()), "773f0cdc1685a195");
}

TEST(race_record, id_ignores_threads_sizes_operations_and_libraries) {
  race_record other = sample();

  other.accesses[0].thread = "T7";
  other.accesses[0].size = 8;
  other.accesses[0].operation = "atomic read";
  other.accesses[0].stack[1] = {"other", "/usr/include/thread", 9, ""};

  EXPECT_EQ(race_id(other), race_id(sample()));
}

TEST(race_record, id_tells_lines_files_functions_and_kinds_apart) {
  race_record line = sample();
  line.accesses[0].stack[0].line = 32;
  race_record file = sample();
  file.accesses[0].stack[0].file = "workloads/other.h";
  race_record function = sample();
  function.accesses[0].stack[0].function = "drop(int&)";
  race_record kind = sample();
  kind.kind = "heap-use-after-free";

  for (const race_record& other : {line, file, function, kind}) {
    EXPECT_NE(race_id(other), race_id(sample()));
  }
}

TEST(race_record, id_of_stacks_outside_the_repository_uses_functions_then_modules) {
  race_record named = sample();
  named.accesses[0].stack = {{"free", "", 0, "libtsan.so.2+0x1"}};
  race_record named_elsewhere = sample();
  named_elsewhere.accesses[0].stack = {{"free", "/src/tsan.cpp", 706, ""}};
  race_record nameless = sample();
  nameless.accesses[0].stack = {{"", "", 0, "libx.so+0x1"}};
  race_record other_nameless = sample();
  other_nameless.accesses[0].stack = {{"", "", 0, "libx.so+0x2"}};

  EXPECT_EQ(race_id(named), race_id(named_elsewhere));
  EXPECT_NE(race_id(nameless), race_id(other_nameless));
}

TEST(race_record, kinds_without_accesses_are_named_by_their_stacks_or_threads) {
  race_record deadlock;
  deadlock.kind = "lock-order-inversion";
  deadlock.stacks = {{{"f()", "a.h", 1, ""}}, {{"g()", "a.h", 2, ""}}};
  race_record other_deadlock = deadlock;
  other_deadlock.stacks[0][0].line = 3;
  race_record leak;
  leak.kind = "thread-leak";
  leak.threads = {{"T1", "", {{"f()", "a.h", 1, ""}}}};
  race_record other_leak = leak;
  other_leak.threads[0].stack[0].line = 3;

  EXPECT_NE(race_id(deadlock), race_id(other_deadlock));
  EXPECT_NE(race_id(leak), race_id(other_leak));
}

TEST(race_record, merging_keeps_the_first_of_an_id_and_adds_the_counts) {
  race_record other = sample();
  other.kind = "other";
  other.id = race_id(other);
  race_record again = sample();
  again.count = 5;

  const std::vector<race_record> merged = merge_races({sample(), other, again});

  ASSERT_EQ(merged.size(), 2U);
  EXPECT_EQ(merged[0].id, sample().id);
  EXPECT_EQ(merged[0].count, 6U);
  EXPECT_EQ(merged[1].kind, "other");
}

TEST(race_record, paths_inside_the_root_become_relative_and_others_stay) {
  EXPECT_EQ(repository_path("/src/tussle/harness/a.h", "/src/tussle"), "harness/a.h");
  EXPECT_EQ(repository_path("/src/tussle/build/../harness/a.h", "/src/tussle/"),
            "harness/a.h");
  EXPECT_EQ(repository_path("/src/tussle2/a.h", "/src/tussle"), "/src/tussle2/a.h");
  EXPECT_EQ(repository_path("./harness/a.h", "/src/tussle"), "harness/a.h");
  EXPECT_EQ(repository_path("/usr/bin/../include/vector", ""), "/usr/include/vector");
  EXPECT_EQ(repository_path("", "/src/tussle"), "");
}

TEST(race_record, text_shows_the_repositorys_own_frames) {
  race_record record = sample();
  record.accesses[0].thread_name = "worker 0";
  record.accesses[1].stack.insert(record.accesses[1].stack.begin(), library_frame);
  record.location = {"global", "total", 4, {}};

  EXPECT_EQ(race_text(record),
            "data-race: write in bump(int&) (workloads/counter.h:31) by T1 'worker 0', "
            "against read in "
            "bump(int&) (workloads/counter.h:40) by T2, global 'total' of 4 bytes");
}

TEST(race_record, json_has_the_shape_of_the_schema) {
  race_record record = sample();
  record.accesses[0].mutexes = {"M1"};
  record.mutexes = {{"M1", {library_frame}}};
  record.threads = {{"T1", "worker 0", {}}};

  const nlohmann::json json = record;

  EXPECT_EQ(json.at("id"), record.id);
  EXPECT_EQ(json.at("count"), 1);
  EXPECT_EQ(json.at("accesses").at(0).at("mutexes"), nlohmann::json({"M1"}));
  EXPECT_EQ(json.at("accesses").at(0).at("stack").at(0),
            nlohmann::json({{"function", "bump(int&)"},
                            {"file", "workloads/counter.h"},
                            {"line", 31},
                            {"module", ""}}));
  EXPECT_EQ(json.at("location").at("kind"), "unknown");
  EXPECT_TRUE(json.at("location").at("stack").is_array());
  EXPECT_EQ(json.at("mutexes").at(0).at("stack").at(0).at("module"),
            "libstdc++.so.6+0xd44a2");
  EXPECT_EQ(json.at("threads").at(0).at("name"), "worker 0");
  EXPECT_TRUE(json.at("stacks").empty() && json.at("stacks").is_array());
}

}  // namespace
}  // namespace tussle::race
