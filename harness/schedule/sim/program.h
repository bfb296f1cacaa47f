// program.h: what a program says to the simulator that runs it.
//
//   sim::explore({}, [] {
//     sync::atomic<int> count{0};
//     sim::name(count, "count");
//     sim::threads(2, [&](int) { count.store(count.load(relaxed) + 1, relaxed); });
//     sim::require(count.load(relaxed) == 2, "no update is lost");
//   });
//
// Only for code that an execution runs, but for `name`, which does nothing elsewhere.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace tussle::sim {

// Calls act(index) on `count` threads of the execution and waits for them.
void threads(int count, const std::function<void(int index)>& act);
// Runs each of these on a thread of its own and waits for them.
void threads(const std::vector<std::function<void()>>& acts);

// The invariant `text` must hold: the execution ends here, as failed, if it does not.
void require(bool holds, const std::string& text) noexcept;

namespace detail {
void name_address(const void* object, std::string name);
}  // namespace detail

// What the printed execution calls an atomic, a mutex, ...
template <typename T>
void name(const T& object, std::string text) {
  detail::name_address(&object, std::move(text));
}

}  // namespace tussle::sim
