// Vector arithmetic as the compiler knows it. Swift's own SIMD types write + - * / and shifts lane by lane and leave it
// to an optimiser to find the vectors again, which in kernels of this size it does by halves (Docs/decisions.md). These
// inline functions become one vector instruction each. IEEE operations only: results are those of single numbers.
#pragma once

#include <stdbool.h>

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
        return __builtin_elementwise_fma(b, c, a);                                                                  \
    }                                                                                                               \
    /* a - b c and a b - c, rounded once */                                                                          \
    ASTRO_INLINE astro_f##N astro_subtract_product_##N(astro_f##N a, astro_f##N b, astro_f##N c) {                  \
        return __builtin_elementwise_fma(-b, c, a);                                                                 \
    }                                                                                                               \
    ASTRO_INLINE astro_f##N astro_product_less_##N(astro_f##N a, astro_f##N b, astro_f##N c) {                      \
        return __builtin_elementwise_fma(a, b, -c);                                                                 \
    }                                                                                                               \
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
    ASTRO_INLINE astro_u##N astro_shift_left_##N(astro_u##N a, unsigned long long n) { return a << n; }             \
    ASTRO_INLINE astro_u##N astro_shift_right_##N(astro_u##N a, unsigned long long n) { return a >> n; }            \
    ASTRO_INLINE astro_i##N astro_shift_right_signed_##N(astro_i##N a, unsigned long long n) { return a >> n; }

ASTRO_LANES(2)
ASTRO_LANES(4)
ASTRO_LANES(8)
