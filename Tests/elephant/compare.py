"""Compares what astro.analysis found with Elephant on the same spikes. Usage: compare.py FOLDER (written by measure.lua)."""
import csv
import json
import sys
import warnings

import neo
import numpy as np
import quantities as pq
from elephant import conversion, signal_processing, spectral, spike_train_correlation, sta, statistics

warnings.filterwarnings("ignore")
folder = sys.argv[1]
with open(f"{folder}/ours.json") as file:
    ours = json.load(file)


def columns(name):
    with open(f"{folder}/{name}.csv") as file:
        rows = list(csv.reader(file))
    return {head: np.array([float(row[i]) for row in rows[1:]]) for i, head in enumerate(rows[0])}


def column(table, start):
    return next(values for name, values in table.items() if name.startswith(start))


spikes, samples = columns("spikes"), columns("samples")
times, senders = column(spikes, "time"), column(spikes, "sender")
start, stop, width = ours["from"], ours["to"], ours["bin"]


def train(sender, start, stop):
    own = times[(senders == sender) & (times >= start) & (times <= stop)]
    return neo.SpikeTrain(own * pq.ms, t_start=start * pq.ms, t_stop=stop * pq.ms)


trains = {int(i): train(i, start, stop) for i in ours["ids"]}
status = 0


def compare(name, got, expected, tolerance=1e-9):
    global status
    got = np.array([np.nan if x is None else x for x in np.ravel(got)], dtype=float)
    expected = np.ravel(np.array(expected, dtype=float))
    assert got.shape == expected.shape, f"{name}: {got.shape} values, Elephant has {expected.shape}"
    both = ~np.isnan(got) & ~np.isnan(expected)
    scale = max(1e-300, np.abs(expected[both]).max())
    difference = np.abs(got - expected)[both].max() / scale
    agrees = difference <= tolerance and both.sum() >= 0.9 * len(got)
    status |= not agrees
    print(f"{'agrees ' if agrees else 'DIFFERS'}  {name:28} {both.sum():6d} values, greatest difference / scale {difference:.1e}")


def enough(measure, least):
    return [measure(t) if len(t) >= least else np.nan for t in trains.values()]


compare("rates", ours["rates"], [1000 * statistics.mean_firing_rate(t).magnitude.item() for t in trains.values()])
compare("cv", ours["cv"], enough(lambda t: statistics.cv(statistics.isi(t)), 3))
compare("lv", ours["lv"], enough(lambda t: statistics.lv(statistics.isi(t).magnitude), 3))


def fano(sender):
    trials = [train(sender, a, a + 100) for a in np.arange(start, stop - 1, 100)]
    return statistics.fanofactor(trials)


compare("fano factor", ours["fano"], [fano(i) for i in trains])

binned = conversion.BinnedSpikeTrain([trains[int(i)] for i in ours["sample"]], bin_size=width * pq.ms)
matrix = spike_train_correlation.correlation_coefficient(binned)
compare("correlation matrix", ours["matrix"], matrix)
pairs = matrix[np.triu_indices(len(matrix), 1)]
compare("local synchrony", [ours["local_mean"], ours["local_std"]], [pairs.mean(), pairs.std()])
counts = binned.to_array()
compare("global synchrony (numpy)", ours["global"], counts.mean(axis=0).var() / counts.var(axis=1).mean())

rate = statistics.time_histogram(list(trains.values()), bin_size=width * pq.ms, output="mean").magnitude.ravel() * 1000 / width
compare("rate over time", ours["rate"], rate)

V_m = neo.AnalogSignal(column(samples, "V_m")[:, None] * pq.mV, t_start=1 * pq.ms, sampling_period=1 * pq.ms)
frequencies, power = spectral.welch_psd(V_m, len_segment=500, overlap=0.5)
compare("frequencies", ours["frequencies"], frequencies.rescale("Hz").magnitude)
compare("power spectrum", ours["power"], power.magnitude)

both = np.array([ours["sic"], ours["rate"]]).T
signals = neo.AnalogSignal(both * pq.dimensionless, sampling_period=width * pq.ms)
function = signal_processing.cross_correlation_function(signals, [[1, 0]], n_lags=50, scaleopt="biased")
compare("cross-correlation", ours["correlation"], function.magnitude)

# Elephant takes the sample before a spike, astro.analysis the nearest: on samples they agree.
nearest = np.floor(train(ours["ids"][0], 1, stop).magnitude + 0.5)
first = neo.SpikeTrain(nearest * pq.ms, t_start=1 * pq.ms, t_stop=stop * pq.ms)
average = sta.spike_triggered_average(V_m, first, (-40 * pq.ms, 41 * pq.ms))
if average.annotations["used_spikes"] != ours["average_n"]:
    print("        spikes used:", average.annotations["used_spikes"], "and ours", ours["average_n"])
compare("spike-triggered average", ours["average"], average.magnitude)
sys.exit(status)
