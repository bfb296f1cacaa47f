# sections.sh: how does a script run several parts, all of them, and say at the end which failed?
# shellcheck shell=bash

# shellcheck source=common.sh
source "${BASH_SOURCE[0]%/*}/common.sh"

failed_parts=()

# run_part NAME COMMAND...: a headed section with its time; a failure is noted and the next part goes on.
run_part() {
  local name=$1 started=$SECONDS verdict=ok code
  shift
  printf '\n== %s\n' "$name"
  # In a condition a function runs without `set -e`; a subshell of its own has it again.
  set +e
  (set -e && "$@")
  code=$?
  set -e
  ((code == 0)) || { verdict=FAILED && failed_parts+=("$name"); }
  printf -- '-- %s: %s, %d s\n' "$name" "$verdict" $((SECONDS - started))
}

# print_failed_parts: one line when there are any.
print_failed_parts() {
  ((${#failed_parts[@]} == 0)) || printf 'failed: %s\n' "${failed_parts[*]}"
}
