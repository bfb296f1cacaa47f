// snapshot_store_for_test.h: histories of transactions that are snapshot-isolated, and ways to
// break one by one step.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <utility>
#include <vector>

#include "harness/history/transaction.h"

namespace tussle::history::tests {

struct shape {
  int threads = 4;
  int keys = 4;
  std::size_t transactions = 200;
};

// A store of many versions, whose threads take turns at random: reads are of the newest
// version that was committed when the transaction began, and who commits first wins.
class snapshot_store {
 public:
  snapshot_store(shape of, std::uint64_t seed)
      : of_(of), random_(seed), at_work_(static_cast<std::size_t>(of.threads)) {
    for (int key = 0; key < of.keys; ++key) kept_[key] = {{first_version, 0}};
  }

  transactions run() {
    while (ended_.size() < of_.transactions) {
      const int thread = static_cast<int>(below(of_.threads));
      session& now = at_work_[static_cast<std::size_t>(thread)];
      if (!now.is_running) {
        begin(now, thread);
      } else if (now.left == 0) {
        end(now);
      } else {
        act(now);
      }
    }
    return std::move(ended_);
  }

 private:
  struct kept_version {
    version_id version;
    std::int64_t since;
  };
  struct session {
    bool is_running = false;
    transaction now;
    std::int64_t snapshot = 0;
    int left = 0;
    bool reads_only = false;
    std::map<std::int64_t, version_id> own;
    std::int64_t written = 0;
  };

  std::uint64_t below(int bound) { return random_() % static_cast<std::uint64_t>(bound); }

  void begin(session& s, int thread) {
    constexpr int most_accesses = 6;
    s.now = {.thread = thread, .began = ++clock_};
    s.own.clear();
    s.snapshot = commits_;
    s.left = 1 + static_cast<int>(below(most_accesses));
    s.reads_only = below(3) == 0;
    s.is_running = true;
  }

  void act(session& s) {
    ++clock_;
    --s.left;
    const auto key = static_cast<std::int64_t>(below(of_.keys));
    const version_id seen = s.own.contains(key) ? s.own[key] : seen_at(key, s.snapshot);
    s.now.accesses.push_back({.key = key, .version = seen});
    if (s.reads_only || below(2) == 0) return;
    const version_id fresh = version_of(s.now.thread, ++s.written);
    s.now.accesses.push_back(
        {.key = key, .is_write = true, .version = fresh, .replaced = seen});
    s.own[key] = fresh;
  }

  version_id seen_at(std::int64_t key, std::int64_t snapshot) const {
    const auto& all = kept_.at(key);
    return std::find_if(
               all.rbegin(), all.rend(),
               [snapshot](const kept_version& each) { return each.since <= snapshot; })
        ->version;
  }

  void end(session& s) {
    const bool wins = std::all_of(s.own.begin(), s.own.end(), [&](const auto& each) {
      return kept_[each.first].back().since <= s.snapshot;
    });
    if (wins && !s.own.empty()) {
      ++commits_;
      for (const auto& [key, version] : s.own) kept_[key].push_back({version, commits_});
    }
    s.now.how = wins ? ending::committed : ending::aborted;
    s.now.ended = ++clock_;
    ended_.push_back(std::move(s.now));
    s.is_running = false;
  }

  const shape of_;
  std::mt19937_64 random_;
  std::vector<session> at_work_;
  std::map<std::int64_t, std::vector<kept_version>> kept_;
  std::int64_t commits_ = 0;
  stamp clock_ = 0;
  transactions ended_;
};

// A look at a finished history, for those who want to break it.
class broken_history {
 public:
  broken_history(transactions sound, std::uint64_t seed)
      : all_(std::move(sound)), random_(seed) {
    for (std::size_t i = 0; i < all_.size(); ++i) index(i);
  }

  transactions taken() && { return std::move(all_); }

