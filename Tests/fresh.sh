#!/usr/bin/env bash
# Commands on a new machine: a minimal Debian 12 with what Swift's page asks for and `make`, and nothing else; no /sys, no TERM.
# The working tree is copied, the toolchain mounted for reading, and all of it is gone afterwards.
#
#   sudo Tests/fresh.sh [-m MIRROR] [-b DIRECTORY]... [-e NAME=VALUE]... TOOLCHAIN [COMMAND]...
#
# TOOLCHAIN   the directory that holds usr/bin/swift
# COMMAND     what runs in the tree, one after the other: 'make run' and 'make test' if none is given
# -m          where packages come from (default: http://deb.debian.org/debian)
# -b          one more directory that is mounted for reading, at the same place
# -e          one more variable in the environment: a proxy, say
# FRESH_ROOT  where the system is made (default: below $TMPDIR); 4 GB
# Needs root and debootstrap. `make test` in it takes half an hour.
set -euo pipefail
source "$(dirname "$0")/root.sh"
mirror=http://deb.debian.org/debian directories=()
while getopts m:b:e: option; do
  case $option in
    m) mirror=$OPTARG ;;
    b) directories+=("$(realpath "$OPTARG")") ;;
    e) variables+=("$OPTARG") ;;
    *) sed -n 's/^#   sudo/usage:/p' "$0"; exit 2 ;;
  esac
done
shift $((OPTIND - 1))
[[ -x ${1:-}/usr/bin/swift ]] || { sed -n 's/^#   sudo/usage:/p' "$0"; exit 2; }
lack=$(lacks_for_root)
[[ -z $lack ]] || { echo "fresh.sh needs $lack"; exit 2; }
toolchain=$(realpath "$1")
shift
(($#)) || set -- "make run" "make test"
tree=$(realpath "$(dirname "$0")/..")
# as https://www.swift.org/install/linux says of Debian 12
PACKAGES="binutils-gold gcc git libcurl4-openssl-dev libedit-dev libpython3-dev libsqlite3-dev libstdc++-12-dev libxml2-dev
  libncurses-dev libz3-dev pkg-config tzdata unzip zlib1g-dev"
variables=("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/toolchain/usr/bin" "${variables[@]}")

inside() {
  local command directory
  mount_read_only "$toolchain" /opt/toolchain
  for directory in "${directories[@]}"; do mount_read_only "$directory" "$directory"; done
  in_root "apt-get -q update && DEBIAN_FRONTEND=noninteractive apt-get -q -y install --no-install-recommends ca-certificates make $(echo $PACKAGES)" \
    >"$root/packages.log" 2>&1 || { tail -n 20 "$root/packages.log"; return 1; }
  for command in "$@"; do
    echo "== $command"
    in_root "cd /root/astrolua && $command" </dev/null || { echo "== $command: status $?"; return 1; }
  done
}

echo "making a minimal Debian 12"
make_root "$mirror"
mkdir -p "$root/root/astrolua"
git -c safe.directory="$tree" -C "$tree" ls-files -z --cached --others --exclude-standard |
  (cd "$tree" && xargs -0 sh -c 'for file; do [ -e "$file" ] && printf "%s\0" "$file"; done' sh) |
  tar -C "$tree" --null --no-recursion -T - -cf - | tar -C "$root/root/astrolua" -xf -

in_namespaces "directories toolchain PACKAGES" inside "$@"
