#include <string.h>

#include "CFork.h"

int cfork_processor_generation(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("sse4.2") || !__builtin_cpu_supports("popcnt")) return 1;
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma") || !__builtin_cpu_supports("bmi2")) return 2;
    bool has_512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512cd")
                   && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
    return has_512 ? 4 : 3;
#else
    return 0;
#endif
}

int cfork_engine_generation(void) {
    const char *prefix = "x86-64-v";
    size_t length = strlen(prefix);
    if (strncmp(ENGINE_CPU, prefix, length) != 0 || strlen(ENGINE_CPU) != length + 1) return 0;
    return ENGINE_CPU[length] - '0';
}