  // Each makes one read see what it must not, at a place drawn at random. False: there is no
  // such place.
  bool reads_what_was_aborted() {
    return reread([&](std::size_t, const access& a) { return any_of(aborted_[a.key]); });
  }
  bool reads_what_was_replaced_at_once() {
    return reread([&](std::size_t reader, const access& a) {
      return any_if(intermediate_[a.key],
                    [&](version_id v) { return writer_[v] != reader; });
    });
  }
  bool reads_what_nobody_wrote() {
    constexpr int nobody = 1000;
    return reread(
        [](std::size_t, const access&) { return std::optional(version_of(nobody, 1)); });
  }
  bool reads_what_was_replaced_long_ago() {
    return reread([&](std::size_t reader, const access& a) {
      return any_if(final_[a.key], [&](version_id v) {
        const auto next = next_.find({a.key, v});
        return next != next_.end() && all_[next->second].ended < all_[reader].began;
      });
    });
  }
  // Sees one write of a commit and, elsewhere, what that commit has replaced.
  bool reads_half_a_commit() {
    return reread([&](std::size_t reader, const access& a) -> std::optional<version_id> {
      for (const access& other : all_[reader].accesses) {
        if (other.key == a.key || other.version == first_version || other.is_write ||
            writer_[other.version] == reader)
          continue;
        for (const access& written : all_[writer_[other.version]].accesses) {
          if (written.is_write && written.key == a.key && final_base(written))
            return base_of(writer_[other.version], a.key);
        }
      }
      return std::nullopt;
    });
  }
  // Two that read what two others wrote, each in another order.
  bool reads_two_commits_in_another_order() {
    return reread([&](std::size_t reader, const access& a) -> std::optional<version_id> {
      if (a.version == first_version || all_[writer_[a.version]].how != ending::committed)
        return std::nullopt;
      const std::size_t first = writer_[a.version];
      for (const access& b : all_[reader].accesses) {
        if (b.is_write || b.key == a.key || b.version == first_version) continue;
        const std::size_t second = writer_[b.version];
        if (second == first || second == reader || writes(second, a.key) ||
            writes(first, b.key))
          continue;
        if (somebody_saw(a, {b.key, base_of(second, b.key)}, reader))
          return base_of(first, a.key);
      }
      return std::nullopt;
    });
  }
  bool reads_what_reads_it() {
    return reread([&](std::size_t reader, const access& a) -> std::optional<version_id> {
      for (const version_id v : final_[a.key]) {
        if (v == first_version || writer_[v] == reader) continue;
        for (const access& seen : all_[writer_[v]].accesses) {
          if (!seen.is_write && seen.version != first_version &&
              writer_[seen.version] == reader)
            return v;
        }
      }
      return std::nullopt;
    });
  }
  // The second read of a key sees an older version.
  bool reads_another_version_again() { return change_second(false); }
  // A read after a write of the same transaction sees what was there before.
  bool forgets_its_own_write() { return change_second(true); }

  // Replaces what the writer before it has replaced, too.
  bool overwrites_an_update() {
    return for_some_committed([&](std::size_t i) {
      for (const access& each : all_[i].accesses) {
        if (!each.is_write || !final_base(each)) continue;
        const version_id base = base_of(i, each.key);
        if (base == first_version) continue;
        see_instead(i, each.key, base, base_of(writer_[base], each.key));
        return true;
      }
      return false;
    });
  }

  // Two that wrote the same two keys, one after the other, become the other way round on one.
  bool interleaves_two_writers() {
    return for_some_committed([&](std::size_t first) {
      for (const auto& [key, version] : finals_of(first)) {
        const auto next = next_.find({key, version});
        if (next == next_.end()) continue;
        for (const auto& [other, beside] : finals_of(first)) {
          const auto also = next_.find({other, beside});
          if (other == key || also == next_.end() || also->second != next->second)
            continue;
          swap_on(other, first, next->second);
          return true;
        }
      }
      return false;
    });
  }

 private:
  using place = std::pair<std::int64_t, version_id>;

  void index(std::size_t i) {
    std::map<std::int64_t, version_id> last;
    for (const access& each : all_[i].accesses) {
      if (!each.is_write) continue;
      writer_[each.version] = i;
      if (all_[i].how == ending::aborted) {
        aborted_[each.key].push_back(each.version);
        continue;
      }
      if (last.contains(each.key)) intermediate_[each.key].push_back(last[each.key]);
      last[each.key] = each.version;
    }
    for (const auto& [key, version] : last) {
      final_[key].push_back(version);
      next_[{key, base_of(i, key)}] = i;
    }
    if (i == 0) {
      for (const access& each : all_[i].accesses) final_[each.key];
    }
  }

