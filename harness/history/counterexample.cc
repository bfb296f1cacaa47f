#include "harness/history/counterexample.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "harness/history/timeline.h"

namespace tussle::history {
namespace {

std::string numbered(const counterexample& shown, std::uint32_t i) {
  return absl::StrCat("  #", i, " ", to_string(shown.operations[i]));
}

bool is_among(const std::vector<std::uint32_t>& order, std::uint32_t i) {
  return std::find(order.begin(), order.end(), i) != order.end();
}

// Steps of a put that waits stand for one operation.
std::vector<std::uint32_t> operations_of(const std::vector<step>& order) {
  std::vector<std::uint32_t> found;
  for (const step& each : order) {
    if (!is_among(found, each.operation)) found.push_back(each.operation);
  }
  return found;
}

std::string object_text(const specification& object) {
  std::string kind = to_string(object.kind);
  if (object.kind == object_kind::cell) {
    return absl::StrCat(kind, " that begins as ", object.initial);
  }
  if (object.kind == object_kind::channel) {
    return absl::StrCat(kind, " of capacity ", object.capacity);
  }
  return kind;
}

std::string ending(const counterexample& shown) {
  std::string text = "The longest order that can be explained:\n";
  for (const std::uint32_t i : shown.order) {
    absl::StrAppend(&text, numbered(shown, i), "\n");
  }
  if (shown.order.empty()) text += "  (none)\n";
  absl::StrAppend(&text, "Then the ", to_string(shown.object.kind), " is ", shown.state,
                  ", and nothing can come next:\n");
  for (const candidate& each : shown.candidates) {
    absl::StrAppend(&text, numbered(shown, each.operation),
                    each.possible ? ": could, but leads to no end either" : ": cannot",
                    "\n");
  }
  return text;
}

nlohmann::ordered_json operation_json(const operation& one, stamp from) {
  nlohmann::ordered_json record = {
      {"thread", one.thread},     {"call", to_string(one.what)},
      {"argument", one.argument}, {"outcome", to_string(one.how)},
      {"result", nullptr},        {"invoked", one.invoked - from},
      {"returned", nullptr},      {"text", to_string(one)}};
  if (one.what == call::compare_and_set) record["expected"] = one.expected;
  if (one.how == outcome::returned) record["result"] = one.result;
  if (!one.is_pending()) record["returned"] = one.returned - from;
  return record;
}

}  // namespace

counterexample explain(const history& operations, const specification& object,
                       std::string clock) {
  smaller least = minimise(operations, object);
  const judgement said = check_by_search(least.operations, least.object);
  counterexample shown{.operations = std::move(least.operations),
                       .object = least.object,
                       .recorded = operations.size(),
                       .clock = std::move(clock),
                       .order = operations_of(said.order)};
  // The quick checks tell a reason in the operations' own words.
  const judgement first = check(shown.operations, shown.object);
  shown.reason = first.reason;
  shown.state = state_after(shown.operations, shown.object, said.order);
  for (std::uint32_t i = 0; i < shown.operations.size(); ++i) {
    const bool begun = !said.stuck || shown.operations[i].invoked <=
                                          shown.operations[*said.stuck].returned;
    if (!begun || is_among(shown.order, i)) continue;
    shown.candidates.push_back(
        {i, may_follow(shown.operations, shown.object, said.order, i)});
  }
  return shown;
}

std::string to_text(const counterexample& shown) {
  return absl::StrCat(
      "Not linearizable: ", object_text(shown.object), "; ", shown.operations.size(),
      " of ", shown.recorded, " operations show it.\n", shown.reason, "\n\n",
      table(shown.operations), "\n", timeline(shown.operations), "\n", ending(shown));
}

nlohmann::ordered_json to_json(const counterexample& shown) {
  using json = nlohmann::ordered_json;
  stamp from = never;
  for (const operation& one : shown.operations) from = std::min(from, one.invoked);
  json operations = json::array();
  for (const operation& one : shown.operations) {
    operations.push_back(operation_json(one, from));
  }
  json candidates = json::array();
  for (const candidate& each : shown.candidates) {
    candidates.push_back({{"operation", each.operation}, {"possible", each.possible}});
  }
  return {{"object", to_string(shown.object.kind)},
          {"initial", shown.object.initial},
          {"capacity", shown.object.capacity},
          {"recorded", shown.recorded},
          {"clock", shown.clock},
          {"reason", shown.reason},
          {"operations", std::move(operations)},
          {"order", shown.order},
          {"state", shown.state},
          {"candidates", std::move(candidates)},
          {"text", to_text(shown)}};
}

}  // namespace tussle::history
