#include "CApusKernels.h"
#include <string.h>

extern const apus_kernels_t apus_kernels_avx512, apus_kernels_avx2, apus_kernels_portable;

#if defined(__x86_64__)
static const apus_kernels_t *const variants[] = {&apus_kernels_avx512, &apus_kernels_avx2, &apus_kernels_portable};
#else
static const apus_kernels_t *const variants[] = {&apus_kernels_portable};
#endif

static bool runs(const apus_kernels_t *kernels) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    if (kernels == &apus_kernels_avx512)
        return avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")
            && __builtin_cpu_supports("avx512bw");
    if (kernels == &apus_kernels_avx2) return avx2;
#endif
    return kernels == &apus_kernels_portable;
}

const apus_kernels_t *apus_kernels(const char *name) {
    for (size_t i = 0; i < sizeof variants / sizeof *variants; i++) {
        if (name && strcmp(name, variants[i]->name) != 0) continue;
        if (runs(variants[i])) return variants[i];
        if (name) return NULL;
    }
    return NULL;
}
