"""Synapses whose parameters or states differ, as NEST 3.10 makes them: nest.csv, which Tests/AstroCoreTests/Synapses/EverySynapseTests.swift reads.

A source sends to three targets; a parameter is set to a value for each of the three connections, before the run or at 32 ms, when
nothing is on its way. Columns: model, parameter, way, then for each target the value set and 60 samples, 1 ms apart.
"""
import nest

nest.set_verbosity("M_ERROR")
BASE = {
    "static_synapse": {"weight": 1.0, "delay": 1.0},
    "tsodyks_synapse": {
        "weight": 1.0, "delay": 1.0, "U": 0.5, "tau_psc": 3.0, "tau_fac": 50.0, "tau_rec": 800.0, "x": 0.4, "y": 0.0, "u": 0.2},
    "sic_connection": {"weight": 1.0, "delay": 1.0},
    "tsodyks2_synapse": {
        "weight": 1.0, "delay": 1.0, "U": 0.5, "tau_fac": 50.0, "tau_rec": 800.0, "x": 0.4, "u": 0.2},
    # so strong that targets fire
    "stdp_synapse": {
        "weight": 300.0, "delay": 1.0, "tau_plus": 20.0, "lambda": 0.1, "alpha": 1.0, "mu_plus": 0.5, "mu_minus": 0.5, "Wmax": 1000.0,
        "Kplus": 0.5},
}


def values(base):
    return [base * (1 + 0.3 * (i + 1)) if base else 0.1 * (i + 1) for i in range(3)]


def run(model, parameter, way):
    nest.ResetKernel()
    nest.set(resolution=0.1, min_delay=0.1, max_delay=5.0)
    post = nest.Create("aeif_cond_alpha_astro", 3, {"tau_syn_ex": 0.5})
    if model == "sic_connection":
        pre, quantity = nest.Create("astrocyte_lr_1994", 1, {"Ca_astro": 1.0}), "I_SIC"
    else:
        pre, quantity = nest.Create("parrot_neuron"), "g_ex"
        ticks = nest.Create("spike_generator", 1, {"spike_times": [5.0, 15.0, 25.0, 35.0, 45.0, 55.0]})
        nest.Connect(ticks, pre)
    nest.Connect(pre, post, "all_to_all", {"synapse_model": model, **BASE[model]})
    meters = [nest.Create("multimeter", 1, {"record_from": [quantity], "interval": 1.0}) for _ in post]
    for meter, cell in zip(meters, post):
        nest.Connect(meter, cell)
    new = values(BASE[model][parameter])

    def change():
        for cell, value in zip(post, new):
            nest.GetConnections(pre, cell).set({parameter: value})

    if way == "before":
        change()
    nest.Simulate(32.0)
    if way == "between":
        change()
    nest.Simulate(29.0)
    row = [model, parameter, way]
    for meter, value in zip(meters, new):
        row += [f"{x:.10g}" for x in [value, *meter.events[quantity][:60]]]
    return ",".join(row)


with open("nest.csv", "w") as file:
    file.write("model,parameter,way,values\n")
    for model, base in BASE.items():
        for parameter in base:
            # what was sent before a change is handed over with the new weight there, and currents are always on their way
            for way in ["before"] if model == "sic_connection" else ["before", "between"]:
                file.write(run(model, parameter, way) + "\n")
