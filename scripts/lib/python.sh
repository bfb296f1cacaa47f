# python.sh: which interpreter has the packages? The first python3 on PATH may lack them.
# shellcheck shell=bash

# shellcheck source=packages.sh
source "${BASH_SOURCE[0]%/*}/packages.sh"

# python_modules GROUP...: the modules that an interpreter must have, one a line. Pytest's plugins drop its name.
python_modules() {
  packages_of "$@" | sed -nE 's/^python3-(pytest-)?//p'
}

# Finding is enough for Debian's own interpreter: apt keeps its packages whole. (Importing takes a second.)
debian_python_has() {
  "$1" -s -c 'import sys, importlib.util as u; sys.exit(any(u.find_spec(m) is None for m in sys.argv[1:]))' \
    "${@:2}" >/dev/null 2>&1
}

other_python_has() {
  "$1" -c 'import sys, importlib; [importlib.import_module(m) for m in sys.argv[1:]]; assert sys.version_info >= (3, 11)' \
    "${@:2}" >/dev/null 2>&1
}

# shellcheck disable=SC2034  # python is for the caller.
# find_python GROUP...: sets `python`; returns 1 when no interpreter has the modules of the groups.
find_python() {
  local modules candidate
  mapfile -t modules < <(python_modules "$@")
  candidate=${TUSSLE_DEBIAN_PYTHON:-/usr/bin/python3}
  if debian_python_has "$candidate" "${modules[@]}"; then
    python=$candidate
    # What pip put under the home directory must not shadow Debian's packages.
    export PYTHONNOUSERSITE=1
    return
  fi
  while read -r candidate; do
    if other_python_has "$candidate" "${modules[@]}"; then
      python=$candidate
      return
    fi
  done < <(type -ap python3)
  return 1
}

# need_python GROUP...: as find_python, and one clear line when there is none.
need_python() {
  find_python "$@" ||
    die 2 "no python3 has the packages $(python_modules "$@" | tr '\n' ' ')in PATH: run scripts/setup"
}
