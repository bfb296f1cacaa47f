#include "harness/history/dependencies.h"

#include <absl/container/flat_hash_map.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace tussle::history {
namespace {

using place = std::pair<std::int64_t, version_id>;  // a key, and a version of it

// What a transaction has to do with one key.
struct use_of_key {
  std::int64_t key = 0;
  version_id outside = first_version;  // seen there, before it wrote
  version_id current = first_version;  // as it should see it now
  bool reads = false;                  // what is outside
  bool writes = false;
};

struct writer {
  std::uint32_t who = 0;
  bool is_last = true;  // of its writer, to that key
};

class builder {
 public:
  builder(const transactions& all, bool in_real_time)
      : all_(all), in_real_time_(in_real_time), uses_(all.size()) {}

  dependencies build() {
    for (std::uint32_t i = 0; i < all_.size(); ++i) note_writes(i);
    for (std::uint32_t i = 0; i < all_.size(); ++i) look_inside(i);
    for (std::uint32_t i = 0; i < all_.size(); ++i) note_replacers(i);
    for (std::uint32_t i = 0; i < all_.size(); ++i) connect(i);
    if (in_real_time_) connect_in_time();
    return std::move(made_);
  }

 private:
  bool committed(std::uint32_t i) const { return all_[i].how == ending::committed; }

  void add(anomaly what, std::vector<std::uint32_t> who, std::int64_t key,
           std::vector<version_id> versions) {
    made_.alone.push_back({.what = what,
                           .who = std::move(who),
                           .key = key,
                           .versions = std::move(versions)});
  }

  void note_writes(std::uint32_t i) {
    for (const access& each : all_[i].accesses) {
      if (!each.is_write) continue;
      writers_[{each.key, each.version}] = {i, true};
      // Of two of its own the first is intermediate.
      const auto before = writers_.find({each.key, each.replaced});
      if (before != writers_.end() && before->second.who == i)
        before->second.is_last = false;
    }
  }

  use_of_key* find_use(std::uint32_t i, std::int64_t key) {
    for (use_of_key& each : uses_[i]) {
      if (each.key == key) return &each;
    }
    return nullptr;
  }

  void look_inside(std::uint32_t i) {
    if (!committed(i)) return;
    for (const access& each : all_[i].accesses) {
      const version_id seen = each.is_write ? each.replaced : each.version;
      use_of_key* use = find_use(i, each.key);
      if (use == nullptr) {
        uses_[i].push_back({each.key, seen, seen, true, false});
        use = &uses_[i].back();
        look_at_origin(i, each.key, seen);
      } else if (seen != use->current) {
        add(use->writes ? anomaly::own_write_not_seen : anomaly::non_repeatable_read, {i},
            each.key, {use->current, seen});
      }
      if (!each.is_write) continue;
      use->writes = true;
      use->current = each.version;
    }
  }

  void look_at_origin(std::uint32_t i, std::int64_t key, version_id seen) {
    if (seen == first_version) return;
    const auto found = writers_.find({key, seen});
    if (found == writers_.end() || found->second.who == i) {
      add(anomaly::value_from_nowhere, {i}, key, {seen});
    } else if (!committed(found->second.who)) {
      add(anomaly::aborted_read, {found->second.who, i}, key, {seen});
    } else if (!found->second.is_last) {
      add(anomaly::intermediate_read, {found->second.who, i}, key, {seen});
    }
  }

  void note_replacers(std::uint32_t i) {
    for (const use_of_key& each : uses_[i]) {
      if (!each.writes) continue;
      std::vector<std::uint32_t>& by = replaced_by_[{each.key, each.outside}];
      // Two of them show that an update is lost. More would show the same, and an edge from
      // each reader to each of them is a square of what there is.
      if (by.size() == 2) continue;
      if (!by.empty())
        add(anomaly::lost_update, {by.front(), i}, each.key, {each.outside});
      by.push_back(i);
    }
  }

