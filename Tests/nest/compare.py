"""Holds the scripts of scripts/nest against the examples of NEST that they are twins of, each run as it is:

    python Tests/nest/compare.py --examples NEST/pynest/examples --program .build/release/astrolua [--seeds N] [NAME ...]

The Python must be able to import NEST 3.10 and matplotlib; the examples are those of NEST's sources. What the recorders of both hold is
compared, in the order in which they were made: where nothing is random (EXACT) spike times one by one and the largest difference of
each sampled quantity, else (RANDOM) numbers of spikes and means of samples over seeds, as mean and standard deviation. A row may change
assignments of the example, to make it smaller, and gives the options with which the twin is the same.
"""
import argparse
import csv
import os
import pickle
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
SCRIPTS = os.path.join(HERE, "..", "..", "scripts", "nest")

EXACT = {  # name: (assignments or text changed in the example, options of the twin)
    "aeif_cond_beta_multisynapse": ({}, ""),
    "brette_gerstner_fig_2c": ({}, ""),
    "brette_gerstner_fig_3d": ({}, ""),
    "evaluate_tsodyks2_synapse": ({}, ""),
    "glif_psc_neuron": ({'"rate": 150000.0': '"rate": 0.0'}, "--noise 0"),
    "iaf_tum_2000_short_term_depression": ({}, ""),
    "iaf_tum_2000_short_term_facilitation": ({}, ""),
    "gap_junctions_two_neurons": ({}, ""),
    "glif_cond_neuron": ({'"rate": 15000.0': '"rate": 0.0'}, "--noise 0"),
    "glif_psc_double_alpha_neuron": ({}, ""),
    "hh_psc_alpha": ({"sr.n_events = 0": "pass"}, ""),
    "ignore_and_spike_mechanism": ({}, ""),
    "intrinsic_currents_subthreshold": ({}, ""),
    "mc_neuron": ({}, ""),
    "multimeter_file": ({}, ""),
    "one_neuron": ({}, ""),
    "testiaf": ({}, ""),
    "twoneurons": ({}, ""),
    "vinit_example": ({}, ""),
}
RANDOM = {
    "BrodyHopfield": ({}, ""),
    "CampbellSiegert": ({"simtime": 5000}, "--time 5000"),
    "brette_et_al_2007/coba": ({"simtime": 100.0}, "--time 100"),
    "brette_et_al_2007/cuba": ({"simtime": 300.0}, "--time 300"),
    "brette_et_al_2007/cuba_ps": ({"simtime": 300.0}, "--time 300"),
    "brette_et_al_2007/hh_coba": ({"simtime": 100.0}, "--time 100"),
    "brette_et_al_2007/cuba_stdp": ({"NE": 2000, "NI": 500, "simtime": 500.0, '"rng_seed": 238,': ""}, "--scale 0.22223 --time 500"),
    "brunel_alpha_nest": ({"order": 400}, "--order 400"),
    "brunel_delta_nest": ({"order": 400}, "--order 400"),
    "brunel_exp_multisynapse_nest": ({"order": 400, "nr_ports": 50, "0.1 + 0.01 * i": "0.1 + 0.02 * i"}, "--order 400"),
    "cross_check_mip_corrdet": ({"T": 10000.0, "nest.rng_seed = 12345": "pass"}, "--time 10000"),
    "gif_population": ({}, ""),
    "gap_junctions_inhibitory_network": ({"n_neuron": 100, "gap_per_neuron": 20, "inh_per_neuron": 20, "simtime": 201.0, "threads": 2}, "--neurons 100 --gaps 20 --inhibitory 20 --time 201"),
    "intrinsic_currents_spiking": ({"t_sim": 2000.0}, "--time 2000"),
    "pulsepacket": ({}, ""),
    "sensitivity_to_perturbation": ({"dt": 0.1, "nest.rng_seed = seed_NEST": "pass"}, "--resolution 0.1"),
    "sinusoidal_gamma_generator": ({}, ""),
    "sinusoidal_poisson_generator": ({}, ""),
    "store_restore_network": ({}, ""),
    "if_curve": ({"self.params = params\n        self.build()\n        self.connect()": "self.params = params", "i_mean=(400.0, 900.0, 50.0), i_std=(0.0, 600.0, 50.0)": "i_mean=(400.0, 900.0, 200.0), i_std=(0.0, 600.0, 200.0)"}, "--step 200"),
    "one_neuron_with_noise": ({}, ""),
    "wang_decision_making": ({"[51.2, 12.8, 0.0]": "[51.2]", "Simulate(4000.0)": "Simulate(400.0)", "print_time=True, rng_seed=seed": "print_time=False"}, "--runs 1 --time 400"),
    "recording_demo": ({}, ""),
    "repeated_stimulation": ({}, ""),
}


