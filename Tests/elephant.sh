#!/usr/bin/env bash
# Compares astro.analysis with Elephant on the same spikes. Usage: elephant.sh PROGRAM
# ASTROLUA_PYTHON names a Python that has Elephant (pip install elephant); without it nothing is compared.
set -eu
program=$(realpath "$1")
here=$(realpath "$(dirname "$0")")/elephant

if [ -z "${ASTROLUA_PYTHON:-}" ]; then
  echo "skipped: set ASTROLUA_PYTHON to a Python with Elephant to compare the analysis with it"
  exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(cd "$work" && "$program" --quiet "$here/measure.lua")
"$ASTROLUA_PYTHON" "$here/compare.py" "$work"
