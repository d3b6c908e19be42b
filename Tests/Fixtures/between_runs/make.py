"""What NEST 3.10 does when a node is changed between two runs: every parameter of every generator and recorder, and the
parameters and states of the cells. Writes cases.json beside this file:

    python Tests/Fixtures/between_runs/make.py

A case is a list of pieces: what is set (or created) before a run, and how long the run is. What is seen of it:

    current   the current that acts on a cell in each step, as pairs (step at which it changes, pA); a noisy one is null
    I         the recorded current in each step, in the same way
    spikes    times at which a generator, and a parrot behind it, send
    samples   times of a recorder's events
    trace     samples of a cell's quantities, and its spikes
"""
import json
import os

import nest
import numpy as np

STEP = 0.1
INTEGRATOR = dict(g_L=0.0, a=0.0, Delta_T=0.0, V_th=1e5, V_peak=1e5, C_m=1000.0, V_m=0.0)
TARGETS = 12
LISTED = ["spike_generator", "spike_train_injector"]


def reset():
    nest.ResetKernel()
    nest.verbosity = nest.VerbosityLevel.ERROR
    nest.resolution = STEP
    # all delays there will be, since none outside their range can come later; slices of a step, so that nothing comes late
    pair = nest.Create("parrot_neuron", 2)
    nest.Connect(pair[0], pair[1], syn_spec=dict(delay=STEP))
    nest.Connect(pair[0], pair[1], syn_spec=dict(delay=1.5))


def runs_of(values):
    """Pairs of step and value wherever the value is another one; a value that is not the same for all is null, and new whenever it moves."""
    result, last = [], np.zeros(values.shape[1])
    for step, row in enumerate(values):
        if np.abs(row - last).max() > 1e-7:
            noisy = row.max() - row.min() > 1e-7
            result.append([step, None if noisy else round(float(row[0]), 7)])
        last = row
    return result


def steps_of(times):
    return [int(round(t / STEP)) for t in times]


def play(model, pieces, act):
    """Makes the node in its piece, changes it, and simulates."""
    node, refused = None, []
    for number, piece in enumerate(pieces):
        if "create" in piece:
            node = nest.Create(model, params=piece["create"])
            act(node)
        for settings in piece.get("set", []):
            try:
                node.set(**settings)
                refused.append(False)
            except Exception:
                refused.append(True)
        nest.Simulate(piece["run"])
    total = sum(piece["run"] for piece in pieces)
    nest.Simulate(5.0)  # the samples of the last slice
    return int(round(total / STEP)), refused


def current_case(model, pieces, delay):
    reset()
    # the first sample is after the first step
    cells = nest.Create("aeif_cond_alpha_astro", TARGETS, params=INTEGRATOR)
    meter = nest.Create("multimeter", params=dict(record_from=["V_m"], interval=STEP))
    nest.Connect(meter, cells, syn_spec=dict(delay=STEP))
    own = nest.Create("multimeter", params=dict(record_from=["I"], interval=STEP)) if model != "noise_generator" else None

    def act(node):
        nest.Connect(node, cells, syn_spec=dict(delay=delay))
        if own:
            nest.Connect(own, node, syn_spec=dict(delay=STEP))

    steps, refused = play(model, pieces, act)
    events = meter.events
    order = np.lexsort((events["senders"], events["times"]))
    potentials = events["V_m"][order].reshape(-1, TARGETS)[:steps]
    currents = np.diff(np.vstack([np.zeros(TARGETS), potentials]), axis=0) * 1e4
    result = dict(kind="current", delay=delay, current=runs_of(currents), refused=refused)
    if own:
        recorded = [(s, x) for s, x in zip(steps_of(own.events["times"]), own.events["I"]) if s <= steps]
        result["first"] = recorded[0][0]
        result["I"] = runs_of(np.array([[x] for _, x in recorded]))
    return result


