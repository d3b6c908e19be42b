"""Weights of NEST 3.10 for synapses that learn or fluctuate, on fixed trains. Writes NAME.json and NAME.csv beside this file:

    python Tests/Fixtures/plasticity/make.py [NAME ...]      (draw: the two that draw, quantal_stp_synapse and bernoulli_synapse)

NAME.json says completely what is run; what it does not mention is at NEST's default. Connections that have a name are the ones to
compare: NAME.csv has a row for each spike of the sender, in the order of time, and under each name the weight that was sent (NEST's
weight_recorder), in 17 digits. `final` has what the connection says at the end. `facts` says in short how the model goes about it.
Parrots send one step after the times of their generators. Synapses that draw have statistics instead, see `statistics`.
"""
import json
import os
import re
import sys

import nest
import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
STEP = 0.1


def trains():
    """Times at which the sender and the target spike, 2 s, some sixty each."""
    rng = np.random.default_rng(2003)
    free = [np.r_[rng.uniform(15, 1240, 38), rng.uniform(1620, 1990, 9)] for _ in range(2)]
    pre = list(free[0]) + [12.0, 300.0, 300.1, 300.2, 300.4]  # a burst at neighbouring steps, in the target's as well
    post = list(free[1]) + [3.0, 300.1, 300.2, 300.3, 300.5]
    for delay in (0.1, 1.0, 5.7):
        post += [450.0 - delay, 1000.0 + delay]  # reaches the synapse with the sender's spike; spikes when the sender's arrives
    pre += [450.0, 700.0, 703.0, 860.0, 900.0, 930.0, 1000.0, 1050.0, 1600.0]
    post += [700.1, 700.2, 700.3, 700.4]
    post += [854.3, 899.0, 929.9, 1050.0, 1610.0]  # alone with a coincidence, one for each delay; both cells at once; after a gap
    return [sorted({round(float(t), 1) for t in x}) for x in (pre, post)]


PRE, POST = trains()
DOPA = [50.0, 120.0, 120.1, 121.0, 299.0, 300.1, 430.0, 450.0, 699.9, 860.0, 861.0, 1000.1, 1380.0, 1600.0, 1605.0, 1900.0]


def parrot(name, spikes, **params):
    """A parrot that sends at given times, and its generator."""
    times = [round(t - STEP, 1) for t in spikes]
    nodes = [dict(name="sg_" + name, model="spike_generator", params=dict(spike_times=times)), dict(name=name, model="parrot_neuron", params=params)]
    return nodes, [dict(source="sg_" + name, target=name, synapse_model="static_synapse", weight=1.0, delay_ms=STEP)]


def synapse(name, weight=1.0, delay=1.0, source="pre", target="post", **params):
    """A connection to compare. Receptor 1 of a parrot swallows what arrives."""
    return dict(name=name, source=source, target=target, weight=weight, delay_ms=delay, receptor_type=1, params=params)


def scenario(name, description, facts, synapses, model=None, pre=PRE, post=POST, runs=None, more=()):
    nodes, connections = [], []
    for parts in (parrot("pre", pre), parrot("post", post), parrot("post_b", post, tau_minus=33.7, tau_minus_triplet=80.0), *more):
        nodes += parts[0]
        connections += parts[1]
    model = model or name
    return dict(
        name=name, description=description, facts=facts, resolution_ms=STEP, nodes=nodes,
        connections=connections + [dict(s, synapse_model=s.get("synapse_model", model)) for s in synapses],
        runs=runs or [dict(ms=2000.0)])


LAST = "An exact coincidence: target's spike + delay falls on the sender's spike t. The target's spike comes first, with the trace of the sender without its spike at t; what the sender's spike then reads of the target is without that spike; the weight is the new one."
K_START = "Kplus given at the start is its value at time 0, and it decays from there; get says the value just after the sender's last spike, not one of now."
SIGN = "weight and Wmax of different signs are refused where parameters are set (zero counts as positive; a weight alone in Connect is not looked at); both negative is allowed and the size of the weight moves as a positive one does."
POWER = "At target's spike + delay: w/Wmax += lambda (1 - w/Wmax)^mu_plus K, then w = Wmax if w/Wmax is not below 1 (that also where the power is not a number, w > Wmax). At the sender's spike: w/Wmax -= alpha lambda (w/Wmax)^mu_minus k, then w = 0 if it is not above 0."
TIMES = "The whole delay is dendritic: the sender's spike is at the synapse when it is sent, the target's `delay` after it was sent. tau_minus belongs to the target (20 ms)."

LAZY = "NEST works up the target's spikes at the sender's next spike: get (and `final`) says the weight of the sender's last spike, without what the target's later spikes add."

