"""The benchmark networks of Jiang et al. (2025) in PyNEST, at a reduced size; prints their measures as CSV.

    /path/to/python scripts/paper/nest/benchmarks.py --network sparse synchronous --seeds 1 2 3 >> nest.csv

One row a network, seed and measure: network,seed,measure,value. The measures are those of ../measures.lua, written anew.
Parameters are written anew, too: what is compared shares nothing but the paper. NEST 3.10 (before 3.9 the default of
delta_IP3 was another).
"""

import argparse
import copy

import nest
import numpy as np

# cells at scale 1
N_EX, N_IN, N_ASTRO = 8000, 2000, 10000

# Sparse, and what the other networks change
BASE = {
    "tau_syn_ex": 2.0,  # ms
    "tau_syn_in": 4.0,  # ms
    "IP3": 0.4,  # uM, at the start
    "rule_ex": {"rule": "pairwise_bernoulli", "p": 0.1},
    "rule_in": {"rule": "pairwise_bernoulli", "p": 0.1},
    "third": {"rule": "third_factor_bernoulli_with_pool", "p": 0.5, "pool_size": 10, "pool_type": "random"},
    "w_e": 1.0,  # nS
    "d_e": 2.0,  # ms
    "w_i": -4.0,  # nS
    "d_i": 1.0,  # ms
    "w_a2n": 0.05,  # pA
    "d_a2n": 1.0,  # ms
    "rate": 2000.0,  # Hz
    "surrogate": None,  # or the constant output
}
CHANGES = {
    "sparse": {},
    "synchronous": {"d_i": 2.0, "tau_syn_in": 2.0},
    "fixed_indegree": {
        "rule_ex": {"rule": "fixed_indegree", "indegree": 800}, "rule_in": {"rule": "fixed_indegree", "indegree": 200}},
    "fixed_outdegree": {
        "rule_ex": {"rule": "fixed_outdegree", "outdegree": 1000},
        "rule_in": {"rule": "fixed_outdegree", "outdegree": 1000}},
    "fixed_total_number": {
        "rule_ex": {"rule": "fixed_total_number", "N": 8000000},
        "rule_in": {"rule": "fixed_total_number", "N": 2000000}},
    "no_tripartite": {"third": None},
    "surrogate": {"surrogate": 3.5},
    "min_delay": {"d_a2n": 0.1},
    "pools_100": {"third": {**BASE["third"], "pool_size": 100}},
    "pools_block": {"third": {**BASE["third"], "pool_size": 1, "pool_type": "block"}},
}


def at_scale(rule, scale, inputs):
    """The rule for a network of another size, with `inputs` times the mean number of inputs per neuron."""
    rule = copy.copy(rule)
    if "p" in rule:
        rule["p"] *= inputs / scale
    if "N" in rule:
        rule["N"] = round(rule["N"] * scale * inputs)
    for name in "indegree", "outdegree":
        if name in rule:
            rule[name] = round(rule[name] * inputs)
    return rule


def create_astrocytes(n, p):
    if p["surrogate"] is None:
        return nest.Create("astrocyte_lr_1994", n, params={"IP3": p["IP3"]})
    # An astrocyte whose calcium stands still sends a constant current: ln of its excess over SIC_th in nM.
    calcium = nest.GetDefaults("astrocyte_lr_1994", "SIC_th") + np.exp(p["surrogate"]) / 1000
    frozen = {"rate_IP3R": 0.0, "rate_L": 0.0, "rate_SERCA": 0.0, "Ca_astro": calcium}
    return nest.Create("astrocyte_lr_1994", n, params=frozen)


def build(p, scale, inputs=1.0):
    neuron = {"tau_syn_ex": p["tau_syn_ex"], "tau_syn_in": p["tau_syn_in"]}
    ex = nest.Create("aeif_cond_alpha_astro", round(N_EX * scale), params=neuron)
    inh = nest.Create("aeif_cond_alpha_astro", round(N_IN * scale), params=neuron)
    astro = create_astrocytes(round(N_ASTRO * scale), p)
    noise = nest.Create("poisson_generator", params={"rate": p["rate"]})
    neurons = ex + inh
    nest.Connect(noise, neurons, syn_spec={"weight": 1.0, "delay": 1.0})

    tsodyks = {"synapse_model": "tsodyks_synapse"}
    primary = {**tsodyks, "weight": p["w_e"], "tau_psc": p["tau_syn_ex"], "delay": p["d_e"]}
    third_in = {**tsodyks, "weight": 1.0, "tau_psc": p["tau_syn_ex"], "delay": p["d_e"]}
    third_out = {"synapse_model": "sic_connection", "weight": p["w_a2n"], "delay": p["d_a2n"]}
    inhibitory = {**tsodyks, "weight": p["w_i"], "tau_psc": p["tau_syn_in"], "delay": p["d_i"]}
    rule = at_scale(p["rule_ex"], scale, inputs)
    if p["third"]:
        synapses = {"primary": primary, "third_in": third_in, "third_out": third_out}
        nest.TripartiteConnect(ex, neurons, astro, rule, p["third"], synapses)
    else:
        nest.Connect(ex, neurons, rule, primary)
        nest.Connect(ex, astro, at_scale({"rule": "pairwise_bernoulli", "p": 0.1 * 0.5}, scale, inputs), third_in)
    nest.Connect(inh, neurons, at_scale(p["rule_in"], scale, inputs), inhibitory)
    return ex, inh, neurons, astro


def meter(nodes, names, start):
    recorder = nest.Create("multimeter", params={"record_from": names, "interval": 10.0, "start": start})
    nest.Connect(recorder, nodes)
    return recorder


