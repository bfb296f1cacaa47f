# tussle_add_test(name [IN_SIM] [ONE_THREAD] SOURCES ... LIBRARIES ...): a GoogleTest binary, each of its tests one ctest
# entry.

# In mode sim only those that say so: the others would repeat what mode bench tests. In mode tsan not those of ONE_THREAD,
# in which there is nothing to race.

# In modes with schedule points tests run perturbed (harness/schedule/perturbed_main_testing.cc). Linked, not included:
# a room's tests need not know the harness for it.
enable_testing()
include(GoogleTest)

# Tests are compiled about half as long at -O1 as at the library's -O3 and still inline and reorder. Where the sanitizers
# or the second compiler look at the same tests once more, each at -O0: less than half of that, and no access is optimised
# away before it is checked. What the tests link with is optimised in every mode.
set(_test_options -O1)
if(TUSSLE_MODE STREQUAL "chaos")
  set(_test_options -O0 ${TUSSLE_UNCHECKED_WHERE_TEMPLATES_ARE_MADE})
elseif(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  set(_test_options -O0)
endif()
# To be linked last: the last -O and the last word on a check count, and a mode's own come with tussle::options.
add_library(tussle_test_options INTERFACE)
target_compile_options(tussle_test_options INTERFACE ${_test_options})

# GoogleTest takes a compiler longer to read than most tests do: it is read once a build. Tests still include what they
# use, so that each compiles without it.
set(_test_headers "${CMAKE_BINARY_DIR}/generated/test_headers.cc")
file(CONFIGURE OUTPUT "${_test_headers}" CONTENT "// Only here to have the precompiled header made.\n")
add_library(tussle_test_headers OBJECT "${_test_headers}")
target_link_libraries(tussle_test_headers PRIVATE tussle::options GTest::gtest tussle_test_options)
target_precompile_headers(tussle_test_headers PRIVATE <gtest/gtest.h> <algorithm> <atomic> <functional> <latch>
  <memory> <optional> <string> <thread> <vector>)

function(tussle_add_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "IN_SIM;ONE_THREAD" "" "SOURCES;LIBRARIES")
  if((TUSSLE_MODE STREQUAL "sim" AND NOT arg_IN_SIM) OR (TUSSLE_MODE STREQUAL "tsan" AND arg_ONE_THREAD))
    return()
  endif()
  add_executable(${name} ${arg_SOURCES})
  target_precompile_headers(${name} REUSE_FROM tussle_test_headers)
  target_link_libraries(${name} PRIVATE ${arg_LIBRARIES} tussle::options GTest::gtest
    $<IF:$<BOOL:${TUSSLE_HAS_SCHEDULE_POINTS}>,tussle::test_main,GTest::gtest_main> tussle_test_options)
  gtest_discover_tests(${name} TEST_PREFIX "${name}." DISCOVERY_MODE PRE_TEST
    DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 300)
endfunction()