PAIR = [
    synapse("d01", delay=0.1), synapse("d10"), synapse("d57", delay=5.7), synapse("heavy", 60.0, 1.0),
    synapse("other", 2.0, 5.7, target="post_b", tau_plus=33.0, alpha=1.4, mu_plus=0.4, mu_minus=0.2, Wmax=3.0, **{"lambda": 0.05}),
    synapse("up", 1.0, 1.0, mu_plus=0.0, mu_minus=0.0, alpha=0.2, Wmax=2.0, **{"lambda": 0.2}),
    synapse("down", 1.0, 0.1, mu_plus=0.0, mu_minus=0.0, alpha=3.0, Wmax=2.0, **{"lambda": 0.1}),
    synapse("negative", -1.5, 1.0, target="post_b", mu_plus=0.5, mu_minus=0.0, alpha=1.1, Wmax=-2.0, **{"lambda": 0.1}),
    synapse("above", 5.0, 1.0, mu_plus=0.5, mu_minus=1.0, Wmax=4.0, **{"lambda": 0.02})]
START = [synapse("start", 30.0, 1.0, Kplus=2.5)]
EXTRA = [synapse("parts", 30.0, 1.0)]

TSODYKS2 = [
    synapse("default"), synapse("facilitating", 2.0, 0.1, U=0.2, u=0.2, tau_rec=120.0, tau_fac=600.0, x=0.8),
    synapse("U_only", 3.0, 5.7, U=0.1), synapse("negative", -4.0, 1.0, U=0.7, u=0.3, tau_rec=20.0, tau_fac=5.0),
    synapse("edge", 1.0, 1.0, U=1.0, u=1.0, tau_rec=50.0, tau_fac=0.0)]

