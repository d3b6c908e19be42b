"""Models from equations beside Brian2: the same equations, method, step and number of cells, both on the same number of threads.

    python3 scripts/bench/brian2.py [--cells 10000] [--ms 1000] [--threads 2] [--astrolua astrolua] [--compiled] [model]...

Needs brian2 2.9 and a C++ compiler with OpenMP. Brian2 runs in its C++ standalone mode; its compiling is told apart. Prints seconds
of wall time for the simulated time, the best of five, and their ratio. With --threads 1, seconds of processor time, which mean something
on a busy machine, too.

With --compiled, beside the same formulas written by hand in C (compiled.c): one thread, processor time. Needs clang and glibc's libmvec.
"""
import argparse
import os
import subprocess
import sys
import tempfile
import time

MODELS = {
    "LIF": dict(
        equations="dv/dt = (E_L - v + R*I)/tau : volt\nR : ohm\nI : amp", method="exact", threshold="v > -50*mV", reset="v = -70*mV",
        namespace="E_L=-70*mV, tau=10*ms", start="v = -70*mV; R = 100*Mohm; I = 0.25*nA*i/N",
        lua="""parameters = { E_L = "-70 mV", tau = "10 ms", R = "100 MOhm", I = "0 pA" }, state = { v = "-70*mV" },
            equations = "dv/dt = (E_L - v + R*I)/tau", method = "exact", spike = { when = "v > -50*mV", action = "v = -70*mV" }""",
        params='{ I = ramp(0, 250) }'),
    "AdEx": dict(
        equations="dv/dt = (g_L*(E_L - v) + g_L*D*exp(clip((v - V_T)/D, -50, 10)) - w + I)/C : volt\ndw/dt = (a*(v - E_L) - w)/tau_w : amp\nI : amp",
        method="rk4", threshold="v > 0*mV", reset="v = -60*mV; w += 80*pA",
        namespace="g_L=30*nS, E_L=-70*mV, D=2*mV, V_T=-50*mV, C=281*pF, a=4*nS, tau_w=144*ms", start="v = -70*mV; I = 1*nA*i/N",
        lua="""parameters = { g_L = "30 nS", E_L = "-70 mV", D = "2 mV", V_T = "-50 mV", C = "281 pF", a = "4 nS", tau_w = "144 ms", I = "0 pA" },
            state = { v = "-70*mV", w = "0 pA" }, method = "rk4",
            equations = "dv/dt = (g_L*(E_L - v) + g_L*D*exp(clip((v - V_T)/D, -50, 10)) - w + I)/C\\ndw/dt = (a*(v - E_L) - w)/tau_w",
            spike = { when = "v > 0*mV", action = "v = -60*mV; w += 80*pA" }""",
        params='{ I = ramp(0, 1000) }'),
    "Izhikevich": dict(
        equations="dv/dt = 0.04*v**2/mV/ms + 5*v/ms + 140*mV/ms - u/ms + I : volt\ndu/dt = 0.02/ms*(0.2*v - u) : volt\nI : volt/second",
        method="euler", threshold="v >= 30*mV", reset="v = -65*mV; u += 8*mV", namespace="",
        start="v = -65*mV; u = -13*mV; I = 20*mV/ms*i/N",
        lua="""parameters = { I = "0 mV/ms" }, state = { v = "-65*mV", u = "-13*mV" }, method = "euler",
            equations = "dv/dt = 0.04/mV/ms*v^2 + 5/ms*v + 140*mV/ms - 1/ms*u + I\\ndu/dt = 0.02/ms*(0.2*v - u)",
            spike = { when = "v >= 30*mV", action = "v = -65*mV; u += 8*mV" }""",
        params='{ I = ramp(0, 20) }'),
    "HH": dict(
        equations="""dv/dt = (g_l*(E_l - v) - g_na*(m*m*m)*h*(v - E_na) - g_k*(n*n*n*n)*(v - E_k) + I)/C : volt
dm/dt = 0.32*4/exprel(-(v - V_T - 13*mV)/(4*mV))/ms*(1 - m) - 0.28*5/exprel((v - V_T - 40*mV)/(5*mV))/ms*m : 1
dn/dt = 0.032*5/exprel(-(v - V_T - 15*mV)/(5*mV))/ms*(1 - n) - 0.5*exp(-(v - V_T - 10*mV)/(40*mV))/ms*n : 1
dh/dt = 0.128*exp(-(v - V_T - 17*mV)/(18*mV))/ms*(1 - h) - 4/(1 + exp(-(v - V_T - 40*mV)/(5*mV)))/ms*h : 1
I : amp""",
        method="exponential_euler", threshold="v > -20*mV", reset="", refractory="v > -20*mV",
        namespace="g_l=10*nS, E_l=-65*mV, g_na=20*uS, E_na=50*mV, g_k=6*uS, E_k=-90*mV, V_T=-63*mV, C=200*pF", start="v = -65*mV; I = 0.7*nA*i/N",
        lua="""parameters = { g_l = "10 nS", E_l = "-65 mV", g_na = "20 uS", E_na = "50 mV", g_k = "6 uS", E_k = "-90 mV", V_T = "-63 mV", C = "200 pF", I = "0 pA" },
            state = { v = "-65*mV", m = 0, n = 0, h = 0 }, method = "exponential_euler", equations = [[
            dv/dt = (g_l*(E_l - v) - g_na*(m*m*m)*h*(v - E_na) - g_k*(n*n*n*n)*(v - E_k) + I)/C
            dm/dt = 0.32*4/ms/exprel(-(v - V_T - 13*mV)/(4*mV))*(1 - m) - 0.28*5/ms/exprel((v - V_T - 40*mV)/(5*mV))*m
            dn/dt = 0.032*5/ms/exprel(-(v - V_T - 15*mV)/(5*mV))*(1 - n) - 0.5/ms*exp(-(v - V_T - 10*mV)/(40*mV))*n
            dh/dt = 0.128/ms*exp(-(v - V_T - 17*mV)/(18*mV))*(1 - h) - 4/ms/(1 + exp(-(v - V_T - 40*mV)/(5*mV)))*h ]],
            spike = { when = "v > -20*mV", refractory = "v > -20*mV" }""",
        params='{ I = ramp(0, 700) }'),
    "G-ChI": dict(
        equations="""dC/dt = J_r + J_l - J_p : mmolar
dh/dt = (h_inf - h)/tau_h : 1
dI/dt = J_beta + J_delta - J_3K - J_5P : mmolar
dG/dt = O_N*Y*(1 - clip(G, 0, 1)) - Omega_N*G : 1
Y : mmolar
J_r = (Omega_C*m_inf**3*h**3)*(C_T - (1 + rho_A)*C) : mmolar/second
J_l = Omega_L*(C_T - (1 + rho_A)*C) : mmolar/second
J_p = O_P*C**2/(C**2 + K_P**2) : mmolar/second
m_inf = I/(I + d_1)*C/(C + d_5) : 1
h_inf = Q_2/(Q_2 + C) : 1
tau_h = 1/(O_2*(Q_2 + C)) : second
Q_2 = d_2*(I + d_1)/(I + d_3) : mmolar
J_beta = O_beta*G : mmolar/second
J_delta = O_delta/(1 + I/kappa_delta)*C**2/(C**2 + K_delta**2) : mmolar/second
J_3K = O_3K*C**4/(C**4 + K_D**4)*I/(I + K_3K) : mmolar/second
J_5P = Omega_5P*I : mmolar/second""",
        method="rk4", threshold="C > 0.5*umolar", reset="", refractory="C > 0.5*umolar",
        namespace="O_N=0.3/umolar/second, Omega_N=0.5/second, Omega_C=6/second, C_T=2*umolar, rho_A=0.18, Omega_L=0.1/second, "
        "O_P=0.9*umolar/second, K_P=0.05*umolar, d_1=0.13*umolar, d_5=0.08*umolar, d_2=1.05*umolar, d_3=0.9434*umolar, "
        "O_2=0.2/umolar/second, O_beta=0.5*umolar/second, O_delta=1.2*umolar/second, kappa_delta=1.5*umolar, K_delta=0.1*umolar, "
        "O_3K=4.5*umolar/second, K_D=0.7*umolar, K_3K=1.0*umolar, Omega_5P=0.05/second",
        start="C = 0.01*umolar; h = 0.9; I = 0.01*umolar; Y = 1*umolar*i/N",
        lua="""kind = "astrocyte", parameters = { O_N = "0.3 1/(uM*s)", Omega_N = "0.5 1/s", Omega_C = "6 1/s", C_T = "2 uM", rho_A = 0.18, Omega_L = "0.1 1/s",
            O_P = "0.9 uM/s", K_P = "0.05 uM", d_1 = "0.13 uM", d_5 = "0.08 uM", d_2 = "1.05 uM", d_3 = "0.9434 uM", O_2 = "0.2 1/(uM*s)",
            O_beta = "0.5 uM/s", O_delta = "1.2 uM/s", kappa_delta = "1.5 uM", K_delta = "0.1 uM", O_3K = "4.5 uM/s", K_D = "0.7 uM",
            K_3K = "1 uM", Omega_5P = "0.05 1/s", Y = "0 uM" },
            state = { C = "0.01 uM", h = 0.9, I = "0.01 uM", G = 0 }, method = "rk4", equations = [[
            dC/dt = J_r + J_l - J_p
            dh/dt = (h_inf - h)/tau_h
            dI/dt = J_beta + J_delta - J_3K - J_5P
            dG/dt = O_N*Y*(1 - clip(G, 0, 1)) - Omega_N*G
            J_r = (Omega_C*m_inf^3*h^3)*(C_T - (1 + rho_A)*C)
            J_l = Omega_L*(C_T - (1 + rho_A)*C)
            J_p = O_P*C^2/(C^2 + K_P^2)
            m_inf = I/(I + d_1)*C/(C + d_5)
            h_inf = Q_2/(Q_2 + C)
            tau_h = 1/(O_2*(Q_2 + C))
            Q_2 = d_2*(I + d_1)/(I + d_3)
            J_beta = O_beta*G
            J_delta = O_delta/(1 + I/kappa_delta)*C^2/(C^2 + K_delta^2)
            J_3K = O_3K*C^4/(C^4 + K_D^4)*I/(I + K_3K)
            J_5P = Omega_5P*I ]],
            spike = { when = "C > 0.5*uM", refractory = "C > 0.5*uM" }""",
        params='{ Y = ramp(0, 1) }'),
}

