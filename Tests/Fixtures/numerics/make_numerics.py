#!/usr/bin/env python3
"""Writes exp.csv, log.csv and turns.csv: arguments and correctly rounded values of the engine's own functions.

Needs mpmath. A line is: argument, nearest double of the exact value, exact value minus nearest double. Doubles are their
bits in hexadecimal; the difference is in units in the last place of the nearest double (exp, log) or in 2^-53 (turns:
sine and cosine of 2 pi x have a pair each). So a test knows the error of a result to 0.001 of a unit without
computing in more than double precision itself.
"""
import math
import pathlib
import random
import struct

import mpmath

# The arguments with the largest errors in a search of some 10^8 against 64-bit long doubles.
WORST_EXP = "0x1.4ce4ecb9d7574p+9 0x1.7206f354b8e08p-2 -0x1.b4a0f09d08008p+6 0x1.0311e32c0474ep+9 0x1.728dcc5baf834p-2"
WORST_LOG = "0x1.669bc9517edc9p-1 0x1.66c74a53fb485p+0 0x1.66a0130311255p+0 0x1.67d2cbaedd21dp+0 0x1.89504a019ac71p-2"
WORST_SIN = "0x1.ed1e59902a4f6p-4 -0x1.f17164ad3efdap-4 0x1.ffb9a6aaccecep-4 -0x1.efccc1aa6659cp-4"
WORST_COS = "-0x1.ffffdc5fd6088p-4 0x1.ff2756de96c8p-4 0x1.f8f35d850db46p-4 0x1.f5fba352daf8p-4"

mpmath.mp.prec = 400
folder = pathlib.Path(__file__).parent
rng = random.Random(1)


def listed(text):
    return [float.fromhex(x) for x in text.split()]


def bits(x):
    return struct.pack(">d", x).hex()


def from_bits(n):
    return struct.unpack(">d", struct.pack(">Q", n))[0]


def nearest(exact):
    """The double nearest to an mpf, subnormals included; beyond the largest, infinity."""
    if exact == 0:
        return 0.0
    unit = mpmath.mpf(2) ** max(int(mpmath.floor(mpmath.log(abs(exact), 2))) - 52, -1074)
    n = exact / unit
    whole = int(mpmath.floor(n))
    rest = n - whole
    if rest > 0.5 or (rest == 0.5 and whole % 2):
        whole += 1
    try:
        return math.ldexp(whole, int(mpmath.log(unit, 2)))
    except OverflowError:
        return math.inf


def line(argument, exact, unit):
    value = nearest(exact)
    if math.isinf(value):
        return f"{bits(argument)},{bits(value)},0"
    return f"{bits(argument)},{bits(value)},{float((exact - value) / unit(value)):.4f}"


def write(name, head, lines):
    (folder / name).write_text(head + "\n" + "\n".join(lines) + "\n")


def ulp(x):
    return mpmath.mpf(math.ulp(x))


# exp: the whole range, both ends, subnormal results, tiny arguments, and where the reduction changes its multiple of ln 2
arguments = [rng.uniform(-746, 710) for _ in range(900)]
arguments += [rng.uniform(-745.2, -708) for _ in range(300)]
arguments += [rng.uniform(709, 709.79) for _ in range(150)]
arguments += [rng.choice((-1, 1)) * 2 ** rng.uniform(-60, 3) for _ in range(300)]
arguments += [(k + 0.5) * math.log(2) * (1 + rng.uniform(-1, 1) * 1e-3) for k in range(-1070, 1020, 12)]
arguments += [0.0, -0.0, 1.0, -1.0, -708.0, 709.0, 5e-324, 709.782712893384, math.nextafter(709.782712893384, 710)]
arguments += [-745.1332191019411, math.nextafter(-745.1332191019411, -746), math.nextafter(-708.0, -709), -745.2]
arguments += listed(WORST_EXP)
write("exp.csv", "x,exp,rest_ulp", [line(x, mpmath.exp(x), ulp) for x in arguments])

# log: every binade, near 1 from both sides, subnormal arguments, and where the mantissa is split
arguments = [from_bits(rng.randrange(1 << 52, 0x7ff << 52)) for _ in range(700)]
arguments += [1 + rng.choice((-0.5, 1)) * 2 ** -rng.uniform(0, 51) for _ in range(500)]
arguments += [rng.uniform(0.5, 2) for _ in range(300)]
arguments += [from_bits(int(2 ** rng.uniform(0, 52))) for _ in range(250)]
arguments += [math.ldexp(math.sqrt(0.5) * (1 + rng.uniform(-1, 1) * 1e-3), k) for k in range(-1000, 1000, 20)]
arguments += [0.5, 2.0, math.nextafter(1, 0), math.nextafter(1, 2), 5e-324, 2.0**-1022, from_bits((1 << 52) - 1)]
arguments += [from_bits((0x7ff << 52) - 1)]
arguments += listed(WORST_LOG)
write("log.csv", "x,log,rest_ulp", [line(x, mpmath.log(x), ulp) for x in arguments])

# sine and cosine: a turn, its eighths, both signs, many turns
arguments = [rng.random() for _ in range(900)]
arguments += [k / 8 + rng.choice((-1, 1)) * 2 ** -rng.uniform(4, 50) for k in range(9) for _ in range(30)]
arguments += [rng.uniform(-1, 1) * 2 ** rng.uniform(0, 40) for _ in range(150)]
arguments += listed(WORST_SIN + " " + WORST_COS)


def unit53(_):
    return mpmath.mpf(2) ** -53


def both(x):
    angle = 2 * mpmath.pi * mpmath.mpf(x)
    return line(x, mpmath.sin(angle), unit53) + "," + line(x, mpmath.cos(angle), unit53).split(",", 1)[1]


write("turns.csv", "turns,sin,rest_2^-53,cos,rest_2^-53", [both(x) for x in arguments])
