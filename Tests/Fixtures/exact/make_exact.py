"""The exact solutions of the deterministic scenarios, and how far the reference is from them.

usage: python3 make_exact.py [NAME ...]      (default: every scenario below ../reference; plain Python, minutes)

Writes, beside this file,
  NAME.csv         the exact solution, `time_ms` and the scenario's columns, 17 digits, thinned: every 5th sample, and every
                   sample from 1 ms before to 2 ms after a spike;
  deviations.json  scenario -> column -> size         largest absolute value of the exact column
                                         reference    largest deviation of the reference from the exact column
                                         uncertainty  largest change when all is computed again in half the steps and two orders
                                                      higher (what the exact solution itself may be off by)
Both maxima are taken over the samples kept in NAME.csv.

What is exact here, and what is kept. The time grid is the model's, not an approximation: inputs arrive, currents change and
spikes are stamped on the grid, just as in the reference. Only what happens *between* two grid points is replaced by the solution
of the differential equations: the neuron by Taylor series of order 16 in steps that keep the last terms below 1e-16 of V, the
astrocyte by Gragg's midpoint rule extrapolated to order 6 in steps of at most 0.1 ms, a thousandth of its fastest time constant
(its right-hand side has a kink where calcium meets 0 or Ca_tot: steps that cross it are halved down to 1e-9 ms). Conductances
are in closed form. A neuron is reset at the very moment V reaches V_peak, as often within a step as it gets there.

With Delta_T = 0 the neuron crosses V_th slowly, and the reference looks after its integrator's substeps, so that it resets the neuron
up to a step late. Its deviation there is large.

Left out: the models iaf_psc_*, which are exact in the reference, too.
"""

import json
import math
import operator
import os
import sys
from collections import defaultdict

HERE = os.path.dirname(os.path.abspath(__file__))
REFERENCE = os.path.join(HERE, "..", "reference")
MODELS = json.load(open(os.path.join(REFERENCE, "models.json")))["models"]
LEFT_OUT = {"m_iaf_psc_alpha", "m_iaf_psc_equal_tau", "m_iaf_psc_exp"}

EVERY = 5
BEFORE_SPIKE, AFTER_SPIKE = 1.0, 2.0


class Accuracy:
    def __init__(self, order, parts):
        self.order = order      # of the neuron's Taylor series
        self.parts = parts      # every step is cut into so many


def defaults(model):
    return {name: parameter["default"] for name, parameter in MODELS[model]["parameters"].items()}


def delay_steps(ms, dt):
    """to the nearest step, halves up"""
    return int(math.floor(ms / dt + 0.5 + 1e-9))


def refractory_steps(ms, dt):
    """to the nearest 0.001 ms, then up to whole steps"""
    return int(math.ceil(math.floor(ms * 1000.0 + 0.5) / (dt * 1000.0) - 1e-9))


# ------------------------------------------------------------------------------------------------------------------ nodes
class Cell:
    def __init__(self, model, params, dt, accuracy):
        self.p = defaults(model)
        self.p.update(params)
        self.dt, self.accuracy = dt, accuracy
        self.excitatory, self.inhibitory = defaultdict(float), defaultdict(float)
        self.currents, self.sics = defaultdict(float), defaultdict(float)
        self.targets = []
        self.I = 0.0
        self.prepare()

    def receive(self, step, weight):
        if weight > 0.0:
            self.excitatory[step] += weight
        else:
            self.inhibitory[step] -= weight


