#include "CApusKernels.h"
#include <string.h>

extern const apus_kernels_t apus_kernels_avx512, apus_kernels_avx2, apus_kernels_portable;

static bool runs(const apus_kernels_t *kernels) {
    __builtin_cpu_init();
    bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    if (kernels == &apus_kernels_avx512)
        return avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")
            && __builtin_cpu_supports("avx512bw");
    if (kernels == &apus_kernels_avx2) return avx2;
    return true;
}

const apus_kernels_t *apus_kernels(const char *name) {
    const apus_kernels_t *const all[] = {&apus_kernels_avx512, &apus_kernels_avx2, &apus_kernels_portable};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (name && strcmp(name, all[i]->name) != 0) continue;
        if (runs(all[i])) return all[i];
        if (name) return NULL;
    }
    return NULL;
}
