// a b + c, rounded once, for processors that have no instruction for it (x86-64-v2), where the C library takes 250 ns for each number.
//
// Products and sums are split into what is rounded and what is left over (Dekker 1971, Knuth 1969). The small parts are added with
// rounding to odd, so that the last rounding is the only one: Boldo & Melquiond (2008), doi:10.1109/TC.2007.70819. This is exact where
// nothing overflows or underflows on the way; elsewhere the library is called.
#pragma once

typedef double astro_pair __attribute__((ext_vector_type(2)));
typedef long astro_pair_bits __attribute__((ext_vector_type(2)));

// x + y, and what the sum lacks
#define ASTRO_TWO_SUM(sum, rest, x, y)                \
    astro_pair sum = (x) + (y), rest;                 \
    {                                                 \
        astro_pair of_y = sum - (x);                  \
        rest = ((x) - (sum - of_y)) + ((y) - of_y);   \
    }

// Is the size of every lane between low and high, or 0?
static inline __attribute__((always_inline)) int astro_pair_within(astro_pair x, double low, double high) {
    astro_pair size = __builtin_elementwise_abs(x);
    astro_pair_bits lanes = ((size >= low) & (size <= high)) | (x == 0);
    return (lanes[0] & lanes[1]) != 0;
}

// For factors from 2^-400 to 2^400 and a sum from 2^-800 to 2^900, or 0.
static inline __attribute__((always_inline)) astro_pair astro_fused_usual(astro_pair a, astro_pair b, astro_pair c) {
    const double splitter = 0x1p27 + 1;
    astro_pair wide_a = a * splitter, wide_b = b * splitter;
    astro_pair high_a = wide_a - (wide_a - a), high_b = wide_b - (wide_b - b), low_a = a - high_a, low_b = b - high_b;
    astro_pair product = a * b;
    astro_pair lost = low_a * low_b - (((product - high_a * high_b) - low_a * high_b) - high_a * low_b);
    ASTRO_TWO_SUM(middle, low, c, lost)
    ASTRO_TWO_SUM(high, left, product, middle)
    ASTRO_TWO_SUM(small, tail, left, low)
    // to odd: where the last bit is even and something is left over, the neighbour on that side
    astro_pair_bits bits = (astro_pair_bits)small, is_larger = (tail > 0) == (small > 0);
    astro_pair_bits moves = (astro_pair_bits)(tail != 0) & ((bits & 1) - 1);
    bits += moves & (1 + 2 * ~is_larger);
    astro_pair fused = high + (astro_pair)bits;
    // the signs of zeros are those of the plain sum, which is exact then
    return ((product == 0) | (c == 0)) ? product + c : fused;
}

static inline __attribute__((always_inline)) int astro_pair_usual(astro_pair a, astro_pair b, astro_pair c) {
    return astro_pair_within(a, 0x1p-400, 0x1p400) && astro_pair_within(b, 0x1p-400, 0x1p400)
           && astro_pair_within(c, 0x1p-800, 0x1p900);
}

// Are subnormal numbers 0 at present (astro_flush_subnormals)?
static inline __attribute__((always_inline)) int astro_flushes(void) {
    double half = 0.5;
    __asm__("" : "+x"(half));
    return half * 0x1p-1022 == 0;
}