class Astrocyte(Cell):
    def prepare(self):
        p = self.p
        self.y = (p["IP3"], p["Ca_astro"], p["h_IP3R"])
        self.sic = 0.0

    def slope(self, y):
        p = self.p
        ip3, ca, h = y
        ca = max(0.0, min(ca, p["Ca_tot"]))
        open_fraction = ip3 / (ip3 + p["Kd_IP3_1"]) * ca / (ca + p["Kd_act"]) * h
        gradient = (p["Ca_tot"] - ca) / p["ratio_ER_cyt"] - ca
        channel = p["ratio_ER_cyt"] * p["rate_IP3R"] * open_fraction ** 3 * gradient
        leak = p["ratio_ER_cyt"] * p["rate_L"] * gradient
        pump = p["rate_SERCA"] * ca * ca / (p["Km_SERCA"] * p["Km_SERCA"] + ca * ca)
        alpha = p["k_IP3R"] * p["Kd_inh"] * (ip3 + p["Kd_IP3_1"]) / (ip3 + p["Kd_IP3_2"])
        beta = p["k_IP3R"] * ca
        return (p["IP3_0"] - ip3) / p["tau_IP3"], channel - pump + leak + self.I, alpha * (1.0 - h) - beta * h

    def midpoint(self, y, k1, h, n):
        """Gragg's rule: its error has only even powers of the substep"""
        s = h / n
        a = y
        b = tuple(u + s * v for u, v in zip(y, k1))
        for _ in range(n - 1):
            d = self.slope(b)
            a, b = b, tuple(u + 2.0 * s * v for u, v in zip(a, d))
        d = self.slope(b)
        return tuple(0.5 * (u + v + s * w) for u, v, w in zip(a, b, d))

    def advance(self, y, h):
        k1 = self.slope(y)
        t2, t4, t6 = (self.midpoint(y, k1, h, n) for n in (2, 4, 6))
        end = []
        for a, b, c in zip(t2, t4, t6):
            ab = b + (b - a) / 3.0              # (4/2)^2 - 1
            bc = c + (c - b) / 1.25             # (6/4)^2 - 1
            end.append(bc + (bc - ab) / 8.0)    # (6/2)^2 - 1
        return tuple(end)

    def inside(self, y):
        return 0.0 < y[1] < self.p["Ca_tot"]

    def integrate(self, y, h):
        end = self.advance(y, h)
        if h > 1e-9 and self.inside(y) != self.inside(end):
            return self.integrate(self.integrate(y, 0.5 * h), 0.5 * h)
        return end

    def update(self, k):
        p = self.p
        parts = max(1, math.ceil(self.dt / 0.1 - 1e-9)) * self.accuracy.parts
        y = self.y
        for _ in range(parts):
            y = self.integrate(y, self.dt / parts)
        ca = max(0.0, min(y[1], p["Ca_tot"]))
        self.y = (y[0] + p["delta_IP3"] * self.excitatory.pop(k, 0.0), ca, y[2])
        excess = (ca - p["SIC_th"]) * 1000.0
        self.sic = p["SIC_scale"] * math.log(excess) if excess > 1.0 else 0.0
        self.I = self.currents.pop(k, 0.0)
        return 0

    def get(self, quantity):
        return self.y[("IP3", "Ca_astro", "h_IP3R").index(quantity)]


