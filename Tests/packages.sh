#!/usr/bin/env bash
# A newcomer's first minute: an empty virtual environment, the wheel, a lesson, a notebook with a picture; then all notebooks.
#   Tests/packages.sh DIRECTORY       the directory that `make packages` has filled
set -euo pipefail
cd "$(dirname "$0")/.."
packages=$(realpath "$1")
python=${ASTROLUA_PYTHON:-python3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

(cd "$packages" && sha256sum --quiet --check SHA256SUMS)
# Time since the start, by the clock and by the processor (of commands that have ended).
start=$(date +%s%N)
processor() { awk -v ticks="$(getconf CLK_TCK)" '{ print ($16 + $17) / ticks }' /proc/$$/stat; }
seconds() { echo "$(($(date +%s%N) - start)) $(processor)" | awk '{ printf "after %.1f s, %.1f s of processor", $1 / 1e9, $2 }'; }
$python -m venv "$work/venv"
echo "passed  an empty virtual environment ($(seconds))"
wheel=$(ls "$packages"/astrolua-*.whl)
if ! "$work/venv/bin/pip" install --quiet --disable-pip-version-check "$wheel" >"$work/pip.txt" 2>&1; then
  if grep -q "No matching distribution\|Could not find a version\|Connection\|Temporary failure" "$work/pip.txt" \
    && ! grep -q "not a supported wheel" "$work/pip.txt"; then
    echo "skipped: pip reaches no package index, and the wheel needs ipykernel and numpy"
    exit 0
  fi
  cat "$work/pip.txt"
  exit 1
fi
echo "passed  pip install ($(seconds))"

cd "$work"
# nothing of the checkout, and no variable of ours, helps the installed one
unset PYTHONPATH ASTROLUA ASTROLUA_STDLIB
clean() { env -i PATH="$work/venv/bin:/usr/bin:/bin" HOME="$work" "$@"; }
clean astrolua tour 1 >tour.txt
grep -q "calcium waves" tour.txt
echo "passed  astrolua tour 1 ($(seconds))"

"$work/venv/bin/pip" install --quiet --disable-pip-version-check nbclient
cp "$work/venv/share/astrolua/notebooks/tour/01_one_astrocyte.ipynb" first.ipynb
clean jupyter execute --inplace first.ipynb 2>/dev/null
grep -q '"image/svg+xml"\|"image/png"' first.ipynb
echo "passed  a notebook with a picture ($(seconds))"
echo "$(processor) 60" | awk '{ print ($1 < $2 ? "passed" : "FAILED") "  a minute of the processor is enough"; exit !($1 < $2) }'

lesson=$work/venv/share/astrolua/tour/01_one_astrocyte.lua
clean astrolua --quiet "$lesson" >lesson.txt
PATH="$work/venv/bin:$PATH" "$work/venv/bin/python" "$OLDPWD/Tests/notebooks.py" \
  "$work/venv/share/astrolua/notebooks" "$work/venv/share/astrolua"

mkdir tar && tar -xzf "$packages"/astrolua-*.tar.gz -C tar --strip-components=1
env -i PATH=/usr/bin:/bin HOME="$work" tar/bin/astrolua --quiet "$lesson" | diff - lesson.txt
echo "passed  the tarball says the same"

# the program for newer processors, if this is one, and the one for all
built_for() { env -i PATH=/usr/bin:/bin tar/bin/astrolua --version | sed -n 's/.*built for \(x86-64-v.\).*/\1/p'; }
newest=$(built_for)
if [ -d tar/libexec ]; then
  if grep -qw avx512vl /proc/cpuinfo; then [ "$newest" = x86-64-v4 ]; else [ "$newest" = x86-64-v3 ]; fi
  rm -r tar/libexec
  env -i PATH=/usr/bin:/bin HOME="$work" tar/bin/astrolua --quiet "$lesson" | diff - lesson.txt
  echo "passed  the programs for $newest and $(built_for) say the same"
fi
if command -v dpkg-deb >/dev/null; then
  mkdir deb && dpkg-deb -x "$packages"/astrolua_*.deb deb
  dpkg-deb -f "$packages"/astrolua_*.deb Depends | grep -q "libc6 (>= "
  env -i PATH=/usr/bin:/bin HOME="$work" deb/usr/bin/astrolua --quiet "$lesson" | diff - lesson.txt
  echo "passed  what is in the .deb says the same"
fi
