# Links a program of each mode with the library of mode MODE: the same mode must link, the other must not,
# and the linker must name the reason.

set(_program "${WORK}/mixed_modes.cc")
file(WRITE "${_program}" "#include \"primitives/sync/mode.h\"\nint main() { return tussle::sync::mode_name() == nullptr; }\n")

function(try_to_link mode result output)
  string(TOUPPER "${mode}" _macro)
  set(_sanitizer "")
  if(MODE STREQUAL "tsan")
    set(_sanitizer "-fsanitize=thread")
  elseif(MODE STREQUAL "chaos")
    set(_sanitizer "-fsanitize=address,undefined")
  endif()
  execute_process(
    COMMAND "${COMPILER}" -std=c++20 ${_sanitizer} -DTUSSLE_MODE_${_macro} -I${SOURCE} "${_program}"
            "${LIBRARY}" -o "${WORK}/mixed_modes_${mode}"
    RESULT_VARIABLE _result OUTPUT_VARIABLE _output ERROR_VARIABLE _output)
  set(${result} "${_result}" PARENT_SCOPE)
  set(${output} "${_output}" PARENT_SCOPE)
endfunction()

foreach(_mode bench chaos tsan)
  try_to_link(${_mode} _result _output)
  if(_mode STREQUAL MODE AND NOT _result EQUAL 0)
    message(FATAL_ERROR "mode ${_mode} must link with its own library:\n${_output}")
  elseif(NOT _mode STREQUAL MODE AND _result EQUAL 0)
    message(FATAL_ERROR "mode ${_mode} must not link with a library of mode ${MODE}")
  elseif(NOT _mode STREQUAL MODE AND NOT _output MATCHES "library_and_caller_must_be_built_in_the_same_mode")
    message(FATAL_ERROR "the linker does not name the reason:\n${_output}")
  endif()
endforeach()
