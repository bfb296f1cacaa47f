#include "harness/litmus/outcome.h"

#include <algorithm>

namespace tussle::litmus {

const char* to_string(grade g) {
  switch (g) {
    case acceptable:
      return "acceptable";
    case interesting:
      return "interesting";
    case forbidden:
      break;
  }
  return "forbidden";
}

std::vector<counted_outcome> graded(const std::vector<outcome>& table,
                                    const counts& found) {
  std::vector<counted_outcome> all;
  counts left = found;
  for (const outcome& each : table) {
    const auto here = left.find(each.seen);
    const std::uint64_t count = here == left.end() ? 0 : here->second;
    if (here != left.end()) left.erase(here);
    all.push_back({each.seen, each.meaning, each.reason, count, true});
  }
  for (const auto& [seen, count] : left) {
    all.push_back({seen, forbidden, "not listed", count, false});
  }
  return all;
}

bool has_forbidden(const std::vector<counted_outcome>& all) {
  return std::any_of(all.begin(), all.end(), [](const counted_outcome& each) {
    return each.meaning == forbidden && each.count > 0;
  });
}

std::string to_text(const values& seen, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) text += ", ";
    text += std::to_string(seen[i]);
  }
  return text;
}

}  // namespace tussle::litmus
