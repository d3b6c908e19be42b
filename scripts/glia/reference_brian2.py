"""The deterministic scripts of this directory that are not among Brian2's examples, in Brian2: equations as printed, method rk4.

    python scripts/glia/reference_brian2.py row         pulses and first pulses of row (steps of 1 ms)
    python scripts/glia/reference_brian2.py sheet       active cells and pulses of the sheet (steps of 20 ms); net: of the net
    python scripts/glia/reference_brian2.py potassium   bursts and potassium (steps of 0.02 ms)
    python scripts/glia/reference_brian2.py pairs       changes of the weight of stdp_gliotransmission (steps of 0.1 ms)
    python scripts/glia/reference_brian2.py stdp        changes of the synapse of stdp_release (steps of 0.1 ms)

It needs Brian2 2.9 and a C++ compiler.
"""
import sys

import numpy as np
from brian2 import Network, NeuronGroup, SpikeGeneratorGroup, SpikeMonitor, StateMonitor, Synapses, defaultclock, ms, second, set_device

from reference import normalised, stdp_change

set_device("cpp_standalone", directory=None)

# ## Cells of Goldberg et al. (2010), coupled on a lattice: numbers in uM, rates in 1/second

CHAIN = """
dC/dt = (6/second*(I/(I + 0.13)*C/(C + 0.08234)*h)**3 + 0.11/second)*(2 - 1.185*C) - 0.9/second*C**2/(C**2 + 0.0025) : 1
dh/dt = 0.2/second*(Q_2 - (Q_2 + C)*h) : 1
dI/dt = free*(0.7/second/(1 + I/1.5)*C**2/(C**2 + 0.01) - 4.5/second*C**4/(C**4 + 0.2401)*I/(I + 1) - 0.21/second*I + J) : 1
Q_2 = 1.049*(I + 0.13)/(I + 0.9434) : 1
J : Hz
free : 1
"""
LAW = {
    "linear": "J_post = 2/second*(I_pre - I_post) : Hz (summed)",
    "sigmoid": "J_post = 1/second*(1 + tanh((abs(I_pre - I_post) - 0.3)/0.05))*sign(I_pre - I_post) : Hz (summed)",
}


