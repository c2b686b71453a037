#pragma once
// A dense layer on one row: short sums, which wait for memory more than they compute, so all threads load at once.

enum { DENSE_PARTS = 32, DENSE_LOADS = 4, DENSE_GRADIENT_ROWS = 8 };

/// y = f(x W + b). An output has as many threads as can be spared for it and have a few products each: neighbouring threads read
/// neighbouring weights, and the parts of a sum are added in order.
DEVICE void row_dense(const row_t &at, const apus_cuda_instruction_t &i) {
    __shared__ float sums[ROW_THREADS];
    const float *x = row_at(at, i.x, i.features), *w = at.slab + i.w, *b = at.slab + i.b;
    float *y = row_at(at, i.y, i.units);
    int thread = (int)threadIdx.x, width = i.units < ROW_THREADS ? i.units : ROW_THREADS, parts = ROW_THREADS / width;
    int useful = (i.features + DENSE_LOADS - 1) / DENSE_LOADS, part = thread / width;
    if (parts > DENSE_PARTS) parts = DENSE_PARTS;
    if (parts > useful) parts = useful;
    for (int first = 0; first < i.units; first += width) {
        int unit = first + thread % width;
        float sum = 0.0f;
        if (part < parts && unit < i.units) {
#pragma unroll 8
            for (int k = part; k < i.features; k += parts) sum = fmaf(x[k], w[(long long)k * i.units + unit], sum);
        }
        sums[thread] = sum;
        __syncthreads();
        if (part == 0 && unit < i.units) {
            float total = b[unit];
            for (int p = 0; p < parts; p++) total += sums[p * width + thread];
            y[unit] = activate(total, i.activation);
        }
        __syncthreads();
    }
}

/// dx = dy Wᵀ. A row of W belongs to a group of lanes, 32 or as many as cover the units; a group takes several rows at a time.
DEVICE void row_dense_gradient(const row_t &at, const apus_cuda_instruction_t &i) {
    if (i.dx < 0) return;
    const float *dy = row_at(at, i.dy, i.units), *w = at.slab + i.w;
    float *dx = row_at(at, i.dx, i.features);
    int lanes = 32;
    while (lanes / 2 >= i.units) lanes /= 2;
    int groups = ROW_THREADS / lanes, group = (int)threadIdx.x / lanes, lane = (int)threadIdx.x % lanes;
    for (int first = 0; first < i.features; first += groups * DENSE_GRADIENT_ROWS) {
        float sums[DENSE_GRADIENT_ROWS] = {};
        for (int n = lane; n < i.units; n += lanes) {
            float d = dy[n];
#pragma unroll
            for (int r = 0; r < DENSE_GRADIENT_ROWS; r++) {
                int k = first + r * groups + group;
                if (k < i.features) sums[r] = fmaf(d, w[(long long)k * i.units + n], sums[r]);
            }
        }
        for (int mask = lanes / 2; mask > 0; mask /= 2)
#pragma unroll
            for (int r = 0; r < DENSE_GRADIENT_ROWS; r++) sums[r] += shuffle_xor(sums[r], mask);
#pragma unroll
        for (int r = 0; r < DENSE_GRADIENT_ROWS; r++) {
            int k = first + r * groups + group;
            if (lane == 0 && k < i.features) write_or_add(dx + k, sums[r], i.accumulates & 1);
        }
    }
}
