"""The network of ../brunel.lua in PyNEST; prints what it took as one line of JSON."""

import argparse
import json
import resource
import time

import nest

RESOLUTION = 0.1  # ms
INTERVAL = 1.0  # ms, between two samples
N_SAMPLE = 50  # cells whose traces are recorded

N_EX, N_IN, N_ASTRO = 8000, 2000, 10000  # at scale 1
NEURON = {"tau_syn_ex": 2.0, "tau_syn_in": 4.0}  # ms
ASTROCYTE = {"IP3": 0.4}  # uM

P_PRIMARY = 0.1  # at scale 1
THIRD_FACTOR = {"rule": "third_factor_bernoulli_with_pool", "p": 0.5, "pool_size": 10, "pool_type": "random"}
EXCITATORY = {"synapse_model": "tsodyks_synapse", "weight": 1.0, "tau_psc": 2.0, "delay": 2.0}  # nS, ms, ms
INHIBITORY = {"synapse_model": "tsodyks_synapse", "weight": -4.0, "tau_psc": 4.0, "delay": 1.0}
SIC = {"synapse_model": "sic_connection", "weight": 0.05, "delay": 1.0}  # pA, ms

RATE = 2000.0  # Hz, Poisson input to each neuron
NOISE = {"weight": 1.0, "delay": 1.0}  # nS, ms


def build(scale):
    """Creates and connects everything; returns the spike recorder and the number of neurons."""
    exc = nest.Create("aeif_cond_alpha_astro", round(N_EX * scale), params=NEURON)
    inh = nest.Create("aeif_cond_alpha_astro", round(N_IN * scale), params=NEURON)
    glia = nest.Create("astrocyte_lr_1994", round(N_ASTRO * scale), params=ASTROCYTE)
    noise = nest.Create("poisson_generator", params={"rate": RATE})
    neurons = exc + inh
    pairwise = {"rule": "pairwise_bernoulli", "p": P_PRIMARY / scale}

    nest.Connect(noise, neurons, syn_spec=NOISE)
    synapses = {"primary": EXCITATORY, "third_in": EXCITATORY, "third_out": SIC}
    nest.TripartiteConnect(exc, neurons, glia, pairwise, THIRD_FACTOR, synapses)
    nest.Connect(inh, neurons, pairwise, INHIBITORY)
    return record(neurons, glia), len(neurons)


def record(neurons, glia):
    spikes = nest.Create("spike_recorder")
    nest.Connect(neurons, spikes)
    for cells, names in (neurons, ["I_SIC"]), (glia, ["IP3", "Ca_astro"]):
        meter = nest.Create("multimeter", params={"record_from": names, "interval": INTERVAL})
        nest.Connect(meter, cells[:N_SAMPLE])
    return spikes


def seconds(work):
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--scale", type=float, default=1.0)
    options.add_argument("--time", type=float, default=1000.0, help="simulated time in ms")
    options.add_argument("--threads", type=int, default=1)
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()

    nest.verbosity = nest.VerbosityLevel.ERROR
    nest.ResetKernel()
    nest.set(resolution=RESOLUTION, local_num_threads=given.threads, rng_seed=given.seed)

    build_seconds, (spikes, n_neurons) = seconds(lambda: build(given.scale))
    prepare_seconds, _ = seconds(nest.Prepare)
    simulate_seconds, _ = seconds(lambda: nest.Run(given.time))
    nest.Cleanup()

    print(json.dumps({
        "build": build_seconds + prepare_seconds,
        "simulate": simulate_seconds,
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,  # MB
        "rate": spikes.n_events / n_neurons / given.time * 1000,  # Hz
        "connections": nest.num_connections,
    }))


if __name__ == "__main__":
    main()
