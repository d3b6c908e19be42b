#!/usr/bin/env bash
# Builds the program with vectors of 2, 4 and 8 doubles, and for the generations x86-64-v2, -v3 and -v4 of processors, and runs
# Tests/Fixtures/widths.lua with each of them and several numbers of threads: all must print the same line.
set -euo pipefail
cd "$(dirname "$0")/.."
export PKG_CONFIG_PATH=$PWD/.build/lua${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}

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

# What each generation brings, as the kernel names it; a program that was built for a later one cannot run on this machine.
runs_here() {
  local feature
  case $1 in
    x86-64-v2) set -- sse4_2 ssse3 popcnt ;;
    x86-64-v3) set -- avx2 fma bmi2 movbe ;;
    x86-64-v4) set -- avx512f avx512bw avx512cd avx512dq avx512vl ;;
  esac
  for feature in "$@"; do grep -qw -- "$feature" /proc/cpuinfo || return 1; done
}

if [ "$(uname -m)" = x86_64 ]; then
  for cpu in x86-64-v2 x86-64-v3 x86-64-v4; do
    if ! runs_here $cpu; then
      echo "skipped: this processor does not run programs for $cpu"
      continue
    fi
    build ".build-width-$cpu" ASTROLUA_CPU=$cpu
    compare "$cpu" ".build-width-$cpu/release/astrolua"
  done
fi
exit $status
