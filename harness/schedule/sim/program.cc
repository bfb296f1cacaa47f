#include "harness/schedule/sim/program.h"

#include <cstdio>
#include <cstdlib>

#include "harness/schedule/sim/execution.h"

namespace tussle::sim {
namespace {

void run(void* act) { (*static_cast<const std::function<void()>*>(act))(); }

// A program outside an execution is a mistake of the test that calls it.
execution& running() noexcept {
  execution* const found = execution::under_way();
  if (found != nullptr) return *found;
  std::fputs("tussle: only a program that sim::explore runs may call this\n", stderr);
  std::abort();
}

}  // namespace

void threads(const std::vector<std::function<void()>>& acts) {
  execution& all = running();
  std::vector<int> started;
  for (const auto& act : acts) {
    started.push_back(all.add_thread(&run, const_cast<std::function<void()>*>(&act)));
  }
  for (const int number : started) all.join_thread(number);
}

void threads(int count, const std::function<void(int index)>& act) {
  std::vector<std::function<void()>> acts;
  for (int index = 0; index < count; ++index) {
    acts.emplace_back([&act, index] { act(index); });
  }
  threads(acts);
}

void require(bool holds, const std::string& text) noexcept {
  if (!holds) running().fail_here(finding_kind::check_failed, text);
}

namespace detail {

void name_address(const void* object, std::string name) {
  if (execution* const all = execution::under_way()) all->name(object, std::move(name));
}

}  // namespace detail
}  // namespace tussle::sim
