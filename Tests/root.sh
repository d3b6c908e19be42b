# What the tests in an empty Debian have in common; they source it. `root` is the directory, `variables` the environment inside ("NAME=VALUE").
variables=()

# Says what is missing for making one; nothing if it can be made.
lacks_for_root() {
  [[ $(id -u) = 0 ]] || { echo "root"; return; }
  command -v debootstrap >/dev/null || echo "debootstrap (on Debian: apt install debootstrap)"
}

# make_root MIRROR: a minimal Debian 12 that is gone when the script ends; its log is printed if it cannot be made.
make_root() {
  root=$(mktemp -d -p "${FRESH_ROOT:-${TMPDIR:-/tmp}}" fresh.XXXXXX)
  trap 'rm -rf --one-file-system "$root" "$root.log"' EXIT
  trap 'exit 130' INT TERM HUP
  debootstrap --variant=minbase bookworm "$root" "$1" >"$root.log" 2>&1 || { tail -n 20 "$root.log"; return 1; }
  cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
}

# mount_read_only DIRECTORY PLACE
mount_read_only() {
  mkdir -p "$root$2"
  mount --bind "$1" "$root$2"
  mount -o remount,bind,ro "$root$2"
}

# in_root COMMAND
in_root() {
  chroot "$root" env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "${variables[@]}" /bin/sh -c "$1"
}

# in_namespaces "VARIABLE..." FUNCTION ARGUMENT...: mounts and processes end with the function, which sees these variables and no others.
in_namespaces() {
  local names=$1
  shift
  unshare --mount --pid --fork --kill-child bash -euo pipefail -c "$(declare -f; declare -p root variables $names)
    mount -t proc proc \"\$root/proc\"
    mount --rbind /dev \"\$root/dev\"
    \"\$@\"" in_namespaces "$@"
}
