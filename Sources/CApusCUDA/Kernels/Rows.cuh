#pragma once
// Operations on single rows: an interpreter, so that a chain of small layers, losses included, is one launch instead of one for each.

#include "Rows/Row.cuh"
#include "Rows/Dense.cuh"
#include "Rows/Dropout.cuh"
#include "Rows/Elementwise.cuh"
#include "Rows/LayerNorm.cuh"
#include "Rows/Softmax.cuh"
#include "Rows/Losses.cuh"

/// Instructions that are brought to the chip at a time.
enum { INSTRUCTIONS = 32 };

DEVICE void run_instruction(const row_t &at, const apus_cuda_instruction_t &i) {
    switch (i.kind) {
    case APUS_CUDA_DENSE: row_dense(at, i); break;
    case APUS_CUDA_DENSE_GRADIENT: row_dense_gradient(at, i); break;
    case APUS_CUDA_ACTIVATION_GRADIENT: row_activation_gradient(at, i); break;
    case APUS_CUDA_DROPOUT: row_dropout(at, i); break;
    case APUS_CUDA_DROPOUT_GRADIENT: row_dropout_gradient(at, i); break;
    case APUS_CUDA_GELU: row_gelu(at, i); break;
    case APUS_CUDA_GELU_GRADIENT: row_gelu_gradient(at, i); break;
    case APUS_CUDA_LOGISTIC: row_logistic(at, i); break;
    case APUS_CUDA_LOGISTIC_GRADIENT: row_logistic_gradient(at, i); break;
    case APUS_CUDA_SOFTMAX: row_softmax(at, i); break;
    case APUS_CUDA_SOFTMAX_GRADIENT: row_softmax_gradient(at, i); break;
    case APUS_CUDA_LAYER_NORM: row_layer_norm(at, i); break;
    case APUS_CUDA_LAYER_NORM_GRADIENT: row_layer_norm_gradient(at, i); break;
    case APUS_CUDA_ADD_TABLE: row_add_table(at, i); break;
    case APUS_CUDA_PASS: row_pass(at, i); break;
    case APUS_CUDA_CROSS_ENTROPY: row_cross_entropy(at, i); break;
    case APUS_CUDA_BINARY_CROSS_ENTROPY: row_binary_cross_entropy(at, i); break;
    case APUS_CUDA_SQUARED_ERROR: row_squared_error(at, i); break;
    case APUS_CUDA_OUTPUT: row_output(at, i); break;
    }
}

KERNEL(ROW_THREADS) rows(apus_cuda_rows_t p) {
    __shared__ apus_cuda_instruction_t instructions[INSTRUCTIONS];
    const apus_cuda_control_t &step = control(p.space);
    if (step.rows == 0) return;
    float *results = p.results + blockIdx.z * p.result_model_stride + p.space.status[blockIdx.z].position * p.result_stride;
    int matrix_row = (int)blockIdx.x;
    row_t at = {slab(p.space), results, matrix_row, matrix_row / p.rows, matrix_row % p.rows, step.rows, step.step};
    for (int first = 0; first < p.count; first += INSTRUCTIONS) {
        int count = p.count - first < INSTRUCTIONS ? p.count - first : INSTRUCTIONS;
        if ((int)threadIdx.x < count) instructions[threadIdx.x] = p.instructions[first + threadIdx.x];
        __syncthreads();
        for (int i = 0; i < count; i++) {
            run_instruction(at, instructions[i]);
            __syncthreads();
        }
    }
}
