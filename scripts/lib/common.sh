# common.sh: what does every script need first? Strict mode, one locale, the project's root, messages.
# shellcheck shell=bash

if declare -F say >/dev/null; then return; fi

set -euo pipefail
export LC_ALL=C.UTF-8

# shellcheck disable=SC2034  # Used by those who source this file.
tussle_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)

# Messages are for people: one line on stderr; stdout is for data.
say() { printf 'tussle: %s\n' "$*" >&2; }

# die CODE MESSAGE: the exit codes are those of scripts/README.md.
die() {
  local code=$1
  shift
  say "$@"
  exit "$code"
}

# print_header_of FILE: the comment block at the top of a script is its help.
print_header_of() {
  sed -n '2,/^[^#]/{/^#/s/^# \{0,1\}//p}' "$1"
}