SCENARIOS = [
    scenario(
        "stdp_synapse", "The pair rule with all pairs, weights by power laws.",
        [TIMES, "K (Kplus): +1 at each of the sender's spikes after the weight is worked out, decays with tau_plus. k: +1 at each of the target's spikes, decays with its tau_minus. All pairs count.", POWER, LAST, LAZY, K_START, SIGN], PAIR + START),
    scenario(
        "stdp_synapse_hom", "As stdp_synapse; all parameters but weight and delay are common to a model.",
        [TIMES, POWER, LAST, LAZY, K_START, "The same numbers as stdp_synapse. Signs of weight and Wmax are not compared: a weight of -1 with the default Wmax of 100 is taken, (w/Wmax)^mu_minus is then worked out of a negative number, and the first of the sender's spikes sets the weight to 0 (column wrong_sign)."],
        PAIR + START + [synapse("wrong_sign", -1.0, 1.0)]),
    scenario(
        "stdp_pl_synapse_hom", "Power-law potentiation, depression proportional to the weight.",
        [TIMES, "At target's spike + delay: w += lambda w^mu K. At the sender's spike: w -= lambda alpha w k, and 0 if that is not above 0. No upper bound. K and k as in stdp_synapse (all pairs). lambda multiplies w^mu without a reference weight: its unit is that of w^(1 - mu).", LAST, LAZY, K_START,
         "0 stays 0 for mu > 0. A negative weight becomes NaN at the first potentiation and 0 at the sender's next spike (column negative)."],
        [synapse("d01", delay=0.1), synapse("d10"), synapse("d57", delay=5.7), synapse("heavy", 45.0, 1.5, alpha=0.0513, mu=0.4, tau_plus=15.0, **{"lambda": 0.1}),
         synapse("other", 2.0, 5.7, target="post_b", tau_plus=33.0, alpha=1.4, mu=0.9, **{"lambda": 0.05}),
         synapse("down", 1.0, 0.1, alpha=3.0, mu=0.0, **{"lambda": 0.3}), synapse("zero", 0.0, 1.0), synapse("negative", -1.0, 1.0),
         synapse("start", 30.0, 1.0, Kplus=2.5)]),
    scenario(
        "stdp_triplet_synapse", "The triplet rule, all-to-all.",
        [TIMES, "Four traces, +1 at each spike: Kplus (tau_plus), Kplus_triplet (tau_plus_triplet) of the sender; k (tau_minus), k_triplet (tau_minus_triplet) of the target: both time constants are the target's parameters (20 and 110 ms).",
         "At target's spike + delay: |w| += Kplus (Aplus + Aplus_triplet k_triplet), k_triplet from just before this spike; Wmax if not below |Wmax|. At the sender's spike: |w| -= k (Aminus + Aminus_triplet Kplus_triplet), Kplus_triplet from just before this spike; 0 if not above 0. The sign is Wmax's.", LAST, LAZY, K_START,
         "get says Kplus and Kplus_triplet just after the sender's last spike.", SIGN],
        [synapse("d01", delay=0.1), synapse("d10"), synapse("d57", delay=5.7),
         synapse("other", 2.0, 5.7, target="post_b", tau_plus=10.0, tau_plus_triplet=150.0, Aplus=0.01, Aminus=0.004, Aplus_triplet=0.02, Aminus_triplet=0.003, Wmax=3.0),
         synapse("up", 1.0, 1.0, Aplus=0.1, Aplus_triplet=0.1, Wmax=2.0), synapse("down", 1.0, 0.1, Aminus=0.2, Aminus_triplet=0.05, Wmax=2.0),
         synapse("negative", -1.0, 1.0, target="post_b", Aplus=0.05, Aminus=0.04, Aplus_triplet=0.02, Wmax=-1.3),
         synapse("start", 1.0, 1.0, Kplus=2.5, Kplus_triplet=1.5, Aminus_triplet=0.01)]),
    scenario(
        "stdp_nn_symm_synapse", "Nearest neighbours, symmetric.",
        [TIMES, "K is exp(-(time since the sender's last spike)/tau_plus), k is exp(-(time since the target's last spike reached the synapse)/tau_minus): traces that are set to 1. Otherwise as stdp_synapse.", POWER, LAST, LAZY,
         "Time 0 counts as a spike of the sender: K is 1 there. k starts with 0. There is no Kplus to set.", "weight and Wmax of different signs are refused; here 0 counts with its sign bit."], PAIR),
    scenario(
        "stdp_nn_pre_centered_synapse", "Nearest neighbours, centred on the sender's spikes.",
        [TIMES, "K (Kplus): +1 at each of the sender's spikes, decays with tau_plus, set to 0 by each of the target's after it is used. k: set to 1 by each of the target's spikes (so the nearest counts). Otherwise as stdp_synapse.", POWER, LAST, LAZY, K_START,
         "At a coincidence: the target's spike uses K and sets it to 0, then the sender's makes it 1."], PAIR + START),
    scenario(
        "stdp_nn_restr_synapse", "Nearest neighbours, restricted: each spike in one pair of each kind.",
        [TIMES, "K is set to 1 by the sender's spikes and to 0 by the target's after it is used. At the sender's spike the weight goes down only if a spike of the target reached the synapse since the sender's last one, that moment included; it is then worked out with k, 1 at the target's last spike before t (strictly), decaying with tau_minus.", POWER, LAZY,
         "A coincidence: the target's spike at t counts as one since the last (so there is depression), but k is of the last spike before t, also if that one is older than the sender's last spike and was counted then. It is 0 if there is none.",
         "Time 0 counts as a spike of the sender: K is 1 there."], PAIR),
    scenario(
        "vogels_sprekeler_synapse", "Inhibitory plasticity, symmetric in time.",
        [TIMES, "At target's spike + delay: |w| += eta K. At the sender's spike: |w| += eta k, |Wmax| if not below that; then |w| -= alpha eta, 0 if not above 0. The sign is Wmax's. K (+1 at the sender's spikes) decays with tau, k (+1 at the target's) with the target's tau_minus: the paper has one time constant for both, so set both.", LAST, LAZY, K_START,
         "weight and Wmax of different signs are refused, except a weight of 0, which is allowed with either."],
        [synapse("d01", 0.5, 0.1), synapse("d10", 0.5), synapse("d57", 0.5, 5.7), synapse("other", 0.3, 5.7, target="post_b", tau=33.7, alpha=0.4, eta=0.02, Wmax=2.0),
         synapse("up", 0.5, 1.0, eta=0.1), synapse("down", 0.5, 0.1, eta=0.1, alpha=1.5, Wmax=1.0), synapse("negative", -0.5, 1.0, eta=0.05, alpha=0.5, Wmax=-1.0),
         synapse("zero", 0.0, 1.0, eta=0.05, Wmax=-1.0), synapse("start", 0.5, 1.0, Kplus=2.5, eta=0.01)]),
    scenario(
        "jonke_synapse", "Exponential dependence on the weight, with a constant drift at each event.",
        [TIMES, "At target's spike + delay: w += lambda (exp(mu_plus w) K - beta), Wmax if not below Wmax (no lower bound here). At the sender's spike: w += lambda (-alpha exp(mu_minus w) k - beta), 0 if not above 0 (no upper bound here). lambda = 0: nothing moves and nothing is cut. K and k as in stdp_synapse (all pairs). All but weight, delay and Kplus is common to a model.", LAST, LAZY, K_START,
         "w is not divided by Wmax, and Wmax has no sign rule: a negative weight becomes 0 at the sender's first spike (column negative)."],
        [synapse("d01", delay=0.1), synapse("d10"), synapse("d57", delay=5.7), synapse("other", 2.0, 5.7, target="post_b", tau_plus=33.0, alpha=1.4, beta=0.2, mu_plus=-0.5, mu_minus=0.3, Wmax=3.0, **{"lambda": 0.05}),
         synapse("up", 1.0, 1.0, alpha=0.2, Wmax=2.0, **{"lambda": 0.2}), synapse("down", 1.0, 0.1, alpha=1.0, beta=0.5, **{"lambda": 0.2}),
         synapse("negative", -1.0, 1.0), synapse("frozen", -3.0, 1.0, Wmax=-5.0, **{"lambda": 0.0}), synapse("start", 1.0, 1.0, Kplus=2.5)]),
    scenario(
        "tsodyks2_synapse", "Short-term plasticity; u and x belong to the moment of a spike.",
        ["The first spike uses u and x as they are given. Each later one, h after the last: x = 1 + (x - x u - 1) exp(-h/tau_rec), with the u of the last spike; then u = U + u (1 - U) exp(-h/tau_fac) (tau_fac = 0: u = U). It sends weight u x. The time of the first spike plays no part.",
         "u and x of get are those that the last spike used: x is not yet reduced by its release.", "U alone leaves u at its own default of 0.5, which the first spike uses."], TSODYKS2),
    scenario(
        "static_synapse_hom_w", "A fixed weight, common to a model.",
        ["weight is a parameter of the model: it is refused in a connection and taken in CopyModel and SetDefaults; delays differ from connection to connection."],
        [synapse("default"), synapse("other", -2.5, 5.7)]),
    scenario(
        "stdp_several", "One sender with several stdp_synapses, of different delays and weights, onto two targets.",
        ["Each connection on its own; they share the sender's train, and Kplus only where tau_plus is the same.", TIMES, POWER, LAST],
        [synapse("a", 10.0, 0.1), synapse("b", 20.0, 1.0), synapse("c", 30.0, 5.7), synapse("d", 40.0, 5.7, tau_plus=10.0), synapse("e", 10.0, 0.1, target="post_b"),
         synapse("f", 20.0, 5.7, target="post_b"), synapse("g", 20.0, 5.7, target="post_b"), synapse("back", 50.0, 2.3, source="post_b", target="pre")][:7], model="stdp_synapse"),
    scenario(
        "stdp_between_runs", "Parameters, a weight and Kplus of stdp_synapses set between two runs.",
        ["NEST works up the target's spikes when the sender's next spike comes: a parameter set between counts for all of them since the sender's last spike, also for those before the change. The second run begins where none is outstanding (change at 930.5 ms, sender's spike at 930.0, none of the target's reaches a synapse in between); the third begins where one is (1620 ms: sender 1600, target 1610 + 1; the columns `late_`): a program that works at once makes other weights in late_lambda from there on, and the same in late_alpha, which matters to the sender's spikes alone.",
         "Kplus set between two runs is the value at the sender's last spike, not now.", POWER, LAST],
        [synapse("lambda", 30.0, 0.1), synapse("tau_plus", 30.0), synapse("alpha", 30.0, 5.7), synapse("Wmax", 30.0), synapse("mu", 30.0), synapse("weight", 30.0), synapse("Kplus", 30.0),
         synapse("late_alpha", 30.0), synapse("late_lambda", 30.0)],
        model="stdp_synapse",
        runs=[dict(ms=930.5), dict(
            set=dict({"lambda": {"lambda": 0.05}, "tau_plus": dict(tau_plus=40.0), "alpha": dict(alpha=2.0), "Wmax": dict(Wmax=50.0), "mu": dict(mu_plus=0.3, mu_minus=0.6), "weight": dict(weight=80.0), "Kplus": dict(Kplus=0.25)}), ms=689.5),
            dict(set={"late_alpha": dict(alpha=2.0), "late_lambda": {"lambda": 0.05}}, ms=380.0)]),
    scenario(
        "stdp_multiplicity", "Several spikes of sender and target in one step.",
        ["A cell's m spikes in a step are m spikes: the sender's run one after another with no time between (Kplus grows by 1 after each), the target's too (each is one potentiation; k grows by 1 after each). A row for each."],
        [synapse("d01", 30.0, 0.1), synapse("d10", 30.0), synapse("down", 1.0, 1.0, mu_plus=0.0, mu_minus=0.0, alpha=1.3, Wmax=3.0, **{"lambda": 0.05})], model="stdp_synapse",
        pre=sorted(PRE[:12] + PRE[3:9] + PRE[4:6]), post=sorted(POST[:14] + POST[2:10] + POST[4:7] + [round(PRE[6] - 1.0, 1)] * 2)),
    scenario(
        "stdp_dopamine_synapse", "STDP with an eligibility trace and a dopamine signal.",
        [TIMES, "dw/dt = c (n - b), dc/dt = -c/tau_c, dn/dt = -n/tau_n: weight, c and n between events exactly. At target's spike + delay: c += A_plus K. At the sender's spike: c -= A_minus k. At a spike that reaches the volume transmitter (its own delay counts): n += multiplicity/tau_n. K and k as in stdp_synapse (all pairs).",
         LAST, "A dopamine spike at the moment of another event: the order does not matter to c or n (they do not read each other), and w is continuous.",
         "w is cut to Wmin ... Wmax at the end of each stretch between two events (sender's, target's, dopamine's, and the regular updates), not within one. That matters where n crosses b at a bound (column turns: cut every 0.1 ms).",
         "Regular updates: every deliver_interval * min_delay all synapses of the transmitter are brought to that time (from the first dopamine spike on, at the latest after the first interval), so get says weight, c, n as of the last of these or of the sender's spike, whichever came later. get's Kplus is then the decayed one, too.",
         "With a min_delay of more than one step NEST is not causal: an update brings a synapse beyond a spike of the sender that is not delivered yet; the target's spikes between the two are then counted twice, with and without it. Here min_delay is one step, where this cannot happen.",
         "All but weight, delay, c, n and Kplus is common to a model; without volume_transmitter the connection is refused."],
        [synapse("d01", 60.0, 0.1, volume_transmitter="vt"), synapse("d10", 60.0, volume_transmitter="vt"), synapse("d57", 60.0, 5.7, volume_transmitter="vt"),
         synapse("other", 20.0, 5.7, target="post_b", volume_transmitter="vt", tau_plus=33.0, tau_c=150.0, tau_n=60.0, A_plus=2.0, A_minus=1.6, b=0.004, Wmin=1.0, Wmax=300.0),
         synapse("turns", 2.0, 5.7, target="post_b", volume_transmitter="vt", tau_plus=33.0, tau_c=150.0, tau_n=60.0, A_plus=2.0, A_minus=1.1, b=0.004, Wmin=1.0, Wmax=30.0),
         synapse("up", 1.0, 1.0, volume_transmitter="vt", A_plus=4.0, A_minus=0.1, Wmax=8.0), synapse("down", 30.0, 0.1, volume_transmitter="vt", A_minus=6.0),
         synapse("start", 20.0, 1.0, volume_transmitter="vt", c=0.5, n=0.02, Kplus=1.5, b=0.001)],
        more=[([*parrot("dopa", DOPA)[0], dict(name="vt", model="volume_transmitter", params={})],
               [*parrot("dopa", DOPA)[1], dict(source="dopa", target="vt", synapse_model="static_synapse", weight=1.0, delay_ms=1.0)])]),
]