def spike_case(model, pieces, delay):
    reset()
    parrot = nest.Create("parrot_neuron")
    behind = nest.Create("spike_recorder")
    nest.Connect(parrot, behind)
    direct = nest.Create("spike_recorder") if model in LISTED else None

    def act(node):
        nest.Connect(node, parrot, syn_spec=dict(delay=delay))
        if direct:
            nest.Connect(node, direct)

    steps, refused = play(model, pieces, act)
    result = dict(kind="spikes", delay=delay, refused=refused)
    result["parrot"] = [s for s in sorted(steps_of(behind.events["times"])) if s <= steps]
    if model == "pulsepacket_generator":
        return result
    if direct:
        result["spikes"] = [s for s in sorted(steps_of(direct.events["times"])) if s <= steps]
    else:
        result["parrot"] = sorted(set(result["parrot"]))
    return result


def recorder_case(model, pieces):
    reset()
    ticks = nest.Create("spike_generator", params=dict(spike_times=[0.1 * i for i in range(1, 400, 3)]))
    cell = nest.Create("aeif_cond_alpha_astro" if model != "spike_recorder" else "parrot_neuron")
    if model == "spike_recorder":
        nest.Connect(ticks, cell, syn_spec=dict(delay=STEP))

    def act(node):
        if model == "spike_recorder":
            nest.Connect(cell, node, syn_spec=dict(delay=STEP))
        else:
            nest.Connect(node, cell, syn_spec=dict(delay=STEP))

    node = []
    steps, refused = play(model, pieces, lambda n: (act(n), node.append(n)))
    return dict(kind="samples", refused=refused, samples=[s for s in steps_of(node[0].events["times"]) if s <= steps])


def cell_case(model, pieces, quantities, drive):
    reset()
    spikes = nest.Create("spike_recorder")
    meter = nest.Create("multimeter", params=dict(record_from=quantities, interval=1.0))

    def act(node):
        if drive:
            ticks = nest.Create("spike_generator", params=dict(spike_times=drive))
            nest.Connect(ticks, node, syn_spec=dict(weight=3.0))
        if model != "astrocyte_lr_1994":
            nest.Connect(node, spikes)
        nest.Connect(meter, node, syn_spec=dict(delay=STEP))

    steps, refused = play(model, pieces, act)
    events = meter.events
    kept = [i for i, s in enumerate(steps_of(events["times"])) if s <= steps]
    result = dict(kind="trace", refused=refused, drive=drive, quantities=quantities)
    result["samples"] = [steps_of(events["times"])[i] for i in kept]
    result["trace"] = {q: [float("%.12g" % events[q][i]) for i in kept] for q in quantities}
    result["spikes"] = [s for s in steps_of(spikes.events["times"]) if s <= steps]
    return result


def windows():
    """Changes of start, stop and origin: past, present and future, while active and while not."""
    yield dict(), [dict(start=3.0)]
    yield dict(), [dict(start=7.3)]
    yield dict(), [dict(start=9.1)]
    yield dict(start=9.0), [dict(start=2.0)]
    yield dict(start=9.0), [dict(start=0.0)]
    yield dict(start=9.0, stop=12.0), [dict(stop=10.0)]
    yield dict(stop=5.0), [dict(stop=11.4)]
    yield dict(stop=7.3), [dict(stop=1e6)]
    yield dict(stop=20.0), [dict(stop=7.3)]
    yield dict(stop=20.0), [dict(stop=2.0)]
    yield dict(stop=20.0), [dict(stop=7.4)]
    yield dict(start=1.0, stop=4.0), [dict(origin=6.0)]
    yield dict(start=1.0, stop=4.0), [dict(origin=7.3)]
    yield dict(start=1.0, stop=4.0), [dict(origin=8.0)]
    yield dict(start=1.0, stop=4.0, origin=5.0), [dict(origin=-2.0)]
    yield dict(start=9.0, stop=12.0, origin=5.0), [dict(origin=0.0)]
    yield dict(), [dict(start=0.0)]
    yield dict(), [dict(start=8.0, stop=8.5), dict(start=9.0, stop=14.0)]


def splits(first, changes):
    """The same change after 7.3 ms; several one after the other; and a node that is made in the middle."""
    pieces = [dict(create=first, run=7.3)]
    for change in changes:
        pieces.append(dict(set=[change], run=3.2))
    pieces.append(dict(run=6.3))
    yield pieces
    # times that are past when a node is made are an error in NEST
    if min(first.get("rate_times", [5.0])) > 4.7 and (first != {} or changes == [dict(start=0.0)]):
        yield [dict(run=4.7), dict(create=first, run=2.6)] + pieces[1:]


