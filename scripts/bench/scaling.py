"""How time and memory grow with cells and ranks: a cost model, fitted to runs and held against others.

    python3 scripts/bench/scaling.py [--program .build/release/astrolua] [--repeats 3] [--out scaling.csv]

Runs scaling.lua with mpirun, fits the model of Docs/scaling.md to the processor time of one rank, compares it with runs that it has
not seen, and draws it out to 1000 ranks. Only Python's standard library is needed.
"""
import argparse
import csv
import os
import re
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent
# size, ranks, input in Hz: another input tells events and spikes from cells
FITTED = [(scale, ranks, 2000) for scale in (0.1, 0.2, 0.4, 1.0) for ranks in (1, 2, 4)]
FITTED += [(0.4, ranks, rate) for rate in (1000, 3000) for ranks in (1, 2, 4)]
HELD_OUT = [(0.3, 3, 2000), (0.6, 2, 2000), (0.8, 4, 2000), (0.6, 3, 2500)]
TIME = 1000.0         # ms
SLICES = 2000         # of several ranks: half the shortest delay, 1 ms


def run(program, scale, ranks, rate):
    """The numbers of one run."""
    script = [str(HERE / "scaling.lua"), "--scale", str(scale), "--time", str(TIME), "--rate", str(rate)]
    root = ["--allow-run-as-root"] if os.geteuid() == 0 else []
    command = [program, "--trust", "--quiet", *script]
    if ranks > 1:
        command = ["mpirun", *root, "--oversubscribe", "-n", str(ranks), *command]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    text = child.stdout.read()
    child.wait()
    if child.returncode:
        raise SystemExit(f"failed: {' '.join(command)}")
    words = re.findall(r"(\w+) ([-\d.]+)", text)
    return {"scale": scale, "ranks": ranks, "rate": rate, **{name: float(value) for name, value in words}}


def features(r):
    """What a rank does: steps of own cells, events at own cells, bytes that come, slices."""
    share = 1 / r["ranks"]
    return [r["cells"] * TIME / 0.1 * share, r["events"] * share, r["bytes"], SLICES if r["ranks"] > 1 else 0.0]


def solve(rows, values):
    """Least squares of relative errors, coefficients not negative: those that would be are left out."""
    names = list(range(len(rows[0])))
    while True:
        a = [[sum(r[i] * r[j] / v ** 2 for r, v in zip(rows, values)) for j in names] for i in names]
        b = [sum(r[i] / v for r, v in zip(rows, values)) for i in names]
        for k in range(len(names)):
            pivot = a[k][k]
            for j in range(k, len(names)):
                a[k][j] /= pivot
            b[k] /= pivot
            for i in range(len(names)):
                if i == k:
                    continue
                factor = a[i][k]
                for j in range(k, len(names)):
                    a[i][j] -= factor * a[k][j]
                b[i] -= factor * b[k]
        if min(b) >= 0:
            return [b[names.index(i)] if i in names else 0.0 for i in range(len(rows[0]))]
        names.pop(b.index(min(b)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=str(HERE.parents[1] / ".build/release/astrolua"))
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--out", default="scaling.csv")
    options = parser.parse_args()

    def best(*case):
        return min((run(options.program, *case) for _ in range(options.repeats)), key=lambda r: r["processor"])

    fitted = [best(*case) for case in FITTED]
    held = [best(*case) for case in HELD_OUT]
    with open(options.out, "w", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(fitted[0]))
        writer.writeheader()
        writer.writerows(fitted + held)
    c = solve([features(r) for r in fitted], [r["processor"] for r in fitted])
    print("ns a cell and step, ns an event, ns a byte that comes, us a slice:",
          *(f"{x * s:.3g}" for x, s in zip(c, (1e9, 1e9, 1e9, 1e6))))
    for name, rows in (("fitted", fitted), ("held out", held)):
        for r in rows:
            model = sum(x * y for x, y in zip(c, features(r)))
            print(f"{name}: scale {r['scale']} ranks {r['ranks']} input {r['rate']} Hz: {r['processor']:.3f} s, model {model:.3f} s "
                  f"({100 * (model / r['processor'] - 1):+.0f} %), {r['bytes'] / SLICES:.0f} bytes a slice, "
                  f"memory {r['memory'] / 1e6:.0f} MB on all ranks")


if __name__ == "__main__":
    main()
