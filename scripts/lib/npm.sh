# npm.sh: how do the few packages that Debian does not have get here? Into build/npm, never into the system.
# shellcheck shell=bash

# shellcheck source=packages.sh
source "${BASH_SOURCE[0]%/*}/packages.sh"

npm_folder=$tussle_root/build/npm

# ensure_npm_packages: fetches those of the group npm that are not here in the wanted version. All are
# optional: without npm or network one line says what was left out and how to get it.
ensure_npm_packages() {
  local package
  for package in $(packages_of npm); do
    npm_package_is_here "$package" || fetch_npm_package "$package"
  done
}

# npm_package_is_here NAME@VERSION
npm_package_is_here() {
  local record=$npm_folder/node_modules/${1%@*}/package.json
  [[ -r $record ]] && grep -qF "\"version\": \"${1##*@}\"" "$record"
}

fetch_npm_package() {
  local log=$tussle_root/build/setup.log
  if ! command -v npm >/dev/null; then
    say "no npm here: going on without $1 (apt-get install npm, then scripts/setup --need browser)"
    return 0
  fi
  mkdir -p "$npm_folder"
  npm install --prefix "$npm_folder" --ignore-scripts --no-audit --no-fund --no-save "$1" >>"$log" 2>&1 </dev/null ||
    say "npm could not fetch $1 (see build/setup.log): going on without it"
}
