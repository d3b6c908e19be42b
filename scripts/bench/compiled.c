// The models of brian2.py written by hand for a C compiler: the same formulas, method and step, one thread, nothing but the formulas.
//
//   clang -O3 -march=native -fno-math-errno -fveclib=libmvec -ffp-contract=fast compiled.c -lmvec -lm -o compiled
//   ./compiled MODEL CELLS STEPS
//
// Prints seconds, the best of three, and the number of spikes.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int n;
static double *restrict drive, *restrict x[4];

static void start(double x0, double x1, double x2, double x3, double largest) {
    double from[4] = {x0, x1, x2, x3};
    for (int i = 0; i < n; i++) {
        drive[i] = largest * i / n;
        for (int k = 0; k < 4; k++) x[k][i] = from[k];
    }
}

// MARK: leaky integrate-and-fire, exact: mV, ms, pA, MOhm

static void lif_start(void) { start(-70, 0, 0, 0, 250); }

static long lif_step(void) {
    double *restrict v = x[0], *restrict I = drive, decay = exp(-0.1 / 10);
    long spikes = 0;
    for (int i = 0; i < n; i++) {
        double rest = -70 + 0.1 * I[i], next = rest + (v[i] - rest) * decay;
        int fires = next > -50;
        spikes += fires;
        v[i] = fires ? -70 : next;
    }
    return spikes;
}

// MARK: adaptive exponential, rk4: mV, ms, pA, nS, pF

static void adex_start(void) { start(-70, 0, 0, 0, 1000); }

typedef struct { double v, w; } Adex;

static inline Adex adex(Adex y, double I) {
    double u = fmin(fmax((y.v + 50) * (1 / 2.0), -50), 10);
    return (Adex){(30 * (-70 - y.v) + 30 * 2 * exp(u) - y.w + I) * (1 / 281.0), (4 * (y.v + 70) - y.w) * (1 / 144.0)};
}

static long adex_step(void) {
    const double h = 0.1;
    double *restrict v = x[0], *restrict w = x[1], *restrict I = drive;
    long spikes = 0;
    for (int i = 0; i < n; i++) {
        Adex y = {v[i], w[i]};
        Adex a = adex(y, I[i]), b = adex((Adex){y.v + h / 2 * a.v, y.w + h / 2 * a.w}, I[i]);
        Adex c = adex((Adex){y.v + h / 2 * b.v, y.w + h / 2 * b.w}, I[i]), d = adex((Adex){y.v + h * c.v, y.w + h * c.w}, I[i]);
        y.v += h / 6 * (a.v + 2 * (b.v + c.v) + d.v);
        y.w += h / 6 * (a.w + 2 * (b.w + c.w) + d.w);
        int fires = y.v > 0;
        spikes += fires;
        v[i] = fires ? -60 : y.v;
        w[i] = fires ? y.w + 80 : y.w;
    }
    return spikes;
}

// MARK: Izhikevich, euler: the paper's numbers

static void izhikevich_start(void) { start(-65, -13, 0, 0, 20); }

static long izhikevich_step(void) {
    const double h = 0.1;
    double *restrict v = x[0], *restrict u = x[1], *restrict I = drive;
    long spikes = 0;
    for (int i = 0; i < n; i++) {
        double V = v[i], U = u[i];
        double next = V + h * (0.04 * V * V + 5 * V + 140 - U + I[i]), other = U + h * 0.02 * (0.2 * V - U);
        int fires = next >= 30;
        spikes += fires;
        v[i] = fires ? -65 : next;
        u[i] = fires ? other + 8 : other;
    }
    return spikes;
}

// MARK: Hodgkin-Huxley with Traub's rates, exponential_euler: mV, ms, pA, nS, pF

static int *restrict above;

static void hh_start(void) {
    start(-65, 0, 0, 0, 700);
    memset(above, 0, n * sizeof *above);
}

static inline double exprel(double z) { return z == 0 ? 1 : expm1(z) / z; }

// x after a step of dx/dt = a (1 - x) - b x
static inline double gate(double x, double a, double b, double h) {
    double limit = a / (a + b);
    return limit + (x - limit) * exp(-(a + b) * h);
}

static long hh_step(void) {
    const double h = 0.01, V_T = -63;
    double *restrict v = x[0], *restrict m = x[1], *restrict k = x[2], *restrict l = x[3], *restrict I = drive;
    int *restrict was = above;
    long spikes = 0;
    for (int i = 0; i < n; i++) {
        double V = v[i], M = m[i], N = k[i], H = l[i], u = V - V_T;
        double am = 0.32 * 4 / exprel(-(u - 13) * (1 / 4.0)), bm = 0.28 * 5 / exprel((u - 40) * (1 / 5.0));
        double an = 0.032 * 5 / exprel(-(u - 15) * (1 / 5.0)), bn = 0.5 * exp(-(u - 10) * (1 / 40.0));
        double ah = 0.128 * exp(-(u - 17) * (1 / 18.0)), bh = 4 / (1 + exp(-(u - 40) * (1 / 5.0)));
        double g_na = 20000 * (M * M * M) * H, g_k = 6000 * (N * N * N * N);
        double rate = (10 + g_na + g_k) * (1 / 200.0), limit = (10 * -65 + g_na * 50 + g_k * -90 + I[i]) * (1 / 200.0) / rate;
        v[i] = limit + (V - limit) * exp(-rate * h);
        m[i] = gate(M, am, bm, h);
        k[i] = gate(N, an, bn, h);
        l[i] = gate(H, ah, bh, h);
        int is = v[i] > -20;
        spikes += is & !was[i];
        was[i] = is;
    }
    return spikes;
}

