// Do the use cases and the container workloads notice what they are there to notice? Each is
// run on one thread, on a subject that is broken in one way.
#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "harness/case/conditions.h"
#include "harness/case/verdict.h"
#include "harness/case/worker.h"
#include "workloads/scenarios/container_run.h"
#include "workloads/subjects/atom_copy.h"
#include "workloads/subjects/atom_value.h"
#include "workloads/subjects/locked_maps.h"
#include "workloads/use_cases/hot_reload.h"
#include "workloads/use_cases/request_metrics.h"

namespace tussle::workloads::use_cases {
namespace {

using harness::verdict;

constexpr int steps = 2000;

template <typename Run>
verdict after_steps(const harness::conditions& values) {
  Run run(values);
  harness::worker self(0, 1, 1);
  for (int i = 0; i < steps; ++i) run.step(self);
  return run.verify({{steps}});
}

harness::conditions metrics_conditions(double harvest) {
  harness::conditions values;
  values.set("routes", 8);
  values.set("harvest", harvest);
  values.set("threads", 1);
  return values;
}

template <typename Metrics>
struct with_metrics {
  using metrics = Metrics;
};

using plain_metrics =
    subjects::locked_metrics<std::map<std::string, route_stats>, std::mutex>;

// Forgets its hundredth request.
class forgetful_metrics : public plain_metrics {
 public:
  void record(const std::string& route, const request& r) {
    if (++recorded_ != 100) plain_metrics::record(route, r);
  }

 private:
  int recorded_ = 0;
};

// Reports one error too many now and then.
class sloppy_metrics : public plain_metrics {
 public:
  template <typename F>
  void report(F f) const {
    plain_metrics::report([&f](const std::string& route, route_stats stats) {
      if (stats.count % 100 == 7) stats.errors = stats.count + 1;
      f(route, stats);
    });
  }
};

// Its harvest leaves everything where it is.
class greedy_metrics : public plain_metrics {
 public:
  template <typename F>
  void harvest(F f) {
    plain_metrics::report(f);
  }
};

// Reports what was before, every other time.
class stale_metrics : public plain_metrics {
 public:
  template <typename F>
  void report(F f) const {
    if (++reports_ % 2 == 0) return old_.for_each(f);
    value::map<std::string, route_stats> now;
    plain_metrics::report([&](const std::string& route, const route_stats& stats) {
      now = now.assoc(route, stats);
      f(route, stats);
    });
    if (reports_ == 1) old_ = now;
  }

 private:
  mutable int reports_ = 0;
  mutable value::map<std::string, route_stats> old_;
};

template <typename Metrics>
verdict metrics_verdict(double harvest) {
  return after_steps<request_metrics::run<with_metrics<Metrics>>>(
      metrics_conditions(harvest));
}

TEST(request_metrics, has_nothing_against_sound_metrics) {
  for (const double harvest : {0.0, 1.0}) {
    EXPECT_TRUE(metrics_verdict<plain_metrics>(harvest).passed);
    EXPECT_TRUE(metrics_verdict<subjects::atom_value::metrics>(harvest).passed);
  }
}

TEST(request_metrics, finds_a_single_request_that_was_lost) {
  EXPECT_FALSE(metrics_verdict<forgetful_metrics>(0).passed);
  EXPECT_FALSE(metrics_verdict<forgetful_metrics>(1).passed);
}

TEST(request_metrics, finds_requests_that_are_harvested_twice) {
  EXPECT_FALSE(metrics_verdict<greedy_metrics>(1).passed);
}

TEST(request_metrics, finds_reports_that_cannot_be) {
  const verdict found = metrics_verdict<sloppy_metrics>(0);

  EXPECT_EQ(found.message.find("impossible reports"), 0U) << found.message;
}

TEST(request_metrics, finds_counts_that_go_back) {
  const verdict found = metrics_verdict<stale_metrics>(0);

  EXPECT_FALSE(found.passed);
}

using plain_configuration = subjects::locked_configuration<std::mutex>;

template <typename Configuration>
struct with_configuration {
  using configuration = Configuration;
};

// Accepts whatever it is given.
class credulous_configuration {
 public:
  explicit credulous_configuration(service_config initial) : now_(std::move(initial)) {}
  template <typename F>
  void request(F f) const {
    f(now_);
  }
  template <typename F>
  bool reload(F f) {
    now_ = f(now_);
    told_(now_);
    return true;
  }
  template <typename F>
  void on_reload(F f) {
    told_ = f;
  }

 private:
  service_config now_;
  std::function<void(const service_config&)> told_;
};

// Tells of one reload twice.
class talkative_configuration : public plain_configuration {
 public:
  using plain_configuration::plain_configuration;
  template <typename F>
  void on_reload(F f) {
    plain_configuration::on_reload([f](const service_config& now) {
      f(now);
      if (now.version == 3) f(now);
    });
  }
};

template <typename Configuration>
verdict configuration_verdict() {
  harness::conditions values;
  values.set("reload_share", 0.1);
  values.set("threads", 1);
  return after_steps<hot_reload::run<with_configuration<Configuration>>>(values);
}

TEST(hot_reload, has_nothing_against_sound_configurations) {
  EXPECT_TRUE(configuration_verdict<plain_configuration>().passed);
  EXPECT_TRUE(configuration_verdict<subjects::atom_value::configuration>().passed);
}

TEST(hot_reload, finds_a_bad_configuration_that_was_accepted) {
  EXPECT_FALSE(configuration_verdict<credulous_configuration>().passed);
}

TEST(hot_reload, finds_a_reload_that_was_told_twice) {
  const verdict found = configuration_verdict<talkative_configuration>();

  EXPECT_EQ(found.message.find("reloads told"), 0U) << found.message;
}

// Loses its tenth update.
class losing_map
    : public subjects::locked_map<std::map<std::int64_t, std::int64_t>, std::mutex> {
 public:
  using locked_map::locked_map;
  void add(std::int64_t at, std::int64_t amount) {
    if (++updates_ != 10) locked_map::add(at, amount);
  }

 private:
  int updates_ = 0;
};

template <typename Map>
verdict container_verdict(container_operation operation) {
  harness::conditions values;
  values.set("do", static_cast<double>(operation));
  values.set("size", 10);
  values.set("threads", 1);
  return after_steps<container_run<Map, std::int64_t>>(values);
}

TEST(container_run, has_nothing_against_a_sound_map_whatever_a_step_does) {
  for (const auto operation :
       {container_operation::get, container_operation::modify, container_operation::mixed,
        container_operation::iterate, container_operation::compare,
        container_operation::build, container_operation::build_singly}) {
    const verdict found =
        container_verdict<subjects::atom_value::map<std::int64_t>>(operation);
    EXPECT_TRUE(found.passed) << found.message;
  }
}

TEST(container_run, has_nothing_against_a_sound_sequence_that_is_built_either_way) {
  for (const auto operation :
       {container_operation::build, container_operation::build_singly}) {
    EXPECT_TRUE(container_verdict<subjects::atom_value::sequence>(operation).passed);
    EXPECT_TRUE(container_verdict<subjects::atom_copy::sequence>(operation).passed);
    EXPECT_TRUE(
        container_verdict<subjects::locked_sequence<std::mutex>>(operation).passed);
  }
}

TEST(container_run, finds_a_single_lost_update) {
  EXPECT_FALSE(container_verdict<losing_map>(container_operation::modify).passed);
}

}  // namespace
}  // namespace tussle::workloads::use_cases
