#if defined(__x86_64__)
#include <immintrin.h>

// 16 registers of 8 floats.
#define VARIANT avx2
#define WIDTH 8
#define HAS_FMA 1
#define GEMM_ROWS 2
#define TARGET __attribute__((target("avx2,fma")))
#include "Variant/Kernels.h"

#endif
