#pragma once
// Matrix products of layers.

/// A tile of 8 `rows` x 64. Sums begin with the bias or with C, as on the CPU.
template <int rows> DEVICE void gemm_tile(const apus_cuda_gemm_t &p) {
    float *base = slab(p.space);
    operand_t a = operand(base + p.a, p.lda, p.m, p.k, 1), b = operand(base + p.b, p.ldb, p.n, p.k, p.transposed_b);
    int first_row = (int)blockIdx.y * 8 * rows, first_column = (int)blockIdx.x * TILE;
    int row = first_row + thread_row<rows>(), column = first_column + thread_column(), columns = p.n - column;
    float *c = base + p.c + (long long)row * p.ldc + column;
    int vectors = (unsigned long long)(base + p.c) % 16 == 0 && p.ldc % 4 == 0;

    float sums[rows][THREAD_COLUMNS];
    float4 bias = {0.0f, 0.0f, 0.0f, 0.0f};
    if (p.bias >= 0) bias = load_four(base + p.bias + column, columns, 0);
#pragma unroll
    for (int i = 0; i < rows; i++) {
        float4 start = bias;
        if (p.accumulates) start = load_four(c + (long long)i * p.ldc, row + i < p.m ? columns : 0, vectors);
        sums[i][0] = start.x;
        sums[i][1] = start.y;
        sums[i][2] = start.z;
        sums[i][3] = start.w;
    }
    tile_product<rows>(sums, a, b, first_row, first_column);
    if (p.activation != APUS_CUDA_LINEAR)
#pragma unroll
        for (int i = 0; i < rows; i++)
#pragma unroll
            for (int j = 0; j < THREAD_COLUMNS; j++) sums[i][j] = activate(sums[i][j], p.activation);
#pragma unroll
    for (int i = 0; i < rows; i++) {
        float4 y = {sums[i][0], sums[i][1], sums[i][2], sums[i][3]};
        store_four(c + (long long)i * p.ldc, y, row + i < p.m ? columns : 0, vectors);
    }
}

KERNEL(APUS_CUDA_GEMM_THREADS) gemm(apus_cuda_gemm_t p) { gemm_tile<THREAD_ROWS>(p); }

KERNEL(APUS_CUDA_GEMM_THREADS) gemm_32(apus_cuda_gemm_t p) { gemm_tile<THREAD_ROWS / 2>(p); }
