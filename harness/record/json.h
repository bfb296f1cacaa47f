// json.h: results as JSON. The shapes are those of the schemas in this folder.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "harness/case/registry.h"
#include "harness/measure/measure.h"

namespace tussle::harness {

// Keeps the order in which members are written.
using json = nlohmann::ordered_json;

// What this binary is: compiler, flags, mode, libraries, commit.
json build_facts();

// Everything that can be run.
json catalog(const registry& all);

// What was measured.
json to_json(const case_result& result);

// The samples of single operations: percentiles, and the histograms they come from.
json latency_json(const case_result& result);

// The same as text, for those who need not know JSON's types.
std::string catalog_text(const registry& all);
std::string case_text(const case_result& result);

// Numbers that are not finite become null: JSON has no word for them.
json number(double value);

// One line in the same form in every locale.
std::string to_text(const json& value);

}  // namespace tussle::harness
