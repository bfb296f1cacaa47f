#include "harness/case/registry.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

#include "harness/case/case_name.h"
#include "harness/case/infos_for_test.h"
#include "harness/case/roles.h"

namespace tussle::harness {
namespace {

// Subjects: one that can do everything, one that can only add.
struct plain {
  static subject_info info() { return subject_named("plain", subject_kind::ours); }
  template <typename T>
  class cell {
   public:
    explicit cell(T initial) : value_(initial) {}
    T load() const { return value_; }
    template <typename F>
    void update(F f) {
      value_ = f(value_);
    }

   private:
    T value_;
  };
};

struct adder {
  static subject_info info() { return subject_named("adder"); }
  class counter {
   public:
    explicit counter(std::int64_t initial) : value_(initial) {}
    void increment(std::int64_t /*hold*/) { ++value_; }
    std::int64_t load() const { return value_; }

   private:
    std::int64_t value_;
  };
};

struct same_name_as_plain : plain {};

template <typename Subject>
class run_once {
 public:
  explicit run_once(const conditions& /*values*/) {}
  void step(worker& /*self*/) { counter_.increment(0); }
  verdict verify(const tally& done) {
    return expect_equal("count", counter_.load(), "steps",
                        static_cast<std::int64_t>(done.total()));
  }

