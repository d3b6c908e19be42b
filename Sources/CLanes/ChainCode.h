// The code of all operations for VECTORS vectors of cells: a function for each way in which operands can lie.

#define JOINED_(x, y) x##y
#define JOINED(x, y) JOINED_(x, y)
#define SIZED(name) JOINED(name, VECTORS)
#define EACH_VECTOR _Pragma("clang loop unroll(full)") for (int i = 0; i < VECTORS; i++)

// What an operation does not read the compiler leaves out.
#define CODE(name, operands, result) \
    CODE_WITH(name, operands, , result) CODE_WITH(name, operands, _kept, result)
#define CODE_WITH(name, operands, kept, result)                                                          \
    static void SIZED(name##_##operands##kept##_)(const astro_link *link, double *const *places, REGISTERS) { \
        lanes x[] = {GIVEN};                                                                             \
        const double *place_a = places[link->a], *place_b = places[link->b], *place_c = places[link->c]; \
        const lanes all_b = (lanes)(*place_b), all_c = (lanes)(*place_c);                                \
        EACH_VECTOR {                                                                                    \
            const lanes a = operands & astro_chain_goes_on ? x[i] : lanes_at(place_a, i);                \
            const lanes b = operands & astro_chain_shares_b ? all_b : lanes_at(place_b, i);              \
            const lanes c = operands & astro_chain_shares_c ? all_c : lanes_at(place_c, i);              \
            (void)a, (void)b, (void)c;                                                                   \
            x[i] = result;                                                                               \
        }                                                                                                \
        STORE##kept                                                                                      \
        GO_ON(link, places, x);                                                                          \
    }
#define STORE
#define STORE_kept                        \
    double *target = places[link->target]; \
    EACH_VECTOR __builtin_memcpy(target + i * LANES, &x[i], sizeof x[i]);
#define CODE_OF_ONE(name, result) CODE(name, 0, result) CODE(name, 1, result)
#define CODE_OF_TWO(name, result) CODE_OF_ONE(name, result) CODE(name, 2, result) CODE(name, 3, result)
#define CODE_OF_THREE(name, result) \
    CODE_OF_TWO(name, result) CODE(name, 4, result) CODE(name, 5, result) CODE(name, 6, result) CODE(name, 7, result)
ASTRO_CHAIN_OF_ONE(CODE_OF_ONE)
ASTRO_CHAIN_OF_TWO(CODE_OF_TWO)
ASTRO_CHAIN_OF_THREE(CODE_OF_THREE)

#define ENTRY(name, operands) \
    {(astro_chain_code)SIZED(name##_##operands##_), (astro_chain_code)SIZED(name##_##operands##_kept_)}
#define ENTRIES_OF_ONE(name, result) {ENTRY(name, 0), ENTRY(name, 1)},
#define ENTRIES_OF_TWO(name, result) {ENTRY(name, 0), ENTRY(name, 1), ENTRY(name, 2), ENTRY(name, 3)},
#define ENTRIES_OF_THREE(name, result)                                                                           \
    {ENTRY(name, 0), ENTRY(name, 1), ENTRY(name, 2), ENTRY(name, 3), ENTRY(name, 4), ENTRY(name, 5), ENTRY(name, 6), \
     ENTRY(name, 7)},
static const astro_chain_code SIZED(code_)[][8][2] = {
    ASTRO_CHAIN_OF_ONE(ENTRIES_OF_ONE) ASTRO_CHAIN_OF_TWO(ENTRIES_OF_TWO) ASTRO_CHAIN_OF_THREE(ENTRIES_OF_THREE)
    {{(astro_chain_code)end}},
};

#undef JOINED_
#undef JOINED
#undef SIZED
#undef EACH_VECTOR
#undef CODE
#undef CODE_WITH
#undef STORE
#undef STORE_kept
#undef CODE_OF_ONE
#undef CODE_OF_TWO
#undef CODE_OF_THREE
#undef ENTRY
#undef ENTRIES_OF_ONE
#undef ENTRIES_OF_TWO
#undef ENTRIES_OF_THREE
#undef VECTORS