def currents():
    for model in ["dc_generator", "step_current_generator", "ac_generator", "noise_generator"]:
        base = {
            "dc_generator": dict(amplitude=100.0),
            "step_current_generator": dict(amplitude_times=[1.0, 6.0, 9.0, 13.0], amplitude_values=[50.0, 150.0, 250.0, 20.0]),
            "ac_generator": dict(amplitude=100.0, offset=10.0, frequency=37.0, phase=30.0),
            "noise_generator": dict(mean=100.0, dt=2.0),
        }[model]
        for window, changes in windows():
            yield from ((model, pieces) for pieces in splits({**base, **window}, changes))
        # the same values again, nothing at all, the defaults
        yield from ((model, pieces) for pieces in splits(base, [base]))
        yield from ((model, pieces) for pieces in splits(base, []))
        yield model, [dict(create={}, run=7.3), dict(set=[base], run=10.0)]
    for change in [dict(amplitude=300.0), dict(amplitude=0.0), dict(amplitude=-20.0)]:
        for first in [dict(amplitude=100.0), dict(amplitude=100.0, stop=5.0), dict(amplitude=100.0, start=9.0)]:
            yield from (("dc_generator", p) for p in splits(first, [change, dict(amplitude=7.0)]))
    ac = dict(amplitude=100.0, offset=10.0, frequency=37.0, phase=30.0)
    for change in [dict(amplitude=50.0), dict(offset=-5.0), dict(frequency=80.0), dict(frequency=0.0), dict(phase=-45.0)]:
        for window in [dict(), dict(start=9.0), dict(stop=5.0)]:
            yield from (("ac_generator", p) for p in splits({**ac, **window}, [change]))


def steps():
    def amplitudes(times, values):
        return dict(amplitude_times=times, amplitude_values=values)

    first = [dict(), amplitudes([1.0], [100.0]), amplitudes([9.0], [100.0]), amplitudes([1.0, 3.0, 9.0], [100.0, 40.0, 70.0])]
    changes = [
        [amplitudes([], [])], [amplitudes([2.0], [300.0])], [amplitudes([7.3], [300.0])], [amplitudes([7.4], [300.0])],
        [amplitudes([12.0], [300.0])], [amplitudes([2.0, 6.0, 7.3, 8.0], [-500.0, 0.0, 9.0, 33.0])],
        [amplitudes([8.0], [1.0]), amplitudes([9.0], [2.0]), amplitudes([11.0], [3.0])],
        [amplitudes([], []), amplitudes([12.0], [5.0])],
        [dict(**amplitudes([8.0], [9.0]), start=8.5)], [dict(**amplitudes([8.0], [9.0]), stop=2.0), dict(stop=100.0)],
        [dict(**amplitudes([2.04, 8.04], [9.0, 8.0]), allow_offgrid_times=True)],
        [dict(amplitude_times=[8.0])], [dict(amplitude_values=[8.0])], [dict(allow_offgrid_times=True)],
        [dict(origin=3.0)], [dict(origin=3.0, **amplitudes([5.0, 9.0], [9.0, 8.0]))],
    ]
    for start in first:
        for change in changes:
            yield from (("step_current_generator", p) for p in splits(start, change))
    for window in [dict(stop=5.0), dict(start=9.0), dict(start=5.0, stop=6.0)]:
        yield from (
            ("step_current_generator", p)
            for p in splits({**amplitudes([1.0, 4.0], [100.0, 40.0]), **window}, [amplitudes([8.0], [5.0]), dict(start=0.0, stop=100.0)]))
    yield from (("step_current_generator", p) for p in splits({**amplitudes([1.0, 9.0], [100.0, 5.0]), "origin": 2.0}, [dict(stop=50.0)]))


