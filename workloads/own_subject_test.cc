#include "workloads/own_subject.h"

#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <stdexcept>
#include <string>

#include "workloads/own_roles/cell.h"
#include "workloads/own_roles/collections.h"
#include "workloads/own_roles/configuration.h"
#include "workloads/own_roles/counter.h"
#include "workloads/own_roles/map.h"
#include "workloads/own_roles/metrics.h"
#include "workloads/own_roles/sequence.h"
#include "workloads/subjects/mutex.h"
#include "workloads/subjects/mutex_map.h"
#include "workloads/subjects/values.h"

namespace tussle::workloads {
namespace {

struct own_cell : subjects::mutex {
  static harness::subject_info info() {
    return {.name = "own_cell", .description = "A cell.", .source = "own_cell.h"};
  }
};

struct own_map : subjects::mutex_map {
  static harness::subject_info info() {
    return {.name = "own_map", .description = "A map.", .source = "own_map.h"};
  }
};

struct own_collections : subjects::values {
  static harness::subject_info info() {
    return {.name = "own_collections", .description = "All.", .source = "own.h"};
  }
};

struct own_counter {
  static harness::subject_info info() {
    return {
        .name = "own_counter", .description = "A counter.", .source = "own_counter.h"};
  }
  class counter {
   public:
    explicit counter(std::int64_t initial) : value_(initial) {}
    void increment(std::int64_t /*hold*/) {
      value_.fetch_add(1, std::memory_order_relaxed);
    }
    std::int64_t load() const { return value_.load(std::memory_order_relaxed); }

   private:
    std::atomic<std::int64_t> value_;
  };
};

std::set<std::string> workloads_of_roles(const std::set<std::string>& roles) {
  std::set<std::string> names;
  const harness::registry all = all_cases();
  for (const harness::workload_info& workload : all.workloads()) {
    if (roles.contains(workload.role)) names.insert(workload.name);
  }
  return names;
}

std::set<std::string> workloads_with(const harness::registry& all,
                                     const std::string& subject) {
  std::set<std::string> names;
  for (const harness::registered_case& entry : all.cases()) {
    if (entry.subject == subject) names.insert(entry.workload);
  }
  return names;
}

TEST(own_subject, a_cell_enters_every_workload_of_cells_and_of_counters) {
  const harness::registry all = all_cases_and<cell_role, own_cell>("own_cell");

  EXPECT_EQ(workloads_with(all, "own_cell"), workloads_of_roles({"cell", "counter"}));
}

TEST(own_subject, a_counter_enters_every_workload_of_counters_and_no_other) {
  const harness::registry all = all_cases_and<counter_role, own_counter>("own_counter");

  EXPECT_EQ(workloads_with(all, "own_counter"), workloads_of_roles({"counter"}));
}

TEST(own_subject,
     what_holds_many_values_enters_the_workloads_of_the_role_that_it_is_given) {
  EXPECT_EQ(workloads_with(all_cases_and<map_role, own_map>("own_map"), "own_map"),
            workloads_of_roles({"map"}));
  EXPECT_EQ(workloads_with(all_cases_and<sequence_role, own_map>("own_map"), "own_map"),
            workloads_of_roles({"sequence"}));
  EXPECT_EQ(workloads_with(all_cases_and<metrics_role, own_map>("own_map"), "own_map"),
            workloads_of_roles({"metrics"}));
  EXPECT_EQ(
      workloads_with(all_cases_and<configuration_role, own_map>("own_map"), "own_map"),
      workloads_of_roles({"configuration"}));
}

TEST(own_subject, collections_enter_every_workload_of_collections) {
  EXPECT_EQ(
      workloads_with(all_cases_and<collections_role, own_collections>("own_collections"),
                     "own_collections"),
      workloads_of_roles({"collections"}));
}

TEST(own_subject, stands_beside_all_others) {
  const std::size_t before = all_cases().subjects().size();

  EXPECT_EQ((all_cases_and<cell_role, own_cell>("own_cell").subjects().size()),
            before + 1);
}

TEST(own_subject, the_name_is_the_one_that_the_project_gave) {
  EXPECT_THROW((all_cases_and<cell_role, own_cell>("other")), std::logic_error);
}

TEST(own_subject, a_name_that_is_taken_is_refused_in_one_line_with_the_code_of_usage) {
  testing::internal::CaptureStderr();

  const int code = run_main_with<cell_role, subjects::mutex>("mutex", 0, nullptr);

  EXPECT_EQ(code, 2);
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "tussle: subject 'mutex': tussle has one of this name: choose another\n");
}

}  // namespace
}  // namespace tussle::workloads
