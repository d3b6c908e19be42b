// Vector arithmetic as the compiler knows it. Swift's own SIMD types write + - * / and shifts lane by lane and leave it
// to an optimiser to find the vectors again, which in kernels of this size it does by halves (Docs/decisions.md). These
// inline functions become one vector instruction each. IEEE operations only: results are those of single numbers.
#pragma once

#include <stdbool.h>

#include "Chain.h"
#include "FusedProduct.h"

#define ASTRO_INLINE static inline __attribute__((always_inline))

#define ASTRO_LANES(N)                                                                                              \
    typedef double astro_f##N __attribute__((ext_vector_type(N)));                                                  \
    typedef long long astro_i##N __attribute__((ext_vector_type(N)));                                               \
    typedef unsigned long long astro_u##N __attribute__((ext_vector_type(N)));                                      \
    typedef bool astro_b##N __attribute__((ext_vector_type(N)));                                                    \
    ASTRO_INLINE astro_f##N astro_add_##N(astro_f##N a, astro_f##N b) { return a + b; }                             \
    ASTRO_INLINE astro_f##N astro_subtract_##N(astro_f##N a, astro_f##N b) { return a - b; }                        \
    ASTRO_INLINE astro_f##N astro_multiply_##N(astro_f##N a, astro_f##N b) { return a * b; }                        \
    ASTRO_INLINE astro_f##N astro_divide_##N(astro_f##N a, astro_f##N b) { return a / b; }                          \
    /* a + b c, rounded once */                                                                                     \
    ASTRO_INLINE astro_f##N astro_add_product_##N(astro_f##N a, astro_f##N b, astro_f##N c) {                       \
        return ASTRO_FUSED(N, b, c, a);                                                                             \
    }                                                                                                               \
    /* a - b c and a b - c, rounded once */                                                                          \
    ASTRO_INLINE astro_f##N astro_subtract_product_##N(astro_f##N a, astro_f##N b, astro_f##N c) {                  \
        return ASTRO_FUSED(N, -b, c, a);                                                                            \
    }                                                                                                               \
    ASTRO_INLINE astro_f##N astro_product_less_##N(astro_f##N a, astro_f##N b, astro_f##N c) {                      \
        return ASTRO_FUSED(N, a, b, -c);                                                                            \
    }                                                                                                               \
    ASTRO_INLINE astro_f##N astro_square_root_##N(astro_f##N a) { return __builtin_elementwise_sqrt(a); }           \
    ASTRO_INLINE astro_f##N astro_floor_##N(astro_f##N a) { return __builtin_elementwise_floor(a); }                \
    ASTRO_INLINE astro_f##N astro_ceiling_##N(astro_f##N a) { return __builtin_elementwise_ceil(a); }               \
    ASTRO_INLINE astro_f##N astro_truncate_##N(astro_f##N a) { return __builtin_elementwise_trunc(a); }             \
    /* a where it is larger (smaller), else b: also where one is NaN */                                              \
    ASTRO_INLINE astro_f##N astro_larger_##N(astro_f##N a, astro_f##N b) { return a > b ? a : b; }                  \
    ASTRO_INLINE astro_f##N astro_smaller_##N(astro_f##N a, astro_f##N b) { return a < b ? a : b; }                 \
    /* all bits set in lanes where it is so: not where one is NaN */                                                \
    ASTRO_INLINE astro_i##N astro_less_##N(astro_f##N a, astro_f##N b) { return (astro_i##N)(a < b); }              \
    ASTRO_INLINE astro_i##N astro_at_least_##N(astro_f##N a, astro_f##N b) { return (astro_i##N)(a >= b); }         \
    /* a where the mask is set, else b */                                                                           \
    ASTRO_INLINE astro_f##N astro_select_##N(astro_i##N mask, astro_f##N a, astro_f##N b) {                         \
        return mask < 0 ? a : b;                                                                                    \
    }                                                                                                               \
    ASTRO_INLINE astro_i##N astro_and_##N(astro_i##N a, astro_i##N b) { return a & b; }                             \
    /* one bit a lane, the first lowest */                                                                          \
    ASTRO_INLINE unsigned astro_bits_##N(astro_i##N mask) {                                                         \
        astro_b##N flags = __builtin_convertvector(mask < 0, astro_b##N);                                           \
        unsigned char bits;                                                                                         \
        __builtin_memcpy(&bits, &flags, 1);                                                                         \
        return bits & ((1u << N) - 1);                                                                              \
    }                                                                                                               \
    ASTRO_INLINE astro_i##N astro_mask_##N(unsigned bits) {                                                         \
        unsigned char byte = bits;                                                                                  \
        astro_b##N flags;                                                                                           \
        __builtin_memcpy(&flags, &byte, 1);                                                                         \
        return -__builtin_convertvector(flags, astro_i##N);                                                         \
    }                                                                                                               \
    ASTRO_INLINE astro_i##N astro_integer_less_##N(astro_i##N a, astro_i##N b) { return (astro_i##N)(a < b); }      \
    ASTRO_INLINE astro_i##N astro_integer_add_##N(astro_i##N a, astro_i##N b) { return a + b; }                     \
    ASTRO_INLINE astro_i##N astro_integer_subtract_##N(astro_i##N a, astro_i##N b) { return a - b; }                \
    /* 1 << a, lane by lane */                                                                                      \
    ASTRO_INLINE astro_i##N astro_one_shifted_##N(astro_i##N a) { return ((astro_i##N)(0) + 1) << a; }              \
    /* byte number n, the lowest being 0, as a number */                                                            \
    ASTRO_INLINE astro_f##N astro_byte_##N(astro_u##N a, unsigned n) {                                              \
        astro_u##N bits = ((a >> (8ull * n)) & 255) | 0x4330000000000000ull;                                        \
        return (astro_f##N)bits - 0x1p52;                                                                           \
    }                                                                                                               \
    ASTRO_INLINE astro_u##N astro_words_and_##N(astro_u##N a, astro_u##N b) { return a & b; }                       \
    ASTRO_INLINE astro_u##N astro_words_or_##N(astro_u##N a, astro_u##N b) { return a | b; }                        \
    ASTRO_INLINE astro_u##N astro_words_xor_##N(astro_u##N a, astro_u##N b) { return a ^ b; }                       \
    /* of the lower halves */                                                                                       \
    ASTRO_INLINE astro_u##N astro_words_product_##N(astro_u##N a, unsigned b) { return (a & 0xffffffff) * b; }      \
    ASTRO_INLINE astro_u##N astro_shift_left_##N(astro_u##N a, unsigned long long n) { return a << n; }             \
    ASTRO_INLINE astro_u##N astro_shift_right_##N(astro_u##N a, unsigned long long n) { return a >> n; }            \
    ASTRO_INLINE astro_i##N astro_shift_right_signed_##N(astro_i##N a, unsigned long long n) { return a >> n; }

