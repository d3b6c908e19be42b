#!/usr/bin/env bash
# Ends runs, fills disks, takes away memory and turns the clock, at random moments, and looks at what is left: nothing that
# was written is lost, and nothing half is read as whole (Docs/reliability.md).
#
#   faults.sh PROGRAM [ROUNDS [SEED [KIND ...]]]
#
# A kind of round is a function round_KIND below. It runs in an empty folder, says in one line what happened, and fails
# where anything is not as it should be. $reference is a folder with what an undisturbed run records.
set -u
program=$(realpath "$1") rounds=${2:-10} seed=${3:-$$}
shift $(($# < 3 ? $# : 3))
kinds=("$@")
((${#kinds[@]})) || kinds=(kill terminate interrupt full rescue read_only memory clock two_runs sweep two_sweeps resume printed stage)
here=$(cd "$(dirname "$0")/faults" && pwd)
work=$(mktemp -d)
RANDOM=$seed
mounted=()
cleanup() {
  local folder
  for folder in "${mounted[@]}"; do umount "$folder" 2>/dev/null; done
  rm -rf "$work"
}
trap cleanup EXIT

astrolua() { "$program" --quiet "$@"; }

# Starts a script and waits until it has printed its first line: $pid, and out.txt, errors.txt.
start() {
  "$program" --quiet "$@" >out.txt 2>errors.txt &
  pid=$!
  until grep -q . out.txt; do kill -0 $pid 2>/dev/null || break; sleep 0.01; done
}

# A pause of up to two seconds, mostly short.
pause() { sleep "$((RANDOM % 100 < 15 ? 1 : 0)).$(printf %03d $((RANDOM % 1000)))"; }

fail() {
  echo "    $*"
  tail -n 3 errors.txt 2>/dev/null | cut -c 1-300 | sed 's/^/    /'
  return 1
}

# The files are beginnings of the reference, up to a time in ms at least.
check() {
  local time=$1 name
  for name in spikes.csv calcium.dat synapses.csv; do
    cp "$reference/${name%.*}.npz" "reference.npz"
    astrolua "$here/check.lua" "$name" reference.npz "$time" >checked.txt 2>>errors.txt || { fail "$name"; return 1; }
    checked="$(cut -f 1 checked.txt) $(cut -f 2 checked.txt)${checked:+, }$checked"
  done
}

last_time() { grep -o '^[0-9.]*$' out.txt | tail -n 1 | grep . || echo 0; }

# One call of simulate, or many: both have to write.
some_piece() { ((RANDOM % 2)) && echo 10000 || echo $((10 + RANDOM % 200)); }

round_kill() {
  start "$here/network.lua" stream 4000 "$(some_piece)"
  pause
  local victim=$pid
  # the script's process, or the one that waits for it
  ((RANDOM % 2)) && victim=$(cat "/proc/$pid/task/$pid/children" 2>/dev/null || echo $pid)
  kill -9 ${victim:-$pid} 2>/dev/null
  wait $pid 2>/dev/null
  check "$(last_time)" && echo "killed after $(last_time) ms or later: $checked"
}

stop_by() {
  start "$here/network.lua" stream 4000 "$(some_piece)"
  pause
  kill -"$1" $pid 2>/dev/null
  wait $pid
  local status=$? reached
  ((status == 0)) && { check 4000 && echo "was done before: $checked"; return; }
  ((status == $2)) || { fail "status $status, not $2"; return 1; }
  grep -q "network.lua:[0-9]*: interrupted" errors.txt || { fail "no message"; return 1; }
  reached=$(sed -n 's/.*sim.time = \([0-9.]*\) ms/\1/p' errors.txt)
  check "${reached:-$(last_time)}" && [[ $checked != *cut* ]] && echo "stopped at ${reached:-?} ms: $checked"
}
round_terminate() { stop_by TERM 143; }
round_interrupt() { stop_by INT 130; }

# A folder that holds $1 kilobytes, where this may be made; or a limit on files.
small_disk() {
  mkdir disk
  if [[ $(id -u) = 0 ]] && mount -t tmpfs -o size="$1k" none disk 2>/dev/null; then
    mounted+=("$PWD/disk")
    return 0
  fi
  return 1
}

leave_disk() {
  cd ..
  umount disk 2>/dev/null
  return 0
}

round_full() {
  local size=$((60 + RANDOM % 900)) status
  if small_disk $size; then
    cd disk
    astrolua "$here/network.lua" stream 4000 "$(some_piece)" >../out.txt 2>../errors.txt
    status=$?
    cp spikes.csv calcium.dat synapses.csv ..
    leave_disk
  else
    (ulimit -f $size; astrolua "$here/network.lua" stream 4000 "$(some_piece)") >out.txt 2>errors.txt
    status=$?
  fi
  ((status == 1)) || { fail "status $status, not 1"; return 1; }
  grep -q "can't write '.*': .*bytes are in it, all of them intact" errors.txt || { fail "no message"; return 1; }
  check "$(last_time)" && [[ $checked != *cut* ]] && echo "full at $size kB: $checked"
}

# A full disk on which room is made: the run goes on, and at the end nothing is missing.
round_rescue() {
  small_disk 8000 || { echo "skipped: needs root, for a small disk"; return 0; }
  cd disk
  head -c $((7900 - RANDOM % 900))k /dev/zero >ballast
  astrolua "$here/network.lua" rescue 4000 "$(some_piece)" >../out.txt 2>../errors.txt
  local status=$?
  cp spikes.csv calcium.dat synapses.csv ..
  leave_disk
  ((status == 0)) && grep -q rescued out.txt || { fail "status $status"; return 1; }
  check 4000 && [[ $checked != *cut* ]] && echo "rescued: $checked"
}

round_read_only() {
  mkdir closed
  local reader=()
  if [[ $(id -u) = 0 ]]; then
    mount -t tmpfs -o ro none closed 2>/dev/null || { echo "skipped: no file system can be mounted"; return 0; }
    mounted+=("$PWD/closed")
  else
    chmod 555 closed
  fi
  (cd closed && astrolua "$here/network.lua" stream 4000) >out.txt 2>errors.txt
  local status=$?
  umount closed 2>/dev/null
  ((status == 1)) || { fail "status $status, not 1"; return 1; }
  grep -q "record: can't write 'spikes.csv': " errors.txt && ! grep -q on out.txt || { fail "too late"; return 1; }
  echo "refused before anything ran"
}

round_memory() {
  local limit=$((60 + RANDOM % 120))
  astrolua --memory-limit ${limit}M "$here/memory.lua" >out.txt 2>errors.txt || { fail "under $limit MB"; return 1; }
  local count lines
  count=$(cat out.txt) lines=$(wc -l <saved.csv)
  ((count + 1 == lines)) || { fail "$count spikes, but $lines lines"; return 1; }
  echo "stopped under $limit MB with $count spikes, all saved"
}

round_clock() {
  local compiler
  compiler=$(command -v cc || command -v clang) || { echo "skipped: there is no C compiler"; return 0; }
  [[ -e $work/clock.so ]] || "$compiler" -shared -fPIC -O1 -o "$work/clock.so" "$here/clock.c" -ldl || return 1
  LD_PRELOAD=$work/clock.so astrolua --time-limit 300 "$here/network.lua" stream 4000 "$(some_piece)" >out.txt 2>errors.txt ||
    { fail "status $?"; return 1; }
  check 4000 && [[ $checked != *cut* ]] && echo "the clock jumped: $checked"
}

round_two_runs() {
  start "$here/network.lua" stream 4000 "$(some_piece)"
  pause
  astrolua "$here/network.lua" stream 4000 >second.txt 2>second_errors.txt
  local second=$? first alive=0
  kill -0 $pid 2>/dev/null && alive=1
  wait $pid
  first=$?
  ((first == 0)) || { fail "the first run: status $first"; return 1; }
  if ((second == 1)); then
    grep -q "'spikes.csv' is being written by another" second_errors.txt || { fail "no message"; return 1; }
  elif ((second != 0 || alive)); then
    fail "the second run: status $second, while the first went on: $alive"
    return 1
  fi
  check 4000 && [[ $checked != *cut* ]] && echo "the second run: status $second; the first is whole: $checked"
}

round_sweep() {
  start "$here/sweep.lua"
  pause
  kill -9 "$(cat "/proc/$pid/task/$pid/children" 2>/dev/null || echo $pid)" 2>/dev/null
  wait $pid 2>/dev/null
  local before
  before=$(grep -c '}$' results.jsonl 2>/dev/null)
  astrolua "$here/sweep.lua" >out.txt 2>errors.txt || { fail "status $?"; return 1; }
  cmp -s results.csv "$reference/results.csv" || { fail "other results"; return 1; }
  (($(wc -l <results.jsonl) == 25 && $(sort -u results.jsonl | wc -l) == 25)) || { fail "a point is lost, or there twice"; return 1; }
  echo "killed after $((before > 0 ? before - 1 : 0)) points of 24, and went on"
}

round_two_sweeps() {
  start "$here/sweep.lua"
  until [[ -s results.jsonl ]]; do kill -0 $pid 2>/dev/null || break; sleep 0.01; done
  astrolua "$here/sweep.lua" >second.txt 2>second_errors.txt
  local second=$? first
  wait $pid
  first=$?
  ((first == 0)) || { fail "the first sweep: status $first"; return 1; }
  ((second == 0)) || grep -q "'results.jsonl' is being written by another" second_errors.txt || { fail "no message"; return 1; }
  cmp -s results.csv "$reference/results.csv" || { fail "other results"; return 1; }
  (($(wc -l <results.jsonl) == 25)) || { fail "a point is lost, or there twice"; return 1; }
  echo "the second sweep: status $second; the first is whole"
}

# Killed again and again, and gone on with on other threads: at the end nothing is missing, and nothing there twice.
round_resume() {
  local piece kills=0
  piece=$(some_piece)
  while ((kills < 4)); do
    start --checkpoint-every 0.1 --resume --threads $((1 + RANDOM % 3)) "$here/network.lua" stream 4000 "$piece"
    pause
    kill -9 "$(cat "/proc/$pid/task/$pid/children" 2>/dev/null || echo $pid)" 2>/dev/null
    wait $pid && break
    kills=$((kills + 1))
  done
  if ((kills == 4)); then
    astrolua --resume "$here/network.lua" stream 4000 "$piece" >out.txt 2>errors.txt || { fail "status $?"; return 1; }
  fi
  [[ ! -e network.checkpoint ]] || { fail "the checkpoint is still there"; return 1; }
  check 4000 && [[ $checked != *cut* ]] && echo "killed $kills times: $checked"
}

# What is printed goes to a full disk: the beginning is there, and the program and the record say so.
round_printed() {
  local ways=("print(i)" "io.write(i, '\n')" "io.stdout:write(i, '\n')") way size=$((8 + RANDOM % 300)) status
  way=${ways[RANDOM % 3]}
  small_disk $size || { echo "skipped: needs root, for a small disk"; return 0; }
  astrolua --record run.json -e "for i = 1, 1e5 do $way end" >disk/out.txt 2>errors.txt
  status=$?
  cp disk/out.txt .
  umount disk
  ((status == 1)) || { fail "status $status, not 1"; return 1; }
  grep -q "can't write to standard output: No space left on device" errors.txt || { fail "no message"; return 1; }
  grep -q '"status": 1' run.json || { fail "the record says nothing of it"; return 1; }
  seq 100000 | head -c "$(stat -c %s out.txt)" | cmp -s - out.txt || { fail "not a beginning of what was printed"; return 1; }
  echo "full at $size kB: $way"
}

# Killed while a bundle or a record runs: the next start removes the directory that it ran in.
round_stage() {
  mkdir tmp
  export TMPDIR=$PWD/tmp
  echo "print 'on' for i = 1, 1e8 do end" >script.lua
  astrolua --record run.json script.lua >/dev/null 2>errors.txt || { fail "status $?"; return 1; }
  local words=("bundle script.lua" "verify run.json")
  # shellcheck disable=SC2086
  "$program" --quiet ${words[RANDOM % 2]} >out.txt 2>errors.txt &
  pid=$!
  sleep "0.$(printf %03d $((RANDOM % 1000)))"
  kill -9 $pid 2>/dev/null
  wait $pid
  sleep 0.3
  local before after
  before=$(ls -d tmp/astrolua-* 2>/dev/null | wc -l)
  echo "print 'short'" >short.lua
  astrolua bundle short.lua >out.txt 2>errors.txt || { fail "status $?"; return 1; }
  after=$(ls -A tmp | wc -l)
  unset TMPDIR
  ((after == 0)) || { fail "$after directories are left"; return 1; }
  echo "killed, $before left, then none"
}

reference=$work/reference
mkdir "$reference"
(cd "$reference" && astrolua "$here/network.lua" reference 4000 1000 && astrolua "$here/sweep.lua") >/dev/null || exit 1

declare -A passed failed
for ((round = 1; round <= rounds; round++)); do
  kind=${kinds[(round - 1) % ${#kinds[@]}]}
  mkdir "$work/$round"
  cd "$work/$round" || exit 1
  checked=
  if round_$kind >"$work/said.txt" 2>&1; then
    passed[$kind]=$((${passed[$kind]:-0} + 1))
    echo "round $round, $kind: $(tail -n 1 "$work/said.txt")"
  else
    failed[$kind]=$((${failed[$kind]:-0} + 1))
    echo "FAILED  round $round, $kind (seed $seed)"
    cat "$work/said.txt"
  fi
  cd "$work" || exit 1
  rm -rf "${work:?}/$round"
done

status=0
for kind in "${kinds[@]}"; do
  ((${failed[$kind]:-0})) && status=1
  echo "faults: $kind: ${passed[$kind]:-0} passed, ${failed[$kind]:-0} failed"
done
exit $status
