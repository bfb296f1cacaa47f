# Finds the libraries; what is missing is one line that names the Debian packages.

find_package(Threads REQUIRED)
find_package(absl CONFIG QUIET)
find_package(benchmark CONFIG QUIET)
find_package(GTest CONFIG QUIET)
find_package(nlohmann_json CONFIG QUIET)
find_package(Python3 COMPONENTS Interpreter QUIET)

set(_missing "")
foreach(_pair
    "absl libabsl-dev"
    "benchmark libbenchmark-dev"
    "GTest libgtest-dev"
    "nlohmann_json nlohmann-json3-dev"
    "Python3 python3")
  separate_arguments(_pair)
  list(GET _pair 0 _name)
  list(GET _pair 1 _package)
  if(NOT ${_name}_FOUND)
    string(APPEND _missing " ${_package}")
  endif()
endforeach()
if(_missing)
  message(FATAL_ERROR "tussle: missing libraries: apt-get install${_missing}")
endif()