def noises():
    base = dict(mean=100.0, dt=2.0)
    silent = dict(mean=10.0, std=50.0, std_mod=50.0, frequency=0.0, phase=-90.0, dt=2.0)
    for first, changes in [
        (base, [dict(mean=-50.0)]), (base, [dict(mean=-50.0), dict(mean=7.0)]), (base, [dict(std=30.0)]),
        (dict(base, std=30.0), [dict(std=0.0)]), (base, [dict(dt=0.5)]), (base, [dict(dt=5.0), dict(mean=3.0)]),
        (base, [dict(mean=5.0, dt=0.3)]), (dict(base, std=30.0), [dict(dt=0.7)]), (dict(base, std=30.0), [dict(dt=2.0)]),
        (dict(base, std=30.0), [dict(mean=100.0, std=30.0)]),
        (silent, [dict(phase=90.0)]), (silent, [dict(std_mod=0.0)]), (silent, [dict(frequency=250.0)]),
        (silent, [dict(std=80.0)]), (dict(silent, phase=90.0), [dict(phase=-90.0)]),
        (dict(base, stop=6.5), [dict(stop=100.0, mean=9.0)]), (dict(base, stop=6.5), [dict(stop=100.0, mean=9.0, dt=0.4)]),
        (dict(base, dt=9.0, stop=5.0), [dict(stop=100.0, mean=9.0)]), (dict(base, dt=9.0, stop=5.0), [dict(mean=9.0), dict(stop=100.0)]),
        (dict(base, start=9.0), [dict(mean=9.0)]), (base, [dict(start=8.1, mean=9.0)]), (base, [dict(start=3.3, mean=9.0)]),
        (dict(base, start=2.2), [dict(mean=9.0), dict(start=0.0)]),
    ]:
        for start in [dict(), dict(start=0.4)]:
            yield from (("noise_generator", p) for p in splits({**start, **first}, changes))


def spikes():
    def times(*list, **more):
        return dict(spike_times=list_of(list), **more)

    def list_of(times):
        return [float(t) for t in times]

    base = times(1, 5, 7.3, 7.4, 9, 12)
    for window, changes in windows():
        yield from (("spike_generator", p) for p in splits({**base, **window}, changes))
        yield from (("poisson_generator", p) for p in splits({**dict(rate=3e5), **window}, changes))
        yield from (("spike_train_injector", p) for p in splits({**base, **window}, changes))
        for model, busy in BUSY.items():
            yield from ((model, p) for p in splits({**busy, **window}, changes))
    for first in [dict(), base, dict(base, stop=5.0), dict(base, start=8.0), dict(base, origin=2.0)]:
        for changes in [
            [times()], [times(2)], [times(7.3)], [times(7.4)], [times(2, 7.3, 8, 8, 11)],
            [times(7.3, 8, shift_now_spikes=True)], [times(7.3, 7.4, shift_now_spikes=True)], [times(0, 8, shift_now_spikes=True)],
            [times(0, 2, shift_now_spikes=True, origin=7.3)], [times(0, 2, shift_now_spikes=True, origin=9.0)],
            [times(5.3, shift_now_spikes=True)], [times(5.3, shift_now_spikes=True, origin=2.0)],
            [dict(shift_now_spikes=True)], [dict(allow_offgrid_times=True)], [times(7.34, 8.04, allow_offgrid_times=True)],
            [times(7.26, 8.04, allow_offgrid_times=True, shift_now_spikes=True)],
            [times(8, 10, spike_multiplicities=[2, 3])], [times(8, 9), times(9, 11), times(13)], [times(8), dict(origin=5.0)],
            [times(8, 9, shift_now_spikes=True), times(10.5, 11)],
        ]:
            yield from ((model, p) for model in LISTED for p in splits(first, changes))
    for changes in [[dict(rate=0.0)], [dict(rate=0.0), dict(rate=2e5)], [dict(rate=5e5)]]:
        for first in [dict(rate=3e5), dict(rate=3e5, stop=5.0), dict(rate=3e5, start=8.0), dict()]:
            yield from (("poisson_generator", p) for p in splits(first, changes))


# A spike in every step of activity, but for a chance below 1e-20.
BUSY = {
    "inhomogeneous_poisson_generator": dict(rate_times=[0.1], rate_values=[1e6]),
    "sinusoidal_poisson_generator": dict(rate=1e6),
    "mip_generator": dict(rate=1e6),
    "gamma_sup_generator": dict(rate=1000.0, gamma_shape=5, n_proc=1000),
}


