// run_for_test.h: a workload's run from start to verdict, on threads, without the harness.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>

#include "harness/case/conditions.h"
#include "harness/case/verdict.h"
#include "harness/case/worker.h"
#include "primitives/sync/mode.h"
#include "primitives/testing/threads_testing.h"

namespace tussle::workloads {

// Fewer where every operation is watched.
inline constexpr int steps_a_thread = sync::has_schedule_points ? 200 : 1000;

inline harness::conditions conditions_of(
    std::initializer_list<std::pair<std::string, double>> given, int threads) {
  harness::conditions values;
  for (const auto& [name, value] : given) values.set(name, value);
  values.set("threads", threads);
  return values;
}

template <typename Workload, typename Subject>
harness::verdict verdict_of(
    std::initializer_list<std::pair<std::string, double>> conditions, int threads = 1,
    int steps = steps_a_thread) {
  typename Workload::template run<Subject> run(conditions_of(conditions, threads));
  tests::run_together(threads, [&](int index) {
    harness::worker self(index, threads, 1);
    for (int i = 0; i < steps; ++i) run.step(self);
  });
  if constexpr (requires { run.settle(); }) run.settle();
  return run.verify({});
}

}  // namespace tussle::workloads
