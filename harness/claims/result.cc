#include "harness/claims/result.h"

#include <chrono>
#include <exception>
#include <iomanip>
#include <nlohmann/json.hpp>
#include <sstream>

#include "harness/record/json.h"
#include "primitives/sync/hooks.h"

namespace tussle::claims {
namespace {

using json = nlohmann::ordered_json;

constexpr int schema = 1;

json to_json(const result& one) {
  json figures = json::array();
  for (const figure& each : one.found.figures) {
    figures.push_back({{"name", each.name},
                       {"value", harness::number(each.value)},
                       {"unit", each.unit}});
  }
  json expected = nullptr;
  if (one.what.expected != verdict::not_tested) expected = to_string(one.what.expected);
  return {{"id", one.what.id},
          {"statement", one.what.statement},
          {"threshold", one.what.threshold},
          {"source", one.what.source},
          {"verdict", to_string(one.found.came_to)},
          {"because", one.found.because},
          {"expected", expected},
          {"surprise", one.is_surprise()},
          {"seconds", harness::number(one.seconds)},
          {"error", one.error},
          {"figures", figures}};
}

}  // namespace

std::string to_string(verdict one) {
  switch (one) {
    case verdict::supported:
      return "supported";
    case verdict::refuted:
      return "refuted";
    case verdict::inconclusive:
      return "inconclusive";
    case verdict::not_tested:
      return "not tested";
  }
  return "";
}

result try_claim(const claim& what) {
  result one{.what = what};
  if (!what.try_it) {
    one.found.because = what.untested;
    return one;
  }
  const auto begun = std::chrono::steady_clock::now();
  try {
    one.found = what.try_it();
  } catch (const std::exception& error) {
    one.error = error.what();
  }
  one.seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  return one;
}

std::string to_text(const result& one) {
  std::ostringstream text;
  text << std::left << std::setw(13)
       << (one.error.empty() ? to_string(one.found.came_to) : "FAILED") << one.what.id
       << ": " << one.what.statement << '\n';
  const std::string margin(13, ' ');
  if (!one.error.empty()) return text.str() + margin + one.error + '\n';
  text << margin << one.found.because << '\n';
  for (const figure& each : one.found.figures) {
    text << margin << "  " << std::left << std::setw(44) << each.name << std::right
         << std::setw(12) << std::setprecision(4) << each.value;
    if (!each.unit.empty()) text << ' ' << each.unit;
    text << '\n';
  }
  if (one.is_surprise()) {
    text << margin << "SURPRISE: it comes to '" << to_string(one.what.expected)
         << "' everywhere else\n";
  }
  return text.str();
}

std::string record_text(const std::vector<result>& all) {
  json results = json::array();
  for (const result& each : all) results.push_back(to_json(each));
  return harness::to_text({{"schema", schema},
                           {"mode", sync::mode_name()},
                           {"build", harness::build_facts()},
                           {"claims", results}});
}

}  // namespace tussle::claims