STEP = {"LIF": 0.1, "AdEx": 0.1, "Izhikevich": 0.1, "HH": 0.01, "G-ChI": 0.1}


def brian(name, model, cells, ms, threads):
    """Seconds of the run, seconds of compiling, and spikes."""
    script = f"""
from brian2 import *
import resource, time
set_device('cpp_standalone', build_on_run=False)
prefs.devices.cpp_standalone.openmp_threads = {threads if threads > 1 else 0}
defaultclock.dt = {STEP[name]}*ms
ns = dict({model['namespace']})
group = NeuronGroup({cells}, '''{model['equations']}''', method='{model['method']}', threshold='{model['threshold']}', reset='{model['reset']}',
                    refractory={('"' + model['refractory'] + '"') if 'refractory' in model else 'False'}, namespace=ns)
for line in '''{model['start']}'''.split(';'):
    variable, value = line.split('=', 1)
    setattr(group, variable.strip(), value.strip())
monitor = SpikeMonitor(group, record=False)
run({ms}*ms)
start = time.time()
device.build(directory={tempfile.mkdtemp()!r}, run=False)
built = time.time() - start
best = 1e9
for _ in range(5):
    used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    device.run(with_output=False)
    used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - used
    best = min(best, {"used" if threads == 1 else "device._last_run_time"})
print('RESULT', best, built, monitor.num_spikes)
"""
    output = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    for line in output.stdout.splitlines():
        if line.startswith("RESULT"):
            run, built, spikes = line.split()[1:]
            return float(run), float(built), int(spikes)
    raise SystemExit(output.stdout + output.stderr)


