# What `cmake --install` puts where, so that another project can find_package(tussle). See cmake/README.md.

if(NOT TUSSLE_MODE STREQUAL "bench")
  install(CODE "message(FATAL_ERROR \"tussle: a build in mode ${TUSSLE_MODE} is not installed: install the bench \
build, which carries what all modes need\")")
  return()
endif()

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(_headers "${CMAKE_INSTALL_INCLUDEDIR}/tussle")
set(_tree "${CMAKE_INSTALL_DATADIR}/tussle") # The checkout in small: sources, runner, reports, presets.
set(_config "${CMAKE_INSTALL_LIBDIR}/cmake/tussle")
set(_made "${PROJECT_BINARY_DIR}/package")

# The primitives, for programs that use them.
set_target_properties(tussle_primitives PROPERTIES EXPORT_NAME primitives)
set_target_properties(tussle_options PROPERTIES EXPORT_NAME options)
target_include_directories(tussle_options INTERFACE
  $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}> $<INSTALL_INTERFACE:${_headers}>)
install(TARGETS tussle_options tussle_primitives EXPORT tussle FILE_SET HEADERS DESTINATION "${_headers}")
install(EXPORT tussle NAMESPACE tussle:: DESTINATION "${_config}" FILE tussle-targets.cmake)

# Headers of what the package's functions compile. By pattern: only a user would miss one that a list forgot.
install(DIRECTORY harness workloads DESTINATION "${_headers}" FILES_MATCHING PATTERN "*.h"
  PATTERN "*_for_test.h" EXCLUDE PATTERN "*_testing.h" EXCLUDE
  PATTERN runner EXCLUDE PATTERN presets EXCLUDE PATTERN examples EXCLUDE PATTERN __pycache__ EXCLUDE)

# The sources of the libraries, and what those are linked with, as their rooms list them.
set(_sources "")
set(_libraries "")
foreach(_target tussle_primitives tussle_schedule tussle_race tussle_harness tussle_workloads)
  get_target_property(_folder ${_target} SOURCE_DIR)
  get_target_property(_files ${_target} SOURCES)
  get_target_property(_linked ${_target} LINK_LIBRARIES)
  list(FILTER _files INCLUDE REGEX "\\.cc$")
  list(FILTER _linked INCLUDE REGEX "^((absl|benchmark|nlohmann_json|Threads)::.*|dl)$")
  list(APPEND _libraries ${_linked})
  foreach(_file IN LISTS _files)
    cmake_path(ABSOLUTE_PATH _file BASE_DIRECTORY "${_folder}" NORMALIZE)
    cmake_path(RELATIVE_PATH _file BASE_DIRECTORY "${PROJECT_SOURCE_DIR}" OUTPUT_VARIABLE _name)
    cmake_path(GET _name PARENT_PATH _room)
    install(FILES "${_file}" DESTINATION "${_tree}/${_room}")
    list(APPEND _sources "${_name}")
  endforeach()
endforeach()
list(REMOVE_DUPLICATES _libraries)
list(JOIN _sources "\n  " TUSSLE_PACKAGE_SOURCES)
list(JOIN _libraries "\n  " TUSSLE_PACKAGE_LIBRARIES)

set(_exclude PATTERN tests EXCLUDE PATTERN __pycache__ EXCLUDE)
install(DIRECTORY harness/runner DESTINATION "${_tree}/harness" FILES_MATCHING PATTERN "*.py" ${_exclude})
install(DIRECTORY harness/record DESTINATION "${_tree}/harness" FILES_MATCHING PATTERN "*.schema.json")
install(DIRECTORY reports DESTINATION "${_tree}" FILES_MATCHING PATTERN "*.py" PATTERN "templates/*" ${_exclude})
install(DIRECTORY workloads/presets DESTINATION "${_tree}/workloads" FILES_MATCHING PATTERN "*.toml")
install(DIRECTORY scripts/lib DESTINATION "${_tree}/scripts" FILES_MATCHING
  PATTERN common.sh PATTERN packages.sh PATTERN python.sh)
install(FILES scripts/packages.txt DESTINATION "${_tree}/scripts")
cmake_path(RELATIVE_PATH CMAKE_INSTALL_FULL_DATADIR BASE_DIRECTORY "${CMAKE_INSTALL_FULL_BINDIR}"
  OUTPUT_VARIABLE TUSSLE_DATA_FROM_BIN)
configure_file(cmake/tussle_package_command.sh.in "${_made}/tussle" @ONLY)
install(PROGRAMS "${_made}/tussle" DESTINATION "${CMAKE_INSTALL_BINDIR}")

set(TUSSLE_PACKAGE_HEADERS "${_headers}")
set(TUSSLE_PACKAGE_TREE "${_tree}")
configure_package_config_file(cmake/tussle_package_config.cmake.in "${_made}/tussle-config.cmake"
  INSTALL_DESTINATION "${_config}" PATH_VARS TUSSLE_PACKAGE_HEADERS TUSSLE_PACKAGE_TREE
  NO_CHECK_REQUIRED_COMPONENTS_MACRO)
# Before 1.0 a minor version may change what headers declare.
write_basic_package_version_file("${_made}/tussle-config-version.cmake" COMPATIBILITY SameMinorVersion)
configure_file(cmake/tussle_package_subject.cmake.in "${_made}/tussle-subject.cmake" @ONLY)
install(FILES "${_made}/tussle-config.cmake" "${_made}/tussle-config-version.cmake" "${_made}/tussle-subject.cmake"
  cmake/tussle_commit.cmake cmake/tussle_modes.cmake cmake/tussle_package_main.cc.in DESTINATION "${_config}")
