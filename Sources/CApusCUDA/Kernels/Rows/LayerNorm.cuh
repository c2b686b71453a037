#pragma once
// Layer normalisation (Ba, Kiros, Hinton 2016) of a row, or of the sum of two.

/// y = gain (s - mean s) / sqrt(var s + epsilon) + shift with s = x + r, or x where there is no r.
DEVICE void row_layer_norm(const row_t &at, const apus_cuda_instruction_t &i) {
    const float *x = row_at(at, i.x, i.features), *r = i.r >= 0 ? row_at(at, i.r, i.features) : 0, *gain = at.slab + i.w, *shift = at.slab + i.b;
    float *y = row_at(at, i.y, i.features), *normalized = row_at(at, i.normalized, i.features), sum = 0.0f, squares = 0.0f;
    for (int f = (int)threadIdx.x; f < i.features; f += ROW_THREADS) sum += r ? x[f] + r[f] : x[f];
    float mean = row_sum(sum) / (float)i.features;
    for (int f = (int)threadIdx.x; f < i.features; f += ROW_THREADS) {
        float v = (r ? x[f] + r[f] : x[f]) - mean;
        squares = fmaf(v, v, squares);
    }
    float scale = 1.0f / sqrtf(row_sum(squares) / (float)i.features + i.epsilon);
    if (threadIdx.x == 0) at.slab[i.scale + at.matrix_row] = scale;
    for (int f = (int)threadIdx.x; f < i.features; f += ROW_THREADS) {
        float v = ((r ? x[f] + r[f] : x[f]) - mean) * scale;
        normalized[f] = v;
        y[f] = fmaf(v, gain[f], shift[f]);
    }
}

/// The gradient of s, which is that of x and of r. Those of gain and shift are sums over rows, for `weight_gradients`.
DEVICE void row_layer_norm_gradient(const row_t &at, const apus_cuda_instruction_t &i) {
    const float *dy = row_at(at, i.dy, i.features), *normalized = row_at(at, i.normalized, i.features), *gain = at.slab + i.w;
    float sum = 0.0f, product = 0.0f;
    for (int f = (int)threadIdx.x; f < i.features; f += ROW_THREADS) {
        float d = dy[f] * gain[f];
        sum += d;
        product = fmaf(d, normalized[f], product);
    }
    float mean = row_sum(sum) / (float)i.features, slope = row_sum(product) / (float)i.features, scale = at.slab[i.scale + at.matrix_row];
    for (int f = (int)threadIdx.x; f < i.features; f += ROW_THREADS) {
        float ds = (dy[f] * gain[f] - fmaf(normalized[f], slope, mean)) * scale;
        if (i.dx >= 0) write_or_add(row_at(at, i.dx, i.features) + f, ds, i.accumulates & 1);
        if (i.dr >= 0) write_or_add(row_at(at, i.dr, i.features) + f, ds, i.accumulates & 2);
    }
}
