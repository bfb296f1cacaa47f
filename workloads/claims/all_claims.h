// all_claims.h: what is taught of the primitives (section 11 of the design), in the order in
// which the page shows it.
#pragma once

#include "harness/claims/claim.h"

namespace tussle::workloads {

tussle::claims::claims all_claims();

}  // namespace tussle::workloads
