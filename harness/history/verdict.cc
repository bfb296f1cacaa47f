#include "harness/history/verdict.h"

#include <absl/strings/str_cat.h>

#include <nlohmann/json.hpp>

#include "harness/history/counterexample.h"

namespace tussle::history {

harness::verdict verdict_of(const recorder& recorded, const specification& object) {
  const history operations = recorded.operations();
  if (operations.empty()) return harness::verdict::fail("nothing was recorded");
  const judgement said = check(operations, object);
  const std::string clock = to_string(recorded.source());
  if (said.said == answer::linearizable) {
    return harness::verdict::pass(absl::StrCat("one order explains ", operations.size(),
                                               " operations (", said.method,
                                               "; stamps: ", clock, ")"));
  }
  if (said.said == answer::cut) {
    return harness::verdict::fail(absl::StrCat("not decided: ", said.reason));
  }
  const counterexample shown = explain(operations, object, clock);
  harness::verdict found = harness::verdict::fail(
      absl::StrCat("not linearizable: ", shown.reason, " (", shown.operations.size(),
                   " of ", operations.size(), " operations show it)"));
  found.evidence = to_json(shown).dump();
  return found;
}

}  // namespace tussle::history
