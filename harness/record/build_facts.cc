#include <gnu/libc-version.h>

#include <nlohmann/json.hpp>
#include <string>

#include "commit.h"
#include "harness/race/race_collector.h"
#include "harness/record/json.h"

namespace tussle::harness {
namespace {

std::string compiler() {
#if defined(__clang__)
  return "clang++ " __clang_version__;
#else
  return "g++ " __VERSION__;
#endif
}

// As the compilers name them in -fsanitize.
const char* sanitizer() {
#if defined(TUSSLE_MODE_CHAOS)
  return "address,undefined";
#else
  return race::sanitizer_active() ? "thread" : "none";
#endif
}

json libraries() {
  json versions = {{"benchmark", TUSSLE_BENCHMARK_VERSION},
                   {"absl", TUSSLE_ABSL_VERSION},
                   {"glibc", gnu_get_libc_version()},
                   {"libstdc++", std::to_string(__GLIBCXX__)}};
#if defined(TUSSLE_PACKAGE_VERSION)
  // In another project: the commit is that project's, so this says which Tussle it has.
  versions["tussle"] = TUSSLE_PACKAGE_VERSION;
#endif
  return versions;
}

}  // namespace

json build_facts() {
  return {{"compiler", compiler()},          {"flags", TUSSLE_CXX_FLAGS},
          {"build_type", TUSSLE_BUILD_TYPE}, {"commit", build::commit},
          {"dirty", build::dirty},           {"sanitizer", sanitizer()},
          {"libraries", libraries()}};
}

}  // namespace tussle::harness