def ends(source, target):
    connections = nest.GetConnections(source, target)
    if len(connections) == 0:
        return np.array([], int), np.array([], int)
    return np.array(connections.source), np.array(connections.target)


def spread(ids, nodes):
    """Standard deviation over the nodes of how often each occurs."""
    first = nodes[0].global_id
    return np.bincount(np.asarray(ids) - first, minlength=len(nodes)).std()


def degree_measures(ex, inh, neurons, astro):
    ex_source, ex_target = ends(ex, neurons)
    in_source, in_target = ends(inh, neurons)
    third_source, third_target = ends(ex, astro)
    sic_source, sic_target = ends(astro, neurons)
    pairs = np.unique(sic_source * 2**32 + sic_target)
    return {
        "n_excitatory": len(ex_source), "n_inhibitory": len(in_source), "n_third_in": len(third_source),
        "n_third_out": len(sic_source),
        "indegree_excitatory_sd": spread(ex_target, neurons), "outdegree_excitatory_sd": spread(ex_source, ex),
        "indegree_inhibitory_sd": spread(in_target, neurons), "outdegree_inhibitory_sd": spread(in_source, inh),
        "indegree_astrocyte_sd": spread(third_target, astro),
        "outdegree_astrocyte_sd": spread(sic_source, astro) if len(pairs) else 0.0,
        "astrocytes_per_neuron": len(pairs) / len(neurons),
    }


def synchrony(trains, start, stop, n_sample, rng):
    """Local and global synchrony of n_sample of the neurons that fired."""
    fired = [i for i in trains if len(trains[i])]
    sample = rng.choice(fired, min(n_sample, len(fired)), replace=False)
    bins = np.arange(start, stop + 1e-6, 10.0)
    counts = np.array([np.histogram(trains[i], bins)[0] for i in sample])
    r = np.corrcoef(counts)
    local = r[np.triu_indices(len(sample), 1)]
    return local.mean(), local.std(), counts.mean(axis=0).var() / counts.var(axis=1).mean()


def spike_measures(events, ex, inh, start, stop, rng):
    # the window is start < t <= stop
    inside = events["times"] > start + 1e-6
    times, senders = events["times"][inside], events["senders"][inside]
    order = np.lexsort((times, senders))
    times, senders = times[order], senders[order]
    ids = np.concatenate([np.array(ex.tolist()), np.array(inh.tolist())])
    first, last = np.searchsorted(senders, ids, "left"), np.searchsorted(senders, ids, "right")
    trains = {i: times[a:b] for i, a, b in zip(ids, first, last)}
    seconds = (stop - start) / 1000
    rates = np.array([len(trains[i]) for i in ids]) / seconds
    cv = []
    for i in ids:
        if len(trains[i]) >= 3:
            intervals = np.diff(trains[i])
            cv.append(intervals.std() / intervals.mean())
    local, local_sd, overall = synchrony(trains, start, stop, 100, rng)
    return {
        "rate_excitatory": rates[:len(ex)].mean(), "rate_inhibitory": rates[len(ex):].mean(), "rate_sd": rates.std(),
        "cv_isi": np.mean(cv), "local_synchrony": local, "local_synchrony_sd": local_sd, "global_synchrony": overall,
    }


def sample_measures(recorder, name, label):
    """Mean over cells and time, and standard deviation over cells of each one's mean over time."""
    values, senders = recorder.events[name], recorder.events["senders"]
    ids, index = np.unique(senders, return_inverse=True)
    means = np.bincount(index, values) / np.bincount(index)
    return {f"{label}_mean": values.mean(), f"{label}_sd": means.std()}


def prepare(seed, given):
    nest.ResetKernel()
    nest.set(resolution=given.resolution, local_num_threads=given.threads, rng_seed=seed)


def degrees(name, seed, given):
    """Degrees in a network with a tenth of the cells, each with a tenth of the inputs: PyNEST lists connections slowly."""
    prepare(seed, given)
    return degree_measures(*build({**BASE, **CHANGES[name]}, given.scale / 10, inputs=0.1))


def measure(name, seed, given):
    p = {**BASE, **CHANGES[name]}
    prepare(seed, given)
    ex, inh, neurons, astro = build(p, given.scale)
    spikes = nest.Create("spike_recorder")
    nest.Connect(neurons, spikes)
    currents = meter(neurons, ["I_SIC"], given.warm_up)
    calcium = meter(astro, ["IP3", "Ca_astro"], given.warm_up)
    stop = given.warm_up + given.time
    nest.Simulate(stop)
    measures = spike_measures(spikes.events, ex, inh, given.warm_up, stop, np.random.default_rng(seed))
    measures |= sample_measures(currents, "I_SIC", "SIC")
    if p["surrogate"] is None:
        measures |= sample_measures(calcium, "IP3", "IP3")
        measures |= sample_measures(calcium, "Ca_astro", "calcium")
    return measures


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--network", nargs="+", choices=list(CHANGES), default=list(CHANGES))
    options.add_argument("--seeds", type=int, nargs="+", default=list(range(1, 11)))
    options.add_argument("--scale", type=float, default=0.125)
    options.add_argument("--warm_up", type=float, default=500.0, help="ms")
    options.add_argument("--time", type=float, default=1000.0, help="ms")
    options.add_argument("--resolution", type=float, default=0.1, help="ms")
    options.add_argument("--threads", type=int, default=1)
    options.add_argument("--degrees", action="store_true", help="only the degrees")
    given = options.parse_args()
    nest.verbosity = nest.VerbosityLevel.ERROR
    for name in given.network:
        for seed in given.seeds:
            for key, value in (degrees if given.degrees else measure)(name, seed, given).items():
                print(f"{name},{seed},{key},{value:.10g}", flush=True)


if __name__ == "__main__":
    main()
