// The kernels of one instruction set: included once per variant, which defines VARIANT, WIDTH, HAS_FMA, GEMM_ROWS and TARGET.
#include "CApusKernels.h"

#pragma STDC FP_CONTRACT OFF

#include "Vector.h"
#include "Math.h"
#include "Gemm.h"
#include "LSTM.h"
#include "GRU.h"
#include "Elementwise.h"
#include "Normalization.h"
#include "Attention.h"
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
    ENTRY(gru_pack),
    ENTRY(gru_pack_transposed),
    ENTRY(gru_forward),
    ENTRY(gru_backward),
    ENTRY(attention_forward),
    ENTRY(attention_backward),
    ENTRY(layer_norm),
    ENTRY(layer_norm_gradient),
    ENTRY(step_sum),
    ENTRY(step_sum_gradient),
    ENTRY(add_steps),
    ENTRY(pass),
    ENTRY(exp),
    ENTRY(tanh),
    ENTRY(sigmoid),
    ENTRY(gate),
    ENTRY(gelu),
    ENTRY(gelu_gradient),
    ENTRY(activation),
    ENTRY(activation_gradient),
    ENTRY(dropout),
    ENTRY(dropout_gradient),
    ENTRY(softmax),
    ENTRY(softmax_gradient),
    ENTRY(cross_entropy),
    ENTRY(cross_entropy_gradient),
    ENTRY(binary_cross_entropy),
    ENTRY(binary_cross_entropy_gradient),
    ENTRY(squared_error),
    ENTRY(squared_error_gradient),
    ENTRY(reduce),
    ENTRY(is_finite),
    ENTRY(adam),
};
