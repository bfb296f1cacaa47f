// search_index.h: documents that change, and an index that is built of all of them.
//
// Every change of a document makes it one version newer, and the catalog one generation. So the
// versions of all documents add up to the generation, and so do the entries of an index that is
// complete: a half-built one shows.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "primitives/value/map.h"

namespace tussle::workloads::use_cases {

using documents = value::map<std::int64_t, std::int64_t>;  // by number: the version

struct search_index {
  static constexpr std::size_t shelves = 8;

  static std::size_t shelf_of(std::int64_t document) {
    return static_cast<std::size_t>(document) % shelves;
  }

  bool complete() const {
    std::int64_t entries = 0;
    for (const std::int64_t shelf : on_shelf) entries += shelf;
    return entries == generation;
  }
  void add(std::int64_t document, std::int64_t versions) {
    on_shelf[shelf_of(document)] += versions;
  }

  std::int64_t generation = 0;  // of the documents that it was built of
  std::array<std::int64_t, shelves> on_shelf{};
};

// Expensive: it looks at every document. `generation` is that of `all`.
inline search_index built_index(const documents& all, std::int64_t generation) {
  search_index fresh{.generation = generation};
  all.for_each([&fresh](std::int64_t document, std::int64_t version) {
    fresh.add(document, version);
  });
  return fresh;
}

// Who rebuilds says so, for the workload to judge. All functions from any threads at once.
class rebuild_monitor {
 public:
  // For the time of one rebuild.
  class rebuilding {
   public:
    explicit rebuilding(rebuild_monitor& by) : by_(by) {
      by_.rebuilds_.fetch_add(1);
      if (by_.running_.fetch_add(1) > 0) by_.overlapped_.fetch_add(1);
    }
    ~rebuilding() { by_.running_.fetch_sub(1); }
    rebuilding(const rebuilding&) = delete;
    rebuilding& operator=(const rebuilding&) = delete;

   private:
    rebuild_monitor& by_;
  };

  std::int64_t rebuilds() const { return rebuilds_.load(); }
  std::int64_t overlapped() const { return overlapped_.load(); }

 private:
  std::atomic<std::int64_t> rebuilds_{0};
  std::atomic<std::int64_t> running_{0};
  std::atomic<std::int64_t> overlapped_{0};
};

}  // namespace tussle::workloads::use_cases
