"""The deterministic scripts of this directory once more, by another program: equations as printed, Runge-Kutta of order 4 with steps far shorter
than those of the scripts, events at their moment by interpolation. Standard library only.

    python3 scripts/glia/reference.py 2 [step in ms]     rises of calcium of stimberg_2 (0.1 ms)
    python3 scripts/glia/reference.py 3 [step]           receptors and releases of stimberg_3 (0.1 ms)
    python3 scripts/glia/reference.py 5 [step [time]]    first rises of stimberg_5 (5 ms, 400 s)
    python3 scripts/glia/reference.py stdp [step]        changes of the synapse of stdp_release (0.1 ms)
    python3 scripts/glia/reference.py pairs [step]       changes of the weight of stdp_gliotransmission (0.02 ms)
    python3 scripts/glia/reference.py row [step [time]]  pulses and first pulses of row (1 ms, 600 s)
    python3 scripts/glia/reference.py sheet [step]       active cells and pulses of the sheet (20 ms); net: of the net
    python3 scripts/glia/reference.py potassium [step [time]]   bursts and potassium (0.01 ms, 100 s)

Row, sheet, net and potassium take minutes.
"""
import math
import sys

BASE = dict(O_P=0.9, K_P=0.05, C_T=2.0, rho_A=0.18, Omega_C=6.0, Omega_L=0.1, d_1=0.13, d_2=1.05, O_2=0.2, d_3=0.9434, d_5=0.08,
            O_delta=0.6, kappa_delta=1.5, K_delta=0.1, Omega_5P=0.05, K_D=0.7, K_3K=1.0, O_3K=4.5, O_beta=0.0, O_N=0.3, Omega_N=0.5,
            zeta=10.0, K_KC=0.5, Omega_c=40.0, F_ex=0.0, I_Theta=0.3, omega_I=0.05, O_G=1.5, Omega_G=0.5 / 60, Omega_e=60.0,
            Omega_A=0.6)                                                     # uM, s


def junction(d, F, p):
    """Flow of IP3 along a difference."""
    return F / 2 * (1 + math.tanh((abs(d) - p["I_Theta"]) / p["omega_I"])) * ((d > 0) - (d < 0))


def slope(s, p, bias, coupling=0.0):
    """Derivatives of C, h, I, Gamma_A, Y_S, x_A, G_A, Gamma_S."""
    C, h, I, Gamma_A, Y_S, x_A, G_A, Gamma_S = s
    m = I / (I + p["d_1"]) * C / (C + p["d_5"])
    Q_2 = p["d_2"] * (I + p["d_1"]) / (I + p["d_3"])
    C2 = C * C
    dC = (p["Omega_C"] * (m * h) ** 3 + p["Omega_L"]) * (p["C_T"] - (1 + p["rho_A"]) * C) - p["O_P"] * C2 / (C2 + p["K_P"] ** 2)
    dh = p["O_2"] * (Q_2 - (Q_2 + C) * h)
    dI = (p["O_beta"] * Gamma_A + p["O_delta"] / (1 + I / p["kappa_delta"]) * C2 / (C2 + p["K_delta"] ** 2)
          - p["O_3K"] * C2 * C2 / (C2 * C2 + p["K_D"] ** 4) * I / (I + p["K_3K"]) - p["Omega_5P"] * I
          + junction(bias - I, p["F_ex"], p) + coupling)
    dGamma_A = p["O_N"] * Y_S * (1 - Gamma_A) - p["Omega_N"] * (1 + p["zeta"] * C / (C + p["K_KC"])) * Gamma_A
    return (dC, dh, dI, dGamma_A, -p["Omega_c"] * Y_S, p["Omega_A"] * (1 - x_A), -p["Omega_e"] * G_A,
            p["O_G"] * G_A * (1 - Gamma_S) - p["Omega_G"] * Gamma_S)


def plus(s, k, h):
    return [a + h * b for a, b in zip(s, k)]


