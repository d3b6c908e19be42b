#!/usr/bin/env bash
# Writes the records of Tests/Fixtures/records anew, each from the script beside it. Usage: records.sh PROGRAM [NAME ...]
# Only a change of results that the changelog names is a reason to: until then `astrolua check` must reproduce them all.
set -eu
program=$(realpath "$1")
shift
cd "$(dirname "$0")/Fixtures/records"
[ $# -gt 0 ] || set -- *.lua
for script in "$@"; do
  name=$(basename "$script" .lua)
  directory=$(mktemp -d)
  cp "$name.lua" "$directory"
  (cd "$directory" && "$program" --quiet --record record.json "$name.lua" >/dev/null)
  # when and where it ran is no result
  sed -E '/^  "(started|wall_seconds|machine)": /d' "$directory/record.json" >"$name.json"
  rm -r "$directory"
done
echo "$# records"
