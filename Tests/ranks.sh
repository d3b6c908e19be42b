#!/bin/sh
# The same results on any number of ranks and threads, and an end to a job of which one rank fails.
# Usage: Tests/ranks.sh PROGRAM
program=$(realpath "$1")
here=$(realpath "$(dirname "$0")/ranks")
command -v mpirun >/dev/null || { echo "skipped: there is no mpirun (on Debian: apt install openmpi-bin)"; exit 0; }
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory" || exit 1
status=0

# mpirun refuses root and more ranks than cores unless it is told
job() {
  ranks=$1
  shift
  root=""
  [ "$(id -u)" = 0 ] && root=--allow-run-as-root
  timeout 300 mpirun $root --oversubscribe -n "$ranks" "$program" --quiet "$@"
}

passed() { echo "passed  $1"; }
failed() { echo "FAILED  $1"; status=1; }

# files and what is printed, of one script
results() { cat out.txt; for file in traces.* spikes.*; do [ -f "$file" ] && md5sum "$file"; done; rm -f traces.* spikes.*; }

for script in "$here"/*.lua; do
  name=$(basename "$script")
  "$program" --quiet --threads 1 "$script" >out.txt 2>&1 || failed "$name alone"
  results >expected.txt
  for counts in "1 2" "2 1" "3 1" "3 2" "4 1"; do
    set -- $counts
    job "$1" --threads "$2" "$script" >out.txt 2>&1
    results >found.txt
    if cmp -s expected.txt found.txt; then passed "$name, ranks: $1, threads: $2"
    else failed "$name, ranks: $1, threads: $2"; diff expected.txt found.txt | head -n 20; fi
  done
done

# ends NAME STATUS PATTERN TIMES: the job has ended by itself, with this message so many times
ends() {
  found=$(grep -c -- "$3" out.txt)
  if [ "$4" != 0 ] && [ "$found" = "$2" ]; then passed "$1"; else failed "$1 (status $4, $found messages)"; cat out.txt; fi
}
job 3 -e 'error("wrong everywhere")' >out.txt 2>&1
ends "an error on all ranks is told once" 1 "wrong everywhere" $?
lonely='if os.getenv("OMPI_COMM_WORLD_RANK") == "1" then error("wrong here") end'
network='local s = require("astro").Simulation() s:create("aeif_cond_alpha_astro", 500, { I_e = 900 }) '
job 3 --trust -e "$network $lonely s:simulate(1e6)" >out.txt 2>&1
ends "an error on one rank ends all" 1 "rank 1: .*wrong here" $?
cat >killed.lua <<'END'
local sim = require("astro").Simulation()
sim:create("aeif_cond_alpha_astro", 500, { I_e = 900 })
sim:simulate(10)
if os.getenv("OMPI_COMM_WORLD_RANK") == "2" then os.execute("kill -9 $PPID") end
sim:simulate(1e6)
END
job 3 --trust killed.lua >out.txt 2>&1
ends "a rank that is killed ends the job" 1 "rank 2 .*exited on signal 9" $?
exit $status