class Neuron(Cell):
    def prepare(self):
        p = self.p
        self.threshold = p["V_peak"] if p["Delta_T"] > 0.0 else p["V_th"]
        assert p["V_m"] < self.threshold
        self.V, self.w = p["V_m"], p["w"]
        self.ex, self.inh = (p["g_ex"], p.get("dg_ex", 0.0)), (p["g_in"], p.get("dg_in", 0.0))
        self.refractory, self.n_ref = 0, refractory_steps(p["t_ref"], self.dt)
        self.I_SIC = 0.0

    @staticmethod
    def conductance(g, tau, s):
        decay = math.exp(-s / tau)
        return (g[0] + g[1] * s) * decay, g[1] * decay

    @staticmethod
    def conductance_series(g, tau, order):
        value, drive = [g[0]], g[1]
        for n in range(order):
            value.append((drive - value[n] / tau) / (n + 1))
            drive *= -1.0 / (tau * (n + 1))
        return value

    def pass_time(self, s):
        self.ex = self.conductance(self.ex, self.p["tau_syn_ex"], s)
        self.inh = self.conductance(self.inh, self.p["tau_syn_in"], s)

    def series(self):
        """Taylor coefficients of V and w"""
        p, order, mul = self.p, self.accuracy.order, operator.mul
        gL, C, slope, tau_w, a = p["g_L"], p["C_m"], p["Delta_T"], p["tau_w"], p["a"]
        v, w = [self.V], [self.w]
        dv = []                                       # (n + 1) v[n + 1] / Delta_T, the series of V'/Delta_T
        e = [math.exp((self.V - p["V_th"]) / slope) if slope > 0.0 else 0.0]
        conductances = [(self.conductance_series(g, p[tau], order), p[reversal])
                        for g, tau, reversal in ((self.ex, "tau_syn_ex", "E_ex"), (self.inh, "tau_syn_in", "E_in"))
                        if g != (0.0, 0.0)]
        for n in range(order):
            current = gL * slope * e[n] - gL * v[n] - w[n]
            if n == 0:
                current += gL * p["E_L"] + p["I_e"] + self.I + self.I_SIC
            for g, reversal in conductances:
                current += reversal * g[n] - sum(map(mul, g, reversed(v)))
            v.append(current / (C * (n + 1)))
            w.append((a * (v[n] - (p["E_L"] if n == 0 else 0.0)) - w[n]) / (tau_w * (n + 1)))
            dv.append((n + 1) * v[n + 1] / slope if slope > 0.0 else 0.0)
            e.append(sum(map(mul, dv, reversed(e))) / (n + 1))
        return v, w

    @staticmethod
    def value(series, s):
        sum_ = 0.0
        for c in reversed(series):
            sum_ = sum_ * s + c
        return sum_

    def crossing(self, v, h):
        """the first s in (0, h] with V at its threshold; V rises there"""
        low, high, peak = 0.0, h, self.threshold
        for _ in range(200):
            middle = 0.5 * (low + high)
            if middle in (low, high):
                break
            if self.value(v, middle) >= peak:
                high = middle
            else:
                low = middle
        return high

    def clamp(self, h):
        """V stands at V_reset for h ms"""
        p = self.p
        target = p["a"] * (p["V_reset"] - p["E_L"])
        self.w = target + (self.w - target) * math.exp(-h / p["tau_w"])
        self.pass_time(h)

    def update(self, k):
        p, order = self.p, self.accuracy.order
        left, spikes = self.dt, 0
        if self.refractory > 0:
            self.clamp(left)
            self.refractory -= 1
            left = 0.0
        while left > 0.0:
            v, w = self.series()
            h = min((1e-16 * max(1.0, abs(self.V)) / max(abs(v[n]), 1e-300)) ** (1.0 / n) for n in (order - 1, order))
            h = min(left, 0.8 * h, self.dt / self.accuracy.parts)
            end = self.value(v, h)
            fired = end >= self.threshold
            if fired:
                h = self.crossing(v, h)
            self.V, self.w = end, self.value(w, h)
            self.pass_time(h)
            left -= h
            if left < 1e-14 * self.dt:
                left = 0.0
            if fired:
                self.V, self.w = p["V_reset"], self.w + p["b"]
                spikes += 1
                if self.n_ref > 0:
                    self.clamp(left)
                    self.refractory = self.n_ref
                    left = 0.0
        self.ex = self.jump(self.ex, self.excitatory.pop(k, 0.0), p["tau_syn_ex"])
        self.inh = self.jump(self.inh, self.inhibitory.pop(k, 0.0), p["tau_syn_in"])
        self.I = self.currents.pop(k, 0.0)
        self.I_SIC = self.sics.pop(k, 0.0)
        return spikes

    @staticmethod
    def jump(g, weight, tau):
        return g[0], g[1] + weight * math.e / tau

    def get(self, quantity):
        return {"V_m": self.V, "w": self.w, "g_ex": self.ex[0], "g_in": self.inh[0], "I_SIC": self.I_SIC}[quantity]


class ExponentialNeuron(Neuron):
    """conductances without a driving variable"""
    @staticmethod
    def jump(g, weight, tau):
        return g[0] + weight, 0.0


class Parrot(Cell):
    def prepare(self):
        self.arriving = defaultdict(int)

    def update(self, k):
        return self.arriving.pop(k, 0)


class SpikeGenerator:
    def __init__(self, p, dt):
        times = p["spike_times"]
        weights = p.get("spike_weights") or [1.0] * len(times)
        counts = p.get("spike_multiplicities") or [1] * len(times)
        self.at, self.targets = defaultdict(list), []
        for t, weight, count in zip(times, weights, counts):
            self.at[int(round(t / dt)) - 1].append((weight, count))


class CurrentGenerator:
    def __init__(self, model, p, dt):
        self.model, self.p, self.dt, self.targets = model, p, dt, []
        self.first = int(round(p.get("start", 0.0) / dt))
        self.last = int(round(p["stop"] / dt)) if "stop" in p else 1 << 60
        self.held = 0.0
        self.changes = {int(round(t / dt)): x for t, x in zip(p.get("amplitude_times", []), p.get("amplitude_values", []))}

    def update(self, k):
        p = self.p
        if self.model == "dc_generator":
            value = p["amplitude"]
        elif self.model == "step_current_generator":
            value = self.held = self.changes.get(k + 1, self.held)
        else:
            angle = 2 * math.pi * (p["frequency"] / 1000.0 * (k + 1) * self.dt + p.get("phase", 0.0) / 360.0)
            value = p.get("offset", 0.0) + p["amplitude"] * math.sin(angle)
        self.I = value if self.first < k + 2 <= self.last else 0.0
        return self.I

    def get(self, quantity):
        return self.I


