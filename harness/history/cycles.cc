#include "harness/history/cycles.h"

#include <algorithm>
#include <limits>

namespace tussle::history {
namespace {

constexpr std::uint32_t nobody = std::numeric_limits<std::uint32_t>::max();
// From so many nodes a breadth-first search is made; from the first ones if there are more.
constexpr std::size_t most_searches = 2000;

// Arcs by where they begin.
class graph {
 public:
  graph(std::uint32_t nodes, const std::vector<arc>& arcs)
      : arcs_(arcs), begins_(nodes + std::size_t{1}), out_(arcs.size()) {
    for (const arc& each : arcs) ++begins_[each.from + std::size_t{1}];
    for (std::size_t i = 1; i < begins_.size(); ++i) begins_[i] += begins_[i - 1];
    std::vector<std::uint32_t> next(begins_.begin(), begins_.end() - 1);
    for (std::uint32_t i = 0; i < arcs.size(); ++i) out_[next[arcs[i].from]++] = i;
  }

  std::uint32_t nodes() const { return static_cast<std::uint32_t>(begins_.size() - 1); }
  std::uint32_t begin_of(std::uint32_t node) const { return begins_[node]; }
  std::uint32_t end_of(std::uint32_t node) const {
    return begins_[node + std::size_t{1}];
  }
  std::uint32_t arc_at(std::uint32_t place) const { return out_[place]; }
  const arc& operator[](std::uint32_t which) const { return arcs_[which]; }

 private:
  const std::vector<arc>& arcs_;
  std::vector<std::uint32_t> begins_;
  std::vector<std::uint32_t> out_;
};

// Strongly connected components, without recursion.
class components {
 public:
  explicit components(const graph& of)
      : of_(of), number_(of.nodes(), nobody), low_(of.nodes()), in_(of.nodes(), nobody) {
    for (std::uint32_t i = 0; i < of.nodes(); ++i)
      if (number_[i] == nobody) visit(i);
  }

  std::uint32_t of(std::uint32_t node) const { return in_[node]; }
  const std::vector<std::uint32_t>& sizes() const { return sizes_; }

 private:
  struct frame {
    std::uint32_t node;
    std::uint32_t next;
  };

  void enter(std::uint32_t node) {
    number_[node] = low_[node] = count_++;
    open_.push_back(node);
    path_.push_back({node, of_.begin_of(node)});
  }

  void visit(std::uint32_t root) {
    enter(root);
    while (!path_.empty()) {
      frame& now = path_.back();
      if (now.next == of_.end_of(now.node)) {
        leave();
        continue;
      }
      const std::uint32_t to = of_[of_.arc_at(now.next++)].to;
      if (number_[to] == nobody) {
        enter(to);
      } else if (in_[to] == nobody) {
        low_[now.node] = std::min(low_[now.node], number_[to]);
      }
    }
  }

  void leave() {
    const std::uint32_t node = path_.back().node;
    path_.pop_back();
    if (!path_.empty())
      low_[path_.back().node] = std::min(low_[path_.back().node], low_[node]);
    if (low_[node] != number_[node]) return;
    sizes_.push_back(0);
    std::uint32_t member = nobody;
    do {
      member = open_.back();
      open_.pop_back();
      in_[member] = static_cast<std::uint32_t>(sizes_.size() - 1);
      ++sizes_.back();
    } while (member != node);
  }

  const graph& of_;
  std::vector<std::uint32_t> number_;
  std::vector<std::uint32_t> low_;
  std::vector<std::uint32_t> in_;
  std::vector<std::uint32_t> sizes_;
  std::vector<std::uint32_t> open_;
  std::vector<frame> path_;
  std::uint32_t count_ = 0;
};

// Breadth first, within one component, from one node back to it.
class search {
 public:
  search(const graph& in, const components& parts)
      : in_(in), parts_(parts), came_by_(in.nodes(), nobody) {}

  // Fewer arcs than `best`, else empty.
  std::vector<std::uint32_t> shorter(std::uint32_t root, std::size_t best) {
    std::vector<std::uint32_t> found;
    reached_ = {root};
    std::size_t begin = 0;
    for (std::size_t depth = 1; depth < best && found.empty() && begin < reached_.size();
         ++depth) {
      const std::size_t end = reached_.size();
      for (; begin < end && found.empty(); ++begin) found = step(root, reached_[begin]);
    }
    for (const std::uint32_t each : reached_) came_by_[each] = nobody;
    return found;
  }

 private:
  std::vector<std::uint32_t> step(std::uint32_t root, std::uint32_t node) {
    for (std::uint32_t i = in_.begin_of(node); i < in_.end_of(node); ++i) {
      const std::uint32_t by = in_.arc_at(i);
      const std::uint32_t to = in_[by].to;
      if (to == root) return back_from(root, by);
      if (parts_.of(to) != parts_.of(root) || came_by_[to] != nobody) continue;
      came_by_[to] = by;
      reached_.push_back(to);
    }
    return {};
  }
  std::vector<std::uint32_t> back_from(std::uint32_t root, std::uint32_t last) const {
    std::vector<std::uint32_t> cycle{last};
    while (in_[cycle.back()].from != root)
      cycle.push_back(came_by_[in_[cycle.back()].from]);
    std::reverse(cycle.begin(), cycle.end());
    return cycle;
  }

  const graph& in_;
  const components& parts_;
  std::vector<std::uint32_t> came_by_;
  std::vector<std::uint32_t> reached_;
};

}  // namespace

std::vector<std::uint32_t> short_cycle(std::uint32_t nodes,
                                       const std::vector<arc>& arcs) {
  const graph all(nodes, arcs);
  const components parts(all);
  search from(all, parts);
  std::vector<std::uint32_t> best;
  std::size_t searches = 0;
  for (std::uint32_t i = 0; i < nodes && searches < most_searches; ++i) {
    if (parts.sizes()[parts.of(i)] < 2) continue;
    ++searches;
    auto found = from.shorter(i, best.empty() ? nodes + std::size_t{1} : best.size());
    if (!found.empty()) best = std::move(found);
    if (best.size() == 2) break;
  }
  return best;
}

}  // namespace tussle::history