def clopath(model, inputs, weights, scale, facts, record, others, post_params):
    """Voltage-based plasticity: a sender, and a target that spikes by an input of its own."""
    nodes, connections = parrot("pre", [t for t in PRE if t < 1240.0])
    rates = dict(A_LTD=14e-5 * scale, A_LTP=8e-5 * scale)
    nodes += [dict(name="post", model=model, params=dict(post_params, **rates)),
              dict(name="homeo", model=model, params=dict(post_params, A_LTD_const=False, **rates, **others))]
    for name, generator, params, weight in inputs:
        nodes.append(dict(name=name, model=generator, params=params))
        connections += [dict(source=name, target=t, synapse_model="static_synapse", weight=weight, delay_ms=1.0) for t in ("post", "homeo")]
    connections += [
        dict(s, receptor_type=0, synapse_model="clopath_synapse") for s in (
            synapse("d01", weights, 0.1), synapse("d10", weights, 1.0), synapse("d57", weights, 5.7), synapse("other", weights, 1.0, target="homeo", tau_x=30.0, x_bar=0.1),
            synapse("up", weights, 1.0, Wmax=weights + 0.02 * scale), synapse("down", weights, 5.7, target="homeo", Wmin=weights - 0.002 * scale))]
    return dict(
        name="clopath_" + ("aeif" if "aeif" in model else "hh"), description="clopath_synapse onto %s." % model, facts=facts, resolution_ms=STEP, nodes=nodes, connections=connections,
        record=[dict(node="post", quantities=record, interval_ms=0.5, stop_ms=120.0)], spikes_from=["post", "homeo"], runs=[dict(ms=1300.0)])


