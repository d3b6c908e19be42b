"""The network of ../microcircuit.lua in PyNEST; prints what it took, and rate, CV and correlation of each population, as one line of JSON.

After Potjans & Diesmann (2014), doi:10.1093/cercor/bhs358; what is done with fewer inputs a neuron as in van Albada, Helias & Diesmann
(2015), doi:10.1371/journal.pcbi.1004490.
"""

import argparse
import json
import math
import resource
import time

import nest
import numpy

RESOLUTION = 0.1  # ms

# name, neurons, inputs from outside a neuron, rate of the full network in Hz, start of V_m: mean and SD in mV
POPULATIONS = [
    ("L23E", 20683, 1600, 0.903, -68.28, 5.36), ("L23I", 5834, 1500, 2.965, -63.16, 4.57),
    ("L4E", 21915, 2100, 4.414, -63.33, 4.74), ("L4I", 5479, 1900, 5.876, -63.45, 4.94),
    ("L5E", 4850, 2000, 7.569, -63.11, 4.94), ("L5I", 1065, 1900, 8.633, -61.66, 4.55),
    ("L6E", 14395, 2900, 1.105, -66.72, 5.46), ("L6I", 2948, 2100, 7.829, -61.43, 4.48),
]
P = [  # a row's population receives from a column's
    [0.1009, 0.1689, 0.0437, 0.0818, 0.0323, 0, 0.0076, 0],
    [0.1346, 0.1371, 0.0316, 0.0515, 0.0755, 0, 0.0042, 0],
    [0.0077, 0.0059, 0.0497, 0.1350, 0.0067, 0.0003, 0.0453, 0],
    [0.0691, 0.0029, 0.0794, 0.1597, 0.0033, 0, 0.1057, 0],
    [0.1004, 0.0622, 0.0505, 0.0057, 0.0831, 0.3726, 0.0204, 0],
    [0.0548, 0.0269, 0.0257, 0.0022, 0.0600, 0.3158, 0.0086, 0],
    [0.0156, 0.0066, 0.0211, 0.0166, 0.0572, 0.0197, 0.0396, 0.2252],
    [0.0364, 0.0010, 0.0034, 0.0005, 0.0277, 0.0080, 0.0658, 0.1443],
]
NEURON = {
    "E_L": -65.0, "V_th": -50.0, "V_reset": -65.0, "C_m": 250.0, "tau_m": 10.0, "tau_syn_ex": 0.5, "tau_syn_in": 0.5, "t_ref": 2.0,
}
PSP, G, W_SD = 0.15, -4.0, 0.1  # mV; relative
D_EX, D_IN, D_SD = 1.5, 0.75, 0.5  # ms, ms, relative
BACKGROUND_RATE = 8.0  # Hz
SAMPLE, BIN = 100, 2.0  # neurons, ms: of the correlation


def current_of_psp():
    m, s = NEURON["tau_m"], NEURON["tau_syn_ex"]
    peak = (s / m) ** (m / (m - s)) - (s / m) ** (s / (m - s))
    return PSP / (m * s / (NEURON["C_m"] * (s - m)) * peak)


W = current_of_psp()


def synapses(target, source):
    """Of the full network. Pairs are drawn with replacement."""
    pairs = POPULATIONS[target][1] * POPULATIONS[source][1]
    return math.log(1 - P[target][source]) / math.log(1 - 1 / pairs)


def weight(target, source):
    if source % 2:
        return G * W
    return 2 * W if (target, source) == (0, 2) else W


def constant_current(target, k_scale):
    """What makes up for the inputs that are left out, in pA."""
    def mean_current(w, rate):
        return w * NEURON["tau_syn_ex"] * rate / 1000

    total = POPULATIONS[target][2] * mean_current(W, BACKGROUND_RATE)
    for source, population in enumerate(POPULATIONS):
        total += synapses(target, source) / POPULATIONS[target][1] * mean_current(weight(target, source), population[3])
    return (1 - math.sqrt(k_scale)) * total