// MARK: G-ChI astrocyte, rk4: uM, ms

static void g_chi_start(void) {
    start(0.01, 0.9, 0.01, 0, 1);
    memset(above, 0, n * sizeof *above);
}

typedef struct { double C, h, I, G; } Glia;

static inline Glia g_chi(Glia y, double Y) {
    double C = y.C, h = y.h, I = y.I, G = y.G, C2 = C * C, C4 = C2 * C2;
    double m = I / (I + 0.13) * C / (C + 0.08), gradient = 2 - (1 + 0.18) * C;
    double J_r = 6e-3 * (m * m * m) * (h * h * h) * gradient, J_l = 0.1e-3 * gradient, J_p = 0.9e-3 * C2 / (C2 + 0.05 * 0.05);
    double Q = 1.05 * (I + 0.13) / (I + 0.9434), limit = Q / (Q + C);
    double J_beta = 0.5e-3 * G, J_delta = 1.2e-3 / (1 + I * (1 / 1.5)) * C2 / (C2 + 0.1 * 0.1);
    double J_3K = 4.5e-3 * C4 / (C4 + 0.7 * 0.7 * 0.7 * 0.7) * I / (I + 1.0), J_5P = 0.05e-3 * I;
    double bound = G < 0 ? 0 : G > 1 ? 1 : G;
    return (Glia){J_r + J_l - J_p, (limit - h) * (0.2e-3 * (Q + C)), J_beta + J_delta - J_3K - J_5P, 0.3e-3 * Y * (1 - bound) - 0.5e-3 * G};
}

static inline Glia along(Glia y, double h, Glia k) { return (Glia){y.C + h * k.C, y.h + h * k.h, y.I + h * k.I, y.G + h * k.G}; }

static long g_chi_step(void) {
    const double h = 0.1;
    double *restrict C = x[0], *restrict H = x[1], *restrict I = x[2], *restrict G = x[3], *restrict Y = drive;
    int *restrict was = above;
    long spikes = 0;
    for (int i = 0; i < n; i++) {
        Glia y = {C[i], H[i], I[i], G[i]};
        Glia a = g_chi(y, Y[i]), b = g_chi(along(y, h / 2, a), Y[i]), c = g_chi(along(y, h / 2, b), Y[i]), d = g_chi(along(y, h, c), Y[i]);
        C[i] = y.C + h / 6 * (a.C + 2 * (b.C + c.C) + d.C);
        H[i] = y.h + h / 6 * (a.h + 2 * (b.h + c.h) + d.h);
        I[i] = y.I + h / 6 * (a.I + 2 * (b.I + c.I) + d.I);
        G[i] = y.G + h / 6 * (a.G + 2 * (b.G + c.G) + d.G);
        int is = C[i] > 0.5;
        spikes += is & !was[i];
        was[i] = is;
    }
    return spikes;
}

// MARK: time

static const struct { const char *name; void (*start)(void); long (*step)(void); } models[] = {
    {"LIF", lif_start, lif_step},          {"AdEx", adex_start, adex_step},    {"Izhikevich", izhikevich_start, izhikevich_step},
    {"HH", hh_start, hh_step},             {"G-ChI", g_chi_start, g_chi_step},
};

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return t.tv_sec + 1e-9 * t.tv_nsec;
}

int main(int argc, char **argv) {
    if (argc != 4) return fprintf(stderr, "use: compiled MODEL CELLS STEPS\n"), 2;
    n = atoi(argv[2]);
    long steps = atol(argv[3]);
    drive = aligned_alloc(64, (n * 8 + 63) / 64 * 64);
    above = malloc(n * sizeof *above);
    for (int k = 0; k < 4; k++) x[k] = aligned_alloc(64, (n * 8 + 63) / 64 * 64);
    for (size_t k = 0; k < sizeof models / sizeof *models; k++) {
        if (strcmp(models[k].name, argv[1])) continue;
        double best = 1e9;
        long spikes = 0;
        for (int time = 0; time < 3; time++) {
            models[k].start();
            spikes = 0;
            double begin = now();
            for (long s = 0; s < steps; s++) spikes += models[k].step();
            double passed = now() - begin;
            if (passed < best) best = passed;
        }
        return printf("RESULT %g %ld\n", best, spikes), 0;
    }
    return fprintf(stderr, "no model %s\n", argv[1]), 2;
}