PULSES = [20.0, 90.0, 100.0, 160.0, 260.0, 299.0, 310.0, 380.0, 440.0, 452.0, 520.0, 600.0, 640.0, 705.0, 790.0, 855.0, 895.0, 960.0, 1003.0, 1048.0, 1110.0, 1190.0]
VOLTAGE = [
    "The synapse: x_bar decays with tau_x, += 1/tau_x at the sender's spike, after the weight is worked out. At each step's end s of the target, `delay` later at the synapse: if V_m(s) > theta_plus and u_plus(s) > theta_minus, w += A_LTP (V_m - theta_plus) (u_plus - theta_minus) x_bar dt, cut to Wmax. At the sender's spike t: w -= A_LTD (u_minus - theta_minus) of the step's end t - delay, if that is positive, cut to Wmin. With A_LTD_const = false times u_bar_bar^2/u_ref_squared, of t - delay.",
    "u_plus and u_minus are u_bar_plus and u_bar_minus of the target delay_u_bars earlier; u_bar_bar is not delayed. In the first delay_u_bars they are 0, that is far above theta_minus (-70.6): so there is depression at spikes of the sender in that time.",
    "At a coincidence the step s = t - delay still potentiates, with x_bar without the sender's spike at t; then comes the depression.",
    "The target's traces are part of its equations and of the adaptive integrator: du_bar_plus/dt = (V - u_bar_plus)/tau_u_bar_plus, du_bar_minus/dt = (V - u_bar_minus)/tau_u_bar_minus, du_bar_bar/dt = (u_bar_minus - u_bar_bar)/tau_u_bar_bar. What the synapse reads is from the step's end, after arriving spikes and after a reset.",
    "t_spike - delay < 0 gives no depression. The history for depression holds max_delay + 1 steps: where min_delay is more than one step it can be too short, and depression is then missed. Here min_delay is one step."]
