"""Weights that plastic synapses of NEST 3.10 have learned, for the same rules as texts: python make_learned.py > weights.csv

A line is: model, delay, final weight, times of the sender's spikes, times of the target's. The sender's last spike brings the weight to the
present.
"""
import random

import nest

# model, parameters of the synapse, of the target
MODELS = [
    ("stdp_triplet_synapse", dict(weight=1.0, tau_plus=16.8, tau_plus_triplet=101.0, Aplus=5e-3, Aminus=7e-3, Aplus_triplet=6.2e-3,
                                  Aminus_triplet=2.3e-3, Wmax=100.0), dict(tau_minus=33.7, tau_minus_triplet=125.0)),
    ("stdp_pl_synapse_hom", dict(weight=2.0), dict(tau_minus=25.0)),
    ("stdp_nn_symm_synapse", dict(weight=45.0, tau_plus=17.0, Wmax=100.0, mu_plus=0.4, mu_minus=0.6), dict(tau_minus=33.0)),
    ("vogels_sprekeler_synapse", dict(weight=0.5, tau=20.0, eta=0.01, alpha=0.12, Wmax=10.0), dict(tau_minus=20.0)),
]
COMMON = {"stdp_pl_synapse_hom": dict(**{"lambda": 0.1}, alpha=0.5, mu=0.4, tau_plus=20.0)}
OWN = {"stdp_nn_symm_synapse": dict(**{"lambda": 0.07}, alpha=1.1)}


def train(generator, last=None):
    steps = sorted(generator.sample(range(20, 1500), 20))
    return [step / 10 for step in steps] + ([last] if last else [])


def final_weight(model, synapse, target, delay, pre, post):
    nest.ResetKernel()
    nest.resolution = 0.1
    a = nest.Create("parrot_neuron")
    b = nest.Create("parrot_neuron", params=target)
    for cell, times in ((a, pre), (b, post)):
        source = nest.Create("spike_generator", params={"spike_times": [round(t - 1, 1) for t in times]})
        nest.Connect(source, cell, syn_spec={"delay": 1.0})
    if model in COMMON:
        nest.SetDefaults(model, COMMON[model])
    nest.Connect(a, b, syn_spec={"synapse_model": model, "delay": delay, "receptor_type": 1, **synapse, **OWN.get(model, {})})
    nest.Simulate(max(pre) + 10)
    return nest.GetConnections(synapse_model=model).weight


def main():
    nest.verbosity = nest.VerbosityLevel.ERROR
    generator = random.Random(1)
    print("model,delay,weight,pre,post")
    for model, synapse, target in MODELS:
        for delay in (0.1, 1.0, 5.7):
            for _ in range(4):
                pre, post = train(generator, 180.0), train(generator)
                weight = final_weight(model, synapse, target, delay, pre, post)
                texts = [" ".join(f"{t:g}" for t in times) for times in (pre, post)]
                print(f"{model},{delay:g},{weight!r},{texts[0]},{texts[1]}")


main()