  void connect(std::uint32_t i) {
    for (const use_of_key& each : uses_[i]) {
      connect_to_writer(i, each);
      if (each.writes) continue;  // who else replaced it has made a lost update
      const auto next = replaced_by_.find({each.key, each.outside});
      if (next == replaced_by_.end()) continue;
      for (const std::uint32_t who : next->second)
        edge(i, who, dependency::rw, each.key, each.outside);
    }
  }

  void connect_to_writer(std::uint32_t i, const use_of_key& use) {
    if (use.outside == first_version) return;
    const auto found = writers_.find({use.key, use.outside});
    if (found == writers_.end()) return;
    const std::uint32_t who = found->second.who;
    if (who == i || !committed(who)) return;
    edge(who, i, dependency::wr, use.key, use.outside);
    if (use.writes) edge(who, i, dependency::ww, use.key, use.outside);
  }

  void edge(std::uint32_t from, std::uint32_t to, dependency kind, std::int64_t key,
            version_id version) {
    made_.edges.push_back({from, to, kind, key, version});
  }

  // From each to those that began after it had ended, unless one lies in between.
  void connect_in_time() {
    std::vector<std::uint32_t> by_begin;
    for (std::uint32_t i = 0; i < all_.size(); ++i)
      if (committed(i)) by_begin.push_back(i);
    std::sort(by_begin.begin(), by_begin.end(), [this](std::uint32_t a, std::uint32_t b) {
      return all_[a].began < all_[b].began;
    });
    for (const std::uint32_t i : by_begin) {
      auto next = std::upper_bound(
          by_begin.begin(), by_begin.end(), all_[i].ended,
          [this](stamp ended, std::uint32_t each) { return ended < all_[each].began; });
      stamp first_end = never;
      for (; next != by_begin.end() && all_[*next].began <= first_end; ++next) {
        edge(i, *next, dependency::rt, 0, first_version);
        first_end = std::min(first_end, all_[*next].ended);
      }
    }
  }

  const transactions& all_;
  const bool in_real_time_;
  std::vector<std::vector<use_of_key>> uses_;
  absl::flat_hash_map<place, writer> writers_;
  absl::flat_hash_map<place, std::vector<std::uint32_t>> replaced_by_;
  dependencies made_;
};

}  // namespace

dependencies dependencies_of(const transactions& all, bool in_real_time) {
  return builder(all, in_real_time).build();
}

std::string to_string(anomaly what) {
  switch (what) {
    case anomaly::value_from_nowhere:
      return "value from nowhere";
    case anomaly::own_write_not_seen:
      return "own write not seen";
    case anomaly::aborted_read:
      return "aborted read (G1a)";
    case anomaly::intermediate_read:
      return "intermediate read (G1b)";
    case anomaly::non_repeatable_read:
      return "non-repeatable read";
    case anomaly::lost_update:
      return "lost update";
    case anomaly::dirty_write:
      return "dirty write (G0)";
    case anomaly::circular_information_flow:
      return "circular information flow (G1c)";
    case anomaly::stale_read:
      return "stale read";
    case anomaly::read_skew:
      return "read skew (G-single)";
    case anomaly::long_fork:
      return "long fork";
    case anomaly::write_skew:
      return "write skew (G2)";
  }
  return "?";
}

std::string to_string(dependency kind) {
  switch (kind) {
    case dependency::ww:
      return "ww";
    case dependency::wr:
      return "wr";
    case dependency::rw:
      return "rw";
    case dependency::rt:
      return "rt";
  }
  return "?";
}

std::string to_string_of_version(version_id version) {
  if (version == first_version) return "0";
  constexpr int bits_of_n = 32;
  return std::to_string((version >> bits_of_n) - 1) + "." +
         std::to_string(version & ((version_id{1} << bits_of_n) - 1));
}

std::string to_string(const transaction& one) {
  std::string text;
  for (const access& each : one.accesses) {
    if (!text.empty()) text += ", ";
    text += (each.is_write ? "w " : "r ") + std::to_string(each.key) + "=" +
            to_string_of_version(each.version);
  }
  if (text.empty()) text = "nothing";
  return one.how == ending::committed ? text : text + ", aborted";
}

}  // namespace tussle::history
