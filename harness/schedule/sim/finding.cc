#include "harness/schedule/sim/finding.h"

namespace tussle::sim {

const char* to_string(finding_kind kind) {
  switch (kind) {
    case finding_kind::check_failed:
      return "failed check";
    case finding_kind::exception:
      return "exception";
    case finding_kind::deadlock:
      return "deadlock";
    case finding_kind::lost_wake_up:
      return "lost wake-up";
    case finding_kind::livelock:
      return "livelock";
    case finding_kind::data_race:
      return "data race";
    case finding_kind::use_after_free:
      return "use after free";
    case finding_kind::double_free:
      return "double free";
    case finding_kind::leak:
      return "leak";
    case finding_kind::misuse:
      return "misuse";
    case finding_kind::crash:
      break;
  }
  return "crash";
}

}  // namespace tussle::sim
