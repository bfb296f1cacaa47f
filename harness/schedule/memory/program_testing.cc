#include "harness/schedule/memory/program_testing.h"

#include <algorithm>

namespace tussle::sim::tests {
namespace {

bool reads(step_kind kind) {
  return kind == step_kind::load || kind == step_kind::add ||
         kind == step_kind::compare_exchange;
}

// An execution that is under way; a copy goes on by itself.
struct execution {
  memory_model memory;
  std::vector<location> locations;
  std::vector<plain_location> plain;
  std::vector<std::size_t> next;       // by thread: the step to be done
  std::vector<std::vector<int>> seen;  // by thread: what it read
};

thread_id number_of(std::size_t thread) { return static_cast<thread_id>(thread + 1); }

execution start(const program& p, std::size_t depth) {
  execution e{memory_model(depth), {}, {}, {}, {}};
  for (int i = 0; i < p.locations; ++i) e.locations.push_back(e.memory.create(0, 0));
  for (int i = 0; i < p.plain_locations; ++i) e.plain.push_back(e.memory.create_plain());
  for (std::size_t t = 0; t < p.threads.size(); ++t) e.memory.fork(0, number_of(t));
  e.next.resize(p.threads.size());
  e.seen.resize(p.threads.size());
  return e;
}

memory_model::compare_exchange of(const step& s) {
  return {static_cast<word>(s.expected), static_cast<word>(s.value), s.order, s.failure};
}

std::size_t choices(const execution& e, std::size_t thread, const step& s) {
  const thread_id id = number_of(thread);
  const auto at = static_cast<std::size_t>(s.where);
  switch (s.kind) {
    case step_kind::load:
      return e.memory.load_choices(id, e.locations[at], s.order);
    case step_kind::store:
    case step_kind::add:
      return e.memory.store_choices(id, e.locations[at], s.order);
    case step_kind::compare_exchange:
      return e.memory.exchange_choices(id, e.locations[at], of(s));
    default:
      return 1;
  }
}

// What the step reads; of no meaning if it does not read.
word perform(execution& e, std::size_t thread, const step& s, std::size_t choice) {
  const thread_id id = number_of(thread);
  const auto at = static_cast<std::size_t>(s.where);
  const auto value = static_cast<word>(s.value);
  switch (s.kind) {
    case step_kind::load:
      return e.memory.load(id, e.locations[at], s.order, choice);
    case step_kind::add:
      return e.memory.read_modify_write(
          id, e.locations[at], s.order, [&](word old) { return old + value; }, choice);
    case step_kind::compare_exchange:
      return e.memory.exchange(id, e.locations[at], of(s), choice).read;
    case step_kind::store:
      e.memory.store(id, e.locations[at], value, s.order, choice);
      break;
    case step_kind::fence:
      e.memory.fence(id, s.order);
      break;
    case step_kind::plain_read:
      e.memory.plain_read(id, e.plain[at], 0);
      break;
    case step_kind::plain_write:
      e.memory.plain_write(id, e.plain[at], 0);
      break;
  }
  return 0;
}

bool is_skipped(const execution& e, std::size_t thread, const step& s) {
  if (!s.wanted) return false;
  return e.seen[thread].empty() || e.seen[thread].back() != *s.wanted;
}

void finish(const execution& e, behaviour& found) {
  outcome all;
  for (const std::vector<int>& each : e.seen) {
    all.insert(all.end(), each.begin(), each.end());
  }
  for (const location each : e.locations) {
    all.push_back(static_cast<int>(e.memory.newest(each)));
  }
  found.outcomes.insert(all);
  found.races = found.races || !e.memory.races().empty();
  ++found.executions;
}

void go_on(const program& p, const execution& e, bool only_newest, behaviour& found) {
  bool ended = true;
  for (std::size_t t = 0; t < p.threads.size(); ++t) {
    if (e.next[t] == p.threads[t].size()) continue;
    ended = false;
    const step& s = p.threads[t][e.next[t]];
    const bool skipped = is_skipped(e, t, s);
    const std::size_t count = skipped || only_newest ? 1 : choices(e, t, s);
    for (std::size_t choice = 0; choice < count; ++choice) {
      execution then = e;
      ++then.next[t];
      const int read = skipped ? -1 : static_cast<int>(perform(then, t, s, choice));
      if (reads(s.kind)) then.seen[t].push_back(read);
      go_on(p, then, only_newest, found);
    }
  }
  if (ended) finish(e, found);
}

}  // namespace

behaviour explore(const program& p, std::size_t depth) {
  behaviour found;
  go_on(p, start(p, depth), false, found);
  return found;
}

std::set<outcome> interleave(const program& p) {
  behaviour found;
  go_on(p, start(p, 1), true, found);
  return found.outcomes;
}

std::set<outcome> reads_of(const program& p, const std::set<outcome>& outcomes) {
  std::set<outcome> reads;
  for (const outcome& each : outcomes) {
    reads.insert(outcome(each.begin(), each.end() - p.locations));
  }
  return reads;
}

}  // namespace tussle::sim::tests
