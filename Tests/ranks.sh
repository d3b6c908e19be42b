#!/bin/sh
# The same results on any number of ranks and threads; checkpoints from any number of ranks on any other; the prompt; and
# an end to a job of which one rank fails, which goes on from its last checkpoint.
# Usage: Tests/ranks.sh PROGRAM
program=$(realpath "$1")
here=$(realpath "$(dirname "$0")/ranks")
command -v mpirun >/dev/null || { echo "skipped: there is no mpirun (on Debian: apt install openmpi-bin)"; exit 0; }
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory" || exit 1
status=0
# hwloc, which mpirun asks about the machine, warns where /sys is not mounted: here the output is compared
export HWLOC_HIDE_ERRORS=2

# mpirun refuses root and more ranks than cores unless it is told
job() {
  ranks=$1
  shift
  root=""
  [ "$(id -u)" = 0 ] && root=--allow-run-as-root
  timeout 300 mpirun $root --oversubscribe -n "$ranks" "$program" --quiet "$@"
}

# differ FILE: where it is not what expected.txt says, and how it ends, where messages stand
differ() { diff expected.txt "$1" | head -n 20; echo "... the end of what was found:"; tail -n 15 "$1"; }

passed() { echo "passed  $1"; }
failed() { echo "FAILED  $1"; status=1; }

# files and what is printed, of one script
results() { cat out.txt; for file in traces.* spikes.* state.*; do [ -f "$file" ] && md5sum "$file"; done; rm -f traces.* spikes.*; }

for script in "$here"/*.lua; do
  name=$(basename "$script")
  "$program" --quiet --threads 1 "$script" >out.txt 2>&1 || failed "$name alone"
  results >expected.txt
  for counts in "1 2" "2 1" "3 1" "3 2" "4 1"; do
    set -- $counts
    job "$1" --threads "$2" "$script" >out.txt 2>&1
    results >found.txt
    if cmp -s expected.txt found.txt; then passed "$name, ranks: $1, threads: $2"
    else failed "$name, ranks: $1, threads: $2"; differ found.txt; fi
  done
done

# same NAME: out.txt is what expected.txt holds
same() { if cmp -s expected.txt out.txt; then passed "$1"; else failed "$1"; differ out.txt; fi; }

# a checkpoint on other numbers of ranks: state.checkpoint is what all of them have written
cat >later.lua <<'END'
local sim = astro.load("state.checkpoint", { streams = false })
print(sim:fingerprint(), sim.time, sim.num_nodes, sim.num_connections)
local cells = sim:populations()
print(sim:connect(cells[1], cells[2], { rule = "fixed_indegree", indegree = 3 }, { weight = 0.1 }))
sim:simulate(20)
for i, recorder in ipairs(sim:recorders()) do
  for name, values in pairs(recorder.events) do print(i, name, #values, values:sum()) end
end
print(sim:fingerprint(), sim.stats.spikes, sim.stats.events)
sim:save("later.checkpoint")
END
"$program" --quiet later.lua >expected.txt 2>&1 || failed "a checkpoint alone"
md5sum later.checkpoint >>expected.txt
for ranks in 2 3 4; do
  job $ranks --threads 2 later.lua >out.txt 2>&1
  md5sum later.checkpoint >>out.txt
  same "a checkpoint loaded on $ranks ranks"
done

cat >full.lua <<'END'
local sim = astro.Simulation()
sim:create("aeif_cond_alpha_astro", 400000, { V_m = astro.random.uniform(-70, -60), I_e = 900 })
sim:simulate(1)
print(pcall(sim.save, sim, "full.checkpoint"))
sim:simulate(1)
print(sim:fingerprint(), io.open("full.checkpoint"))
END
# 16 MB a file: enough for MPI, not for the checkpoint
(ulimit -f 32768; "$program" --quiet full.lua >expected.txt 2>&1)
(ulimit -f 32768; job 3 full.lua >out.txt 2>&1)
grep -q "^false.*full.checkpoint" expected.txt || failed "the disk is not full"
same "a disk that is full is an error on all ranks, and the simulation goes on"

# a record of several ranks, verified by one process
job 3 --record run.json "$here/brunel.lua" >out.txt 2>&1
"$program" verify run.json >out.txt 2>&1 && passed "a record of three ranks is verified by one process" ||
  { failed "a record of three ranks is verified by one process"; cat out.txt; }

# the prompt
cat >lines.txt <<'END'
sim = astro.Simulation { seed = 4 }
cells = sim:create("aeif_cond_alpha_astro", 300, { I_e = astro.random.uniform(0, 900) })
error("wrong at the prompt")
cells:set { no_such_parameter = 1 }
for i = 1, 2 do
  sim:simulate(25)
end
cells:get("V_m"):mean()
sim:fingerprint()
nothing.of_the_kind
"done"
END
"$program" --quiet -i <lines.txt >expected.txt 2>&1
job 3 -i <lines.txt >out.txt 2>&1
same "the prompt, read from a pipe"

# children of a process, one a line; of all its threads, and without `ps`, which a small system lacks
children() { cat "/proc/$1/task/"*/children 2>/dev/null | tr -s ' ' '\n'; }
# ranks JOB: the processes that mpirun has started in a job in the background
ranks() { for shell in $(children "$1"); do for mpi in $(children "$shell"); do children "$mpi"; done; done; }
# signal_last SIGNAL JOB: to one rank; a job none of whose ranks is found is ended, or it would never be
signal_last() {
  rank=$(ranks "$2" | tail -n 1)
  [ -n "$rank" ] && kill -"$1" "$rank" && return
  failed "no rank of job $2 is found"
  kill "$2"
}
# until a command succeeds, a minute at most
await() { for _ in $(seq 600); do "$@" && return; sleep 0.1; done; failed "waited for: $*"; }
has() { grep -q -- "$2" "$1" 2>/dev/null; }

