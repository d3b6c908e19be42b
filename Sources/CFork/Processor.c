#include <string.h>

#include "CFork.h"

bool cfork_processor_will_do(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (strcmp(ENGINE_CPU, "x86-64-v3") == 0) {
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
    }
#endif
    return true;
}