def rates():
    """Rates that are so high, or 0, that it is certain in which steps there are spikes."""

    def rates(times, on):
        return dict(rate_times=times, rate_values=[1e6 if x else 0.0 for x in on])

    inhomogeneous = [
        [rates([9.0], [1])], [rates([7.4], [1])], [rates([12.0], [0])], [rates([8.0], [0]), rates([11.0, 12.0], [1, 0])],
        [rates([7.3], [0])], [rates([2.0, 8.0], [1, 0])], [dict(rate_times=[8.0])], [dict(rate_values=[1e6])],
        [dict(**rates([8.04, 9.04], [1, 0]), allow_offgrid_times=True)], [dict(allow_offgrid_times=True)],
        [rates([9.0, 8.0], [1, 0])], [dict(**rates([8.0], [1]), start=8.5)], [dict(**rates([8.0], [1]), stop=2.0), dict(stop=100.0)],
    ]
    for first in [dict(), rates([1.0], [1]), rates([1.0, 3.0, 9.0], [1, 0, 1]), rates([9.0, 12.0], [1, 0]), rates([1.0, 6.0], [1, 0])]:
        for changes in inhomogeneous:
            yield from (("inhomogeneous_poisson_generator", p) for p in splits(first, changes))
    on = dict(rate=1e6)
    # 0 in one half of the wave, at least 28 spikes a step in the other
    wave = dict(amplitude=2e7, frequency=50.0, phase=1.0)
    for first, changes in [
        (on, [dict(rate=0.0)]), (on, [dict(rate=0.0), on]), (dict(), [on]), (wave, [dict(phase=91.0)]), (wave, [dict(frequency=125.0)]),
        (wave, [dict(amplitude=0.0)]), (wave, [dict(amplitude=-2e7)]), (wave, []), (dict(), [wave, dict(rate=3e7)]),
        (dict(wave, stop=5.0), [dict(stop=100.0)]), (on, [dict(individual_spike_trains=True)]),
    ]:
        yield from (("sinusoidal_poisson_generator", p) for p in splits(first, changes))
    for changes in [[dict(rate=0.0)], [dict(rate=0.0), on], [dict(p_copy=0.0)], [dict(p_copy=0.0), dict(p_copy=1.0)]]:
        for first in [on, dict(on, stop=5.0), dict(on, start=8.0), dict()]:
            yield from (("mip_generator", p) for p in splits(first, changes))
    busy = BUSY["gamma_sup_generator"]
    for changes in [[dict(rate=0.0)], [dict(rate=0.0), dict(rate=800.0)], [busy]]:
        for first in [busy, dict(busy, stop=5.0), dict(busy, start=8.0), dict()]:
            yield from (("gamma_sup_generator", p) for p in splits(first, changes))


def packets():
    """Without spread, so that nothing is random; no packet is nearer than 1 ms to the end of a run, since NEST sends such twice."""
    base = dict(pulse_times=[5.02, 1.0, 2.0, 14.0], activity=3)
    for first, changes in [
        (base, [dict(pulse_times=[12.5, 9.0])]), (base, [dict(activity=5)]), (base, [dict(activity=0)]), (base, [dict(sdev=0.0)]),
        (dict(), [dict(pulse_times=[9.0]), dict(activity=2)]), (dict(), [base]), (base, [dict(pulse_times=[])]),
        (dict(base, start=1.5, stop=13.0), [dict(stop=100.0)]), (dict(base, start=1.5), [dict(origin=2.0)]), (base, [dict(stop=4.0)]),
        (base, [dict(start=13.0)]),
    ]:
        yield from (("pulsepacket_generator", p) for p in splits(first, changes))


def recorders():
    for model in ["spike_recorder", "multimeter", "voltmeter"]:
        base = dict(record_from=["V_m"], interval=0.4) if model == "multimeter" else dict(interval=0.4) if model == "voltmeter" else {}
        for window, changes in windows():
            yield from ((model, p) for p in splits({**base, **window}, changes))
        if base:
            yield from ((model, p) for p in splits(dict(base, offset=1.1), [dict(stop=9.0)]))
            yield from ((model, p) for p in splits(base, [dict(interval=0.5)]))
            yield from ((model, p) for p in splits(base, [dict(offset=0.5)]))
            yield from ((model, p) for p in splits(base, [dict(record_from=["w"])]))
        yield from ((model, p) for p in splits(base, [dict(n_events=0)]))


