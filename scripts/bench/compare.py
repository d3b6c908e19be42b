"""Runs ../brunel.lua and the same network in NEST by turns, and prints medians and ratios.

    ASTROLUA_NEST_PYTHON=/path/to/python3 python3 scripts/bench/compare.py --pairs 3 --threads 2

ASTROLUA_NEST_PYTHON is a Python that can import nest; ASTROLUA the program (default: the one built here). Both run with the
same number of threads on an otherwise idle machine, by turns, so that a warm or throttled processor meets both.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ASTROLUA = os.environ.get("ASTROLUA", str(HERE.parents[1] / ".build" / "release" / "astrolua"))
NEST_PYTHON = os.environ.get("ASTROLUA_NEST_PYTHON")

ROWS = [("build", "s"), ("simulate", "s"), ("memory", "MB"), ("rate", "Hz"), ("connections", "")]


def run(command):
    """Standard output and the peak memory in MB of a command, measured alike for both programs."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{command[0]} ended with status {process.returncode}")
    return output, usage.ru_maxrss / 1024


def reported(output, name):
    """The number that astro.report printed for a name."""
    found = re.search(rf"^  {name} {{2,}}(\d+(?: \d{{3}})*(?:\.\d+)?(?:e[+-]\d+)?)", output, re.MULTILINE)
    if not found:
        sys.exit(f"brunel.lua did not report '{name}'")
    return float(found.group(1).replace(" ", ""))


def run_astrolua(given, seed):
    script = str(HERE.parent / "brunel.lua")
    output, memory = run([
        ASTROLUA, "--quiet", "--threads", str(given.threads), script, "--no-figures",
        "--scale", str(given.scale), "--time", str(given.time), "--seed", str(seed),
    ])
    return {
        "build": reported(output, "building"), "simulate": reported(output, "simulating"), "memory": memory,
        "rate": reported(output, "mean rate"), "connections": reported(output, "connections"),
    }


def run_nest(given, seed):
    output, memory = run([
        NEST_PYTHON, str(HERE / "brunel_nest.py"), "--threads", str(given.threads),
        "--scale", str(given.scale), "--time", str(given.time), "--seed", str(seed),
    ])
    return json.loads(output.strip().splitlines()[-1]) | {"memory": memory}


def show(name, unit, ours, theirs):
    a, b = (statistics.median(one[name] for one in runs) for runs in (ours, theirs))
    ratio = f"{b / a:10.1f}" if a > 0 else ""
    print(f"{(name + (f' ({unit})' if unit else '')):<16}{a:14.6g}{b:14.6g}{ratio}")


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--pairs", type=int, default=3, help="how often each runs")
    options.add_argument("--threads", type=int, default=os.cpu_count())
    options.add_argument("--scale", type=float, default=1.0)
    options.add_argument("--time", type=float, default=1000.0, help="simulated time in ms")
    given = options.parse_args()
    if not NEST_PYTHON:
        sys.exit("set ASTROLUA_NEST_PYTHON to a Python that can import nest")

    ours, theirs = [], []
    for seed in range(1, given.pairs + 1):
        ours.append(run_astrolua(given, seed))
        theirs.append(run_nest(given, seed))
        print(f"pair {seed}: simulate {ours[-1]['simulate']:.4g} s and {theirs[-1]['simulate']:.4g} s", file=sys.stderr)

    print(f"medians of {given.pairs} runs, scale {given.scale:g}, {given.time:g} ms, {given.threads} threads\n")
    print(f"{'':<16}{'astrolua':>14}{'NEST':>14}{'ratio':>10}")
    for name, unit in ROWS:
        show(name, unit, ours, theirs)


if __name__ == "__main__":
    main()
