#include "harness/schedule/memory/axioms_testing.h"

#include <algorithm>
#include <cstddef>

#include "harness/schedule/memory/relation_testing.h"

namespace tussle::sim::tests {
namespace {

struct event {
  step what;
  std::size_t thread = 0;
  bool initial = false;

  bool is_fence() const { return what.kind == step_kind::fence; }
  bool reads() const {
    return what.kind == step_kind::load || what.kind == step_kind::add;
  }
  bool writes() const {
    return what.kind == step_kind::store || what.kind == step_kind::add;
  }
  bool is_seq_cst() const { return !initial && what.order == seq_cst; }
  bool acquires() const {
    return (reads() || is_fence()) && what.order != relaxed && what.order != release;
  }
  bool releases() const {
    return (writes() || is_fence()) && !initial && what.order != relaxed &&
           what.order != acquire;
  }
};

constexpr std::size_t nobody = ~std::size_t{0};

// Who reads from whom, and which store comes after which.
struct candidate {
  std::vector<event> events;                    // the locations' initial stores first
  std::vector<std::vector<std::size_t>> order;  // by location: its stores
  std::vector<std::size_t> source;              // by event: what it reads from

  std::size_t size() const { return events.size(); }
};

int written_by(const candidate& c, std::size_t i) {
  const event& e = c.events[i];
  if (e.what.kind != step_kind::add) return e.what.value;
  return written_by(c, c.source[i]) + e.what.value;
}

relation sequenced(const candidate& c) {
  relation found(c.size());
  for (std::size_t a = 0; a < c.size(); ++a) {
    for (std::size_t b = a + 1; b < c.size(); ++b) {
      const bool from_start = c.events[a].initial && !c.events[b].initial;
      const bool same = !c.events[a].initial && c.events[a].thread == c.events[b].thread;
      if (from_start || same) found.add(a, b);
    }
  }
  return found;
}

relation reads_from(const candidate& c) {
  relation found(c.size());
  for (std::size_t i = 0; i < c.size(); ++i) {
    if (c.events[i].reads()) found.add(c.source[i], i);
  }
  return found;
}

relation modification(const candidate& c) {
  relation found(c.size());
  for (const std::vector<std::size_t>& stores : c.order) {
    for (std::size_t i = 0; i < stores.size(); ++i) {
      for (std::size_t j = i + 1; j < stores.size(); ++j) found.add(stores[i], stores[j]);
    }
  }
  return found;
}

// A read comes before the stores that come after the one that it reads from.
relation reads_before(const candidate& c, const relation& modified) {
  relation found(c.size());
  for (std::size_t r = 0; r < c.size(); ++r) {
    if (!c.events[r].reads()) continue;
    for (std::size_t w = 0; w < c.size(); ++w) {
      if (w != r && modified.has(c.source[r], w)) found.add(r, w);
    }
  }
  return found;
}

// From what releases through the store `head` to what acquires through the read `last`.
void synchronise(const candidate& c, std::size_t head, std::size_t last,
                 const relation& before, relation& found) {
  for (std::size_t a = 0; a < c.size(); ++a) {
    const bool fenced = c.events[a].is_fence() && before.has(a, head);
    if (!c.events[a].releases() || (a != head && !fenced)) continue;
    for (std::size_t b = 0; b < c.size(); ++b) {
      const bool fence = c.events[b].is_fence() && before.has(last, b);
      if (c.events[b].acquires() && (b == last || fence)) found.add(a, b);
    }
  }
}

relation synchronised(const candidate& c, const relation& before) {
  relation found(c.size());
  for (std::size_t r = 0; r < c.size(); ++r) {
    if (!c.events[r].reads()) continue;
    // All stores in whose release sequence the source is: back over read-modify-writes.
    for (std::size_t head = c.source[r]; head != nobody; head = c.source[head]) {
      synchronise(c, head, r, before, found);
    }
  }
  return found;
}

// What the single total order must agree with.
relation total_order_of(const candidate& c, const relation& happens,
                        const relation& coherent) {
  const auto is_ordered = [&](std::size_t i) { return c.events[i].is_seq_cst(); };
  const auto is_fence = [&](std::size_t i) {
    return c.events[i].is_fence() && c.events[i].is_seq_cst();
  };
  const auto any = [](std::size_t) { return true; };
  const relation from_fence = happens.between(is_fence, any).then(coherent);
  const relation to_fence = happens.between(any, is_fence);
  return (coherent | coherent.then(to_fence) | from_fence | from_fence.then(to_fence))
      .between(is_ordered, is_ordered);
}

relation strongly(const candidate& c, const relation& before, const relation& happens,
                  const relation& synchronises) {
  const auto is_ordered = [&](std::size_t i) { return c.events[i].is_seq_cst(); };
  return (before | synchronises.between(is_ordered, is_ordered) |
          before.then(happens).then(before))
      .transitive()
      .between(is_ordered, is_ordered);
}

bool is_consistent(const candidate& c, total_order which) {
  const relation before = sequenced(c);
  const relation read = reads_from(c);
  const relation modified = modification(c);
  const relation executed = before | read;
  if (!executed.is_acyclic()) return false;
  const relation synchronises = synchronised(c, before);
  const relation happens = (before | synchronises).transitive();
  const relation coherent = (read | modified | reads_before(c, modified)).transitive();
  if (happens.has_inverse_of(coherent)) return false;
  const relation ordered = total_order_of(c, happens, coherent);
  return which == total_order::as_executed
             ? (ordered | executed).is_acyclic()
             : (ordered | strongly(c, before, happens, synchronises)).is_acyclic();
}

outcome outcome_of(const candidate& c) {
  outcome found;
  for (std::size_t i = 0; i < c.size(); ++i) {
    if (c.events[i].reads()) found.push_back(written_by(c, c.source[i]));
  }
  for (const auto& stores : c.order) found.push_back(written_by(c, stores.back()));
  return found;
}

// Chooses for all loads from the i-th event on.
void choose_sources(candidate& c, std::size_t i, total_order which,
                    std::set<outcome>& found) {
  if (i == c.size()) {
    if (is_consistent(c, which)) found.insert(outcome_of(c));
    return;
  }
  if (c.events[i].what.kind != step_kind::load) {
    return choose_sources(c, i + 1, which, found);
  }
  for (const std::size_t store :
       c.order[static_cast<std::size_t>(c.events[i].what.where)]) {
    c.source[i] = store;
    choose_sources(c, i + 1, which, found);
  }
}

// Chooses for all locations from the given one on.
void choose_orders(candidate& c, std::size_t where, total_order which,
                   std::set<outcome>& found) {
  if (where == c.order.size()) return choose_sources(c, 0, which, found);
  std::vector<std::size_t>& stores = c.order[where];
  do {
    // An addition reads the store that it comes directly after.
    for (std::size_t i = 1; i < stores.size(); ++i) {
      const bool reads = c.events[stores[i]].reads();
      c.source[stores[i]] = reads ? stores[i - 1] : nobody;
    }
    choose_orders(c, where + 1, which, found);
  } while (std::next_permutation(stores.begin() + 1, stores.end()));
}

}  // namespace

std::set<outcome> allowed(const program& p, total_order which) {
  candidate c;
  for (int i = 0; i < p.locations; ++i) {
    c.order.push_back({c.size()});
    c.events.push_back({store(i, 0, relaxed), 0, true});
  }
  for (std::size_t t = 0; t < p.threads.size(); ++t) {
    for (const step& each : p.threads[t]) {
      const event e{each, t};
      if (e.writes()) c.order[static_cast<std::size_t>(each.where)].push_back(c.size());
      c.events.push_back(e);
    }
  }
  c.source.assign(c.size(), nobody);
  std::set<outcome> found;
  choose_orders(c, 0, which, found);
  return found;
}

}  // namespace tussle::sim::tests
