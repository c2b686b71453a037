// Whatever the compiler's baseline has: 4 floats (SSE2 on x86-64), multiply and add rounded separately.
#define VARIANT portable
#define WIDTH 4
#define HAS_FMA 0
#define GEMM_ROWS 2
#define TARGET
#include "Variant/Kernels.h"