def run_example():
    """In a process of its own: runs an example and pickles what its recorders hold, in the order of their making."""
    path, out, seed, changes = sys.argv[2], sys.argv[3], int(sys.argv[4]), eval(sys.argv[5])
    import matplotlib
    matplotlib.use("Agg")
    import nest
    held, reset, create = [], nest.ResetKernel, nest.Create

    def collect():
        for node in nest.GetNodes():
            if node.get("element_type") == "recorder" and "events" in node.get():
                events = node.events
                quantities = [q for q in events if q not in ("times", "senders", "weights", "offsets")]
                held.append((list(events["times"]), list(events["senders"]), {q: list(events[q]) for q in quantities}))

    def start_again():
        collect()
        reset()
        nest.verbosity = nest.VerbosityLevel.ERROR
        if seed:
            nest.rng_seed = seed

    def create_in_memory(model, *args, **kwargs):
        nodes = create(model, *args, **kwargs)
        if model in ("spike_recorder", "multimeter", "voltmeter"):
            nodes.set(record_to="memory")
        return nodes
    start_again()
    vars(nest).update(ResetKernel=start_again, Create=create_in_memory)
    source = open(path).read()
    for name, value in changes.items():
        if not name.isidentifier():
            assert name in source, name
            source = source.replace(name, value)
            continue
        source, n = re.subn(r"(?m)^(\s*\"?%s\"?\s*[=:])[^#,\n]*(.*)$" % re.escape(name), lambda m: m[1] + " " + repr(value) + m[2], source)
        assert n, "no assignment of %s" % name
    source = re.sub(r"record_to=\"ascii\"|\"record_to\": \"ascii\"", lambda m: m[0].replace("ascii", "memory"), source)
    sys.path.insert(0, os.path.dirname(path))
    sys.argv = [path]
    try:
        exec(compile(source, path, "exec"), {"__name__": "__main__", "__file__": path})
    except Exception as error:  # what comes after the simulation may want the files that are not written
        print("  (%s: %s)" % (type(error).__name__, error))
    collect()
    pickle.dump(held, open(out, "wb"))


def nest_held(args, name, changes, seed=0):
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "held")
        path = os.path.abspath(os.path.join(args.examples, name + ".py"))
        done = subprocess.run([sys.executable, os.path.abspath(__file__), "--run", path, out, str(seed), repr(changes)], cwd=folder, capture_output=True, text=True)
        if not os.path.exists(out):
            raise RuntimeError(done.stdout[-2000:] + done.stderr[-2000:])
        return pickle.load(open(out, "rb"))