SCENARIOS += [
    clopath(
        "aeif_psc_delta_clopath", [("dc", "step_current_generator", dict(
            amplitude_times=[x for t in PULSES for x in (t, round(t + 3.7, 1))], amplitude_values=[x for t in PULSES for x in (5000.0, 0.0)]), 1.0)], 0.02, 0.01,
        VOLTAGE + [
            "A_LTD, A_LTP and weights are a hundredth of the usual here, so that what the synapses send hardly moves the target: where in its step a jump of V_m is added depends on the integrator.",
            "The cell: C_m dV/dt = -g_L (V - E_L) + g_L Delta_T exp((V - V_th)/Delta_T) - w + z + I; tau_w dw/dt = a (V - E_L) - w; tau_z dz/dt = -z; tau_V_th dV_th/dt = -(V_th - V_th_rest). V in the right-hand sides is min(V, V_peak).",
            "A spike (V >= V_peak, after any substep of the integrator): V = V_clamp, w += b, z = I_sp, V_th = V_th_max; V stands at V_clamp for t_clamp and w stands still; then V = V_reset and, if t_ref > 0, V stands at V_reset for t_ref. Traces u_bar see V_clamp and V_reset meanwhile. Spikes that arrive while V is clamped or refractory are lost; others are added to V after the first substep of their step."],
        ["V_m", "V_th", "u_bar_plus", "u_bar_minus", "u_bar_bar", "w", "z"], dict(tau_u_bar_bar=200.0, u_ref_squared=3500.0, delay_u_bars=2.0), dict(t_ref=1.0)),
    clopath(
        "hh_psc_alpha_clopath", [("drive", "spike_generator", dict(spike_times=[t for t in POST if t < 1240.0]), 2000.0),
                                 ("dc", "dc_generator", dict(amplitude=500.0, start=400.0, stop=800.0), 1.0)], 50.0, 1.0,
        VOLTAGE + ["The cell: hh_psc_alpha with the three traces, which start at 0 (not at V_m). A spike is reported after the traces are written; V is never reset."],
        ["V_m", "Inact_h", "u_bar_plus", "u_bar_minus", "u_bar_bar", "I_syn_ex"], dict(tau_u_bar_bar=200.0, u_ref_squared=3500.0, delay_u_bars=2.0), {}),
]


# So small that the target's potential hardly knows of them: the weights are the rule's alone.
faint = json.loads(json.dumps(SCENARIOS[-2]).replace("clopath_aeif", "clopath_faint"))
for node in faint["nodes"]:
    node["params"].update({k: node["params"][k] * 1e-6 for k in ("A_LTD", "A_LTP") if k in node["params"]})
for connection in faint["connections"]:
    if "name" in connection:
        connection["weight"] *= 1e-6
        connection["params"].update({k: connection["params"][k] * 1e-6 for k in ("Wmin", "Wmax") if k in connection["params"]})
faint["facts"] = ["clopath_aeif with weights, A_LTD and A_LTP a millionth of those there, so that where in its step a jump of V_m is added does not show."]
SCENARIOS.append(faint)


COMMON = {"stdp_synapse_hom", "stdp_pl_synapse_hom", "jonke_synapse", "stdp_dopamine_synapse", "static_synapse_hom_w"}
OWN = {"Kplus", "c", "n"}


def model_of(connection, nodes):
    """The synapse model to connect with, and what is left for the connection: parameters common to a model need a copy."""
    model, params = connection["synapse_model"], dict(connection.get("params", {}))
    if model not in COMMON:
        return model, params
    common = {k: nodes[v] if k == "volume_transmitter" else v for k, v in params.items() if k not in OWN}
    if model == "static_synapse_hom_w":
        common["weight"] = connection["weight"]
    copy = model + "_" + connection["name"]
    nest.CopyModel(model, copy, common)
    return copy, {k: v for k, v in params.items() if k in OWN}