ASTRO_LANES(2)
ASTRO_LANES(4)
ASTRO_LANES(8)

// Single precision, with as many lanes as one vector of doubles or two.
#define ASTRO_SINGLES(N)                                                                                            \
    typedef float astro_s##N __attribute__((ext_vector_type(N)));                                                   \
    typedef int astro_j##N __attribute__((ext_vector_type(N)));                                                     \
    ASTRO_INLINE astro_j##N astro_short_less_##N(astro_j##N a, astro_j##N b) { return a < b; }                      \
    ASTRO_INLINE astro_j##N astro_short_subtract_##N(astro_j##N a, astro_j##N b) { return a - b; }                  \
    ASTRO_INLINE bool astro_short_any_##N(astro_j##N mask) {                                                        \
        astro_b##N flags = __builtin_convertvector(mask < 0, astro_b##N);                                           \
        return __builtin_reduce_or(flags);                                                                          \
    }                                                                                                               \
    ASTRO_INLINE astro_s##N astro_add_single_##N(astro_s##N a, astro_s##N b) { return a + b; }                      \
    ASTRO_INLINE astro_s##N astro_subtract_single_##N(astro_s##N a, astro_s##N b) { return a - b; }                 \
    ASTRO_INLINE astro_s##N astro_multiply_single_##N(astro_s##N a, astro_s##N b) { return a * b; }                 \
    ASTRO_INLINE astro_s##N astro_add_product_single_##N(astro_s##N a, astro_s##N b, astro_s##N c) {                \
        return ASTRO_FUSED_SINGLE(N, b, c, a);                                                                      \
    }                                                                                                               \
    ASTRO_INLINE astro_s##N astro_subtract_product_single_##N(astro_s##N a, astro_s##N b, astro_s##N c) {           \
        return ASTRO_FUSED_SINGLE(N, -b, c, a);                                                                     \
    }                                                                                                               \
    ASTRO_INLINE astro_s##N astro_product_less_single_##N(astro_s##N a, astro_s##N b, astro_s##N c) {               \
        return ASTRO_FUSED_SINGLE(N, a, b, -c);                                                                     \
    }                                                                                                               \
    ASTRO_INLINE astro_s##N astro_larger_single_##N(astro_s##N a, astro_s##N b) { return a > b ? a : b; }           \
    ASTRO_INLINE astro_s##N astro_magnitude_single_##N(astro_s##N a) { return __builtin_elementwise_abs(a); }       \
    /* one bit for each lane where it is so: not where one is NaN */                                                \
    ASTRO_INLINE unsigned astro_less_single_##N(astro_s##N a, astro_s##N b) {                                       \
        astro_j##N mask = a < b;                                                                                    \
        astro_b##N flags = __builtin_convertvector(mask < 0, astro_b##N);                                           \
        unsigned bits = 0;                                                                                          \
        __builtin_memcpy(&bits, &flags, N > 8 ? 2 : 1);                                                             \
        return bits & ((1u << N) - 1);                                                                              \
    }
