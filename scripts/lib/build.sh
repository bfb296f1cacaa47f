# build.sh: how is a CMake preset configured and built, quietly and within the machine's memory?
# shellcheck shell=bash

# shellcheck source=common.sh
source "${BASH_SOURCE[0]%/*}/common.sh"

job_memory_kib=$((1536 * 1024)) # One compiler process on a test with GoogleTest and templates.

# Cores, but no more than what fits into the free memory.
job_count() {
  local cores available fitting
  cores=$(nproc)
  available=$(sed -n 's/^MemAvailable: *\([0-9]*\) kB/\1/p' /proc/meminfo)
  fitting=$((${available:-$job_memory_kib} / job_memory_kib))
  ((fitting >= 1)) || fitting=1
  echo $((cores < fitting ? cores : fitting))
}

# build_preset PRESET [TARGET]: configured when needed; one process at a time a build directory.
build_preset() {
  local preset=$1 target=${2:-all} dir=$tussle_root/build/$1
  mkdir -p "$dir"
  (
    ! command -v flock >/dev/null || flock 9
    configure_preset "$preset" "$dir"
    compile_preset "$preset" "$dir" "$target"
  ) 9>"$dir/.lock"
}

# CMake's cache holds absolute paths: a checkout that was moved starts anew.
cache_is_ours() {
  grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$tussle_root" "$1/CMakeCache.txt"
}

# Ninja configures again by itself when a list file changed, but not when the presets did.
configure_preset() {
  local preset=$1 dir=$2 log=$2/configure.log fresh=()
  if [[ -f $dir/CMakeCache.txt ]]; then
    if ! cache_is_ours "$dir"; then
      fresh=(--fresh)
    elif [[ -f $dir/build.ninja && $dir/.configured -nt $tussle_root/CMakePresets.json ]]; then
      return
    fi
  fi
  say "configuring $preset"
  (cd "$tussle_root" && cmake --preset "$preset" "${fresh[@]}") >"$log" 2>&1 || {
    # The checks of the compiler before the first error explain nothing.
    sed -n '/CMake Error/,$p' "$log" | grep . >&2 || tail -n 40 "$log" >&2
    die 2 "configuring $preset failed in build/$preset/configure.log: mend what it says above"
  }
  touch "$dir/.configured"
}

# A build in which nothing was compiled says nothing and leaves the last log as it is.
compile_preset() {
  local preset=$1 dir=$2 target=$3 jobs started=$SECONDS
  jobs=${TUSSLE_JOBS:-$(job_count)}
  if ! cmake --build "$dir" --target "$target" -j "$jobs" 2>&1 </dev/null | tee "$dir/build.log.new" | show_progress "$preset" "$jobs"; then
    mv "$dir/build.log.new" "$dir/build.log"
    show_build_failure "$dir/build.log"
    die 2 "building $preset failed: the whole story is in build/$preset/build.log"
  fi
  if grep -qE '^\[[0-9]+/[0-9]+\] (Building|Linking)' "$dir/build.log.new" || [[ ! -f $dir/build.log ]]; then
    mv "$dir/build.log.new" "$dir/build.log"
    say "built $preset in $((SECONDS - started)) s"
  else
    rm -f "$dir/build.log.new"
  fi
}

# show_progress PRESET JOBS: ninja's output in, one moving line on a terminal (else only a start) out.
show_progress() {
  local line announced=
  while IFS= read -r line; do
    [[ $line == *'] Building'* || $line == *'] Linking'* ]] || continue
    [[ -n $announced ]] || say "building $1 with $2 jobs (log: build/$1/build.log)"
    announced=yes
    [[ ! -t 2 ]] || printf '\r\033[K%.*s' "${COLUMNS:-80}" "$line" >&2
  done
  [[ ! -t 2 || -z $announced ]] || printf '\r\033[K' >&2
}

# What failed is shown, not the hundred steps that went well, nor the compiler's whole command.
show_build_failure() {
  { grep -vE '^\[[0-9]+/[0-9]+\] | -o \S+ -c ' "$1" || tail -n 40 "$1"; } | head -n 80 >&2
}
