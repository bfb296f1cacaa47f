#include "workloads/claims/all_claims.h"

#include <utility>

#include "workloads/claims/agent_claims.h"
#include "workloads/claims/atom_claims.h"
#include "workloads/claims/channel_claims.h"
#include "workloads/claims/go_claims.h"
#include "workloads/claims/result_claims.h"
#include "workloads/claims/stm_claims.h"

namespace tussle::workloads {

tussle::claims::claims all_claims() {
  tussle::claims::claims all;
  for (auto part :
       {claims::atom_claims(), claims::agent_claims(), claims::result_claims(),
        claims::stm_claims(), claims::go_claims(), claims::channel_claims()}) {
    for (tussle::claims::claim& each : part) all.push_back(std::move(each));
  }
  return all;
}

}  // namespace tussle::workloads