def compiled(directory, name, cells, ms):
    """Seconds of processor time, and spikes, of compiled.c."""
    program = os.path.join(directory, "compiled")
    if not os.path.exists(program):
        source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "compiled.c")
        options = "-O3 -march=native -fno-math-errno -fveclib=libmvec -ffp-contract=fast".split()
        subprocess.run(["clang", *options, source, "-o", program, "-lmvec", "-lm"], check=True)
    output = subprocess.run([program, name, str(cells), str(round(ms / STEP[name]))], capture_output=True, text=True, check=True)
    seconds, spikes = output.stdout.split()[1:]
    return float(seconds), 0.0, int(spikes)


def own(program, name, model, cells, ms, threads=2):
    """Seconds of the run, seconds from text to model, and spikes."""
    script = f"""
local astro = require "astro"
local n = {cells}
local function ramp(from, to)
  local values = {{}}
  for i = 1, n do values[i] = from + (to - from)*(i - 1)/n end
  return astro.vector(values)
end
local start = os.clock()
local model = astro.model {{ name = "bench", {model['lua']} }}
local best, spikes = math.huge, 0
local ready
for _ = 1, 5 do
  local sim = astro.Simulation {{ resolution = {STEP[name]}, threads = {threads} }}
  local cells = sim:create(model, n, {model['params']})
  local rec = sim:record(cells)
  sim:simulate({STEP[name]})
  ready = ready or os.clock() - start
  local before, used = sim.stats.simulate, os.clock()
  sim:simulate({ms} - {STEP[name]})
  best = math.min(best, {"os.clock() - used" if threads == 1 else "sim.stats.simulate - before"})
  spikes = rec.n_events
end
print("RESULT", best, ready, spikes)
"""
    with tempfile.NamedTemporaryFile("w", suffix=".lua", delete=False) as file:
        file.write(script)
    output = subprocess.run([program, file.name], capture_output=True, text=True)
    os.unlink(file.name)
    for line in output.stdout.splitlines():
        if line.startswith("RESULT"):
            run, ready, spikes = line.split()[1:]
            return float(run), float(ready), int(spikes)
    raise SystemExit(output.stdout + output.stderr)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cells", type=int, default=10000)
    parser.add_argument("--ms", type=int, default=1000)
    parser.add_argument("--astrolua", default="astrolua")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--compiled", action="store_true")
    parser.add_argument("models", nargs="*", default=list(MODELS))
    options = parser.parse_args()
    threads, other = (1, "C") if options.compiled else (options.threads, "brian2")
    directory = tempfile.mkdtemp()
    print(f"{options.cells} cells, {options.ms} ms, threads: {threads}; seconds")
    print(f"{'model':10} {'step':>5} {other:>8} {'compiling':>10} {'astrolua':>9} {'ready':>7} {'ratio':>6} {'spikes':>17}")
    for name in options.models:
        ms = options.ms if STEP[name] > 0.05 else options.ms // 10
        ours = own(options.astrolua, name, MODELS[name], options.cells, ms, threads)
        if options.compiled:
            theirs = compiled(directory, name, options.cells, ms)
        else:
            theirs = brian(name, MODELS[name], options.cells, ms, threads)
        print(f"{name:10} {STEP[name]:5} {theirs[0]:8.3f} {theirs[1]:10.1f} {ours[0]:9.3f} {ours[1]:7.3f} {theirs[0] / ours[0]:6.2f} "
              f"{theirs[2]:8d} {ours[2]:8d}", flush=True)


if __name__ == "__main__":
    main()
