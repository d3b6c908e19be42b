#include "Chain.h"

#include "CLanes.h"

// The widest vectors of the processor, if the build does not want narrower ones.
#if defined(__AVX512F__) && ASTRO_VECTOR_WIDTH >= 8
#define LANES 8
#elif defined(__AVX__) && ASTRO_VECTOR_WIDTH >= 4
#define LANES 4
#else
#define LANES 2
#endif
#define WITH_LANES_(name, n) name##n
#define WITH_LANES(name, n) WITH_LANES_(name, n)
#define OF_LANES(name) WITH_LANES(name, LANES)

typedef OF_LANES(astro_f) lanes;

#define ZERO ((lanes)(0.0))
#define ONE ((lanes)(1.0))
#define WHERE(mask, a, b) OF_LANES(astro_select_)(mask, a, b)
#define LESS(a, b) OF_LANES(astro_less_)(a, b)
#define AT_LEAST(a, b) OF_LANES(astro_at_least_)(a, b)
#define ADD_PRODUCT(a, b, c) OF_LANES(astro_add_product_)(a, b, c)
#define SUBTRACT_PRODUCT(a, b, c) OF_LANES(astro_subtract_product_)(a, b, c)
#define PRODUCT_LESS(a, b, c) OF_LANES(astro_product_less_)(a, b, c)
// The divider has every other vector, which takes as long as all the multiplications of the others.
#if LANES == 8
#define QUOTIENT(a, b) (i % 2 == 0 ? a / b : astro_quotient_8(a, b))
#else
#define QUOTIENT(a, b) (a / b)
#endif

// As many vectors as calling conventions pass in registers.
#define REGISTERS lanes x0, lanes x1, lanes x2, lanes x3, lanes x4, lanes x5, lanes x6, lanes x7
#define GIVEN x0, x1, x2, x3, x4, x5, x6, x7
typedef void (*code)(const astro_link *, double *const *, REGISTERS);
#define GO_ON(link, places, x)                                                                                         \
    __attribute__((musttail)) return ((code)link[1].run)(link + 1, places, x[0], x[1], x[2], x[3], x[4], x[5], x[6], x[7])

ASTRO_INLINE lanes lanes_at(const double *place, int i) {
    lanes x;
    __builtin_memcpy(&x, place + i * LANES, sizeof x);
    return x;
}

static void end(const astro_link *link, double *const *places, REGISTERS) {}

#define VECTORS 8
#include "ChainCode.h"
#if LANES >= 4
#define VECTORS 4
#include "ChainCode.h"
#endif
#if LANES >= 8
#define VECTORS 2
#include "ChainCode.h"
#endif

int astro_chain_cells(void) { return 8 * LANES; }

astro_chain_code astro_chain_find(astro_chain_operation operation, unsigned known, int cells) {
    switch (cells / LANES) {
    case 8: return code_8[operation][known % 8][known / 8];
#if LANES >= 4
    case 4: return code_4[operation][known % 8][known / 8];
#endif
#if LANES >= 8
    case 2: return code_2[operation][known % 8][known / 8];
#endif
    default: return 0;
    }
}

void astro_run_chain(const astro_link *first, double *const *places) {
    ((code)first->run)(first, places, ZERO, ZERO, ZERO, ZERO, ZERO, ZERO, ZERO, ZERO);
}
