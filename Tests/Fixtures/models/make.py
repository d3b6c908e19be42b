"""Traces of NEST 3.10 for models in stdlib/astro/models that Tests/Fixtures/reference has none for, in the same format. Writes
NAME.json, NAME.csv and NAME.spikes.csv beside this file:

    python Tests/Fixtures/models/make.py [NAME ...]

NAME.json says completely what is run; what it does not mention is at NEST's default. NAME.csv has a column per recorded quantity, all
samples with 0 < t <= stop_ms, in 17 digits; NAME.spikes.csv the times of spikes. Where a model has gsl_error_tol, `sensitivity` says how
far NEST's own result moves with a tolerance of 1e-10.
"""
import json
import os
import sys

import nest
import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))

EXCITATORY = dict(
    spike_times=[
        8.2, 15.0, 42.7, 55.1, 72.8, 83.2, 102.0, 138.5, 141.8, 165.3, 170.6, 183.0, 184.1, 217.7, 236.0,
        259.5, 286.2, 306.2, 320.9, 322.9, 356.3, 357.9, 362.9, 370.2, 401.6, 408.1, 417.2, 446.8, 454.1, 463.9],
    spike_weights=[
        0.99, 0.98, 1.27, 1.31, 0.84, 1.05, 1.12, 1.21, 1.45, 1.24, 1.37, 1.16, 0.76, 0.79, 0.51,
        1.0, 0.66, 0.79, 0.65, 0.51, 1.27, 0.82, 1.15, 1.41, 0.79, 1.08, 0.63, 0.62, 1.2, 0.59])
INHIBITORY = dict(
    spike_times=[21.5, 35.0, 52.0, 101.4, 128.7, 141.1, 167.2, 204.3, 213.7, 252.6, 335.1, 338.9, 369.5, 372.0, 448.7])


def scenario(model, params, quantities, weights, dc, description=None, others=(), receptor_type=0, interval=0.1, stop=120.0):
    """A neuron (or several: `others` are pairs of name and parameters) with a constant current, spikes of both signs and a current
    in a window."""
    names = ["n"] + [name for name, _ in others]
    nodes = [dict(name="n", model=model, params=params)] + [dict(name=name, model=model, params=p) for name, p in others]
    nodes += [
        dict(name="e", model="spike_generator", params=EXCITATORY), dict(name="i", model="spike_generator", params=INHIBITORY),
        dict(name="dc", model="dc_generator", params=dict(amplitude=dc, start=50.0, stop=300.0))]
    connections = []
    for name in names:
        for source, weight, delay in (("e", weights[0], 1.0), ("i", weights[1], 2.3), ("dc", 1.0, 1.0)):
            connection = dict(source=source, target=name, synapse_model="static_synapse", weight=weight, delay_ms=delay)
            if receptor_type and source != "dc":
                connection["receptor_type"] = receptor_type
            connections.append(connection)
    return dict(
        name="m_" + model,
        description=description or "%s with I_e, a dc_generator window and excitatory/inhibitory spikes." % model,
        resolution_ms=0.1, sim_time_ms=500.0, nodes=nodes, connections=connections,
        record=[dict(node=name, quantities=quantities, interval_ms=interval, stop_ms=stop) for name in names], spikes_from=names)


LEVELS = dict(spike_dependent_threshold=False, after_spike_currents=False, adapting_threshold=False)
SCENARIOS = [
    scenario(
        "iaf_psc_delta", dict(I_e=250.0), ["V_m"], (3.0, -2.0), 180.0, others=[("b", dict(V_min=-71.0, I_e=-100.0))],
        description="iaf_psc_delta with I_e, a dc_generator window and excitatory/inhibitory spikes; the second neuron reaches V_min."),
    scenario("aeif_psc_alpha", dict(I_e=500.0, tau_syn_ex=2.0, t_ref=1.0), ["V_m", "w", "I_syn_ex", "I_syn_in"], (400.0, -300.0), 200.0),
    scenario("aeif_psc_exp", dict(I_e=500.0, tau_syn_ex=2.0, t_ref=1.0), ["V_m", "w", "I_syn_ex", "I_syn_in"], (400.0, -300.0), 200.0),
    scenario("aeif_psc_delta", dict(I_e=550.0, t_ref=1.0), ["V_m", "w"], (2.0, -1.5), 200.0),
    scenario("hh_cond_exp_traub", dict(I_e=100.0), ["V_m", "Act_m", "Inact_h", "Act_n", "g_ex", "g_in"], (15.0, -10.0), 150.0),
    scenario("mat2_psc_exp", dict(I_e=250.0), ["V_m", "V_th"], (300.0, -200.0), 180.0),
    scenario(
        "amat2_psc_exp", dict(I_e=90.0, alpha_2=1.0, beta=0.3), ["V_m", "V_th", "V_th_v", "I_syn_ex", "I_syn_in"], (200.0, -150.0), 100.0),
    scenario(
        "glif_psc", LEVELS, ["V_m", "threshold", "threshold_spike", "threshold_voltage"], (80.0, -60.0), 320.0,
        description="The five levels of glif_psc with a dc_generator window and excitatory/inhibitory spikes.",
        others=[
            ("n2", dict(LEVELS, spike_dependent_threshold=True)), ("n3", dict(LEVELS, after_spike_currents=True)),
            ("n4", dict(LEVELS, spike_dependent_threshold=True, after_spike_currents=True)),
            ("n5", dict(spike_dependent_threshold=True, after_spike_currents=True, adapting_threshold=True))],
        receptor_type=1, interval=0.5, stop=300.0),
]


