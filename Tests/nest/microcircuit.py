"""Writes Tests/Fixtures/reference/microcircuit.csv: rates and CVs of the microcircuit's populations in NEST, over seeds.

    python3 Tests/nest/microcircuit.py [SEEDS]

The Python must be able to import NEST 3.10; the network is that of scripts/bench/microcircuit_nest.py at a size that a test can run.
"""
import json
import os
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
NETWORK = os.path.join(HERE, "..", "..", "scripts", "bench", "microcircuit_nest.py")
OUT = os.path.join(HERE, "..", "Fixtures", "reference", "microcircuit.csv")
SIZE = {"scale": 0.1, "in-degree": 0.1, "time": 500}
POPULATIONS = ["L23E", "L23I", "L4E", "L4I", "L5E", "L5I", "L6E", "L6I"]


def run(seed):
    options = [text for name, value in SIZE.items() for text in (f"--{name}", str(value))]
    done = subprocess.run([sys.executable, NETWORK, *options, "--seed", str(seed)], capture_output=True, text=True, check=True)
    return json.loads(done.stdout.strip().splitlines()[-1])


def main():
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 8
    runs = [run(seed) for seed in range(1, seeds + 1)]
    with open(OUT, "w") as file:
        file.write("# NEST 3.10, %d seeds, %s: mean and standard deviation of a run\n" % (
            seeds, ", ".join(f"{name} {value}" for name, value in SIZE.items())))
        file.write("population,rate,rate_sd,cv,cv_sd\n")
        for name in POPULATIONS:
            columns = list(zip(*(one[name] for one in runs)))[:2]
            numbers = [value for column in columns for value in (statistics.mean(column), statistics.stdev(column))]
            file.write(",".join([name] + [f"{value:.4f}" for value in numbers]) + "\n")


if __name__ == "__main__":
    main()