def build(spec, extra=None):
    nest.ResetKernel()
    nest.verbosity = nest.VerbosityLevel.ERROR
    nest.resolution = spec["resolution_ms"]
    nest.set(min_delay=STEP, max_delay=20.0)
    nodes = {}
    for node in spec["nodes"]:
        more = extra if extra and node["model"] in nest.node_models and "gsl_error_tol" in nest.GetDefaults(node["model"]) else {}
        nodes[node["name"]] = nest.Create(node["model"], params=dict(node["params"], **more))
    recorders = {}
    for number, c in enumerate(spec["connections"]):
        model, params = c["synapse_model"], {}
        if "name" in c:
            recorders[c["name"]] = nest.Create("weight_recorder")
            model, params = model_of(c, nodes)
            nest.CopyModel(model, "recorded_%d" % number, dict(weight_recorder=recorders[c["name"]]))
            model = "recorded_%d" % number
            if model_is(c, "static_synapse_hom_w"):
                nest.Connect(nodes[c["source"]], nodes[c["target"]], syn_spec=dict(synapse_model=model, delay=c["delay_ms"], receptor_type=c["receptor_type"]))
                continue
        nest.Connect(nodes[c["source"]], nodes[c["target"]], syn_spec=dict(
            synapse_model=model, weight=c["weight"], delay=c["delay_ms"], receptor_type=c.get("receptor_type", 0), **params))
    return nodes, recorders


def model_is(connection, name):
    return connection["synapse_model"] == name


def connection_of(spec, name):
    number = [i for i, c in enumerate(spec["connections"]) if c.get("name") == name][0]
    return nest.GetConnections(synapse_model="recorded_%d" % number)


def run(spec, extra=None):
    nodes, recorders = build(spec, extra)
    meters = []
    for r in spec.get("record", []):
        meters.append(nest.Create("multimeter", params=dict(record_from=r["quantities"], interval=r["interval_ms"])))
        nest.Connect(meters[-1], nodes[r["node"]])
    spikes = {}
    for name in spec.get("spikes_from", []):
        spikes[name] = nest.Create("spike_recorder")
        nest.Connect(nodes[name], spikes[name])
    for piece in spec["runs"]:
        for name, values in piece.get("set", {}).items():
            connection_of(spec, name).set(**values)
        nest.Simulate(piece["ms"])
    weights = {name: r.events["weights"] for name, r in recorders.items()}
    times = [r.events["times"] for r in recorders.values()][0]
    final = {}
    for c in spec["connections"]:
        if "name" in c:
            found = connection_of(spec, c["name"]).get()
            final[c["name"]] = {k: v for k, v in found.items() if k in ("weight", "Kplus", "Kplus_triplet", "u", "x", "c", "n", "x_bar")}
    table = {}
    for r, meter in zip(spec.get("record", []), meters):
        keep = meter.events["times"] <= r["stop_ms"] + 1e-6
        table["time_ms"] = meter.events["times"][keep]
        for q in r["quantities"]:
            table[r["node"] + "." + q] = meter.events[q][keep]
    return times, weights, final, table, {name: [round(float(t), 1) for t in s.events["times"]] for name, s in spikes.items()}


def dump(spec):
    """JSON with lists of numbers on one line."""
    text = json.dumps(spec, indent=1, ensure_ascii=False)
    text = re.sub(r"\[[\s\d.,e+-]*\]", lambda m: re.sub(r"\s+", " ", m.group()).replace("[ ", "[").replace(" ]", "]"), text)
    with open(os.path.join(HERE, spec["name"] + ".json"), "w") as f:
        f.write(text + "\n")


def table(path, columns):
    with open(os.path.join(HERE, path), "w") as f:
        f.write(",".join(columns) + "\n")
        for row in zip(*columns.values()):
            f.write(",".join(["%.10g" % row[0]] + ["%.17g" % x for x in row[1:]]) + "\n")


def write(spec):
    times, weights, final, traces, spikes = run(spec)
    name = spec["name"]
    spec = dict(spec, final=final, files=dict(csv=name + ".csv"), rows=len(times), reference="NEST " + nest.__version__)
    if traces:
        spec["files"]["traces"] = name + ".traces.csv"
        spec["spikes"] = spikes
        if name == "clopath_aeif":
            _, fine, _, fine_traces, fine_spikes = run(spec, dict(gsl_error_tol=1e-10))
            spec["sensitivity"] = dict(
                what="the same with gsl_error_tol=1e-10", same_spikes=spikes == fine_spikes, weights={c: float(np.abs(weights[c] - fine[c]).max()) for c in weights},
                traces={c: float(np.abs(traces[c] - fine_traces[c]).max()) for c in traces if c != "time_ms"})
        table(spec["files"]["traces"], traces)
    dump(spec)
    table(name + ".csv", dict(time_ms=times, **weights))
    print(name, len(times), {k: (v[0], float(v.min()), float(v.max()), v[-1]) for k, v in weights.items()}, {k: len(s) for k, s in spikes.items()})


QUANTAL = dict(
    default=dict(), ten=dict(n=10, a=10, U=0.5, u=0.5, tau_rec=800.0), empty=dict(n=10), facilitating=dict(n=7, a=7, U=0.1, u=0.1, tau_rec=120.0, tau_fac=600.0),
    certain=dict(n=3, a=3, U=1.0, u=1.0, tau_rec=50.0))
SAMPLE = 4000


