#!/usr/bin/env bash
# The .deb in an empty Debian 12, installed by the command that the recipes for Docker and Apptainer run.
#   sudo Tests/deb.sh [-m MIRROR] DIRECTORY       the directory that `make packages` has filled
# Skipped without root, debootstrap or a mirror; -m names another than http://deb.debian.org/debian.
set -euo pipefail
source "$(dirname "$0")/root.sh"
mirror=http://deb.debian.org/debian
while getopts m: option; do
  case $option in
    m) mirror=$OPTARG ;;
    *) exit 2 ;;
  esac
done
shift $((OPTIND - 1))
packages=$(realpath "$1")
lack=$(lacks_for_root)
[[ -z $lack ]] || { echo "skipped: the .deb in an empty Debian needs $lack"; exit 0; }
deb=$(basename "$packages"/astrolua_*.deb)
wget -q --spider "$mirror/dists/bookworm/Release" || { echo "skipped: the .deb in an empty Debian needs a mirror of Debian"; exit 0; }

fail() { echo "FAILED  $1"; exit 1; }

# The command as it stands in each recipe.
docker_command() { sed -n 's/^RUN //p' "$packages/Dockerfile"; }
apptainer_command() { sed -n '/^%post/,/^$/s/^ \+//p' "$packages/astrolua.def"; }

# The .deb brings what it needs, and no more, without what is only recommended.
inside() {
  in_root "$(docker_command)" </dev/null >"$root/apt.txt" 2>&1 || { tail -n 20 "$root/apt.txt"; fail "the command of the recipes"; }
  [[ ! -e $root/opt/$deb ]] || fail "the recipes leave the .deb behind"
  ! in_root "command -v python3 || command -v lua5.4" || fail "the .deb depends on too much"
  echo "passed  the command of the recipes ($(sed -n 's/.* \([0-9]\+\) newly installed.*/\1/p' "$root/apt.txt") packages)"
  in_root "mkdir /work && cd /work && astrolua --quiet tour 1" </dev/null >"$root/lesson.txt" 2>&1 || { cat "$root/lesson.txt"; fail "the first lesson"; }
  grep -q "calcium waves" "$root/lesson.txt" || { cat "$root/lesson.txt"; fail "the first lesson says something else"; }
  grep -q "</svg>" "$root/work/01_one_astrocyte.svg" || fail "the picture of the first lesson"
  in_root "cd /work && astrolua --quiet -e 'require(\"astro.plot\").lines({ 1, 2, 3 }, { 2, 1, 2 }):save(\"line.png\")'" </dev/null || fail "a picture as PNG"
  [[ $(head -c 4 "$root/work/line.png" | tail -c 3) = PNG ]] || fail "a picture as PNG"
  echo "passed  the first lesson, and pictures as SVG and PNG"
}

[[ $(docker_command) = "$(apptainer_command)" && -n $(docker_command) ]] || fail "the recipes for Docker and Apptainer differ"
make_root "$mirror"
cp "$packages/$deb" "$root/opt/"
in_namespaces "packages deb" inside
[[ -z ${KEPT:-} ]] || cp "$root"/work/* "$KEPT/"
