#!/bin/sh
# Known ways out of the sandbox, then the defects of Lua once more near limits of memory, where a script may end for lack of it,
# but with a sentence. Usage: Tests/escapes.sh PROGRAM
program=$(realpath "$1")
script=$(realpath "$(dirname "$0")")/lua/escapes.lua
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory" || exit 1
release=$("$program" --version | head -n 1)
status=0
"$program" --quiet "$script" "$release" >out.txt 2>&1 || status=1
tail -n 30 out.txt
for limit in 8M 12M 16M 24M 32M 48M 64M 128M; do
  if "$program" --quiet --time-limit 200 --memory-limit $limit "$script" "$release" lua >out.txt 2>&1; then end="no way out"
  else end="the script needs more memory than its limit"; fi
  if grep -q "$end" out.txt; then echo "passed  with $limit: $end"
  else echo "FAILED  with $limit"; tail -n 5 out.txt; status=1; fi
done
exit $status
