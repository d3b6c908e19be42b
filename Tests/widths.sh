#!/usr/bin/env bash
# Builds the program with vectors of 2, 4 and 8 doubles and for an old processor, and runs Tests/Fixtures/widths.lua
# with each of them and several numbers of threads: all must print the same line.
set -euo pipefail
cd "$(dirname "$0")/.."

script=Tests/Fixtures/widths.lua
expected=""
status=0

# build DIRECTORY [VARIABLE=VALUE ...]
build() {
  local scratch=$1
  shift
  env "$@" swift build -q -c release --static-swift-stdlib --product astrolua --scratch-path "$scratch"
}

# compare NAME PROGRAM
compare() {
  local threads line
  for threads in 1 2 3 8; do
    if ! line=$("$2" --quiet --threads "$threads" "$script"); then
      echo "FAILED  $1, $threads threads: the script ended with an error"
      status=1
      continue
    fi
    expected=${expected:-$line}
    if [ "$line" = "$expected" ]; then
      echo "passed  $1, $threads threads: $line"
    else
      echo "FAILED  $1, $threads threads: $line instead of $expected"
      status=1
    fi
  done
}

for width in 2 4 8; do
  build ".build-width-$width" ASTROLUA_VECTOR_WIDTH=$width
  compare "width $width" ".build-width-$width/release/astrolua"
done
if [ "$(uname -m)" = x86_64 ]; then
  build .build-width-v2 ASTROLUA_CPU=x86-64-v2
  compare "x86-64-v2" .build-width-v2/release/astrolua
fi
exit $status
