# packages.sh: which Debian packages does a group need, and which of them are missing?
# shellcheck shell=bash

# shellcheck source=common.sh
source "${BASH_SOURCE[0]%/*}/common.sh"

# shellcheck disable=SC2034  # Used by scripts/setup.
package_groups='build python test browser lint machine'

# packages_of GROUP...: package names, one a line, in the order of the list.
packages_of() {
  local group package _
  while read -r group package _; do
    [[ -n $group && $group != '#'* && " $* " == *" $group "* ]] && printf '%s\n' "$package"
  done <"$tussle_root/scripts/packages.txt"
  return 0
}

is_optional() {
  grep -qE "^[a-z]+ +${1//+/\\+} +optional " "$tussle_root/scripts/packages.txt"
}

# missing_packages GROUP...: those that dpkg does not know as installed (one call of dpkg-query).
missing_packages() {
  local wanted installed package
  mapfile -t wanted < <(packages_of "$@")
  installed=$(dpkg-query -W -f='${Package} ${db:Status-Status}\n' "${wanted[@]}" 2>/dev/null || true)
  for package in "${wanted[@]}"; do
    [[ $'\n'$installed$'\n' == *$'\n'"$package installed"$'\n'* ]] || printf '%s\n' "$package"
  done
}

# only_required: of the names on stdin those that the work cannot do without.
only_required() {
  local package
  while read -r package; do
    is_optional "$package" || printf '%s\n' "$package"
  done
}