def our_held(args, name, options, seed=0):
    with tempfile.TemporaryDirectory() as folder:
        script = os.path.abspath(os.path.join(SCRIPTS, os.path.basename(name) + ".lua"))
        command = [os.path.abspath(args.program), "--trust", "--quiet", os.path.join(HERE, "dump.lua")] + options.split()
        if seed:
            command += ["--seed", str(seed)]
        done = subprocess.run(command, cwd=folder, env=dict(os.environ, TWIN=script, OUT=folder), capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(done.stdout[-2000:] + done.stderr[-2000:])
        held, number = [], 1
        while os.path.exists(os.path.join(folder, "%d.csv" % number)):
            rows = list(csv.reader(open(os.path.join(folder, "%d.csv" % number))))
            columns = list(zip(*rows[1:])) or [()] * len(rows[0])
            held.append(([float(t) for t in columns[0]], [int(s) for s in columns[1]], {q: [float(x) for x in c] for q, c in zip(rows[0][2:], columns[2:])}))
            number += 1
        return held


def series(held):
    """Spike trains, and samples by quantity, each a list of (times, values) by recorder and sender."""
    spikes, samples = [], {}
    for times, senders, quantities in held:
        for sender in sorted(set(senders)):
            at = [i for i, s in enumerate(senders) if s == sender]
            if not quantities:
                spikes.append(sorted(round(times[i], 4) for i in at))
            for q, values in quantities.items():  # compartments: V_m.s there is V_s here
                samples.setdefault(q.replace("V_m.", "V_").replace(".", "_"), []).append({round(times[i], 4): values[i] for i in at})
    return spikes, samples


def agreement(a, b):
    """What is said of two lists of trains."""
    if a == b:
        return "equal times"
    moved = [abs(t - u) for x, y in zip(a, b) if len(x) == len(y) for t, u in zip(x, y)]
    return "%d times of %d differ, by at most %.4g ms; numbers of each train %s" % (
        sum(m > 1e-6 for m in moved), len(moved), max(moved, default=0), "equal" if [len(x) for x in a] == [len(y) for y in b] else "DIFFERENT")


def exact(theirs, ours):
    lines = []
    (a, x), (b, y) = series(theirs), series(ours)
    if a or b:
        lines.append("spikes %d and %d, %s" % (sum(map(len, a)), sum(map(len, b)), agreement(a, b)))
    for q in x:
        if q in y:
            common = [sorted(set(s) & set(t)) for s, t in zip(x[q], y[q])]
            differences = sorted(abs(s[t] - u[t]) for s, u, c in zip(x[q], y[q], common) for t in c)
            lines.append("%s %d and %d series, %d samples, differ by at most %.2g, median %.2g" % (
                q, len(x[q]), len(y[q]), len(differences), differences[-1], differences[len(differences) // 2]))
        else:
            lines.append("%s not recorded here" % q)
    return lines


def statistics(held, whole=True):
    """Numbers of a run, by name. NEST has no sample of the last moment: without `whole` it is left out."""
    numbers = {}
    recorders = [0, 0]
    for times, _, quantities in held:
        recorders[bool(quantities)] += 1
        i = recorders[bool(quantities)] - 1
        if not quantities:
            numbers["%d spikes" % (i + 1)] = len(times)
        for q, values in quantities.items():
            if not whole:
                values = [v for v, t in zip(values, times) if t < max(times) - 1e-6]
            if values:
                mean = sum(values) / len(values)
                numbers["%d mean %s" % (i + 1, q)] = mean
                numbers["%d s.d. %s" % (i + 1, q)] = (sum((v - mean) ** 2 for v in values) / len(values)) ** 0.5
    return numbers


def over_seeds(runs):
    result = {}
    for key in runs[0]:
        values = [r[key] for r in runs if key in r]
        mean = sum(values) / len(values)
        result[key] = (mean, (sum((v - mean) ** 2 for v in values) / max(len(values) - 1, 1)) ** 0.5)
    return result


def random(args, name, changes, options):
    theirs = over_seeds([statistics(nest_held(args, name, changes, 100 + k)) for k in range(args.seeds)])
    ours = over_seeds([statistics(our_held(args, name, options, 1 + k), whole=False) for k in range(args.seeds)])
    lines = ["recorders differ: %s, %s" % (list(theirs), list(ours))] if set(theirs) != set(ours) else []
    for key in theirs:
        if key in ours:
            (m, s), (n, t) = theirs[key], ours[key]
            error = ((s * s + t * t) / args.seeds) ** 0.5
            lines.append("%s: %.6g ± %.3g and %.6g ± %.3g (%.1f standard errors)" % (key, m, s, n, t, (n - m) / error if error else 0))
    return lines


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--examples", required=True)
    parser.add_argument("--program", default=".build/release/astrolua")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("names", nargs="*")
    args = parser.parse_args()
    for table, compare in ((EXACT, None), (RANDOM, random)):
        for name, (changes, options) in table.items():
            if args.names and os.path.basename(name) not in args.names:
                continue
            try:
                lines = compare(args, name, changes, options) if compare else exact(nest_held(args, name, changes), our_held(args, name, options))
            except RuntimeError as error:
                lines = ["FAILED " + str(error)]
            print(name + (" (%s)" % options if options else ""))
            for line in lines:
                print("  " + line, flush=True)


if __name__ == "__main__":
    run_example() if sys.argv[1:2] == ["--run"] else main()
