# install.sh: how do missing packages get onto this machine?
# shellcheck shell=bash

# shellcheck source=packages.sh
source "${BASH_SOURCE[0]%/*}/packages.sh"

apt_options=(-y --no-install-recommends -o DPkg::Lock::Timeout=600 -o Dpkg::Use-Pty=0)

print_install_line() {
  printf 'apt-get install --no-install-recommends %s\n' "$*"
}

# ensure_packages GROUP...: says what is missing, installs it; exit 2 with the exact list where it cannot.
ensure_packages() {
  local missing required reason
  mapfile -t missing < <(missing_packages "$@")
  mapfile -t required < <(only_required < <(printf '%s\n' "${missing[@]}"))
  # A machine without an optional package is complete: it must not be asked again at every start.
  [[ -n ${required[*]} ]] || return 0
  reason=$(why_not_installing)
  if [[ -n $reason ]]; then
    say "$reason; as root on Debian 12 run this line, then again what you ran:"
    print_install_line "${missing[@]}"
    exit 2
  fi
  install_packages "${missing[@]}"
}

why_not_installing() {
  if ! command -v apt-get >/dev/null; then
    echo "packages are missing and there is no apt-get here"
  elif [[ $(id -u) != 0 ]]; then
    echo "packages are missing and only root can install them"
  fi
}

install_packages() {
  local log=$tussle_root/build/setup.log
  say "installing $# missing packages: $*"
  mkdir -p "$tussle_root/build"
  export DEBIAN_FRONTEND=noninteractive
  : >"$log"
  logged "$log" apt-get update -q || say "the package lists could not all be read anew; going on with those that are here"
  mapfile -t obtainable < <(drop_unobtainable "$@")
  logged "$log" apt-get install -q "${apt_options[@]}" "${obtainable[@]}" || {
    tail -n 20 "$log" >&2
    say "apt-get could not install them (the whole story is in build/setup.log); the line that failed:"
    print_install_line "${obtainable[@]}"
    exit 2
  }
  say "installed $# packages in ${SECONDS} s"
}

# Optional packages that this release does not offer are left out.
drop_unobtainable() {
  local package
  for package in "$@"; do
    if is_optional "$package" && ! apt-cache show "$package" >/dev/null 2>&1; then
      say "no package $package here; going on without it"
    else
      printf '%s\n' "$package"
    fi
  done
}

# logged LOG COMMAND...: a person at a terminal sees apt at work, a log file everything.
logged() {
  local log=$1
  shift
  if [[ -t 2 ]]; then
    "$@" 2>&1 </dev/null | tee -a "$log" >&2
  else
    "$@" >>"$log" 2>&1 </dev/null
  fi
}
