// command_line_cases.cc: a benchmark binary whose cases are known to pass, to break and
// to throw.
#include <stdexcept>

#include "harness/case/infos_for_test.h"
#include "harness/measure/main.h"

namespace tussle::harness {
namespace {

struct fine {
  static subject_info info() { return subject_named("fine"); }
  static void step() {}
  static verdict verify() { return verdict::pass("as it should be"); }
};

struct broken : fine {
  static subject_info info() { return subject_named("broken", subject_kind::planted); }
  static verdict verify() { return verdict::fail("planted"); }
};

struct throws : fine {
  static subject_info info() { return subject_named("throws"); }
  static void step() { throw std::runtime_error("planted, in no known \xff encoding"); }
};

struct throws_a_number : fine {
  static subject_info info() { return subject_named("throws_a_number"); }
  static void step() { throw 42; }  // NOLINT: that is the case
};

struct walk {
  static workload_info info() {
    return workload_named(
        "walk", "none",
        {condition_named("share", {0.5}, 1, false), threads_condition({1, 2})});
  }
  template <typename Subject>
  class run {
   public:
    explicit run(const conditions& /*values*/) {}
    void step(worker& /*self*/) { Subject::step(); }
    verdict verify(const tally& /*done*/) { return Subject::verify(); }
  };
};

}  // namespace
}  // namespace tussle::harness

int main(int argc, char** argv) {
  namespace h = tussle::harness;
  h::registry all;
  all.add<h::walk, h::fine, h::broken, h::throws, h::throws_a_number>();
  return h::run_main(all, argc, argv);
}
