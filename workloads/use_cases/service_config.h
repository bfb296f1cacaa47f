// service_config.h: the configuration of a service, in which everything depends on everything.
#pragma once

#include <cstdint>
#include <string>

#include "primitives/value/map.h"

namespace tussle::workloads::use_cases {

// A config of version v has a limit of 3v, a deadline of 7v and flags that say v. So a mix of
// two versions shows.
struct service_config {
  std::int64_t version = 0;
  std::int64_t limit = 0;
  std::int64_t deadline = 0;
  value::map<std::string, std::int64_t> flags = {{"beta", 0}, {"dark_mode", 0}};

  service_config next() const {
    return {version + 1, 3 * (version + 1), 7 * (version + 1),
            flags.assoc("beta", version + 1).assoc("dark_mode", version + 1)};
  }
  // What an operator gets wrong.
  service_config next_with_a_slip() const {
    service_config slip = next();
    slip.limit = -1;
    return slip;
  }

  bool consistent() const {
    return limit == 3 * version && deadline == 7 * version &&
           flags.at("beta") == version && flags.at("dark_mode") == version;
  }
};

}  // namespace tussle::workloads::use_cases
