// channels_testing.h: what goes into channels and comes out of them, without waiting.
#pragma once

#include <vector>

#include "primitives/channel/channel.h"
#include "primitives/channel/go_scheduler.h"
#include "primitives/testing/stage_testing.h"

namespace tussle::tests {

// Puts that wait, each in its turn. `accepted` counts those that are over.
template <typename T>
struct pending_puts {
  int accepted = 0;
  int refused = 0;

  template <typename In>
  void add(const channel<In, T>& to, const std::vector<T>& elements) {
    for (const T& each : elements)
      to.put_then(each, [this](bool done) { ++(done ? accepted : refused); });
  }
};

// The elements wait to be taken, and then the channel is closed.
template <typename T>
void put_and_close(const channel<T>& to, const std::vector<T>& elements) {
  for (const T& each : elements) to.put_then(each, [](bool) {});
  to.close();
}

template <typename T>
struct drained {
  std::vector<T> elements;
  bool is_over;  // closed, and there is no more

  bool operator==(const drained&) const = default;
};

// All that comes until nothing happens any more on the stage.
template <typename T, typename In>
drained<T> drain(stage& s, const channel<T, In>& from) {
  drained<T> all{{}, false};
  for (;;) {
    s.run_all();
    auto got = from.try_take();
    all.is_over = got.status == take_status::closed;
    if (got.status != take_status::taken) return all;
    all.elements.push_back(std::move(*got.value));
  }
}

// Go blocks that have not ended.
inline std::size_t live_processes(stage& s) {
  return detail::go_scheduler::of(s.home()).live();
}

}  // namespace tussle::tests
