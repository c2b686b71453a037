// The kernels of one instruction set: included once per variant, which defines VARIANT, WIDTH, HAS_FMA, GEMM_ROWS and TARGET.
#include "CApusKernels.h"

#pragma STDC FP_CONTRACT OFF

#include "Vector.h"
#include "Math.h"
#include "Gemm.h"
#include "LSTM.h"
#include "Elementwise.h"
#include "Losses.h"
#include "Optimizer.h"

#define QUOTE_(name) #name
#define QUOTE(name) QUOTE_(name)
#define ENTRY(field) .field = FN(field)

extern const apus_kernels_t CONCATENATE(apus_kernels, VARIANT);
const apus_kernels_t CONCATENATE(apus_kernels, VARIANT) = {
    .name = QUOTE(VARIANT),
    .vector_width = WIDTH,
    ENTRY(gemm_pack),
    ENTRY(gemm),
    ENTRY(gemm_transposed),
    ENTRY(column_sum),
    ENTRY(lstm_pack),
    ENTRY(lstm_pack_transposed),
    ENTRY(lstm_forward),
    ENTRY(lstm_backward),
    ENTRY(exp),
    ENTRY(tanh),
    ENTRY(sigmoid),
    ENTRY(activation),
    ENTRY(activation_gradient),
    ENTRY(dropout),
    ENTRY(dropout_gradient),
    ENTRY(softmax),
    ENTRY(softmax_gradient),
    ENTRY(cross_entropy),
    ENTRY(cross_entropy_gradient),
    ENTRY(squared_error),
    ENTRY(squared_error_gradient),
    ENTRY(reduce),
    ENTRY(is_finite),
    ENTRY(adam),
};
