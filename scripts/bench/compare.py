"""Runs a network here and in NEST by turns, and prints medians and ratios.

    ASTROLUA_NEST_PYTHON=/path/to/python3 python3 scripts/bench/compare.py --pairs 3 --threads 2
    … compare.py --network hpc_benchmark --time 100
    … compare.py --network microcircuit --in-degree 0.1

ASTROLUA_NEST_PYTHON is a Python that can import nest; ASTROLUA the program (default: the one built here). Both run with the
same number of threads on an otherwise idle machine, by turns, so that a warm or throttled processor meets both.
"""

import argparse
import json
import math
import os
import re
import statistics
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ASTROLUA = os.environ.get("ASTROLUA", str(HERE.parents[1] / ".build" / "release" / "astrolua"))
NEST_PYTHON = os.environ.get("ASTROLUA_NEST_PYTHON")

NUMBER = r"(-?\d+(?: \d{3})*(?:\.\d+)?(?:e[+-]\d+)?|-)"
POPULATIONS = ["L23E", "L23I", "L4E", "L4I", "L5E", "L5I", "L6E", "L6I"]

# Beside what a run took: what the networks report, and which options they have beside --scale, --time and --seed.
NETWORKS = {
    "brunel": {"rows": [("rate", "Hz")], "options": []},
    "hpc_benchmark": {"rows": [("excitatory", "Hz"), ("inhibitory", "Hz")], "options": []},
    "microcircuit": {
        "rows": [(f"{name} {what}", unit) for what, unit in (("rate", "Hz"), ("CV", ""), ("r", "")) for name in POPULATIONS],
        "options": ["in_degree"],
    },
}


POWER = Path(os.environ.get("POWERCAP", "/sys/class/powercap"))


def counters():
    """What each processor package has used so far and where its counter starts anew, in uJ; nothing where the machine does not tell."""
    found = []
    for zone in sorted(POWER.glob("intel-rapl:?")):
        try:
            found.append((int((zone / "energy_uj").read_text()), int((zone / "max_energy_range_uj").read_text())))
        except OSError:
            pass  # only the administrator may read it
    return found


def energy_since(before):
    """In J, of all packages and of everything that ran on them."""
    return sum((now - then) % (most + 1) for (then, _), (now, most) in zip(before, counters())) / 1e6


def run(command):
    """Standard output of a command, its peak memory in MB and its processor time in s, measured alike for both programs."""
    before = counters()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{command[0]} ended with status {process.returncode}")
    used = {"memory": usage.ru_maxrss / 1024, "processor": usage.ru_utime + usage.ru_stime}
    return output, used | ({"energy": energy_since(before)} if before else {})


def reported(output, name):
    """The number that astro.report printed for a name."""
    found = re.search(rf"^  {name} {{2,}}{NUMBER}", output, re.MULTILINE)
    if not found:
        sys.exit(f"the script did not report '{name}'")
    return float(found.group(1).replace(" ", ""))


def by_population(output):
    """Rate, CV and correlation of each population of the microcircuit."""
    values = {}
    for name in POPULATIONS:
        found = re.search(rf"^  {name} +(\S+) \(\S+\) +(\S+) +(\S+)$", output, re.MULTILINE)
        for what, text in zip(("rate", "CV", "r"), found.groups()):
            values[f"{name} {what}"] = math.nan if text == "-" else float(text)
    return values


def options_of(given, separator):
    options = ["--scale", str(given.scale), "--time", str(given.time)]
    for name in NETWORKS[given.network]["options"]:
        options += ["--" + name.replace("_", separator), str(getattr(given, name))]
    return options


def run_astrolua(given, seed):
    script = str(HERE.parent / f"{given.network}.lua")
    no_figures = [] if given.network == "hpc_benchmark" else ["--no-figures"]
    output, used = run([
        ASTROLUA, "--quiet", "--threads", str(given.threads), script, *no_figures, *options_of(given, "-"), "--seed", str(seed),
    ])
    values = used | {"build": reported(output, "building"), "connections": reported(output, "connections")}
    if given.network == "brunel":
        return values | {"simulate": reported(output, "simulating"), "rate": reported(output, "mean rate")}
    factor = re.search(r"^real-time factor ([\d.]+),", output, re.MULTILINE)
    values["simulate"] = float(factor.group(1)) * given.time / 1000
    if given.network == "microcircuit":
        return values | by_population(output)
    return values | {name: reported(output, name) for name, _ in NETWORKS[given.network]["rows"]}


def run_nest(given, seed):
    output, used = run([
        NEST_PYTHON, str(HERE / f"{given.network}_nest.py"), "--threads", str(given.threads), *options_of(given, "-"), "--seed", str(seed),
    ])
    values = json.loads(output.strip().splitlines()[-1]) | used
    for name in POPULATIONS:
        for what, value in zip(("rate", "CV", "r"), values.pop(name, ())):
            values[f"{name} {what}"] = value
    return values


def spread(values):
    """Standard deviation of a single run, as it is shown."""
    has_one = len(values) > 1 and not any(math.isnan(value) for value in values)
    return f"± {statistics.stdev(values):.2g}" if has_one else ""


def show(name, unit, ours, theirs):
    ours, theirs = ([one[name] for one in runs] for runs in (ours, theirs))
    a, b = statistics.median(ours), statistics.median(theirs)
    ratio = f"{b / a:10.2f}" if a > 0 else f"{'':10}"
    print(f"{(name + (f' ({unit})' if unit else '')):<16}{a:14.6g} {spread(ours):<10}{b:14.6g} {spread(theirs):<10}{ratio}")


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--network", choices=NETWORKS, default="brunel")
    options.add_argument("--pairs", type=int, default=3, help="how often each runs")
    options.add_argument("--threads", type=int, default=os.cpu_count())
    options.add_argument("--scale", type=float, default=1.0)
    options.add_argument("--in-degree", type=float, default=1.0, help="of the microcircuit")
    options.add_argument("--time", type=float, default=1000.0, help="simulated time in ms")
    given = options.parse_args()
    if not NEST_PYTHON:
        sys.exit("set ASTROLUA_NEST_PYTHON to a Python that can import nest")

    ours, theirs = [], []
    for seed in range(1, given.pairs + 1):
        ours.append(run_astrolua(given, seed))
        theirs.append(run_nest(given, seed))
        print(f"pair {seed}: {ours[-1]} {theirs[-1]}", file=sys.stderr, flush=True)

    print(f"{given.network}: medians of {given.pairs} runs ± standard deviation, scale {given.scale:g}, {given.time:g} ms, "
          f"{given.threads} threads\n")
    print(f"{'':<16}{'astrolua':>14} {'':<10}{'NEST':>14} {'':<10}{'ratio':>10}")
    rows = [("build", "s"), ("simulate", "s"), ("processor", "s"), ("memory", "MB"), ("connections", "")]
    rows += [("energy", "J")] if "energy" in ours[0] else []
    for name, unit in rows + NETWORKS[given.network]["rows"]:
        show(name, unit, ours, theirs)


if __name__ == "__main__":
    main()
