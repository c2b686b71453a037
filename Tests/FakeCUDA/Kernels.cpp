// The kernels of the CUDA backend, compiled for the emulator. A kernel that is not registered here cannot be launched in tests.

#include "Emulator/Registry.h"

#if defined(__x86_64__)
// As on a GPU, fmaf is one instruction: not a call.
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#endif
#define APUS_EMULATOR
#include "../../Sources/CApusCUDA/Kernels/Kernels.cu"
#if defined(__x86_64__)
#pragma clang attribute pop
#endif

static const struct Kernels {
    Kernels() {
        // One line for each kernel: REGISTER(name);
    }
} kernels;
