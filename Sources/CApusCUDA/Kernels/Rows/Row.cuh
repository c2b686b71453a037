#pragma once
// What operations on single rows share. A block of 128 threads works on one matrix row, the threads on features; what an operation has
// written, the block synchronised, the next one reads.

enum { ROW_THREADS = 128 };

/// Where a block works: matrix row t * rows + row of one model, in a batch of `active` rows.
typedef struct {
    float *slab;
    float *results;  // of this step and model
    int matrix_row, t, row;
    unsigned active, step;
} row_t;

/// This row of a matrix with `width` columns that begins at `place`.
DEVICE float *row_at(const row_t &at, long long place, int width) { return at.slab + place + (long long)at.matrix_row * apus_cuda_padded(width); }

DEVICE void write_or_add(float *to, float x, int adds) { *to = adds ? *to + x : x; }

/// The sum of what all threads bring, for all of them: the lanes of a warp, then the warps.
DEVICE float row_sum(float x) {
    __shared__ float warps[ROW_THREADS / 32];
    x = lanes_sum(x);
    __syncthreads();  // the last call's sums have been read
    if (threadIdx.x % 32 == 0) warps[threadIdx.x / 32] = x;
    __syncthreads();
    return (warps[0] + warps[1]) + (warps[2] + warps[3]);
}

/// The greatest of what all threads bring, none of it NaN.
DEVICE float row_maximum(float x) {
    __shared__ float warps[ROW_THREADS / 32];
    x = lanes_maximum(x);
    __syncthreads();
    if (threadIdx.x % 32 == 0) warps[threadIdx.x / 32] = x;
    __syncthreads();
    return fmaxf(fmaxf(warps[0], warps[1]), fmaxf(warps[2], warps[3]));
}

/// The sum of the terms of the first `count` threads, in order, for thread 0. Heads are narrow, and their losses thus add as on the CPU.
DEVICE double row_sum_in_order(double term, int count) {
    __shared__ double terms[ROW_THREADS];
    terms[threadIdx.x] = term;
    __syncthreads();
    double sum = 0;
    if (threadIdx.x == 0)
        for (int i = 0; i < count && i < ROW_THREADS; i++) sum += terms[i];
    return sum;
}
