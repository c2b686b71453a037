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
        REGISTER(adam);
        REGISTER(advance);
        REGISTER(attention_backward_keys);
        REGISTER(attention_backward_queries);
        REGISTER(attention_forward);
        REGISTER(gather);
        REGISTER(gemm);
        REGISTER(gemm_32);
        REGISTER(gru_backward);
        REGISTER(gru_backward_128);
        REGISTER(gru_backward_16);
        REGISTER(gru_backward_32);
        REGISTER(gru_backward_64);
        REGISTER(gru_forward);
        REGISTER(gru_forward_128);
        REGISTER(gru_forward_16);
        REGISTER(gru_forward_32);
        REGISTER(gru_forward_64);
        REGISTER(lstm_backward);
        REGISTER(lstm_backward_128);
        REGISTER(lstm_backward_16);
        REGISTER(lstm_backward_32);
        REGISTER(lstm_backward_64);
        REGISTER(lstm_forward);
        REGISTER(lstm_forward_128);
        REGISTER(lstm_forward_16);
        REGISTER(lstm_forward_32);
        REGISTER(lstm_forward_64);
        REGISTER(rows);
        REGISTER(step_mean);
        REGISTER(step_mean_gradient);
        REGISTER(sum_gradients);
        REGISTER(sum_squares);
        REGISTER(weight_gradients);
    }
} kernels;
