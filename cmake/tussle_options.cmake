# How every target is compiled: one interface target, one mode per build.

include(tussle_modes)

set(TUSSLE_MODE "bench" CACHE STRING "What the seam is made of: bench, chaos, tsan or sim")
set_property(CACHE TUSSLE_MODE PROPERTY STRINGS bench chaos tsan sim)
option(TUSSLE_WARNINGS_AS_ERRORS "Treat compiler warnings as errors" OFF)

if(NOT TUSSLE_MODE MATCHES "^(bench|chaos|tsan|sim)$")
  message(FATAL_ERROR "tussle: TUSSLE_MODE is '${TUSSLE_MODE}': use bench, chaos, tsan or sim")
endif()
# Where operations are announced to a scheduler: what mode.h calls TUSSLE_SCHEDULE_POINTS.
set(TUSSLE_HAS_SCHEDULE_POINTS OFF)
if(TUSSLE_MODE MATCHES "^(chaos|tsan)$")
  set(TUSSLE_HAS_SCHEDULE_POINTS ON)
endif()
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
endif()

string(TOUPPER "${CMAKE_BUILD_TYPE}" _build_type)
set(TUSSLE_EFFECTIVE_FLAGS "${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_${_build_type}}")
string(STRIP "${TUSSLE_EFFECTIVE_FLAGS}" TUSSLE_EFFECTIVE_FLAGS)

# A number from a sanitized or unoptimised build is not a measurement.
if(TUSSLE_MODE STREQUAL "bench")
  if(TUSSLE_EFFECTIVE_FLAGS MATCHES "-fsanitize")
    message(FATAL_ERROR "tussle: mode bench refuses a sanitizer (${TUSSLE_EFFECTIVE_FLAGS}): use --preset tsan")
  endif()
  tussle_is_optimised("${TUSSLE_EFFECTIVE_FLAGS}" _optimised)
  if(NOT _optimised)
    message(FATAL_ERROR "tussle: mode bench needs -O2 or -O3, not '${TUSSLE_EFFECTIVE_FLAGS}': set CMAKE_BUILD_TYPE=Release")
  endif()
endif()

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")

find_program(TUSSLE_CCACHE ccache)
mark_as_advanced(TUSSLE_CCACHE)
if(TUSSLE_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Relative to the checkout, so that another checkout finds what this one compiled.
  set(_ccache_environment "CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}")
  # What ccache asks for where precompiled headers are used; __TIME__ is nowhere.
  list(APPEND _ccache_environment CCACHE_SLOPPINESS=pch_defines,time_macros)
  # ccache does not tell objects apart by -ffile-prefix-map, and reports of sanitizers name files: whoever changes the
  # map changes the namespace too.
  if(NOT TUSSLE_MODE STREQUAL "bench")
    list(APPEND _ccache_environment CCACHE_NAMESPACE=relative-to-build)
  endif()
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND}" -E env ${_ccache_environment} "${TUSSLE_CCACHE}")
endif()

# What our files' paths begin with when ccache made them relative: "../../".
file(RELATIVE_PATH _root_from_build "${CMAKE_BINARY_DIR}" "${PROJECT_SOURCE_DIR}")

add_library(tussle_options INTERFACE)
add_library(tussle::options ALIAS tussle_options)
target_compile_features(tussle_options INTERFACE cxx_std_20)
# What only this build needs stays out of what is installed.
set(_own_options
  -Wall -Wextra -Wshadow -Wconversion
  $<$<CXX_COMPILER_ID:Clang>:-Wthread-safety>
  $<$<BOOL:${TUSSLE_WARNINGS_AS_ERRORS}>:-Werror>
  # Paths in race records and assertions are relative to the repository.
  -ffile-prefix-map=${PROJECT_SOURCE_DIR}/= -ffile-prefix-map=${CMAKE_BINARY_DIR}=. $<$<BOOL:${_root_from_build}>:-ffile-prefix-map=${_root_from_build}=>)
target_include_directories(tussle_options INTERFACE "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>")
target_compile_options(tussle_options INTERFACE "$<BUILD_INTERFACE:${_own_options}>")
string(TOUPPER "${TUSSLE_MODE}" _mode_upper)
target_compile_definitions(tussle_options INTERFACE TUSSLE_MODE_${_mode_upper})
list(JOIN TUSSLE_COMPILE_${TUSSLE_MODE} " " _mode_text)
string(APPEND TUSSLE_EFFECTIVE_FLAGS " ${_mode_text}")  # what records show
string(STRIP "${TUSSLE_EFFECTIVE_FLAGS}" TUSSLE_EFFECTIVE_FLAGS)
target_compile_options(tussle_options INTERFACE ${TUSSLE_COMPILE_${TUSSLE_MODE}} ${TUSSLE_WARNINGS_${TUSSLE_MODE}})
target_compile_definitions(tussle_options INTERFACE ${TUSSLE_DEFINITIONS_${TUSSLE_MODE}})
target_link_options(tussle_options INTERFACE ${TUSSLE_LINK_${TUSSLE_MODE}})
