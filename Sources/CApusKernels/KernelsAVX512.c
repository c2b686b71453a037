#if defined(__x86_64__)
#include <immintrin.h>

// 32 registers of 16 floats. Do not add prefer-vector-width to the target: clang then ignores the whole attribute with only a warning.
#define VARIANT avx512
#define WIDTH 16
#define HAS_FMA 1
#define GEMM_ROWS 4
#define TARGET __attribute__((target("avx512f,avx512dq,avx512vl,avx512bw,avx2,fma")))
#include "Variant/Kernels.h"

#endif