# --------------------------------------------------------------------------------------------------------------- synapses
class Static:
    def __init__(self, p, weight):
        self.weight = weight

    def send(self, t):
        return self.weight


class Tsodyks:
    def __init__(self, p, weight):
        self.p, self.weight, self.last = dict(defaults("tsodyks_synapse"), **p), weight, 0.0
        self.x, self.y, self.u = self.p["x"], self.p["y"], self.p["u"]

    def send(self, t):
        p, h = self.p, t - self.last
        z = 1.0 - self.x - self.y
        py, pz = math.exp(-h / p["tau_psc"]), -math.expm1(-h / p["tau_rec"])
        pxy = (p["tau_psc"] * (1.0 - py) - p["tau_rec"] * pz) / (p["tau_psc"] - p["tau_rec"])
        self.u *= math.exp(-h / p["tau_fac"]) if p["tau_fac"] > 0.0 else 0.0
        self.x += pxy * self.y + pz * z
        self.y *= py
        self.u += p["U"] * (1.0 - self.u)
        released = self.u * self.x
        self.x -= released
        self.y += released
        self.last = t
        return self.weight * released


class Tsodyks2:
    def __init__(self, p, weight):
        self.p, self.weight, self.last = dict(defaults("tsodyks2_synapse"), **p), weight, None
        self.x, self.u = self.p["x"], self.p["u"]

    def send(self, t):
        p = self.p
        if self.last is not None:
            h = t - self.last
            kept = math.exp(-h / p["tau_fac"]) if p["tau_fac"] > 0.0 else 0.0
            self.x = 1.0 - (1.0 - self.x * (1.0 - self.u)) * math.exp(-h / p["tau_rec"])
            self.u = p["U"] + self.u * (1.0 - p["U"]) * kept
        self.last = t
        return self.weight * self.x * self.u