def advance(cells, f, t, h):
    """One step of all cells; f(cells, t) gives their derivatives."""
    k1 = f(cells, t)
    k2 = f([plus(s, k, h / 2) for s, k in zip(cells, k1)], t + h / 2)
    k3 = f([plus(s, k, h / 2) for s, k in zip(cells, k2)], t + h / 2)
    k4 = f([plus(s, k, h) for s, k in zip(cells, k3)], t + h)
    return [[x + h / 6 * (a + 2 * b + 2 * c + d) for x, a, b, c, d in zip(s, *ks)] for s, ks in zip(cells, zip(k1, k2, k3, k4))]


def run(cells, f, h, stop, spikes=(), release=False):
    """Rises of C above 0.5 uM, by cell; `spikes` are (time, what it adds to Y_S)."""
    rises, spikes, step = [[] for _ in cells], {round(t / h): y for t, y in spikes}, 0
    while step * h < stop - h / 2:
        if step in spikes:
            for s in cells:
                s[4] += spikes[step]
        before = [s[0] for s in cells]
        cells = advance(cells, f, step * h, h)
        for cell, (s, C) in enumerate(zip(cells, before)):
            if C <= 0.5 < s[0]:
                rises[cell].append((step + (0.5 - C) / (s[0] - C)) * h)
                if release:
                    s[6] += 130.0 * 0.6 * s[5]
                    s[5] -= 0.6 * s[5]
        step += 1
    return rises, cells


def gchi(h):
    p = dict(BASE, K_P=0.1, O_delta=0.2, K_delta=0.3, Omega_5P=0.1, K_D=0.5, O_beta=5.0, F_ex=0.09)
    f = lambda cells, t: [slope(s, p, 0.0) for s in cells]
    start = lambda: [[0, 0.9, 0, 0, 0, 1, 0, 0]]
    spikes = [(2.001 * i, 500.0) for i in range(1, 15)]
    print("rises (s):", *("%.4f" % t for t in run(start(), f, h, 30.0, spikes)[0][0]))
    s = run(start(), f, h, 10.0, spikes[:4])[1][0]
    print("after 10 s: C %.6f uM, I %.6f uM" % (s[0], s[2]))


def io_synapse(h):
    p = dict(BASE, F_ex=2.0)
    f = lambda cells, t: [slope(s, p, b) for s, b in zip(cells, (0.8, 1.25))]
    rises, cells = run([[0, 0.9, 0.4, 0, 0, 1, 0, 0] for _ in range(2)], f, h, 16.5, release=True)
    times = [0, 50, 100, 150, 200] + list(range(300, 401, 10))
    for name, found, Gamma in zip(("none", "weak", "stronger"), [[]] + rises, [0.0] + [s[7] for s in cells]):
        u, x, last, r = 0.0, 1.0, 0.0, []
        for t in times:
            dt, last = (t - last) / 1000, t
            u, x = u * math.exp(-3.33 * dt), 1 + (x - 1) * math.exp(-2.0 * dt)
            u += (1 - Gamma * math.exp(-p["Omega_G"] * t / 1000)) * 0.6 * (1 - u)    # no release meanwhile
            r.append(u * x)
            x -= u * x
        print(name, "releases", *("%.4f" % t for t in found), "Gamma_S %.6f" % Gamma)
        print("  r_S of spikes 1 2 5 6 16:", *("%.6f" % r[i - 1] for i in (1, 2, 5, 6, 16)))


