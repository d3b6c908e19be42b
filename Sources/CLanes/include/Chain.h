// Chains of operations over some cells at once: what an operation gives stays in the processor's registers for the one behind it. Each
// calls the next one as its last act, with these registers as arguments, so nothing is put aside in between (Docs/decisions.md).
#pragma once

// The operations: a name, and what is made of vectors a, b and c.
#define ASTRO_CHAIN_OF_ONE(OP)                                            \
    OP(square, a * a)                                                     \
    OP(cube, a * a * a)                                                   \
    OP(negate, ZERO - a)                                                  \
    OP(absolute, __builtin_elementwise_abs(a))                            \
    OP(square_root, __builtin_elementwise_sqrt(a))                        \
    OP(floor, __builtin_elementwise_floor(a))                             \
    OP(ceiling, __builtin_elementwise_ceil(a))                            \
    OP(truncate, __builtin_elementwise_trunc(a))                          \
    OP(sign, WHERE(LESS(ZERO, a), ONE, WHERE(LESS(a, ZERO), -ONE, ZERO))) \
    OP(not, ONE - a)
#define ASTRO_CHAIN_OF_TWO(OP)                                            \
    OP(take, b)                                                           \
    OP(add, a + b)                                                        \
    OP(subtract, a - b)                                                   \
    OP(subtract_from, b - a)                                              \
    OP(multiply, a * b)                                                   \
    OP(divide, QUOTIENT(a, b))                                            \
    OP(divide_into, QUOTIENT(b, a))                                       \
    OP(smaller, WHERE(LESS(a, b), a, b))                                  \
    OP(larger, WHERE(LESS(b, a), a, b))                                   \
    OP(less, WHERE(LESS(a, b), ONE, ZERO))                                \
    OP(less_equal, WHERE(AT_LEAST(b, a), ONE, ZERO))                      \
    OP(more, WHERE(LESS(b, a), ONE, ZERO))                                \
    OP(more_equal, WHERE(AT_LEAST(a, b), ONE, ZERO))                      \
    OP(equal, WHERE(AT_LEAST(a, b) & AT_LEAST(b, a), ONE, ZERO))          \
    OP(unequal, WHERE(AT_LEAST(a, b) & AT_LEAST(b, a), ZERO, ONE))
#define ASTRO_CHAIN_OF_THREE(OP)                                          \
    OP(multiply_add, ADD_PRODUCT(c, a, b))                                \
    OP(subtract_product, SUBTRACT_PRODUCT(c, a, b))                       \
    OP(multiply_subtract, PRODUCT_LESS(a, b, c))                          \
    OP(add_product, ADD_PRODUCT(a, b, c))                                 \
    OP(less_product, SUBTRACT_PRODUCT(a, b, c))                           \
    OP(product_less, PRODUCT_LESS(b, c, a))                               \
    OP(select, WHERE(LESS(ZERO, a), b, c))                                \
    OP(kept_where, WHERE(LESS(ZERO, b), a, c))                            \
    OP(replaced_where, WHERE(LESS(ZERO, b), c, a))

#define ASTRO_CHAIN_NAME(name, result) astro_chain_##name,
typedef enum astro_chain_operation {
    ASTRO_CHAIN_OF_ONE(ASTRO_CHAIN_NAME) ASTRO_CHAIN_OF_TWO(ASTRO_CHAIN_NAME) ASTRO_CHAIN_OF_THREE(ASTRO_CHAIN_NAME)
    astro_chain_end,
} astro_chain_operation;
#undef ASTRO_CHAIN_NAME

// What is known of an operation: a is the result of the one before; all cells share b or c; the result is stored, too.
enum { astro_chain_goes_on = 1, astro_chain_shares_b = 2, astro_chain_shares_c = 4, astro_chain_keeps = 8 };

typedef void (*astro_chain_code)(void);

typedef struct astro_link {
    astro_chain_code run;
    // Numbers of places.
    unsigned target, a, b, c;
} astro_link;

// A chain takes so many cells, or their half, quarter and so on down to 16.
int astro_chain_cells(void);

// The code of an operation for a number of cells.
astro_chain_code astro_chain_find(astro_chain_operation operation, unsigned known, int cells);

// Runs the links up to `astro_chain_end`, all of them for the same number of cells. A place holds a value for each cell, or the one that
// they share.
void astro_run_chain(const astro_link *first, double *const *places);