# -------------------------------------------------------------------------------------------------------------------- run
def build(spec, accuracy):
    dt, members = spec["resolution_ms"], {}
    for entry in spec["nodes"]:
        model, params = entry["model"], entry.get("params", {})
        make = {"astrocyte_lr_1994": lambda: Astrocyte(model, params, dt, accuracy),
                "aeif_cond_alpha_astro": lambda: Neuron(model, params, dt, accuracy),
                "aeif_cond_exp": lambda: ExponentialNeuron(model, params, dt, accuracy),
                "aeif_cond_alpha": lambda: Neuron(model, params, dt, accuracy),
                "parrot_neuron": lambda: Parrot(model, params, dt, accuracy),
                "spike_generator": lambda: SpikeGenerator(params, dt)}
        members[entry["name"]] = [make.get(model, lambda: CurrentGenerator(model, params, dt))()
                                  for _ in range(entry.get("n", 1))]

    def connect(source, target, synapse):
        kinds = {"static_synapse": Static, "tsodyks_synapse": Tsodyks, "tsodyks2_synapse": Tsodyks2, "sic_connection": lambda p, w: None}
        made = kinds[synapse["synapse_model"]](synapse.get("params", {}), synapse["weight"])
        source.targets.append((target, synapse["weight"], delay_steps(synapse["delay_ms"], dt), made))

    for entry in spec.get("connections", []):
        for target in members[entry["target"]]:
            for source in members[entry["source"]]:
                connect(source, target, entry)
    for entry in spec.get("tripartite", []):
        third = entry["third_factor_conn_spec"]
        assert entry["conn_spec"]["p"] == 1.0 and third["p"] == 1.0 and third["pool_size"] == 1
        posts, thirds, synapses = members[entry["post"]], members[entry["third"]], entry["syn_specs"]
        for i, target in enumerate(posts):
            astrocyte = thirds[i // (len(posts) // len(thirds))]
            for source in members[entry["pre"]]:
                connect(source, target, synapses["primary"])
                connect(source, astrocyte, synapses["third_in"])
                connect(astrocyte, target, synapses["third_out"])
    return members


def run(spec, accuracy):
    """rows of the scenario's table, and its spikes"""
    dt = spec["resolution_ms"]
    members = build(spec, accuracy)
    names = {id(node): name if len(nodes) == 1 else "%s[%d]" % (name, i)
             for name, nodes in members.items() for i, node in enumerate(nodes)}
    watched = {id(node) for name in spec.get("spikes_from", []) for node in members[name]}
    records = spec["record"]
    every = int(round(records[0]["interval_ms"] / dt))
    until = min(r.get("stop_ms", spec["sim_time_ms"]) for r in records)
    rows, spikes = [], []
    for k in range(int(round(spec["sim_time_ms"] / dt))):
        for node in [node for nodes in members.values() for node in nodes]:
            if isinstance(node, SpikeGenerator):
                for weight, count in node.at.get(k, ()):
                    for target, w, delay, _ in node.targets:
                        if isinstance(target, Parrot):
                            target.arriving[k + delay] += count
                        else:
                            target.receive(k + delay, weight * w * count)
            elif isinstance(node, CurrentGenerator):
                value = node.update(k)
                for target, w, delay, _ in node.targets:
                    target.currents[k + delay] += w * value
            else:
                count = node.update(k)
                if id(node) in watched:
                    spikes += [((k + 1) * dt, names[id(node)])] * count
                for target, w, delay, synapse in node.targets:
                    if synapse is None:
                        target.sics[k + delay] += w * node.sic
                    for _ in range(count):
                        sent = synapse.send((k + 1) * dt)
                        if isinstance(target, Parrot):
                            target.arriving[k + delay] += 1
                        else:
                            target.receive(k + delay, sent)
        t = (k + 1) * dt
        if (k + 1) % every == 0 and t <= until + 1e-9:
            row = [t]
            for r in records:
                for quantity in r["quantities"]:
                    values = [node.get(quantity) for node in members[r["node"]]]
                    row += [math.fsum(values) / len(values)] if r.get("statistic") else values
            rows.append(row)
    return rows, spikes


def table(path):
    with open(path) as f:
        head = f.readline().strip().split(",")
        return head, [line.strip().split(",") for line in f]


def examine(name):
    """writes NAME.csv and returns the scenario's part of deviations.json"""
    spec = json.load(open(os.path.join(REFERENCE, name + ".json")))
    rows, spikes = run(spec, Accuracy(16, 1))
    again, spikes_again = run(spec, Accuracy(18, 2))
    head, text = table(os.path.join(REFERENCE, spec["files"]["csv"]))
    reference = [[float(x) for x in line] for line in text]
    assert len(rows) == len(reference), (len(rows), len(reference))
    expected = []
    if "spikes_csv" in spec["files"]:
        expected = sorted((round(float(t), 6), sender) for t, sender in table(os.path.join(REFERENCE, spec["files"]["spikes_csv"]))[1])
    for found in (spikes, spikes_again):
        if sorted((round(t, 6), sender) for t, sender in found) != expected:
            print(name + ": the exact solution spikes otherwise:", found)

    times = sorted({t for t, _ in spikes})
    kept, first = [], 0
    for i, row in enumerate(rows):
        while first < len(times) and times[first] + AFTER_SPIKE < row[0] - 1e-9:
            first += 1
        near = first < len(times) and times[first] - BEFORE_SPIKE <= row[0] + 1e-9
        if i % EVERY == EVERY - 1 or near:
            kept.append(i)
    with open(os.path.join(HERE, name + ".csv"), "w") as f:
        print(",".join(head), file=f)
        for i in kept:
            print(",".join(["%.10g" % rows[i][0]] + ["%.17g" % x for x in rows[i][1:]]), file=f)
    return {column: {"size": max(abs(rows[i][c]) for i in kept),
                     "reference": max(abs(reference[i][c] - rows[i][c]) for i in kept),
                     "uncertainty": max(abs(again[i][c] - rows[i][c]) for i in kept)}
            for c, column in enumerate(head) if c > 0}


def main(names):
    path = os.path.join(HERE, "deviations.json")
    result = json.load(open(path)) if os.path.exists(path) else {}
    for name in names:
        result[name] = examine(name)
        print(name, {c: "%.1e of %.3g, exact to %.1e" % (d["reference"], d["size"], d["uncertainty"])
                     for c, d in result[name].items()}, flush=True)
        with open(path, "w") as f:
            json.dump(result, f, indent=1, sort_keys=True)
            f.write("\n")


if __name__ == "__main__":
    every_name = sorted(f[:-5] for f in os.listdir(REFERENCE) if f.endswith(".json") and f != "models.json"
                        and "nodes" in json.load(open(os.path.join(REFERENCE, f))))
    main(sys.argv[1:] or [name for name in every_name if name not in LEFT_OUT])
