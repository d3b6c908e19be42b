#!/usr/bin/env bash
# The same results with vectors of 2, 4 and 8 doubles, for the generations x86-64-v2, -v3 and -v4 of processors, and with several
# numbers of threads: PROGRAM, which is built for this machine with vectors of 8, and two other builds run
# Tests/Fixtures/widths.lua, and all must print the same line. Each build has a width and a generation of its own: this machine's is
# the last one, or it could not run programs for that.
# Usage: Tests/widths.sh PROGRAM
#        Tests/widths.sh --build    builds the others, one after the other
set -euo pipefail
if [ "$1" = --build ]; then program=""; else program=$(realpath "$1"); fi
cd "$(dirname "$0")/.."
export PKG_CONFIG_PATH=$PWD/.build/lua${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}

script=Tests/Fixtures/widths.lua
expected=""
status=0

# build DIRECTORY [VARIABLE=VALUE ...]
build() {
  local scratch=$1
  shift
  env "$@" swift build -q -c release -debug-info-format none --product astrolua --scratch-path "$scratch"
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

# What each generation brings, as the kernel names it; a program that was built for a later one cannot run on this machine.
runs_here() {
  local feature
  [ "$(uname -m)" = x86_64 ] || return 1
  case $1 in
    x86-64-v2) set -- sse4_2 ssse3 popcnt ;;
    x86-64-v3) set -- avx2 fma bmi2 movbe ;;
    x86-64-v4) set -- avx512f avx512bw avx512cd avx512dq avx512vl ;;
  esac
  for feature in "$@"; do grep -qw -- "$feature" /proc/cpuinfo || return 1; done
}

pairs=("2 x86-64-v2" "4 x86-64-v3")

# processor PAIR: what to build for here
processor() { if runs_here "${1#* }"; then echo "${1#* }"; else echo native; fi; }

# two at a time: the compiler has one core busy for the engine
if [ -n "$program" ]; then at_once=2; else at_once=1; fi
for pair in "${pairs[@]}"; do
  while [ "$(jobs -rp | wc -l)" -ge "$at_once" ]; do wait -n; done
  build ".build-width-${pair% *}" ASTROLUA_VECTOR_WIDTH="${pair% *}" ASTROLUA_CPU="$(processor "$pair")" &
done
wait
[ -n "$program" ] || exit 0

compare "this machine, width 8" "$program"
for pair in "${pairs[@]}"; do
  runs_here "${pair#* }" || echo "skipped: this processor does not run programs for ${pair#* }"
  # as on such a processor: the C library, too, has no instruction for a fused product
  [ "${pair#* }" != x86-64-v2 ] || export GLIBC_TUNABLES=glibc.cpu.hwcaps=-FMA,-FMA4
  compare "$(processor "$pair"), width ${pair% *}" ".build-width-${pair% *}/release/astrolua"
  unset GLIBC_TUNABLES
done
exit $status
