# Writes commit.h: which source this build is made of. Rewritten at each build, only when it changed.
#
# Included by the root list file it adds the target tussle_commit; run as a script (-P) it does the writing.

if(NOT CMAKE_SCRIPT_MODE_FILE)
  set(TUSSLE_COMMIT_DIR "${CMAKE_BINARY_DIR}/generated")
  add_custom_target(tussle_commit
    COMMAND "${CMAKE_COMMAND}" -DSOURCE=${PROJECT_SOURCE_DIR} -DOUTPUT=${TUSSLE_COMMIT_DIR}/commit.h
            -P "${CMAKE_CURRENT_LIST_FILE}"
    BYPRODUCTS "${TUSSLE_COMMIT_DIR}/commit.h"
    COMMENT "Noting the commit")
  return()
endif()

set(_commit "unknown")
set(_dirty "false")
execute_process(COMMAND git -C "${SOURCE}" rev-parse --short=12 HEAD
  OUTPUT_VARIABLE _out OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE _code)
if(_code EQUAL 0)
  set(_commit "${_out}")
  execute_process(COMMAND git -C "${SOURCE}" status --porcelain --untracked-files=no
    OUTPUT_VARIABLE _changes ERROR_QUIET)
  if(_changes)
    set(_dirty "true")
  endif()
endif()
file(CONFIGURE OUTPUT "${OUTPUT}" CONTENT
"#pragma once
namespace tussle::build {
inline constexpr const char* commit = \"${_commit}\";
inline constexpr bool dirty = ${_dirty};
}  // namespace tussle::build
")
