"""The benchmark suite: runs every case of cases.lua in a process of its own and writes tables and plots.

    python3 scripts/bench/suite.py                     all groups
    python3 scripts/bench/suite.py --groups size rate  some of them
    python3 scripts/bench/suite.py --largest 50        up to a million cells (needs 3 GB and half a minute)

Writes bench/results.csv, bench/results.md and, through plots.lua, bench/*.svg. Where ASTROLUA_NEST_PYTHON names a Python that
can import nest, compare.py follows with pairs of whole runs.

Seconds are medians over `--runs`; peak memory is that of the whole process, as the system counts it.
"""

import argparse
import csv
import os
import statistics
import subprocess
import sys
from pathlib import Path

from compare import ASTROLUA, HERE
from compare import run as run_process


GROUPS = {
    "size": [0.25, 0.5, 1, 2, 5, 10, 25, 50],
    "rate": [0.1, 0.5, 1, 5, 10, 50],
    "delay": ["equal", "uniform", "shortest"],
    "random": ["none", "weights", "both"],
    "multimeter": ["none", "all"],
    "steps": [100],
    "calls": [1000],
    "nodes": [10000],
    "fresh": [1, 1000],
    "kernel": ["neurons", "spiking", "astrocytes", "poisson", "sic"],
}
# ms; long enough that the slowest start-up transient of a case is a small part of it
TIMES = {"size": 100, "rate": 1000, "kernel": 200}
COLUMNS = ["case", "value", "threads", "nodes", "connections", "simulated_ms", "build_s", "simulate_s", "spikes", "events",
           "memory_bytes", "peak_bytes"]


def run(case, value, threads):
    command = [ASTROLUA, "--quiet", "--memory-limit", "20G", "--threads", str(threads), str(HERE / "cases.lua"),
               "--case", case, "--value", str(value), "--time", str(TIMES.get(case, 100))]
    output, used = run_process(command)
    row = {name: float(number) for name, number in (line.split() for line in output.splitlines())}
    return row | {"peak_bytes": used["memory"] * 2**20}


def measure(case, value, threads, runs):
    rows = [run(case, value, threads) for _ in range(runs)]
    middle = {name: statistics.median(row[name] for row in rows) for name in rows[0]}
    return {"case": case, "value": value, "threads": threads} | middle


def derived(row):
    """What a reader compares: times per unit of work, memory per connection."""
    steps = row["simulated_ms"] * 10
    per_cell = 1e9 * row["simulate_s"] / (row["nodes"] * steps) if steps else 0
    many = row["connections"] >= 1e5
    return {
        "build ns/connection": 1e9 * row["build_s"] / row["connections"] if many else 0,
        "peak bytes/connection": row["peak_bytes"] / row["connections"] if many else 0,
        "ns/cell and step": per_cell,
        "ns/event": 1e9 * row["simulate_s"] / row["events"] if row["events"] else 0,
    }


def markdown(rows):
    head = ["case", "value", "threads", "cells", "connections", "build s", "simulate s", "of ms", "peak MB",
            *derived(rows[0]).keys()]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for row in rows:
        cells = [row["case"], row["value"], row["threads"], f"{row['nodes']:.0f}", f"{row['connections']:.0f}",
                 f"{row['build_s']:.3g}", f"{row['simulate_s']:.3g}", f"{row['simulated_ms']:g}",
                 f"{row['peak_bytes'] / 1e6:.0f}", *(f"{x:.3g}" if x else "" for x in derived(row).values())]
        lines.append("| " + " | ".join(str(cell) for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--groups", nargs="+", choices=GROUPS, default=list(GROUPS))
    options.add_argument("--threads", type=int, nargs="+", default=[os.cpu_count()])
    options.add_argument("--runs", type=int, default=3)
    options.add_argument("--largest", type=float, default=10, help="largest scale of the group size")
    options.add_argument("--pairs", type=int, default=5, help="pairs with NEST")
    options.add_argument("--out", type=Path, default=Path("bench"))
    given = options.parse_args()
    given.out.mkdir(exist_ok=True)

    rows = []
    for threads in given.threads:
        for case in given.groups:
            for value in GROUPS[case]:
                if case == "size" and value > given.largest:
                    continue
                rows.append(measure(case, value, threads, given.runs))
                print(f"{case} {value}: {rows[-1]['build_s']:.3g} s and {rows[-1]['simulate_s']:.3g} s", file=sys.stderr)
    with open(given.out / "results.csv", "w", newline="") as file:
        table = csv.DictWriter(file, COLUMNS, extrasaction="ignore")
        table.writeheader()
        table.writerows(rows)
    (given.out / "results.md").write_text(markdown(rows))
    print(markdown(rows))
    subprocess.run([ASTROLUA, "--quiet", str(HERE / "plots.lua")], cwd=given.out, check=True)
    if os.environ.get("ASTROLUA_NEST_PYTHON"):
        subprocess.run([sys.executable, str(HERE / "compare.py"), "--pairs", str(given.pairs)], check=True)


if __name__ == "__main__":
    main()