typedef bool astro_b16 __attribute__((ext_vector_type(16)));
ASTRO_SINGLES(2)
ASTRO_SINGLES(4)
ASTRO_SINGLES(8)
ASTRO_SINGLES(16)

// To single precision, rounded, and back.
#define ASTRO_ROUNDING(N, TWICE, ...)                                                                               \
    ASTRO_INLINE astro_s##N astro_narrow_##N(astro_f##N a) { return __builtin_convertvector(a, astro_s##N); }       \
    ASTRO_INLINE astro_f##N astro_widen_##N(astro_s##N a) { return __builtin_convertvector(a, astro_f##N); }        \
    ASTRO_INLINE astro_s##TWICE astro_narrow_pair_##N(astro_f##N a, astro_f##N b) {                                 \
        return __builtin_shufflevector(astro_narrow_##N(a), astro_narrow_##N(b), __VA_ARGS__);                      \
    }                                                                                                               \
    ASTRO_INLINE astro_f##N astro_widen_first_##N(astro_s##TWICE a) { return astro_widen_##N(a.lo); }               \
    ASTRO_INLINE astro_f##N astro_widen_second_##N(astro_s##TWICE a) { return astro_widen_##N(a.hi); }
ASTRO_ROUNDING(2, 4, 0, 1, 2, 3)
ASTRO_ROUNDING(4, 8, 0, 1, 2, 3, 4, 5, 6, 7)
ASTRO_ROUNDING(8, 16, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)