NEURON = dict(
    V_reset=-55.0, t_ref=1.5, g_L=20.0, C_m=200.0, E_ex=-10.0, E_in=-80.0, E_L=-65.0, Delta_T=1.0, tau_w=50.0, a=2.0, b=30.0,
    V_th=-48.0, V_peak=-10.0, tau_syn_ex=1.0, tau_syn_in=5.0, I_e=900.0, gsl_error_tol=1e-9, V_m=-60.0, g_ex=3.0, dg_ex=2.0,
    g_in=3.0, dg_in=2.0, w=20.0)
INTEGRATE_AND_FIRE = dict(
    V_m=-60.0, C_m=200.0, t_ref=1.5, V_th=-52.0, V_reset=-65.0, E_L=-68.0, I_e=900.0, tau_m=15.0, tau_syn_ex=1.0, tau_syn_in=5.0)
ASTROCYTE = dict(
    Ca_tot=1.5, IP3_0=0.3, Kd_IP3_1=0.2, Kd_IP3_2=0.9, Kd_act=0.1, Kd_inh=0.9, Km_SERCA=0.15, SIC_scale=2.0, SIC_th=0.1,
    delta_IP3=0.02, k_IP3R=0.3, rate_IP3R=0.004, rate_L=0.0002, rate_SERCA=0.001, ratio_ER_cyt=0.2, tau_IP3=5000.0,
    IP3=0.6, Ca_astro=0.3, h_IP3R=0.5)


def cells():
    drive = [5.0, 12.0, 19.9, 20.0, 20.1, 21.0, 33.0, 47.0]
    for name, value in NEURON.items():
        for t_ref in [0.0, 4.0]:
            first = dict(I_e=700.0, t_ref=t_ref)
            yield "aeif_cond_alpha_astro", [dict(create=first, run=20.0), dict(set=[{name: value}], run=13.3), dict(run=20.7)], ["V_m", "w"], drive
    others = {
        "aeif_cond_alpha": NEURON,
        "aeif_cond_exp": {name: value for name, value in NEURON.items() if not name.startswith("dg_")},
        "iaf_psc_alpha": dict(INTEGRATE_AND_FIRE, V_min=-60.0),
        "iaf_psc_exp": dict(INTEGRATE_AND_FIRE, delta=1e-12, rho=1.0),
    }
    for model, changes in others.items():
        for name, value in changes.items():
            pieces = [dict(create=dict(I_e=700.0), run=20.0), dict(set=[{name: value}], run=13.3), dict(run=20.7)]
            yield model, pieces, ["V_m", "g_ex" if model.startswith("aeif") else "I_syn_ex"], drive
    for name, value in ASTROCYTE.items():
        pieces = [dict(create=dict(delta_IP3=0.1), run=20.0), dict(set=[{name: value}], run=13.3), dict(run=40.7)]
        yield "astrocyte_lr_1994", pieces, ["IP3", "Ca_astro", "h_IP3R"], drive


def main():
    cases = []

    def add(model, pieces, seen):
        cases.append(dict(model=model, pieces=pieces, **seen))

    for source in [currents(), steps(), noises()]:
        for number, (model, pieces) in enumerate(source):
            delay = 1.5 if number % 3 == 2 else STEP
            add(model, pieces, current_case(model, pieces, delay))
    for source in [spikes(), rates(), packets()]:
        for number, (model, pieces) in enumerate(source):
            if model == "gamma_sup_generator" and pieces[0].get("create") == {}:
                continue  # a single process, whose number NEST does not change any more: random
            delay = 1.5 if number % 3 == 2 else STEP
            add(model, pieces, spike_case(model, pieces, delay))
    for model, pieces in recorders():
        add(model, pieces, recorder_case(model, pieces))
    for model, pieces, quantities, drive in cells():
        add(model, pieces, cell_case(model, pieces, quantities, drive))
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "cases.json")
    with open(path, "w") as file:
        file.write("[\n" + ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases) + "\n]\n")
    print(len(cases), "cases")


main()