def run(spec, extra=None):
    """Columns of the table, and (time, name) of the spikes. `extra` are parameters for all neurons."""
    nest.ResetKernel()
    nest.verbosity = nest.VerbosityLevel.ERROR
    nest.resolution = spec["resolution_ms"]
    nodes = {}
    for node in spec["nodes"]:
        is_device = node["model"].endswith("_generator")
        nodes[node["name"]] = nest.Create(node["model"], params=dict(node["params"], **({} if is_device else extra or {})))
    for c in spec["connections"]:
        syn = dict(synapse_model=c["synapse_model"], weight=c["weight"], delay=c["delay_ms"], receptor_type=c.get("receptor_type", 0))
        nest.Connect(nodes[c["source"]], nodes[c["target"]], syn_spec=syn)
    meters, recorders = [], []
    for r in spec["record"]:
        meters.append(nest.Create("multimeter", params=dict(record_from=r["quantities"], interval=r["interval_ms"])))
        nest.Connect(meters[-1], nodes[r["node"]])
    for name in spec["spikes_from"]:
        recorders.append((name, nest.Create("spike_recorder")))
        nest.Connect(nodes[name], recorders[-1][1])
    states = {}
    for name in spec["spikes_from"]:
        scalars = [q for q in spec["record"][0]["quantities"] if q in nodes[name].get()]
        states[name] = {q: float(nodes[name].get(q)) for q in scalars}
    nest.Simulate(spec["sim_time_ms"] + 10.0)  # the samples of the last slices come with a later one
    table = {}
    for r, meter in zip(spec["record"], meters):
        keep = meter.events["times"] <= r["stop_ms"] + 1e-6
        table["time_ms"] = meter.events["times"][keep]
        for q in r["quantities"]:
            table["%s.%s" % (r["node"], q)] = meter.events[q][keep]
    spikes = [(float(t), name) for name, rec in recorders for t in rec.events["times"] if t <= spec["sim_time_ms"] + 1e-6]
    return table, sorted(spikes), states


def write(spec):
    table, spikes, states = run(spec)
    name = spec["name"]
    spec = dict(
        spec, initial_state=states, columns=list(table), files=dict(csv=name + ".csv", spikes_csv=name + ".spikes.csv"),
        size=dict(rows=len(table["time_ms"]), n_spikes=len(spikes)), reference="NEST " + nest.__version__)
    if "gsl_error_tol" in nest.GetDefaults(spec["nodes"][0]["model"]):
        fine, fine_spikes, _ = run(spec, dict(gsl_error_tol=1e-10))
        spec["sensitivity"] = dict(
            what="same run with gsl_error_tol=1e-10 instead of the value in the specification",
            max_abs_change={c: float(np.abs(table[c] - fine[c]).max()) for c in table if c != "time_ms"},
            n_spikes=[len(spikes), len(fine_spikes)], same_spikes=spikes == fine_spikes)
    with open(os.path.join(HERE, name + ".json"), "w") as f:
        json.dump(spec, f, indent=1)
        f.write("\n")
    with open(os.path.join(HERE, name + ".csv"), "w") as f:
        f.write(",".join(table) + "\n")
        for row in zip(*table.values()):
            f.write(",".join(["%.10g" % row[0]] + ["%.17g" % x for x in row[1:]]) + "\n")
    with open(os.path.join(HERE, name + ".spikes.csv"), "w") as f:
        f.write("time_ms,sender\n")
        f.writelines("%.10g,%s\n" % spike for spike in spikes)
    print(name, len(table["time_ms"]), "rows,", len(spikes), "spikes", [t for t, _ in spikes][:12])


for spec in SCENARIOS:
    if len(sys.argv) == 1 or spec["name"] in sys.argv[1:]:
        write(spec)