// a / b by multiplications, which leave the divider free for other quotients: the same bits. Newton's steps from the processor's
// estimate give the correctly rounded 1/b, except where all bits of b's fraction are set; then one correction rounds the quotient
// correctly (Markstein). Vectors with such a b, or with numbers so large or small that a step could leave the normal range, are divided.
ASTRO_INLINE astro_f8 astro_quotient_8(astro_f8 a, astro_f8 b) {
#ifdef __AVX512F__
    const unsigned long long lowest = 523ull << 53, span = 1000ull << 53, fraction = 0xfffffffffffffull;
    astro_u8 x = ((astro_u8)a << 1) - lowest, y = ((astro_u8)b << 1) - lowest, larger = x > y ? x : y;
    astro_i8 is_special = (astro_i8)((larger >= span) | ((((astro_u8)b + 1) & fraction) == 0));
    if (__builtin_expect(astro_bits_8(is_special) != 0, 0)) return a / b;
    const astro_f8 one = (astro_f8)(1.0);
    typedef double estimate __attribute__((vector_size(64)));
    astro_f8 r = (astro_f8)__builtin_ia32_rcp14pd512_mask((estimate)b, (estimate)b, 255);
    astro_f8 error = astro_subtract_product_8(one, b, r), square = error * error;
    r = astro_add_product_8(r, r, astro_add_product_8(error, square, error + one));
    r = astro_add_product_8(r, r, astro_subtract_product_8(one, b, r));
    astro_f8 q = a * r;
    return astro_add_product_8(q, r, astro_subtract_product_8(a, b, q));
#else
    return a / b;
#endif
}

// Where neighbours differ: bit i is set where values[i] and values[i + 1] do, for i below 32.
typedef unsigned short astro_shorts __attribute__((ext_vector_type(32)));
ASTRO_INLINE unsigned astro_changes(const unsigned short *values) {
    astro_shorts these, next;
    __builtin_memcpy(&these, values, sizeof these);
    __builtin_memcpy(&next, values + 1, sizeof next);
    typedef bool flags_of_32 __attribute__((ext_vector_type(32)));
    flags_of_32 flags = __builtin_convertvector(these != next, flags_of_32);
    unsigned bits;
    __builtin_memcpy(&bits, &flags, sizeof bits);
    return bits;
}

// Where eight connections go: from `base` on.
typedef unsigned short astro_targets __attribute__((ext_vector_type(8)));
typedef int astro_places_8 __attribute__((ext_vector_type(8)));
ASTRO_INLINE astro_places_8 astro_places(const unsigned short *targets, int base) {
    astro_targets target;
    __builtin_memcpy(&target, targets, sizeof target);
    return __builtin_convertvector(target, astro_places_8) + base;
}
// The same amount to each.
ASTRO_INLINE void astro_same_amounts(double amount, const unsigned short *targets, int base, double *amounts,
                                     int *places) {
    const astro_f8 all = (astro_f8)(amount);
    const astro_places_8 place = astro_places(targets, base);
    __builtin_memcpy(amounts, &all, sizeof all);
    __builtin_memcpy(places, &place, sizeof place);
}
// Weights, which go `to_negative` further where they are not positive.
ASTRO_INLINE void astro_amounts(const double *weights, const unsigned short *targets, int base, int to_negative,
                                double *amounts, int *places) {
    astro_f8 weight;
    __builtin_memcpy(&weight, weights, sizeof weight);
    const astro_places_8 is_positive = __builtin_convertvector(weight > 0, astro_places_8);
    const astro_places_8 place = astro_places(targets, base) + (~is_positive & to_negative);
    weight = __builtin_elementwise_abs(weight);
    __builtin_memcpy(amounts, &weight, sizeof weight);
    __builtin_memcpy(places, &place, sizeof place);
}

// Asks for memory that will be read soon.
ASTRO_INLINE void astro_prefetch(const void *place) { __builtin_prefetch(place); }
// The same, into the second cache: the first one waits for few lines at a time.
ASTRO_INLINE void astro_prefetch_far(const void *place) { __builtin_prefetch(place, 0, 2); }
// The same for memory that will be written.
ASTRO_INLINE void astro_prefetch_for_writing(void *place) { __builtin_prefetch(place, 1); }

