#include "harness/history/isolation_report.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "harness/history/timeline.h"

namespace tussle::history {
namespace {

// Those that show it, in the order in which they began; numbered anew.
class few {
 public:
  few(const transactions& all, const contradiction& shown) : all_(all) {
    for (const std::uint32_t each : shown.who) {
      if (std::find(which_.begin(), which_.end(), each) == which_.end())
        which_.push_back(each);
    }
    std::sort(which_.begin(), which_.end(), [&](std::uint32_t a, std::uint32_t b) {
      return all[a].began < all[b].began;
    });
  }

  std::size_t size() const { return which_.size(); }
  const transaction& operator[](std::size_t i) const { return all_[which_[i]]; }
  std::string number(std::uint32_t of) const {
    return absl::StrCat("#",
                        std::find(which_.begin(), which_.end(), of) - which_.begin());
  }

 private:
  const transactions& all_;
  std::vector<std::uint32_t> which_;
};

std::string in_words(const few& those, const dependency_edge& one) {
  const std::string from = those.number(one.from);
  const std::string to = those.number(one.to);
  const std::string what =
      absl::StrCat("key ", one.key, "=", to_string_of_version(one.version));
  switch (one.kind) {
    case dependency::ww:
      return absl::StrCat(to, " replaced ", what, ", which ", from, " wrote");
    case dependency::wr:
      return absl::StrCat(to, " read ", what, ", which ", from, " wrote");
    case dependency::rw:
      return absl::StrCat(from, " read ", what, ", which ", to, " replaced");
    case dependency::rt:
      return absl::StrCat(from, " had ended before ", to, " began");
  }
  return "";
}

std::string alone_in_words(const few& those, const contradiction& shown) {
  const auto version = [&](std::size_t i) {
    return absl::StrCat("key ", shown.key, "=", to_string_of_version(shown.versions[i]));
  };
  const std::string first = those.number(shown.who.front());
  const std::string last = those.number(shown.who.back());
  switch (shown.what) {
    case anomaly::value_from_nowhere:
      return absl::StrCat(first, " read ", version(0), ", which nobody had written");
    case anomaly::own_write_not_seen:
      return absl::StrCat(first, " had written ", version(0), " and then read ",
                          version(1));
    case anomaly::non_repeatable_read:
      return absl::StrCat(first, " read ", version(0), ", and later ", version(1));
    case anomaly::aborted_read:
      return absl::StrCat(last, " read ", version(0), " of ", first,
                          ", which did not commit");
    case anomaly::intermediate_read:
      return absl::StrCat(last, " read ", version(0), ", which ", first,
                          " replaced itself");
    default:
      return absl::StrCat(first, " and ", last, " both replaced ", version(0));
  }
}

std::string in_words(const few& those, const contradiction& shown) {
  if (shown.cycle.empty()) return alone_in_words(those, shown);
  std::string text;
  for (const dependency_edge& each : shown.cycle)
    absl::StrAppend(&text, text.empty() ? "" : "; ", in_words(those, each));
  return text;
}

// Its place in time only: what it did stands in the table.
history as_operations(const few& those) {
  history drawn;
  for (std::size_t i = 0; i < those.size(); ++i) {
    drawn.push_back({.thread = those[i].thread,
                     .how = outcome::done,
                     .invoked = those[i].began,
                     .returned = those[i].ended});
  }
  return drawn;
}

std::string table_of(const few& those) {
  std::string text = "   #  thread  transaction\n";
  for (std::size_t i = 0; i < those.size(); ++i) {
    std::string row = absl::StrCat("   ", i);
    row.resize(std::max<std::size_t>(row.size(), 6), ' ');
    absl::StrAppend(&row, those[i].thread);
    row.resize(std::max<std::size_t>(row.size(), 14), ' ');
    absl::StrAppend(&text, row, to_string(those[i]), "\n");
  }
  return text;
}

std::string cycle_of(const few& those, const contradiction& shown) {
  std::string text;
  for (const dependency_edge& each : shown.cycle) {
    absl::StrAppend(&text, "  ", those.number(each.from), " -", to_string(each.kind),
                    "-> ", those.number(each.to), "  ", in_words(those, each), "\n");
  }
  return text;
}

std::string grade_of(anomaly what) {
  return is_forbidden(what) ? "forbidden" : "interesting: snapshot isolation allows it";
}

}  // namespace

std::string in_words(const transactions& all, const contradiction& shown) {
  return absl::StrCat(to_string(shown.what), ": ", in_words(few(all, shown), shown));
}

std::string to_text(const transactions& all, const contradiction& shown) {
  const few those(all, shown);
  std::string text =
      absl::StrCat(to_string(shown.what), " (", grade_of(shown.what), "); ", those.size(),
                   " of ", all.size(), " transactions show it.\n", in_words(those, shown),
                   "\n\n", table_of(those), "\n", timeline(as_operations(those)));
  if (!shown.cycle.empty())
    absl::StrAppend(&text, "\nThe cycle:\n", cycle_of(those, shown));
  return text;
}

nlohmann::ordered_json to_json(const transactions& all, const contradiction& shown,
                               std::string clock) {
  using json = nlohmann::ordered_json;
  const few those(all, shown);
  const stamp from = those[0].began;
  json operations = json::array();
  json candidates = json::array();
  for (std::size_t i = 0; i < those.size(); ++i) {
    const bool committed = those[i].how == ending::committed;
    operations.push_back({{"thread", those[i].thread},
                          {"call", "transaction"},
                          {"argument", those[i].accesses.size()},
                          {"outcome", committed ? "committed" : "aborted"},
                          {"result", nullptr},
                          {"invoked", those[i].began - from},
                          {"returned", those[i].ended - from},
                          {"text", to_string(those[i])}});
    candidates.push_back({{"operation", i}, {"possible", false}});
  }
  return {{"object", "transactions"},
          {"initial", first_version},
          {"capacity", 0},
          {"recorded", all.size()},
          {"clock", std::move(clock)},
          {"reason", in_words(all, shown)},
          {"operations", std::move(operations)},
          {"order", json::array()},
          {"state", to_string(shown.what)},
          {"candidates", std::move(candidates)},
          {"text", to_text(all, shown)}};
}

harness::verdict verdict_of(const transaction_recorder& recorded,
                            bool promises_serializable) {
  const transactions all = recorded.all();
  if (all.empty()) return harness::verdict::fail("nothing was recorded");
  const isolation_judgement said = check_isolation(all);
  const std::string clock = to_string(recorded.source());
  const std::string what = absl::StrCat(
      said.committed, " transactions of ", said.accesses, " reads and writes, ",
      said.aborted, " aborted, ", said.edges, " dependencies; stamps: ", clock);
  const bool sound =
      promises_serializable ? said.is_serializable() : said.is_snapshot_isolated();
  if (sound) {
    const std::string skews =
        promises_serializable
            ? std::string()
            : absl::StrCat("; write skew, which is allowed: ", said.write_skews,
                           " pairs");
    harness::verdict found = harness::verdict::pass(absl::StrCat(
        promises_serializable ? "serializable: " : "snapshot-isolated: ", what, skews));
    // No failure, but who relies on snapshots should see what they allow.
    if (!said.found.empty()) {
      nlohmann::ordered_json shown = to_json(all, said.found.front(), clock);
      shown["allowed"] = true;
      found.evidence = shown.dump();
    }
    return found;
  }
  const contradiction& worst =
      said.found.empty() ? *said.out_of_time : said.found.front();
  harness::verdict found =
      harness::verdict::fail(absl::StrCat(in_words(all, worst), " (", what, ")"));
  found.evidence = to_json(all, worst, clock).dump();
  return found;
}

}  // namespace tussle::history
