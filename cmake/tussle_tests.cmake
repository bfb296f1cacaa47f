# tussle_add_test(name SOURCES ... LIBRARIES ...): a GoogleTest binary, each of its tests one ctest entry.

enable_testing()
include(GoogleTest)

function(tussle_add_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LIBRARIES")
  add_executable(${name} ${arg_SOURCES})
  # Tests are compiled about half as long as at the library's -O3 and still inline and reorder.
  target_compile_options(${name} PRIVATE -O1)
  target_link_libraries(${name} PRIVATE ${arg_LIBRARIES} tussle::options GTest::gtest GTest::gtest_main)
  gtest_discover_tests(${name} TEST_PREFIX "${name}." DISCOVERY_MODE PRE_TEST
    DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 300)
endfunction()
