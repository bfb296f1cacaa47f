// stalling_cases.cc: a benchmark binary whose cases stand still, or only seem to.
//
// Apart from tussle_bench: a case that never ends would cost every run its patience.
#include <cstdint>

#include "harness/case/roles.h"
#include "harness/measure/main.h"
#include "workloads/planted/call_order_bank.h"
#include "workloads/planted/call_order_table.h"
#include "workloads/planted/deadlock.h"
#include "workloads/planted/livelock.h"
#include "workloads/scenarios/counter.h"
#include "workloads/scenarios/dining.h"
#include "workloads/scenarios/transfer.h"
#include "workloads/subjects/fetch_add.h"

namespace tussle::workloads {
namespace {

// A step takes a twentieth of a second and more, all of it work.
struct slow {
  static harness::subject_info info() {
    return {.name = "slow", .description = "Works long.", .source = "none"};
  }
  class counter {
   public:
    explicit counter(std::int64_t initial) : inner_(initial) {}
    void increment(std::int64_t hold) {
      constexpr std::int64_t long_work = 50'000'000;
      harness::work(long_work);
      inner_.increment(hold);
    }
    std::int64_t load() const { return inner_.load(); }

   private:
    subjects::fetch_add::counter inner_;
  };
};

}  // namespace
}  // namespace tussle::workloads

int main(int argc, char** argv) {
  namespace w = tussle::workloads;
  tussle::harness::registry all;
  all.add<w::counter, w::planted::deadlock, w::planted::livelock, w::slow>();
  all.add<w::transfer, w::planted::call_order_bank>();
  all.add<w::dining, w::planted::call_order_table>();
  return tussle::harness::run_main(all, argc, argv);
}
