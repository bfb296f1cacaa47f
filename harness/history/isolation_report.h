// isolation_report.h: transactions that were not isolated, told to people and to reports.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "harness/case/verdict.h"
#include "harness/history/isolation.h"
#include "harness/history/transaction_recorder.h"

namespace tussle::history {

// In one sentence: "read skew (G-single): #2 read key 3 before #1 replaced it, ...".
std::string in_words(const transactions& all, const contradiction& shown);

// The transactions that show it: a table, a timeline, and the cycle.
std::string to_text(const transactions& all, const contradiction& shown);

// The shape of history.schema.json#/$defs/record.
nlohmann::ordered_json to_json(const transactions& all, const contradiction& shown,
                               std::string clock);

// Passes if what was recorded is snapshot-isolated, and serializable if that was promised.
// Otherwise the verdict's evidence is the worst of what was found. Write skew is no fault where
// it was not promised away; it is counted, and the evidence, marked as allowed, shows one.
harness::verdict verdict_of(const transaction_recorder& recorded,
                            bool promises_serializable);

}  // namespace tussle::history
