#include "CApusBench.h"
#include <time.h>

// Enough sums in flight to hide the latency of a multiply-add, few enough to stay in registers.
enum { sums = 12, turns = 200000, tries = 20 };

#define FUSED(a, b, c) __builtin_elementwise_fma(a, b, c)
#define APART(a, b, c) ((a) * (b) + (c))

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/// GFLOP/s of vectors of `lanes` floats. The empty assembly keeps each sum in a register of the class `where`, and the turns as written.
#define PEAK(name, lanes, target, multiply_add, where) \
    typedef float name##_vector __attribute__((ext_vector_type(lanes))); \
    target static double name(void) { \
        name##_vector sum[sums]; \
        for (int i = 0; i < sums; i++) sum[i] = (name##_vector)(0.001f * (float)i); \
        const name##_vector factor = (name##_vector)(0.999f), term = (name##_vector)(1e-4f); \
        double best = 1e9; \
        for (int attempt = 0; attempt < tries; attempt++) { \
            const double start = now(); \
            for (int turn = 0; turn < turns; turn++) \
                _Pragma("clang loop unroll(full)") for (int i = 0; i < sums; i++) { \
                    sum[i] = multiply_add(sum[i], factor, term); \
                    __asm__ volatile("" : "+" where(sum[i])); \
                } \
            const double seconds = now() - start; \
            if (seconds < best) best = seconds; \
        } \
        return 2.0 * sums * (lanes) * turns / best / 1e9; \
    }

#if defined(__x86_64__)
PEAK(avx512, 16, __attribute__((target("avx512f"))), FUSED, "v")
PEAK(avx2, 8, __attribute__((target("avx2,fma"))), FUSED, "x")
PEAK(sse, 4, , APART, "x")

double apus_bench_peak_gflops(void) {
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f")) return avx512();
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return avx2();
    return sse();
}
#else
PEAK(neon, 4, , FUSED, "w")

double apus_bench_peak_gflops(void) { return neon(); }
#endif