def ring(h, stop, n=50):
    p = dict(BASE, F_ex=0.09)

    def f(cells, t):
        bias = 1.0 if (t + 1e-9) % 50 < 20 else 0.0
        flow = [junction(cells[i][2] - cells[(i + 1) % n][2], 0.09, p) for i in range(n)]
        return [slope(s, p, bias if i == n // 2 else 0.0, flow[i - 1] - flow[i]) for i, s in enumerate(cells)]

    rises, _ = run([[0, 0.9, 0, 0, 0, 1, 0, 0] for _ in range(n)], f, h, stop)
    for distance in (0, 1, 2, 3, 4, 5, 15, 25):
        found = rises[(n // 2 + distance) % n]
        print("distance", distance, "first rise %.3f s" % found[0] if found else "none")


def normalised(rise, decay):
    ratio, k = rise / decay, decay - rise
    return (1 / decay - 1 / rise) / (ratio ** (decay / k) - ratio ** (rise / k))


def part_above(a, b, level):
    """Which part of a step from a to b lies above a level."""
    if (a > level) == (b > level):
        return float(a > level)
    return (max(a, b) - level) / abs(b - a)


def stdp_above(interval, alpha, h, pairs=61):
    """Parts of the time in which calcium is above 1 and 2.2; alpha is None without gliotransmission."""
    n_pre, n_post = normalised(0.010, 0.030), 2.5 * normalised(0.002, 0.012)
    s, u, x, last, above = [0.0] * 6 + [0.0], 0.0, 1.0, 0.0, [0.0, 0.0]
    s[5] = 0.0 if alpha is None else 12.0                                    # uM
    first, second, each = round(max(0, -interval) / h), round(max(0, interval) / h), round(1 / h)

    def f(cells, t):
        y, B, A, F, P, G, Gamma = cells[0]
        return [(-1000 * y, (59 * y - B) / 0.030, -A / 0.010 + n_pre * B, -F / 0.012, -P / 0.002 + n_post * F, -5 * G,
                 1.5 * G * (1 - Gamma) - Gamma / 30)]

    for step in range(pairs * each):
        t = step * h
        if step % each == first:
            u, x, last = u * math.exp(-3 * (t - last)), 1 - (1 - x) * math.exp(-3 * (t - last)), t
            u += ((1 - s[6]) * 0.5 + (alpha or 0) * s[6]) * (1 - u)
            s[0], x = s[0] + u * x, x - u * x
        if step % each == second:
            s[3] += 1 + 4 * s[2]
        before = s[2] + s[4]
        s = advance([s], f, t, h)[0]
        above = [part + part_above(before, s[2] + s[4], level) for part, level in zip(above, (1.0, 2.2))]
    return [part / (pairs * each) for part in above]


def stdp_change(depressing, potentiating, pairs=61):
    rate = 1.32 * potentiating + 0.57 * depressing
    mean, decay = 1.32 * potentiating / rate, math.exp(-pairs * rate / 1.5)
    spread = math.sqrt(0.01 * (potentiating + depressing) / rate * (1 - decay ** 2))
    up, stays = (math.erfc((0.5 - mean + (mean - start) * decay) / spread) / 2 for start in (0, 1))
    return 100 * ((0.5 * (1 - up) + 0.5 * (1 - stays) + (0.5 * up + 0.5 * stays) * 4) / 2.5 - 1)


def stdp(h):
    for name, alpha in (("no gliotransmission", None), ("release lowered", 0.0), ("release raised", 1.0)):
        for interval in (-0.02, 0.02, 0.05, 0.08):
            print(name, "%+.0f ms: %+.4f %%" % (1000 * interval, stdp_change(*stdp_above(interval, alpha, h))))


# ## Cells of Goldberg et al. (2010), coupled on a lattice

CHAIN = dict(BASE, d_1=0.13, d_2=1.049, d_5=0.08234, rho_A=0.185, Omega_L=0.11, O_delta=0.7, Omega_5P=0.21)


def chain_slope(C, h, I, flow):
    p = CHAIN
    Q_2, C2 = p["d_2"] * (I + p["d_1"]) / (I + p["d_3"]), C * C
    open_part = I / (I + p["d_1"]) * C / (C + p["d_5"]) * h
    dC = (6.0 * open_part ** 3 + p["Omega_L"]) * (2.0 - (1 + p["rho_A"]) * C) - 0.9 * C2 / (C2 + 0.0025)
    dI = 0.7 / (1 + I / 1.5) * C2 / (C2 + 0.01) - 4.5 * C2 * C2 / (C2 * C2 + 0.2401) * I / (I + 1.0) - 0.21 * I + flow
    return dC, 0.2 * (Q_2 - (Q_2 + C) * h), dI


def linear(d):
    return 2.0 * d


def sigmoid(d):
    return (1 + math.tanh((abs(d) - 0.3) / 0.05)) * ((d > 0) - (d < 0))


def lattice(shape, law, clamped, h, stop):
    """Times of pulses by cell; IP3 of one cell is held at 1 uM."""
    n, neighbours, stride = math.prod(shape), [], 1
    for size in reversed(shape):
        neighbours += [(i, i + stride) for i in range(n) if i // stride % size + 1 < size]
        stride *= size

    def f(cells, t):
        flow = [0.0] * n
        for i, j in neighbours:
            J = law(cells[i][2] - cells[j][2])
            flow[i], flow[j] = flow[i] - J, flow[j] + J
        slopes = [chain_slope(*s, J) for s, J in zip(cells, flow)]
        slopes[clamped] = slopes[clamped][:2] + (0.0,)
        return slopes

    cells = [[0.0351, 0.9122, 0.3046] for _ in range(n)]
    cells[clamped][2] = 1.0
    return run(cells, f, h, stop)[0]


def row(h, stop):
    for name, law in (("linear", linear), ("sigmoid", sigmoid)):
        pulses = lattice((12,), law, 0, h, stop)
        print(name, "pulses", *(len(times) for times in pulses), "first", *("%.3f" % times[0] for times in pulses if times))


def sheet(shape, h):
    clamped = 0
    for size in shape:
        clamped = clamped * size + size // 2
    pulses = lattice(shape, sigmoid, clamped, h, 200.0)
    print(shape, "active cells", sum(bool(times) for times in pulses), "pulses", sum(map(len, pulses)))


# ## A neuron in its own potassium

def rate_over(x):
    return 1.0 if x == 0 else x / math.expm1(x)


def potassium_slope(s, bath):
    V, n, gate, Na, K = s
    exp, log = math.exp, math.log
    a_m, a_n = rate_over(-0.1 * (V + 30)), 0.1 * rate_over(-0.1 * (V + 34))
    m = a_m / (a_m + 4 * exp(-(V + 55) / 18))
    I_Na = (100 * m ** 3 * gate + 0.0175) * (V - 26.64 * log((144 - 7 * (Na - 18)) / Na))
    I_K = (40 * n ** 4 + 0.05) * (V - 26.64 * log(K / (158 - Na)))
    pump = 1.25 / (1 + exp((25 - Na) / 3)) / (1 + exp(5.5 - K))
    return (-I_Na - I_K - 0.05 * (V - 26.64 * log(6 / 130)),
            3 * (a_n * (1 - n) - 0.125 * exp(-(V + 44) / 80) * n),
            3 * (0.07 * exp(-(V + 44) / 20) * (1 - gate) - gate / (1 + exp(-0.1 * (V + 14)))),
            (-0.0445 * I_Na - 3 * pump) / 1000,
            (0.0445 * 7 * I_K - 14 * pump - 66.666 / (1 + exp((18 - K) / 2.5)) + 1.3333 * (bath - K)) / 1000)


def potassium(h, stop, bath=8.0):
    """h and stop in s; the equations have ms."""
    cells, spikes, low, high = [[-60.0, 0.05, 0.9, 18.0, 4.0]], [], math.inf, 0.0
    f = lambda cells, t: [potassium_slope(cells[0], bath)]
    for step in range(round(stop / h)):
        before = cells[0][0]
        cells = advance(cells, f, 0, 1000 * h)
        if before <= 0 < cells[0][0]:
            spikes.append((step + 1) * h)
        if high or spikes and (step + 1) * h - spikes[-1] > 5:               # the first burst is over
            low, high = min(low, cells[0][4]), max(high, cells[0][4])
    starts = [i for i, t in enumerate(spikes) if i == 0 or t - spikes[i - 1] > 5] + [len(spikes)]
    for first, last in zip(starts, starts[1:]):
        print("burst from %.2f to %.2f s, %d spikes" % (spikes[first], spikes[last - 1], last - first))
    if high:
        print("potassium after the first burst %.3f to %.3f mM" % (low, high))


# ## Pairs of spikes, and the weight that follows calcium

def pairs_change(interval, third, alpha, slow, h, pairs=60):
    """Change of the weight in percent; what decays is worked out from event to event, the weight from step to step."""
    on = lambda t: round(t / h)
    pre = {on(0.6 + n): n for n in range(pairs)}
    post, glia = {on(0.6 + n + interval) for n in range(pairs)}, {on(0.5 + n) for n in range(0, pairs, 10)}
    arriving, c, a, s, rho = {}, 0.0, 0.0, 0.0, 0.5
    u, x, x_A, G, Gamma, last = 0.0, 1.0, 1.0, 0.0, 0.0, 0.0
    c_step, a_step, s_step = (math.exp(-h / tau) for tau in (0.020, 0.600, 0.020))
    mixed, x_step, G_step = 0.600 / (0.600 - 0.020) * (a_step - s_step), math.exp(-0.6 * h), math.exp(-60.0 * h)
    for step in range(on(0.6 + pairs - 0.0001)):
        if step in glia:
            G, x_A = G + 130.0 * 0.6 * x_A, x_A - 0.6 * x_A
            a += slow
        if step in pre:
            t, U = step * h, ((1 - Gamma) * 0.6 + alpha * Gamma if third else 0.6)
            u, x, last = u * math.exp(-3.33 * (t - last)), 1 + (x - 1) * math.exp(-2.0 * (t - last)), t
            u += U * (1 - u)
            arriving[step + on(0.0137)], x = u * x, x - u * x
        c += arriving.pop(step, 0.0) / 0.6 + 2.0 * (step in post)
        before = c + s
        c, s, a = c * c_step, s * s_step + a * mixed, a * a_step
        d, p = part_above(before, c + s, 1.0), part_above(before, c + s, 1.3)
        if d or p:
            speed = (321.808 * p + 200 * d) / 150
            rest = 321.808 * p / (321.808 * p + 200 * d)
            rho = rest + (rho - rest) * math.exp(-speed * h)
        if G > 1e-12:                                                        # receptors: exact but for G, whose mean of the step is taken
            mean = 1.5 * G * (1 - G_step) / (60.0 * h)
            Gamma = mean / (mean + 0.5 / 60) + (Gamma - mean / (mean + 0.5 / 60)) * math.exp(-(mean + 0.5 / 60) * h)
            G *= G_step
        else:
            Gamma *= math.exp(-0.5 / 60 * h)
        x_A = 1 + (x_A - 1) * x_step
    return (rho / 0.5 - 1) * 100


def pairs(h):
    for name, case in (("no astrocyte", (False, 0.0, 0.0)), ("release lowered", (True, 0.0, 0.0)), ("release raised", (True, 1.0, 0.0)),
                       ("slow current", (False, 0.0, 0.5))):
        print(name, *("%+d ms: %+.2f %%" % (1000 * t, pairs_change(t, *case, h)) for t in (-0.050, -0.020, 0.0, 0.020, 0.050)))


if __name__ == "__main__":
    which, arguments = sys.argv[1], [float(x) for x in sys.argv[2:]]
    default = {"5": 5.0, "pairs": 0.02, "row": 1.0, "sheet": 20.0, "net": 20.0, "potassium": 0.01}.get(which, 0.1)        # ms
    step = (arguments[0] if arguments else default) / 1000
    stop = lambda default: arguments[1] if len(arguments) > 1 else default
    {
        "2": lambda: gchi(step), "3": lambda: io_synapse(step), "5": lambda: ring(step, stop(400.0)), "stdp": lambda: stdp(step),
        "pairs": lambda: pairs(step), "row": lambda: row(step, stop(600.0)), "potassium": lambda: potassium(step, stop(100.0)),
        "sheet": lambda: sheet((40, 40), step), "net": lambda: sheet((11, 11, 11), step),
    }[which]()
