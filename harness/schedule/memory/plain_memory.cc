#include "harness/schedule/memory/plain_memory.h"

#include <algorithm>

namespace tussle::sim {

plain_location plain_memory::create() {
  if (!free_.empty()) {
    const plain_location reused = free_.back();
    free_.pop_back();
    return reused;
  }
  histories_.emplace_back();
  return static_cast<plain_location>(histories_.size() - 1);
}

void plain_memory::destroy(plain_location where) {
  at(where).last_write = {};
  at(where).reads.clear();
  free_.push_back(where);
}

std::optional<data_race> plain_memory::read(plain_location location, thread_id thread,
                                            const vector_clock& now, site where) {
  history& past = at(location);
  const dated_access self{{access_kind::plain_read, thread, where}, now[thread]};
  const auto same_thread = [&](const dated_access& r) { return r.what.thread == thread; };
  const auto own = std::find_if(past.reads.begin(), past.reads.end(), same_thread);
  if (own != past.reads.end()) {
    *own = self;
  } else {
    past.reads.push_back(self);
  }
  if (past.last_write.is_before(now)) return std::nullopt;
  return data_race{past.last_write.what, self.what};
}

std::optional<data_race> plain_memory::write(plain_location location, thread_id thread,
                                             const vector_clock& now, site where) {
  history& past = at(location);
  const dated_access self{{access_kind::plain_write, thread, where}, now[thread]};
  std::optional<data_race> found;
  if (!past.last_write.is_before(now)) found = {past.last_write.what, self.what};
  for (const dated_access& each : past.reads) {
    if (!found && !each.is_before(now)) found = {each.what, self.what};
  }
  past.last_write = self;
  past.reads.clear();
  return found;
}

}  // namespace tussle::sim