static __attribute__((noinline, unused)) astro_pair astro_fused_pair(astro_pair a, astro_pair b, astro_pair c) {
    if (__builtin_expect(astro_pair_usual(a, b, c), 1)) return astro_fused_usual(a, b, c);
    // Variables that decay become very small. Then the smaller factor and c go in other units, and a c that only tells the side on which
    // the product lies is one that is not as small.
    astro_pair_bits is_swapped = __builtin_elementwise_abs(a) < __builtin_elementwise_abs(b);
    astro_pair larger = is_swapped ? b : a, smaller = is_swapped ? a : b;
    astro_pair_bits is_small = __builtin_elementwise_abs(smaller) < 0x1p-222;
    astro_pair up = is_small ? (astro_pair)(0x1p622) : (astro_pair)(1.0);
    astro_pair down = is_small ? (astro_pair)(0x1p-622) : (astro_pair)(1.0);
    astro_pair factor = smaller * up, sum = c * up;
    astro_pair_bits is_side = (__builtin_elementwise_abs(sum) < 0x1p-800) & (sum != 0) & (factor != 0);
    sum = is_side ? __builtin_elementwise_copysign((astro_pair)(0x1p-800), sum) : sum;
    if (astro_pair_usual(larger, factor, sum)) {
        astro_pair scaled = astro_fused_usual(larger, factor, sum);
        int is_normal = astro_pair_within(is_small ? scaled : (astro_pair)(1.0), 0x1p-400, __builtin_inf());
        if (is_normal || astro_flushes()) return scaled * down;
    }
    return (astro_pair){__builtin_fma(a[0], b[0], c[0]), __builtin_fma(a[1], b[1], c[1])};
}

// The same for wider vectors, pair by pair.
#define ASTRO_FUSED_WIDER(N, HALF, ...)                                                                                    \
    static inline __attribute__((always_inline)) double __attribute__((ext_vector_type(N))) astro_fused_##N(               \
        double __attribute__((ext_vector_type(N))) a, double __attribute__((ext_vector_type(N))) b,                        \
        double __attribute__((ext_vector_type(N))) c) {                                                                    \
        return __builtin_shufflevector(HALF(a.lo, b.lo, c.lo), HALF(a.hi, b.hi, c.hi), __VA_ARGS__);                       \
    }
#define astro_fused_2 astro_fused_pair
ASTRO_FUSED_WIDER(4, astro_fused_2, 0, 1, 2, 3)
ASTRO_FUSED_WIDER(8, astro_fused_4, 0, 1, 2, 3, 4, 5, 6, 7)

// Single precision: the product is exact as a double, and the sum is rounded to odd before it becomes a single.
#define ASTRO_FUSED_SINGLES(N)                                                                                             \
    static __attribute__((noinline, unused)) float __attribute__((ext_vector_type(N))) astro_fused_single_##N(             \
        float __attribute__((ext_vector_type(N))) a, float __attribute__((ext_vector_type(N))) b,                          \
        float __attribute__((ext_vector_type(N))) c) {                                                                     \
        typedef double wide __attribute__((ext_vector_type(N)));                                                           \
        typedef long bits __attribute__((ext_vector_type(N)));                                                             \
        wide product = __builtin_convertvector(a, wide) * __builtin_convertvector(b, wide);                                \
        wide added = __builtin_convertvector(c, wide), sum = product + added, of_added = sum - product;                    \
        wide rest = (product - (sum - of_added)) + (added - of_added);                                                     \
        bits is_inexact = (rest > 0) | (rest < 0), is_larger = (rest > 0) == (sum > 0);                                    \
        bits moves = is_inexact & (((bits)sum & 1) - 1);                                                                   \
        return __builtin_convertvector((wide)((bits)sum + (moves & (1 + 2 * ~is_larger))),                                 \
                                       float __attribute__((ext_vector_type(N))));                                         \
    }
ASTRO_FUSED_SINGLES(2)
ASTRO_FUSED_SINGLES(4)
ASTRO_FUSED_SINGLES(8)
ASTRO_FUSED_SINGLES(16)

#if defined(__x86_64__) && !defined(__FMA__)
#define ASTRO_FUSED(N, a, b, c) astro_fused_##N(a, b, c)
#define ASTRO_FUSED_SINGLE(N, a, b, c) astro_fused_single_##N(a, b, c)
#else
#define ASTRO_FUSED_SINGLE(N, a, b, c) __builtin_elementwise_fma(a, b, c)
#define ASTRO_FUSED(N, a, b, c) __builtin_elementwise_fma(a, b, c)
#endif
