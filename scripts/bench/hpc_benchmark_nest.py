"""The network of ../hpc_benchmark.lua in PyNEST; prints what it took as one line of JSON."""

import argparse
import json
import math
import resource
import time

import nest

C_EX, C_IN = 9000, 2250  # inputs a neuron; also neurons at scale 1
N_RECORDED = 1000
TAU_SYN = 0.32582722403722841  # ms
RISE_TIME = 1.700759  # ms
NEURON = {
    "E_L": 0.0, "C_m": 250.0, "tau_m": 10.0, "t_ref": 0.5, "V_th": 20.0, "V_reset": 0.0,
    "tau_syn_ex": TAU_SYN, "tau_syn_in": TAU_SYN, "tau_minus": 30.0,
}
V_MEAN, V_SD = 5.7, 7.2  # mV
DELAY, PSP, G, ETA = 1.5, 0.14, -5.0, 1.685  # ms, mV
STDP = {"alpha": 0.0513, "lambda": 0.1, "mu": 0.4, "tau_plus": 15.0}


def weight():
    """The weight in pA whose potential peaks at PSP."""
    b = 1 / TAU_SYN - 1 / NEURON["tau_m"]
    decay = math.exp(-RISE_TIME / TAU_SYN)
    peak = (math.exp(-RISE_TIME / NEURON["tau_m"]) - decay) / b - RISE_TIME * decay
    return PSP / (math.e / (TAU_SYN * NEURON["C_m"] * b) * peak)


def outside_rate():
    """Of all inputs from outside together, in Hz."""
    charge = math.e * TAU_SYN * weight()
    return 1000 * ETA * NEURON["V_th"] * NEURON["C_m"] / (NEURON["tau_m"] * charge)


def build(scale, presimulation):
    """Creates and connects everything; returns recorders and how many neurons each listens to."""
    exc = nest.Create("iaf_psc_alpha", int(C_EX * scale), params=NEURON)
    inh = nest.Create("iaf_psc_alpha", int(C_IN * scale), params=NEURON)
    (exc + inh).V_m = nest.random.normal(V_MEAN, V_SD)
    noise = nest.Create("poisson_generator", params={"rate": outside_rate()})
    w = weight()
    for model, value in ("excitatory", w), ("inhibitory", G * w):
        nest.CopyModel("static_synapse_hpc", model, {"weight": value, "delay": DELAY})
    nest.SetDefaults("stdp_pl_synapse_hom_hpc", STDP | {"weight": w, "delay": DELAY})

    def inputs(n):
        return {"rule": "fixed_indegree", "indegree": n, "allow_autapses": False, "allow_multapses": True}

    nest.Connect(noise, exc + inh, syn_spec={"synapse_model": "excitatory"})
    nest.Connect(exc, exc, inputs(C_EX), {"synapse_model": "stdp_pl_synapse_hom_hpc"})
    nest.Connect(inh, exc, inputs(C_IN), {"synapse_model": "inhibitory"})
    nest.Connect(exc, inh, inputs(C_EX), {"synapse_model": "excitatory"})
    nest.Connect(inh, inh, inputs(C_IN), {"synapse_model": "inhibitory"})
    recorded = []
    for population in exc, inh:
        cells = population[: min(N_RECORDED, len(population))]
        recorder = nest.Create("spike_recorder", params={"start": presimulation})
        nest.Connect(cells, recorder, syn_spec={"synapse_model": "static_synapse_hpc"})
        recorded.append((recorder, len(cells)))
    return recorded


def seconds(work):
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--scale", type=float, default=1.0)
    options.add_argument("--time", type=float, default=250.0, help="simulated time in ms")
    options.add_argument("--presimulation", type=float, default=50.0, help="simulated time in ms before anything is measured")
    options.add_argument("--threads", type=int, default=1)
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()

    nest.verbosity = nest.VerbosityLevel.ERROR
    nest.ResetKernel()
    nest.set(resolution=0.1, local_num_threads=given.threads, rng_seed=given.seed)

    build_seconds, recorded = seconds(lambda: build(given.scale, given.presimulation))
    prepare_seconds, _ = seconds(nest.Prepare)
    nest.Run(given.presimulation)
    simulate_seconds, _ = seconds(lambda: nest.Run(given.time))
    nest.Cleanup()

    rates = [1000 * recorder.n_events / n / given.time for recorder, n in recorded]
    print(json.dumps({
        "build": build_seconds + prepare_seconds,
        "simulate": simulate_seconds,
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,  # MB
        "excitatory": rates[0], "inhibitory": rates[1],  # Hz
        "connections": nest.num_connections,
    }))


if __name__ == "__main__":
    main()