  std::map<std::int64_t, version_id> finals_of(std::size_t i) const {
    std::map<std::int64_t, version_id> last;
    for (const access& each : all_[i].accesses)
      if (each.is_write) last[each.key] = each.version;
    return last;
  }
  // What a transaction found there before its own writes.
  version_id base_of(std::size_t i, std::int64_t key) const {
    const auto first =
        std::find_if(all_[i].accesses.begin(), all_[i].accesses.end(),
                     [key](const access& each) { return each.key == key; });
    return first->is_write ? first->replaced : first->version;
  }
  bool final_base(const access& write) const {
    return finals_of(writer_.at(write.version)).at(write.key) == write.version;
  }
  bool writes(std::size_t i, std::int64_t key) const {
    return finals_of(i).contains(key);
  }
  // Neither the one `but` nor who wrote it.
  bool somebody_saw(const access& one, place other, std::size_t but) const {
    for (std::size_t i = 0; i < all_.size(); ++i) {
      if (i == but || i == writer_.at(one.version) || all_[i].how == ending::aborted)
        continue;
      const auto saw = [&](std::int64_t key, version_id version) {
        return std::any_of(
            all_[i].accesses.begin(), all_[i].accesses.end(), [&](const access& each) {
              return !each.is_write && each.key == key && each.version == version;
            });
      };
      if (saw(one.key, one.version) && saw(other.first, other.second)) return true;
    }
    return false;
  }

  std::optional<version_id> any_of(const std::vector<version_id>& all) {
    return any_if(all, [](version_id) { return true; });
  }
  template <typename Fits>
  std::optional<version_id> any_if(const std::vector<version_id>& all, const Fits& fits) {
    std::vector<version_id> those;
    std::copy_if(all.begin(), all.end(), std::back_inserter(those), fits);
    if (those.empty()) return std::nullopt;
    return those[random_() % those.size()];
  }

  template <typename Act>
  bool for_some_committed(const Act& act) {
    const std::size_t offset = random_() % all_.size();
    for (std::size_t k = 0; k < all_.size(); ++k) {
      const std::size_t i = (k + offset) % all_.size();
      if (all_[i].how == ending::committed && act(i)) return true;
    }
    return false;
  }

  // Changes what a committed transaction saw where it looked once and did not write.
  template <typename Choose>
  bool reread(const Choose& choose) {
    return for_some_committed([&](std::size_t i) {
      for (access& each : all_[i].accesses) {
        const auto times =
            std::count_if(all_[i].accesses.begin(), all_[i].accesses.end(),
                          [&](const access& other) { return other.key == each.key; });
        if (times != 1) continue;
        const std::optional<version_id> instead = choose(i, each);
        if (!instead || *instead == each.version) continue;
        each.version = *instead;
        return true;
      }
      return false;
    });
  }

  bool change_second(bool after_a_write) {
    return for_some_committed([&](std::size_t i) {
      std::map<std::int64_t, bool> wrote;
      for (access& each : all_[i].accesses) {
        const auto before = wrote.find(each.key);
        const bool is_second =
            before != wrote.end() && before->second == after_a_write && !each.is_write;
        if (is_second && !is_replaced_by(i, each) && sees_older(i, each, after_a_write))
          return true;
        wrote[each.key] = wrote[each.key] || each.is_write;
      }
      return false;
    });
  }
  // False: there is nothing older.
  bool sees_older(std::size_t i, access& read, bool than_its_own_write) const {
    const version_id instead =
        than_its_own_write ? base_of(i, read.key) : older_than(read);
    return std::exchange(read.version, instead) != instead;
  }
  bool is_replaced_by(std::size_t i, const access& read) const {
    return std::any_of(
        all_[i].accesses.begin(), all_[i].accesses.end(), [&](const access& each) {
          return each.is_write && each.key == read.key && each.replaced == read.version;
        });
  }
  version_id older_than(const access& read) const {
    return read.version == first_version ? first_version
                                         : base_of(writer_.at(read.version), read.key);
  }

  void see_instead(std::size_t i, std::int64_t key, version_id before, version_id after) {
    for (access& each : all_[i].accesses) {
      if (each.key != key) continue;
      if (!each.is_write && each.version == before) each.version = after;
      if (each.is_write && each.replaced == before) each.replaced = after;
    }
  }
  void swap_on(std::int64_t key, std::size_t first, std::size_t second) {
    const version_id base = base_of(first, key);
    const version_id by_first = finals_of(first).at(key);
    const version_id by_second = finals_of(second).at(key);
    const auto after = next_.find({key, by_second});
    if (after != next_.end()) see_instead(after->second, key, by_second, by_first);
    see_instead(second, key, by_first, base);
    see_instead(first, key, base, by_second);
  }

  transactions all_;
  std::mt19937_64 random_;
  std::map<version_id, std::size_t> writer_;
  std::map<std::int64_t, std::vector<version_id>> aborted_;
  std::map<std::int64_t, std::vector<version_id>> intermediate_;
  std::map<std::int64_t, std::vector<version_id>> final_;
  std::map<place, std::size_t> next_;  // who replaced it
};

}  // namespace tussle::history::tests