 private:
  counter_of<Subject> counter_{0};
};

struct count_up {
  static workload_info info() {
    return workload_named(
        "count_up", "counter",
        {condition_named("hold", {0, 100}, 1000), threads_condition({1, 2})});
  }
  template <counter_subject Subject>
  class run : public run_once<Subject> {
   public:
    using run_once<Subject>::run_once;
    static harness::limit limit() {
      if constexpr (holds_inside<Subject>) return {};
      return {.condition = "hold", .only = 0, .reason = "it has no inside"};
    }
  };
};

struct look_up {
  static workload_info info() {
    return workload_named("look_up", "cell", {threads_condition({4})});
  }
  template <cell_subject Subject>
  using run = run_once<Subject>;
};

registry small_registry() {
  registry all;
  all.add<count_up, plain, adder>();
  all.add<look_up, plain>();
  return all;
}

std::vector<std::string> names_of(const std::vector<selected_case>& cases) {
  std::vector<std::string> names;
  for (const selected_case& each : cases) names.push_back(each.name);
  return names;
}

std::string complaint(const registry& all, std::string_view name) {
  try {
    return "no complaint, but " + all.find(name).name;
  } catch (const usage_error& e) {
    return e.what();
  }
}

// A workload whose conditions the test chooses.
template <typename Conditions>
struct workload_with {
  static workload_info info() {
    return workload_named("odd", "counter", Conditions::make());
  }
  template <counter_subject Subject>
  using run = run_once<Subject>;
};

struct no_conditions {
  static std::vector<condition_info> make() { return {}; }
};
struct threads_first {
  static std::vector<condition_info> make() {
    return {threads_condition(), condition_named("hold", {0}, 9)};
  }
};
struct no_default {
  static std::vector<condition_info> make() {
    return {condition_named("hold", {}, 9), threads_condition()};
  }
};
struct default_outside {
  static std::vector<condition_info> make() {
    return {condition_named("hold", {10}, 9), threads_condition()};
  }
};

template <typename Conditions>
std::string refusal() {
  registry all;
  try {
    all.add<workload_with<Conditions>, plain>();
    return "accepted";
  } catch (const std::logic_error& e) {
    return e.what();
  }
}

TEST(registry, lists_each_workload_subject_and_pair_once) {
  const registry all = small_registry();

  EXPECT_EQ(all.workloads().size(), 2U);
  EXPECT_EQ(all.subjects().size(), 2U);
  EXPECT_EQ(all.cases().size(), 3U);
}

TEST(registry, refuses_a_second_workload_of_the_same_name) {
  registry all = small_registry();

  EXPECT_THROW((all.add<count_up, plain>()), std::logic_error);
}

TEST(registry, refuses_two_subjects_of_the_same_name_in_one_workload) {
  registry all;

  EXPECT_THROW((all.add<count_up, plain, same_name_as_plain>()), std::logic_error);
}

TEST(registry, a_workload_can_be_extended_by_a_subject_that_comes_later) {
  registry all;
  all.add<count_up, plain>();

  all.extend<count_up, adder>();

  EXPECT_EQ(all.workloads().size(), 1U);
  EXPECT_EQ(all.cases().size(), 2U);
  EXPECT_EQ(all.find("count_up/adder").subject->name, "adder");
}

TEST(registry, only_a_registered_workload_can_be_extended_and_by_each_subject_once) {
  registry all;
  all.add<count_up, plain>();

  EXPECT_THROW(all.extend<look_up>(), std::logic_error);
  EXPECT_THROW((all.extend<count_up, plain>()), std::logic_error);
}

TEST(registry, refuses_a_workload_whose_last_condition_is_not_threads) {
  EXPECT_EQ(refusal<no_conditions>(),
            "workload 'odd': its last condition must be threads");
  EXPECT_EQ(refusal<threads_first>(),
            "workload 'odd': its last condition must be threads");
}

TEST(registry, refuses_a_condition_without_a_default_that_can_be_used) {
  const std::string words =
      "workload 'odd': condition 'hold' needs default values that it can "
      "take";

  EXPECT_EQ(refusal<no_default>(), words);
  EXPECT_EQ(refusal<default_outside>(), words);
}

struct two_operations_of_one_name {
  static workload_info info() {
    workload_info told = workload_named("odd", "counter", {threads_condition()});
    told.operations = {"read", "read"};
    return told;
  }
  template <counter_subject Subject>
  using run = run_once<Subject>;
};

TEST(registry, refuses_operations_that_cannot_be_told_apart) {
  registry all;

  EXPECT_THROW((all.add<two_operations_of_one_name, plain>()), std::logic_error);
}

TEST(registry, knows_the_roles_of_a_subject_from_the_workloads_it_stands_in) {
  const registry all = small_registry();

  EXPECT_EQ(all.roles_of("plain"), (std::vector<std::string>{"counter", "cell"}));
  EXPECT_EQ(all.roles_of("adder"), (std::vector<std::string>{"counter"}));
  EXPECT_TRUE(all.roles_of("nobody").empty());
}

TEST(registry, default_cases_are_the_grid_of_defaults_without_what_limits_forbid) {
  const std::vector<std::string> expected = {"count_up/plain/hold:0/threads:1",
                                             "count_up/plain/hold:0/threads:2",
                                             "count_up/plain/hold:100/threads:1",
                                             "count_up/plain/hold:100/threads:2",
                                             "count_up/adder/hold:0/threads:1",
                                             "count_up/adder/hold:0/threads:2",
                                             "look_up/plain/threads:4"};

  EXPECT_EQ(names_of(small_registry().default_cases()), expected);
}

TEST(registry, finds_the_case_that_a_name_stands_for) {
  const registry all = small_registry();

  const selected_case found = all.find("count_up/plain/threads:2");

  EXPECT_EQ(found.name, "count_up/plain/hold:0/threads:2");
  EXPECT_EQ(found.workload->name, "count_up");
  EXPECT_EQ(found.subject->name, "plain");
  EXPECT_EQ(found.values.threads(), 2);
}

TEST(registry, every_default_case_is_found_by_its_own_name) {
  const registry all = small_registry();

  for (const std::string& name : names_of(all.default_cases())) {
    EXPECT_EQ(all.find(name).name, name);
  }
}

TEST(registry, unknown_workload_is_told_the_nearest) {
  EXPECT_EQ(complaint(small_registry(), "cuont_up/plain"),
            "no workload 'cuont_up': did you mean 'count_up'?");
  EXPECT_EQ(complaint(small_registry(), "pipeline/plain"),
            "no workload 'pipeline': choose from count_up, look_up");
}

TEST(registry, unknown_subject_is_told_the_nearest_of_those_that_play_the_role) {
  EXPECT_EQ(complaint(small_registry(), "count_up/adde"),
            "workload 'count_up' has no subject 'adde': did you mean 'adder'?");
  EXPECT_EQ(complaint(small_registry(), "look_up/adder"),
            "workload 'look_up' has no subject 'adder': choose from plain");
}

TEST(registry, case_outside_its_limit_is_refused_with_the_reason) {
  const registry all = small_registry();

  EXPECT_EQ(complaint(all, "count_up/adder/hold:5"),
            "case 'count_up/adder/hold:5': adder needs hold:0, because it has no inside");
  EXPECT_EQ(all.find("count_up/adder/hold:0").values.count("hold"), 0);
}

TEST(registry, asks_placement_and_allocator_of_every_workload_before_threads) {
  const registry all = small_registry();
  const auto& known = all.find_workload("look_up")->conditions;

  ASSERT_EQ(known.size(), 3U);
  EXPECT_EQ(known[0].name, "placement");
  EXPECT_EQ(known[1].name, "allocator");
  EXPECT_EQ(known[2].name, "threads");
  EXPECT_EQ(all.find("look_up/plain/placement:compact").name,
            "look_up/plain/placement:compact/threads:4");
}

TEST(registry, subject_that_is_not_built_is_refused_with_the_package_that_it_needs) {
  registry all = small_registry();
  all.add_not_built(subject_named("absent"), {"counter"}, "libabsent-dev");

  EXPECT_EQ(complaint(all, "count_up/absent"),
            "subject 'absent' is not built: it needs libabsent-dev");
  EXPECT_EQ(all.subjects().size(), 2U);
}

// A workload whose runs differ by a value.
struct sized {
  static workload_info info() {
    return workload_named("sized", "counter",
                          {condition_named("size", {1}, 9), threads_condition()});
  }
  template <typename Subject, int Size>
  struct run_of_size {
    explicit run_of_size(const conditions& /*values*/) {}
    void step(worker& /*self*/) {}
    verdict verify(const tally& /*done*/) { return verdict::pass(std::to_string(Size)); }
  };
  template <counter_subject Subject>
  using run = run_of_size<Subject, 1>;
  template <typename Subject>
  static std::unique_ptr<case_run> make(const conditions& values) {
    if (values.count("size") == 1)
      return std::make_unique<typed_case_run<run<Subject>>>(values);
    return std::make_unique<typed_case_run<run_of_size<Subject, 2>>>(values);
  }
};

TEST(registry, lets_a_workload_choose_its_run_by_a_value) {
  registry all;
  all.add<sized, plain>();

  for (const char* size : {"1", "2"}) {
    const selected_case found = all.find(std::string("sized/plain/size:") + size);
    EXPECT_EQ(found.entry->make(found.values)->verify({}).message, size);
  }
}

TEST(registry, makes_a_run_that_counts_what_it_did) {
  const registry all = small_registry();
  const auto run = all.find("count_up/adder").entry->make(conditions());
  const std::atomic<bool> stopped{true};
  worker self(0, 1, 1);

  run->loop(self, stopped);
  run->settle();

  EXPECT_EQ(self.completed(), 0U);
  EXPECT_TRUE(run->verify({{0}}).passed);
  EXPECT_FALSE(run->verify({{1}}).passed);
}

TEST(worker, generators_of_a_team_are_all_different_and_repeat_with_the_seed) {
  std::vector<std::uint64_t> first;
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    for (int index = 0; index < 64; ++index)
      first.push_back(worker(index, 64, seed).random());
  }
  EXPECT_EQ(worker(5, 64, 1).random(), first[5]);

  std::sort(first.begin(), first.end());

  EXPECT_EQ(std::unique(first.begin(), first.end()), first.end());
}

TEST(worker, chance_is_never_at_0_and_always_at_1_and_else_about_as_often_as_said) {
  generator random(1);
  int often = 0;
  for (int i = 0; i < 10'000; ++i) {
    EXPECT_FALSE(random.chance(0));
    EXPECT_TRUE(random.chance(1));
    often += random.chance(0.9) ? 1 : 0;
  }

  // Ten standard deviations, and the same draws each time.
  EXPECT_NEAR(often, 9000, 300);
}

}  // namespace
}  // namespace tussle::harness