mkfifo typed
job 3 -i <typed >out.txt 2>&1 &
session=$!
exec 3>typed
echo 'sim = astro.Simulation() cells = sim:create("aeif_cond_alpha_astro", 300, { I_e = 900 }) print("be" .. "gins")' >&3
echo 'sim:simulate(1e7)' >&3
await has out.txt begins
sleep 1
signal_last INT $session
echo 'print("stopped early:", sim.time > 0 and sim.time < 1e7)' >&3
exec 3>&-
wait $session
has out.txt "stopped early:.*true" && [ "$(grep -c interrupted: out.txt)" = 1 ] && passed "SIGINT to one rank stops a run on all" ||
  { failed "SIGINT to one rank stops a run on all"; cat out.txt; }

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

# a rank that is killed in the middle: the job goes on from its last checkpoint, on another number of ranks
cat >fault.lua <<'END'
local sim = astro.Simulation { seed = 6 }
local cells = sim:create("aeif_cond_alpha_astro", 600, { I_e = astro.random.uniform(0, 800), tau_syn_ex = 2.0 })
local glia = sim:create("astrocyte_lr_1994", 300, { delta_IP3 = 0.4 })
sim:connect(cells, glia, { rule = "fixed_indegree", indegree = 10 }, { weight = 1.0 })
sim:connect(glia, cells, { rule = "fixed_indegree", indegree = 2 }, { synapse_model = "sic_connection", weight = 0.1 })
sim:connect(cells, cells, { rule = "pairwise_bernoulli", p = 0.1 }, { synapse_model = "tsodyks_synapse", weight = 0.2 })
local spikes = sim:record(cells, nil, { to = "fault.csv" })
for part = 1, 4 do
  sim:simulate(2000)
  print(part, sim:fingerprint(), spikes.n_events)
  cells:set { I_e = 100 * part }
end
END
"$program" --quiet fault.lua >expected.txt 2>&1
md5sum fault.csv >>expected.txt
job 3 --checkpoint-every 1 fault.lua >killed.txt 2>&1 &
session=$!
await test -f fault.checkpoint
signal_last KILL $session
wait $session
cp killed.txt out.txt
ends "a rank that is killed: how to go on" 1 "to continue: mpirun -n 3 astrolua --resume --quiet --checkpoint-every 1 fault.lua" 1
job 2 --checkpoint-every 1 --resume fault.lua >out.txt 2>&1
md5sum fault.csv >>out.txt
same "three ranks, one killed, then two ranks: as if nothing had been"
[ ! -f fault.checkpoint ] || failed "a run that has ended leaves its checkpoint"
exit $status
