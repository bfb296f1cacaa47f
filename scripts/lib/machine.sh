# machine.sh: how is a minimal Debian 12 made in a folder, with this machine's way to its packages?
# shellcheck shell=bash

# shellcheck source=common.sh
source "${BASH_SOURCE[0]%/*}/common.sh"

debian_release=bookworm

# enter_mount_namespace SCRIPT ARGUMENTS...: starts the script again where its mounts are its own.
enter_mount_namespace() {
  [[ -z ${TUSSLE_OWN_MOUNTS:-} ]] || return 0
  export TUSSLE_OWN_MOUNTS=1
  ! unshare --mount --propagation private true 2>/dev/null || exec unshare --mount --propagation private "$@"
}

# apt_sources: "URI suite component" of this machine's package sources for the release, one a line.
apt_sources() {
  # shellcheck disable=SC2016  # These are apt's own placeholders.
  apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Identifier: Packages' |
    grep -E " $debian_release(-[a-z]+)? " | sort -u
}

main_mirror() {
  apt_sources | awk -v release="$debian_release" '$2 == release && $3 == "main" { print $1; exit }'
}

# make_machine FOLDER: debootstrap, then what apt needs.
make_machine() {
  local folder=$1 mirror proxy='' include=()
  mirror=$(main_mirror)
  [[ -n $mirror ]] || die 2 "no source of $debian_release/main in apt's configuration: add one to the sources"
  [[ $mirror != https:* ]] || include=(--include=ca-certificates)
  eval "$(apt-config shell proxy Acquire::http::Proxy)"
  [[ -z $proxy ]] || export http_proxy=$proxy
  debootstrap --variant=minbase "${include[@]}" "$debian_release" "$folder" "$mirror" >"$folder.log" 2>&1 </dev/null || {
    tail -n 20 "$folder.log" >&2
    die 2 "debootstrap failed; its log is $folder.log"
  }
  rm -f "$folder.log"
  copy_apt_configuration "$folder"
  cp -L /etc/resolv.conf /etc/hosts "$folder/etc/"
}

# Only what leads to the packages is copied: hooks and pins of this machine would not work there.
copy_apt_configuration() {
  local folder=$1 keys part
  apt_sources | awk '{ print "deb", $1, $2, $3 }' >"$folder/etc/apt/sources.list"
  apt-config dump | grep -E '^Acquire::(http|https|ftp|Check-|Retries|ForceIPv)' >"$folder/etc/apt/apt.conf.d/00machine" || true
  for keys in /etc/apt/trusted.gpg.d /etc/apt/keyrings /etc/apt/auth.conf.d; do
    [[ ! -d $keys ]] || cp -a "$keys/." "$folder$keys/" 2>/dev/null || true
  done
  for part in /etc/apt/trusted.gpg /etc/apt/auth.conf; do
    [[ ! -f $part ]] || cp -a "$part" "$folder$part"
  done
  # Authorities of this machine, for a mirror or a proxy that only they vouch for.
  [[ ! -f /etc/ssl/certs/ca-certificates.crt || ! -d $folder/etc/ssl/certs ]] ||
    cp /etc/ssl/certs/ca-certificates.crt "$folder/etc/ssl/certs/"
}

mount_machine() {
  mount -t proc proc "$1/proc"
  mount -t sysfs -o ro sysfs "$1/sys"
  mount --rbind /dev "$1/dev"
  mount --make-rslave "$1/dev"
}

machine_has_mounts() { grep -qF " $1/" /proc/self/mounts; }

unmount_machine() {
  local point
  for point in dev sys proc; do
    umount --recursive --lazy "$1/$point" 2>/dev/null || true
  done
}

# in_machine FOLDER COMMAND: a shell there, as someone finds it who has just logged in.
in_machine() {
  chroot "$1" /usr/bin/env -i HOME=/home PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    /bin/bash -c "$2" </dev/null
}
