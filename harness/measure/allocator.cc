#include "harness/measure/allocator.h"

#include <dlfcn.h>

#include <array>
#include <string_view>
#include <utility>

#include "harness/case/case_name.h"
#include "primitives/sync/hooks.h"

namespace tussle::harness {
namespace {

// Labels and a function that only that allocator exports.
constexpr std::array<std::pair<const char*, const char*>, 3> signs = {{
    {"jemalloc", "mallctl"},
    {"tcmalloc", "tc_version"},
    {"mimalloc", "mi_version"},
}};

std::string claimed(const conditions& values) {
  if (!values.has("allocator")) return "system";
  return spelled(allocator_condition(), values.fraction("allocator"));
}

}  // namespace

std::string allocator_in_use() {
  for (const auto& [label, sign] : signs) {
    if (dlsym(RTLD_DEFAULT, sign) != nullptr) return label;
  }
  return "system";
}

void require_allocator(const selected_case& selected, const std::string& in_use,
                       bool sanitized) {
  const std::string wanted = claimed(selected.values);
  if (wanted == in_use && (wanted == "system" || !sanitized)) return;
  const std::string where = "case '" + selected.name + "': ";
  if (sanitized && wanted != "system") {
    throw usage_error(where + "a sanitizer build brings its own allocator, not " +
                      wanted + ": use the bench build");
  }
  const std::string mend =
      wanted == "system" ? "start it without LD_PRELOAD, or add /allocator:" + in_use
                         : "start it with LD_PRELOAD=<library of " + wanted +
                               ">, or by scripts/tussle run, which does that";
  throw usage_error(where + "this process runs on the allocator " + in_use + ", not " +
                    wanted + ": " + mend);
}

void require_allocator(const selected_case& selected) {
  require_allocator(selected, allocator_in_use(),
                    std::string_view(sync::mode_name()) != "bench");
}

}  // namespace tussle::harness
