#pragma once
// A dense layer on one row: short sums, which wait for memory more than they compute, so all threads load at once.

enum { DENSE_PARTS = 32, DENSE_LOADS = 8, DENSE_GRADIENT_ROWS = 8 };

/// Every parts-th product of a sum, from number `first` on. `w` is a column of W. Loads do not wait for each other.
DEVICE float dense_part(const float *x, const float *w, int first, int parts, int features, int units) {
    float sum = 0.0f;
    for (int k = first; k < features; k += DENSE_LOADS * parts) {
        float left[DENSE_LOADS], right[DENSE_LOADS];
#pragma unroll
        for (int i = 0; i < DENSE_LOADS; i++) {
            int at = k + i * parts;
            left[i] = at < features ? x[at] : 0.0f;
            right[i] = at < features ? w[(long long)at * units] : 0.0f;
        }
#pragma unroll
        for (int i = 0; i < DENSE_LOADS; i++) sum = fmaf(left[i], right[i], sum);
    }
    return sum;
}

/// y = f(x W + b). An output has as many threads as can be spared for it, with four products each at least: neighbouring threads read
/// neighbouring weights, and the parts of a sum are added in order. Where outputs are more than threads, no thread reads another's sum.
DEVICE void row_dense(const row_t &at, const apus_cuda_instruction_t &i) {
    __shared__ float sums[ROW_THREADS];
    const float *x = row_at(at, i.x, i.features), *w = at.slab + i.w, *b = at.slab + i.b;
    float *y = row_at(at, i.y, i.units);
    int thread = (int)threadIdx.x, width = min(i.units, ROW_THREADS), part = thread / width;
    int parts = min(min(ROW_THREADS / width, DENSE_PARTS), (i.features + 3) / 4);
    for (int first = 0; first < i.units; first += width) {
        int unit = first + thread % width, exists = part < parts && unit < i.units;
        sums[thread] = exists ? dense_part(x, w + unit, part, parts, i.features, i.units) : 0.0f;
        __syncthreads();
        if (exists && part == 0) {
            float sum = b[unit];
#pragma unroll 4
            for (int p = 0; p < parts; p++) sum += sums[p * width + thread];
            y[unit] = activate(sum, i.activation);
        }
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
    for (int k = group; k - group < i.features; k += groups * DENSE_GRADIENT_ROWS) {
        const float *row = w + (long long)k * i.units;
        long long next = (long long)groups * i.units;
        int left = i.features - k;
        float sums[DENSE_GRADIENT_ROWS] = {};
        for (int n = lane; n < i.units; n += lanes) {
            float d = dy[n], weights[DENSE_GRADIENT_ROWS];
#pragma unroll
            for (int r = 0; r < DENSE_GRADIENT_ROWS; r++) weights[r] = r * groups < left ? row[r * next + n] : 0.0f;
#pragma unroll
            for (int r = 0; r < DENSE_GRADIENT_ROWS; r++) sums[r] = fmaf(d, weights[r], sums[r]);
        }
        for (int mask = lanes / 2; mask > 0; mask /= 2)
#pragma unroll
            for (int r = 0; r < DENSE_GRADIENT_ROWS; r++) sums[r] += shuffle_xor(sums[r], mask);
#pragma unroll
        for (int r = 0; r < DENSE_GRADIENT_ROWS; r++)
            if (lane == 0 && r * groups < left) write_or_add(dx + k + r * groups, sums[r], i.accumulates & 1);
    }
}
