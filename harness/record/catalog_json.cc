#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "harness/case/roles.h"
#include "harness/record/json.h"
#include "primitives/sync/hooks.h"

namespace tussle::harness {
namespace {

// A whole number is written as one.
json plain(double value) {
  if (value == std::floor(value) && std::fabs(value) < 1e15)
    return static_cast<std::int64_t>(value);
  return number(value);
}

json expected(expectation e) {
  if (e == expectation::may) return "may";
  return e == expectation::yes;
}

json to_json(const condition_info& c) {
  json defaults = json::array();
  for (const double value : c.default_values) {
    defaults.push_back(c.labels.empty() ? plain(value) : json(spelled(c, value)));
  }
  json described = {{"name", c.name},
                    {"unit", c.unit},
                    {"description", c.description},
                    {"default", std::move(defaults)},
                    {"minimum", plain(c.minimum)},
                    {"maximum", plain(c.maximum)},
                    {"integer", c.integer}};
  for (const double value : c.allowed) described["allowed"].push_back(plain(value));
  if (!c.labels.empty()) described["labels"] = c.labels;
  if (c.optional) described["optional"] = true;
  if (c.drawn_maximum > 0) described["drawn_maximum"] = plain(c.drawn_maximum);
  return described;
}

json to_json(const workload_info& w) {
  json conditions = json::array();
  for (const condition_info& c : w.conditions) conditions.push_back(to_json(c));
  return {{"name", w.name},
          {"question", w.question},
          {"invariant", w.invariant},
          {"failure", w.failure},
          {"role", w.role},
          {"conditions", std::move(conditions)},
          {"operations", w.operations},
          {"timed", w.timed}};
}

json to_json(const subject_info& s, std::vector<std::string> roles) {
  return {{"name", s.name},
          {"kind", to_string(s.kind)},
          {"roles", std::move(roles)},
          {"description", s.description},
          {"source", s.source},
          {"race_checkable", s.not_race_checkable.empty()},
          {"race_reason", s.not_race_checkable},
          {"expected",
           {{"invariant", expected(s.breaks_invariant)}, {"race", expected(s.races)}}}};
}

json to_json(const not_built_subject& absent) {
  return {{"name", absent.info.name},     {"kind", to_string(absent.info.kind)},
          {"roles", absent.roles},        {"description", absent.info.description},
          {"source", absent.info.source}, {"needs", absent.needs}};
}

json to_json(const registered_case& entry) {
  json value = {{"workload", entry.workload}, {"subject", entry.subject}};
  const limit& only = entry.limit;
  value["limits"] =
      only.condition.empty() ? "" : only.condition + "=" + to_name(only.only);
  value["limits_reason"] = only.reason;
  return value;
}

}  // namespace

json number(double value) { return std::isfinite(value) ? json(value) : json(nullptr); }

std::string to_text(const json& value) {
  // nlohmann's own number formatting; text that is not UTF-8 is replaced, not thrown
  // over.
  return value.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

json catalog(const registry& all) {
  json roles = json::array();
  for (const role_info& role : all_roles()) {
    roles.push_back({{"name", role.name}, {"description", role.description}});
  }
  json workloads = json::array();
  for (const workload_info& w : all.workloads()) workloads.push_back(to_json(w));
  json subjects = json::array();
  for (const subject_info& s : all.subjects()) {
    subjects.push_back(to_json(s, all.roles_of(s.name)));
  }
  json not_built = json::array();
  for (const not_built_subject& each : all.not_built())
    not_built.push_back(to_json(each));
  json cases = json::array();
  for (const registered_case& entry : all.cases()) cases.push_back(to_json(entry));
  return {{"schema", 1},
          {"mode", sync::mode_name()},
          {"build", build_facts()},
          {"roles", std::move(roles)},
          {"workloads", std::move(workloads)},
          {"subjects", std::move(subjects)},
          {"not_built", std::move(not_built)},
          {"cases", std::move(cases)}};
}

std::string catalog_text(const registry& all) { return to_text(catalog(all)); }

}  // namespace tussle::harness