def lattice(shape, law, clamped, step):
    """Cells and their junctions; IP3 of one cell is held."""
    n, source, target, stride = int(np.prod(shape)), [], [], 1
    for size in reversed(shape):
        first = [i for i in range(n) if i // stride % size + 1 < size]
        source, target = source + first + [i + stride for i in first], target + [i + stride for i in first] + first
        stride *= size
    cells = NeuronGroup(n, CHAIN, threshold="C > 0.5", refractory="C > 0.5", method="rk4", dt=step)
    cells.C, cells.h, cells.I, cells.free = 0.0351, 0.9122, 0.3046, 1
    cells.I[clamped], cells.free[clamped] = 1.0, 0
    junctions = Synapses(cells, cells, LAW[law], dt=step)
    junctions.connect(i=source, j=target)
    return cells, junctions, SpikeMonitor(cells)


def row():
    made = {law: lattice((12,), law, 0, 1*ms) for law in LAW}
    Network(*made.values()).run(600*second)
    for law, (_, _, pulses) in made.items():
        times = [pulses.t[pulses.i == cell]/second for cell in range(12)]
        print(law, "pulses", *(len(t) for t in times), "first", *("%.3f" % t[0] for t in times if len(t)))


def sheet(shape):
    clamped = 0
    for size in shape:
        clamped = clamped*size + size//2
    made = lattice(shape, "sigmoid", clamped, 20*ms)
    Network(*made).run(200*second)
    print(shape, "active cells", len(set(made[2].i)), "pulses", len(made[2].i))


# ## A neuron in its own potassium: numbers without units, times in ms

POTASSIUM = """
dV/dt = (-I_Na - I_K - 0.05*(V - 26.64*log(6.0/130)))/ms : 1
dn/dt = 3*(a_n*(1 - n) - 0.125*exp(-(V + 44)/80)*n)/ms : 1
dh/dt = 3*(0.07*exp(-(V + 44)/20)*(1 - h) - h/(1 + exp(-0.1*(V + 14))))/ms : 1
dNa/dt = (-0.0445*I_Na - 3*pump)/1000/ms : 1
dK/dt = (0.3115*I_K - 14*pump - 66.666/(1 + exp((18 - K)/2.5)) + 1.3333*(8 - K))/1000/ms : 1
I_Na = (100*m**3*h + 0.0175)*(V - 26.64*log((144 - 7*(Na - 18))/Na)) : 1
I_K = (40*n**4 + 0.05)*(V - 26.64*log(K/(158 - Na))) : 1
pump = 1.25/(1 + exp((25 - Na)/3))/(1 + exp(5.5 - K)) : 1
m = a_m/(a_m + 4*exp(-(V + 55)/18)) : 1
a_m = 1/exprel(-0.1*(V + 30)) : 1
a_n = 0.1/exprel(-0.1*(V + 34)) : 1
"""


def potassium():
    cell = NeuronGroup(1, POTASSIUM, threshold="V > 0", refractory="V > 0", method="rk4", dt=0.02*ms)
    cell.V, cell.n, cell.h, cell.Na, cell.K = -60, 0.05, 0.9, 18, 4
    spikes, trace = SpikeMonitor(cell), StateMonitor(cell, "K", record=True, dt=10*ms)
    Network(cell, spikes, trace).run(100*second)
    times = np.array(spikes.t/second)
    parts = np.split(times, np.flatnonzero(np.diff(times) > 5) + 1)
    for part in parts:
        print("burst from %.2f to %.2f s, %d spikes" % (part[0], part[-1], len(part)))
    K = trace.K[0][np.array(trace.t/second) > parts[0][-1]]
    print("potassium after the first burst %.3f to %.3f mM" % (K.min(), K.max()))


# ## Pairs of spikes: each spine has an astrocyte of its own, which releases or not; G in uM

SPINE = """
dx_A/dt = 0.6/second*(1 - x_A) : 1
dG/dt = -Omega_e*G : 1
dGamma/dt = 1.5/second*G*(1 - Gamma) - Omega_G*Gamma : 1
releases : 1
alpha : 1
slow : 1
"""
RELEASE = """
du/dt = -Omega_f*u : 1 (event-driven)
dx/dt = Omega_d*(1 - x) : 1 (event-driven)
r : 1
"""
ON_PRE = """
u += ((1 - Gamma_post)*U_rest + alpha_post*Gamma_post)*(1 - u)
r = u*x
x -= r
"""


def experiment(equations, intervals, cases, starts, count, arrive, on_post, delay, releases, stop, **constants):
    """Spines of all cases and intervals, after all pairs; cases are (name, releases, alpha, slow)."""
    defaultclock.dt = 0.1*ms
    n, m = len(intervals), len(cases)
    spines = NeuronGroup(n*m, SPINE + equations, method="rk4", namespace=constants)
    spines.x_A = 1
    for column, name in enumerate(("releases", "alpha", "slow"), 1):
        setattr(spines, name, np.repeat([row[column] for row in cases], n))

    def train(first):
        index = np.tile(np.arange(n), count)
        return SpikeGeneratorGroup(n, index, np.round(np.tile(first, count) + np.repeat(np.arange(count), n), 6)*second)

    pre, post = train(starts[0]), train(starts[1])
    glia = SpikeGeneratorGroup(1, [0]*len(releases), releases*second)
    out = Synapses(pre, spines, RELEASE, on_pre={"release": ON_PRE, "arrive": arrive}, delay={"arrive": delay}, namespace=constants)
    back = Synapses(post, spines, on_pre=on_post)
    for synapses in (out, back):
        synapses.connect(j="i + kind*%d for kind in range(%d)" % (n, m))
    out.x = 1
    act = {"free": "G_post += releases_post*G_0*0.6*x_A_post", "use": "x_A_post *= 1 - 0.6*releases_post"}
    if "da/dt" in equations:
        act["slow"] = "a_post += slow_post"
    action = Synapses(glia, spines, on_pre=act, namespace=constants)
    action.connect()
    out.arrive.order, action.use.order = 1, 1
    return spines, Network(spines, pre, post, glia, out, back, action), stop


def pairs():
    intervals, cases = np.array([-0.050, -0.020, 0.0, 0.020, 0.050]), [
        ("no astrocyte", 0, 0, 0), ("release lowered", 1, 0, 0), ("release raised", 1, 1, 0), ("slow current", 0, 0, 0.5)]
    equations = """
    dc/dt = -c/(20*ms) : 1
    da/dt = -a/(600*ms) : 1
    ds/dt = (a - s)/(20*ms) : 1
    drho/dt = (321.808*(1 - rho)*int(c + s > 1.3) - 200*rho*int(c + s > 1.0))/(150*second) : 1
    """
    spines, network, stop = experiment(
        equations, intervals, cases, (0*intervals + 0.6, 0.6 + intervals), 60, "c_post += r/0.6", "c_post += 2", 13.7*ms,
        0.5 + 10*np.arange(6), 60.6*second, U_rest=0.6, Omega_f=3.33/second, Omega_d=2/second, G_0=130, Omega_e=60/second, Omega_G=0.5/60/second)
    spines.rho = 0.5
    network.run(stop)
    change = (np.array(spines.rho)/0.5 - 1)*100
    for row, (name, *_) in enumerate(cases):
        print(name, *("%+d ms: %+.2f %%" % (1000*t, c) for t, c in zip(intervals, change[row*len(intervals):])))


def stdp():
    intervals, cases = np.array([-0.020, 0.020, 0.050, 0.080]), [
        ("no gliotransmission", 0, 0, 0), ("release lowered", 1, 0, 0), ("release raised", 1, 1, 0)]
    equations = """
    dy/dt = -1000/second*y : 1
    dB/dt = (59/second*y - B)/(30*ms) : Hz
    dA/dt = -A/(10*ms) + n_pre*B : 1
    dF/dt = -F/(12*ms) : Hz
    dP/dt = -P/(2*ms) + n_post*F : 1
    dabove_d/dt = int(A + P > 1)/second : 1
    dabove_p/dt = int(A + P > 2.2)/second : 1
    """
    spines, network, stop = experiment(
        equations, intervals, cases, (0.001 + np.maximum(0, -intervals), 0.001 + np.maximum(0, intervals)), 61, "y_post += r",
        "F_post += (1 + 4*A_post)/second", 0*ms, np.array([0.001]), 61.001*second,
        U_rest=0.5, Omega_f=3/second, Omega_d=3/second, G_0=20, Omega_e=5/second, Omega_G=1/30/second,
        n_pre=normalised(0.010, 0.030), n_post=2.5*normalised(0.002, 0.012))
    network.run(stop)
    for row, (name, *_) in enumerate(cases):
        for column, interval in enumerate(intervals):
            cell = row*len(intervals) + column
            print(name, "%+d ms: %+.2f %%" % (1000*interval, stdp_change(spines.above_d[cell]/61, spines.above_p[cell]/61)))


if __name__ == "__main__":
    {
        "row": row, "sheet": lambda: sheet((40, 40)), "net": lambda: sheet((11, 11, 11)), "potassium": potassium, "pairs": pairs, "stdp": stdp,
    }[sys.argv[1]]()