def sites(times, n=1, a=1, U=0.5, u=0.5, tau_rec=800.0, tau_fac=0.0):
    """Mean, standard deviation and probability of nothing of the number of quanta at each spike, exactly: the distribution of full sites."""
    from math import comb, exp

    def binomial(m, p):
        return [comb(m, k) * p**k * (1 - p) ** (m - k) for k in range(m + 1)]
    full, rows, last = np.eye(n + 1)[a], [], None
    for t in times:
        if last is not None:
            u = U + u * (1 - U) * (exp(-(t - last) / tau_fac) if tau_fac > 0 else 0.0)
            refilled = np.zeros(n + 1)
            for have, chance in enumerate(full):
                for k, p in enumerate(binomial(n - have, 1 - exp(-(t - last) / tau_rec))):
                    refilled[have + k] += chance * p
            full = refilled
        left, released = np.zeros(n + 1), np.zeros(n + 1)
        for have, chance in enumerate(full):
            for k, p in enumerate(binomial(have, u)):
                left[have - k] += chance * p
                released[k] += chance * p
        full, last = left, t
        mean = released @ np.arange(n + 1)
        rows.append((mean, np.sqrt(max(released @ np.arange(n + 1) ** 2 - mean**2, 0.0)), released[0]))
    return np.array(rows)


def statistics(name, variants, exact, facts):
    """Synapses that draw: means over many that have the same sender, beside what they are exactly."""
    columns, times = dict(time_ms=PRE), PRE
    for variant, params in variants.items():
        nodes, connections = parrot("pre", PRE)
        build(dict(resolution_ms=STEP, nodes=nodes + [dict(name="post", model="parrot_neuron", params={})], connections=connections))
        nest.rng_seed = 1905
        recorder = nest.Create("weight_recorder")
        nest.CopyModel(name, "recorded", dict(weight_recorder=recorder))
        pre, post = nest.NodeCollection([2]), nest.NodeCollection([3])
        nest.Connect(pre, post, dict(rule="fixed_indegree", indegree=SAMPLE),
                     dict(synapse_model="recorded", weight=1.0, delay=1.0, receptor_type=1, **params))
        nest.Simulate(2000.0)
        at = np.searchsorted(np.round(times, 1), np.round(recorder.events["times"], 1))
        count = np.bincount(at, minlength=len(times))
        mean = np.bincount(at, recorder.events["weights"], len(times)) / SAMPLE
        square = np.bincount(at, recorder.events["weights"] ** 2, len(times)) / SAMPLE
        columns[variant + ".mean"], columns[variant + ".sd"], columns[variant + ".none"] = mean, np.sqrt(np.maximum(square - mean**2, 0)), 1 - count / SAMPLE
        for key, value in zip(("mean", "sd", "none"), exact(params).T):
            columns["%s.exact_%s" % (variant, key)] = value
        errors = (mean - columns[variant + ".exact_mean"]) / np.maximum(columns[variant + ".exact_sd"] / np.sqrt(SAMPLE), 1e-12)
        print(name, variant, "largest error in standard errors", np.abs(errors).max(), "mean square", (errors**2).mean())
    dump(dict(
        name=name, description="%s: means over %d synapses of weight 1 with one sender." % (name, SAMPLE), facts=facts, resolution_ms=STEP, sample=SAMPLE,
        spikes=PRE, variants=variants, files=dict(csv=name + ".csv"), reference="NEST " + nest.__version__))
    table(name + ".csv", columns)


def draw():
    statistics("quantal_stp_synapse", QUANTAL, lambda params: sites(PRE, **params), [
        "n sites, a of them full. At the sender's spike, if it is not the first, h after the last: u = U + u (1 - U) exp(-h/tau_fac) (tau_fac = 0: u = U); each empty site fills with probability 1 - exp(-h/tau_rec); then, at the first spike too, each full site releases with probability u and is empty. It sends weight times the number released, and nothing if that is 0 (no spike reaches the target).",
        "a, n and u have defaults of their own: n = 10 alone leaves one site full (column empty), U alone leaves u at 0.5.",
        "Columns: mean, sd, none (share of synapses that sent nothing) of NEST over the sample, and exactly, from the distribution of full sites."])
    statistics("bernoulli_synapse", dict(default=dict(), third=dict(p_transmit=0.3), never=dict(p_transmit=0.0)), lambda params: np.array(
        [(p, np.sqrt(p * (1 - p)), 1 - p) for p in [params.get("p_transmit", 1.0)] for _ in PRE]), [
        "Each of the sender's spikes goes through with probability p_transmit, with the fixed weight, each of several in a step by a draw of its own; else nothing reaches the target. p_transmit outside 0 to 1 is refused."])


if __name__ == "__main__":
    for spec in SCENARIOS:
        if len(sys.argv) == 1 or spec["name"] in sys.argv[1:]:
            write(spec)
    if len(sys.argv) == 1 or "draw" in sys.argv[1:]:
        draw()
