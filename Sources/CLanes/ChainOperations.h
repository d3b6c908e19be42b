// The operations of Chain.h on VECTORS vectors at once: `astro_chain_code` finds them in tables named after that number.

#define JOINED_(a, b) a##b
#define JOINED(a, b) JOINED_(a, b)
#define SIZED(name) JOINED(JOINED(name, _by_), VECTORS)

#define OWN(place) LOAD((place) + i * N)
#define EACH_VECTOR _Pragma("clang loop unroll(full)") for (int i = 0; i < VECTORS; i++)
// An operation of which it is known where its operands are.
#define CHAIN_OPERATION(name, PREPARE, A, B, C, vector)                                       \
    static void SIZED(name)(const astro_link *link, double *const *places, RESULTS) {         \
        TAKE_RESULTS                                                                          \
        PREPARE EACH_VECTOR {                                                                 \
            const lanes a = A, b = B, c = C;                                                  \
            (void)a, (void)b, (void)c;                                                        \
            result[i] = vector;                                                               \
        }                                                                                     \
        NEXT;                                                                                 \
    }
#define PLACE(x) const double *place_of_##x = places[link->x];
#define SHARED(x) const lanes shared_##x = *places[link->x] + (lanes){};

#define OF_ONE(name, vector)                                                                  \
    CHAIN_OPERATION(name##_0, PLACE(a), OWN(place_of_a), ZERO, ZERO, vector)                  \
    CHAIN_OPERATION(name##_1, , result[i], ZERO, ZERO, vector)
#define OF_TWO(name, vector)                                                                  \
    CHAIN_OPERATION(name##_0, PLACE(a) PLACE(b), OWN(place_of_a), OWN(place_of_b), ZERO, vector) \
    CHAIN_OPERATION(name##_1, PLACE(b), result[i], OWN(place_of_b), ZERO, vector)             \
    CHAIN_OPERATION(name##_2, PLACE(a) SHARED(b), OWN(place_of_a), shared_b, ZERO, vector)    \
    CHAIN_OPERATION(name##_3, SHARED(b), result[i], shared_b, ZERO, vector)