// How this thread treats subnormal numbers: as 0, where they are read and where they would be a result. Gives what was the rule before,
// for astro_restore_subnormals.
#if defined(__x86_64__)
ASTRO_INLINE unsigned long long astro_flush_subnormals(void) {
    const unsigned before = __builtin_ia32_stmxcsr(), flush_results = 1u << 15, read_as_zero = 1u << 6;
    __builtin_ia32_ldmxcsr(before | flush_results | read_as_zero);
    return before;
}
ASTRO_INLINE void astro_restore_subnormals(unsigned long long before) { __builtin_ia32_ldmxcsr((unsigned)before); }
#elif defined(__aarch64__)
ASTRO_INLINE unsigned long long astro_flush_subnormals(void) {
    unsigned long long before;
    __asm__ volatile("mrs %0, fpcr" : "=r"(before));
    __asm__ volatile("msr fpcr, %0" : : "r"(before | 1ull << 24));
    return before;
}
ASTRO_INLINE void astro_restore_subnormals(unsigned long long before) {
    __asm__ volatile("msr fpcr, %0" : : "r"(before));
}
#else
ASTRO_INLINE unsigned long long astro_flush_subnormals(void) { return 0; }
ASTRO_INLINE void astro_restore_subnormals(unsigned long long before) {}
#endif

// Turning rows into columns. Distances between rows are in doubles; nothing need be aligned.

#define ASTRO_LOAD_8(p) ({ astro_f8 x; __builtin_memcpy(&x, (p), sizeof x); x; })
#define ASTRO_STORE(p, x) ({ __typeof__(x) y = (x); __builtin_memcpy((p), &y, sizeof y); })
#define ASTRO_MIX(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)

// 8 rows of 8
ASTRO_INLINE void astro_turn_8(const double *from, long from_row, double *to, long to_row) {
    astro_f8 a[8], b[8], c[8];
#pragma clang loop unroll(full)
    for (int i = 0; i < 8; i++) a[i] = ASTRO_LOAD_8(from + i * from_row);
    // pairs of rows, then quarters of rows, then halves
#pragma clang loop unroll(full)
    for (int i = 0; i < 8; i += 2) {
        b[i] = ASTRO_MIX(a[i], a[i + 1], 0, 8, 2, 10, 4, 12, 6, 14);
        b[i + 1] = ASTRO_MIX(a[i], a[i + 1], 1, 9, 3, 11, 5, 13, 7, 15);
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < 8; i++) {
        int j = (i & 4) | (i & 1);
        c[i] = i & 2 ? ASTRO_MIX(b[j], b[j + 2], 2, 3, 10, 11, 6, 7, 14, 15)
                     : ASTRO_MIX(b[j], b[j + 2], 0, 1, 8, 9, 4, 5, 12, 13);
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < 4; i++) {
        ASTRO_STORE(to + i * to_row, ASTRO_MIX(c[i], c[i + 4], 0, 1, 2, 3, 8, 9, 10, 11));
        ASTRO_STORE(to + (i + 4) * to_row, ASTRO_MIX(c[i], c[i + 4], 4, 5, 6, 7, 12, 13, 14, 15));
    }
}

// 2 rows of 8
ASTRO_INLINE void astro_turn_2(const double *from, long from_row, double *to, long to_row) {
    astro_f8 a = ASTRO_LOAD_8(from), b = ASTRO_LOAD_8(from + from_row);
    astro_f8 even = ASTRO_MIX(a, b, 0, 8, 2, 10, 4, 12, 6, 14), odd = ASTRO_MIX(a, b, 1, 9, 3, 11, 5, 13, 7, 15);
    ASTRO_STORE(to, ASTRO_MIX(even, even, 0, 1));
    ASTRO_STORE(to + to_row, ASTRO_MIX(odd, odd, 0, 1));
    ASTRO_STORE(to + 2 * to_row, ASTRO_MIX(even, even, 2, 3));
    ASTRO_STORE(to + 3 * to_row, ASTRO_MIX(odd, odd, 2, 3));
    ASTRO_STORE(to + 4 * to_row, ASTRO_MIX(even, even, 4, 5));
    ASTRO_STORE(to + 5 * to_row, ASTRO_MIX(odd, odd, 4, 5));
    ASTRO_STORE(to + 6 * to_row, ASTRO_MIX(even, even, 6, 7));
    ASTRO_STORE(to + 7 * to_row, ASTRO_MIX(odd, odd, 6, 7));
}