def build(scale, k_scale, transient):
    cells = []
    for i, (_, n, external, _, mean, sd) in enumerate(POPULATIONS):
        nodes = nest.Create("iaf_psc_exp", max(1, math.floor(n * scale + 0.5)), params=NEURON)
        nodes.set({"V_m": nest.random.normal(mean, sd), "I_e": constant_current(i, k_scale)})
        outside = nest.Create("poisson_generator", params={"rate": BACKGROUND_RATE * external * k_scale})
        nest.Connect(outside, nodes, syn_spec={"weight": W / math.sqrt(k_scale), "delay": D_EX})
        cells.append(nodes)
    for target in range(8):
        for source in range(8):
            number = math.floor(synapses(target, source) * scale * k_scale + 0.5)
            if number == 0:
                continue
            w, d = weight(target, source) / math.sqrt(k_scale), D_IN if source % 2 else D_EX
            low, high = (0, math.inf) if w > 0 else (-math.inf, 0)
            nest.Connect(cells[source], cells[target], {"rule": "fixed_total_number", "N": number}, {
                "weight": nest.math.redraw(nest.random.normal(w, abs(w) * W_SD), low, high),
                "delay": nest.math.redraw(nest.random.normal(d, d * D_SD), RESOLUTION / 2, math.inf),
            })
    recorders = []
    for nodes in cells:
        recorder = nest.Create("spike_recorder", params={"start": transient})
        nest.Connect(nodes, recorder)
        recorders.append(recorder)
    return cells, recorders


def cv(trains):
    """Mean over neurons of three spikes or more."""
    values = []
    for train in trains:
        intervals = numpy.diff(train)
        if len(intervals) > 1 and intervals.mean() > 0:
            values.append(intervals.std() / intervals.mean())
    return float(numpy.mean(values)) if values else math.nan


def correlation(trains, start, stop, seed):
    """Mean correlation of counts over all pairs of a sample of neurons that fired."""
    trains = [train for train in trains if len(train)]
    chosen = numpy.random.default_rng(seed).permutation(len(trains))[:SAMPLE]
    edges = numpy.arange(start, stop + BIN / 2, BIN)
    if len(chosen) < 2:
        return math.nan
    counts = numpy.array([numpy.histogram(trains[i], edges)[0] for i in chosen])
    matrix = numpy.corrcoef(counts)
    return float(numpy.nanmean(matrix[numpy.triu_indices(len(chosen), 1)]))


def statistics(nodes, recorder, start, time_, seed):
    senders, times = recorder.events["senders"], recorder.events["times"]
    order = numpy.lexsort((times, senders))
    senders, times = senders[order], times[order]
    ends = numpy.searchsorted(senders, numpy.array(nodes.tolist()), side="right")
    begins = numpy.searchsorted(senders, numpy.array(nodes.tolist()), side="left")
    trains = [times[a:b] for a, b in zip(begins, ends)]
    return [1000 * len(times) / len(nodes) / time_, cv(trains), correlation(trains, start, start + time_, seed)]


def seconds(work):
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--scale", type=float, default=1.0)
    options.add_argument("--in-degree", type=float, default=1.0)
    options.add_argument("--time", type=float, default=1000.0, help="simulated time in ms, after the transient")
    options.add_argument("--transient", type=float, default=100.0, help="simulated time in ms before anything is recorded")
    options.add_argument("--threads", type=int, default=1)
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()

    nest.verbosity = nest.VerbosityLevel.ERROR
    nest.ResetKernel()
    nest.set(resolution=RESOLUTION, local_num_threads=given.threads, rng_seed=given.seed)

    build_seconds, (cells, recorders) = seconds(lambda: build(given.scale, given.in_degree, given.transient))
    prepare_seconds, _ = seconds(nest.Prepare)
    nest.Run(given.transient)
    simulate_seconds, _ = seconds(lambda: nest.Run(given.time))
    nest.Cleanup()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # MB

    print(json.dumps({
        "build": build_seconds + prepare_seconds, "simulate": simulate_seconds, "memory": memory,
        "connections": nest.num_connections,
    } | {
        population[0]: statistics(nodes, recorder, given.transient, given.time, given.seed)
        for population, nodes, recorder in zip(POPULATIONS, cells, recorders)
    }))


if __name__ == "__main__":
    main()
