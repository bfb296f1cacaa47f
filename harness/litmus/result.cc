#include "harness/litmus/result.h"

#include <algorithm>
#include <iomanip>
#include <nlohmann/json.hpp>
#include <sstream>

#include "harness/record/json.h"
#include "primitives/sync/hooks.h"

namespace tussle::litmus {
namespace {

using harness::json;

constexpr int schema = 1;

const char* to_string(runner ran) { return ran == runner::sim ? "sim" : "threads"; }

const char* status_of(const result& one) {
  if (!one.error.empty()) return "failed";
  if (one.info.kind == program_kind::planted)
    return one.is_noticed() ? "caught" : "not_caught";
  return one.is_finding() ? "broken" : "ok";
}

json to_json(const result& one) {
  json outcomes = json::array();
  for (const counted_outcome& each : one.outcomes) {
    outcomes.push_back(
        {{"values",
          std::vector<int>(each.seen.begin(),
                           each.seen.begin() + static_cast<std::ptrdiff_t>(one.values))},
         {"grade", litmus::to_string(each.meaning)},
         {"count", each.count},
         {"reason", each.reason},
         {"listed", each.listed}});
  }
  return {{"name", one.info.name},
          {"question", one.info.question},
          {"statement", one.info.statement},
          {"source", one.info.source},
          {"planted", one.info.kind == program_kind::planted},
          {"status", status_of(one)},
          {"runner", to_string(one.ran)},
          {"actors", one.actors},
          {"executions", one.executions},
          {"seconds", harness::number(one.seconds)},
          {"rate", harness::number(one.rate())},
          {"core_each", one.has_core_each},
          {"complete", one.complete},
          {"bound", one.bound},
          {"shown", one.shown},
          {"all_reached", one.all_reached()},
          {"finding", one.finding},
          {"error", one.error},
          {"again", one.again},
          {"outcomes", outcomes}};
}

// What stands beside the name.
std::string heading(const result& one) {
  std::ostringstream text;
  text << one.info.name << ": ";
  if (!one.error.empty()) return text.str() + "FAILED: " + one.error;
  text << one.executions << " executions, " << std::fixed << std::setprecision(0)
       << one.rate() << "/s";
  if (!one.bound.empty()) text << ", " << one.bound;
  if (one.ran == runner::sim && !one.broken() && !one.all_reached()) {
    text << ", not all listed outcomes reached";
  }
  if (!one.has_core_each) text << ", more actors than cores";
  if (one.info.kind == program_kind::planted) {
    text << (one.is_noticed() ? ", planted: caught" : ", planted: not caught here");
  } else if (one.is_finding()) {
    text << (one.broken() ? ", FORBIDDEN" : ", FOUND: " + one.finding);
  }
  return text.str();
}

}  // namespace

bool result::all_reached() const {
  return std::all_of(outcomes.begin(), outcomes.end(), [](const counted_outcome& each) {
    return each.meaning == forbidden || each.count > 0;
  });
}

std::string to_text(const result& one) {
  std::ostringstream text;
  text << heading(one) << '\n';
  for (const counted_outcome& each : one.outcomes) {
    text << "  " << std::left << std::setw(14) << to_text(each.seen, one.values)
         << std::setw(12) << litmus::to_string(each.meaning) << std::right
         << std::setw(12) << each.count << "  " << each.reason << '\n';
  }
  if (one.is_finding()) text << one.shown << "  try it again: " << one.again << '\n';
  return text.str();
}

std::string record_text(const std::vector<result>& all, std::uint64_t seed,
                        double budget_seconds) {
  json results = json::array();
  for (const result& each : all) results.push_back(to_json(each));
  return harness::to_text({{"schema", schema},
                           {"mode", sync::mode_name()},
                           {"build", harness::build_facts()},
                           {"seed", seed},
                           {"budget_s", harness::number(budget_seconds)},
                           {"programs", results}});
}

}  // namespace tussle::litmus
