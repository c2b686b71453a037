#pragma once
// Recurrent layers of any number of units. A block has APUS_CUDA_RECURRENT_ROWS rows of the batch, so that each recurrent weight read from
// memory serves them all; h and the gradients of a step are read from where the block wrote them the step before.

enum { RECURRENT_THREADS = 256 };

/// The number of a block's row `r`; rows behind the last one of the batch repeat it, and are not written.
DEVICE int recurrent_row(int r, int rows) {
    const int row = (int)blockIdx.x * APUS_CUDA_RECURRENT_ROWS + r;
    return row < rows ? row : rows - 1;
}

/// sums[r][gate] += h U for one unit of each row of the block. `h`: (rows, padded units); `weights`: U (H, GATES * H) from the unit's column on.
template <int GATES>
DEVICE void recurrent_product(float (&sums)[APUS_CUDA_RECURRENT_ROWS][GATES], const float *h, const float *weights, int rows, int units) {
    const float *from[APUS_CUDA_RECURRENT_ROWS];
#pragma unroll
    for (int r = 0; r < APUS_CUDA_RECURRENT_ROWS; r++) from[r] = h + (long long)recurrent_row(r, rows) * apus_cuda_padded(units);
#pragma unroll 8
    for (int k = 0; k < units; k++) {
        float w[GATES];
#pragma unroll
        for (int gate = 0; gate < GATES; gate++) w[gate] = weights[((long long)k * GATES + gate) * units];
#pragma unroll
        for (int r = 0; r < APUS_CUDA_RECURRENT_ROWS; r++) {
#pragma unroll
            for (int gate = 0; gate < GATES; gate++) sums[r][gate] = fmaf(from[r][k], w[gate], sums[r][gate]);
        }
    }
}

/// dh (rows, padded units) = D Uᵀ, or += with `accumulates`, for the rows of the block: a warp for four units at a time, with all rows of
/// the block. `d`: the gates of a step, whose columns from `gap_from` on lie one layer of units further; `weights`: U (H, columns).
DEVICE void recurrent_gradient(float *dh, const float *d, int gate_stride, int gap_from, const float *weights, int columns, int rows, int units,
                               bool accumulates) {
    enum { ROWS = APUS_CUDA_RECURRENT_ROWS, UNITS = 4 };
    const int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
    const float *from[ROWS];
#pragma unroll
    for (int r = 0; r < ROWS; r++) from[r] = d + (long long)recurrent_row(r, rows) * gate_stride;
    for (int first = warp * UNITS; first < units; first += RECURRENT_THREADS / 32 * UNITS) {
        float sums[UNITS * ROWS];
#pragma unroll
        for (int i = 0; i < UNITS * ROWS; i++) sums[i] = 0.0f;
#pragma unroll 4
        for (int column = lane; column < columns; column += 32) {
            const int place = column < gap_from ? column : column + units;
            float gradient[ROWS];
#pragma unroll
            for (int r = 0; r < ROWS; r++) gradient[r] = from[r][place];
#pragma unroll
            for (int i = 0; i < UNITS; i++) {
                const int unit = first + i < units ? first + i : units - 1;
                const float w = weights[(long long)unit * columns + column];
#pragma unroll
                for (int r = 0; r < ROWS; r++) sums[i * ROWS + r] = fmaf(gradient[r], w, sums[i * ROWS + r]);
            }
        }
        float sum = reduce_scatter(sums, 16);
        sum += shuffle_xor(sum, 1);
        const int unit = first + lane / 2 / ROWS, row = (int)blockIdx.x * ROWS + lane / 2 % ROWS;
        if (lane % 2 == 0 && unit < units && row < rows) {
            float *to = dh + (long long)row * apus_cuda_padded(units) + unit;
            *to = accumulates ? *to + sum : sum;
        }
    }
}
