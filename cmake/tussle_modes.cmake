# What each mode adds to compiling and linking: one text for this build and for the installed package.

set(TUSSLE_MODES bench chaos tsan)

set(TUSSLE_COMPILE_bench "")
set(TUSSLE_LINK_bench "")

# -O1 and frame pointers keep both stacks of a report readable; -g1 has their functions and lines, and takes a quarter less
# of the compiler's time than -g.
set(TUSSLE_COMPILE_tsan -fsanitize=thread -O1 -g1 -fno-omit-frame-pointer)
set(TUSSLE_LINK_tsan -fsanitize=thread)

# `undefined` leaves out conversions of floating-point numbers that do not fit.
set(TUSSLE_LINK_chaos -fsanitize=address,undefined,float-cast-overflow -fno-sanitize-recover=all)
set(TUSSLE_COMPILE_chaos ${TUSSLE_LINK_chaos} -O1 -g1 -fno-omit-frame-pointer)

# Checks of every single access: a quarter of the compiler's time where templates are made by the hundred (tests, the
# registration of cases). The libraries of primitives and harness keep them; without, a null pointer still ends in the
# address sanitizer's report.
set(TUSSLE_UNCHECKED_WHERE_TEMPLATES_ARE_MADE
  -fno-sanitize=null,alignment,object-size,vptr,nonnull-attribute,returns-nonnull-attribute)

# The checks keep g++ 12 from seeing that members of library types are initialised: false alarms only.
set(TUSSLE_WARNINGS_chaos -Wno-maybe-uninitialized)
set(TUSSLE_DEFINITIONS_chaos _GLIBCXX_ASSERTIONS)

# One OS thread runs everything, so no sanitizer. -O1 and frame pointers: a step of an execution names its source line.
set(TUSSLE_COMPILE_sim -O1 -g1 -fno-omit-frame-pointer -fno-optimize-sibling-calls)
set(TUSSLE_LINK_sim "")

# Whether the last -O of some flags is one to measure with.
function(tussle_is_optimised flags result)
  string(REGEX MATCHALL "-O[0-9a-z]*" _levels "${flags}")
  list(POP_BACK _levels _level)
  if(_level MATCHES "^-O(2|3|fast)$")
    set(${result} TRUE PARENT_SCOPE)
  else()
    set(${result} FALSE PARENT_SCOPE)
  endif()
endfunction()
