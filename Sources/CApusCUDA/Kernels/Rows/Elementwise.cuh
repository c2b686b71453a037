#pragma once
// Operations on each feature by itself.

DEVICE void row_activation_gradient(const row_t &at, const apus_cuda_instruction_t &i) {
    const float *y = row_at(at, i.y, i.features);
    float *dy = row_at(at, i.dy, i.features);
    for (int f = (int)threadIdx.x; f < i.features; f += ROW_THREADS) dy[f] = activation_gradient(dy[f], y[f], i.activation);
}

DEVICE void row_gelu(const row_t &at, const apus_cuda_instruction_t &i) {
    const float *x = row_at(at, i.x, i.features);
    float *y = row_at(at, i.y, i.features);
    for (int f = (int)threadIdx.x; f < i.features; f += ROW_THREADS) y[f] = gelu_(x[f]);
}

DEVICE void row_gelu_gradient(const row_t &at, const apus_cuda_instruction_t &i) {
    const float *x = row_at(at, i.x, i.features), *dy = row_at(at, i.dy, i.features);
    float *dx = row_at(at, i.dx, i.features);
    for (int f = (int)threadIdx.x; f < i.features; f += ROW_THREADS) write_or_add(dx + f, dy[f] * gelu_slope(x[f]), i.accumulates & 1);
}

DEVICE void row_logistic(const row_t &at, const apus_cuda_instruction_t &i) {
    const float *x = row_at(at, i.x, i.features);
    float *y = row_at(at, i.y, i.features);
    for (int f = (int)threadIdx.x; f < i.features; f += ROW_THREADS) y[f] = sigmoid_(x[f]);
}

DEVICE void row_logistic_gradient(const row_t &at, const apus_cuda_instruction_t &i) {
    const float *y = row_at(at, i.y, i.features), *dy = row_at(at, i.dy, i.features);
    float *dx = row_at(at, i.dx, i.features);
    for (int f = (int)threadIdx.x; f < i.features; f += ROW_THREADS)
        write_or_add(dx + f, activation_gradient(dy[f], y[f], APUS_CUDA_SIGMOID), i.accumulates & 1);
}

/// y = x + table[t].
DEVICE void row_add_table(const row_t &at, const apus_cuda_instruction_t &i) {
    const float *x = row_at(at, i.x, i.features), *table = at.slab + i.w + (long long)at.t * apus_cuda_padded(i.features);
    float *y = row_at(at, i.y, i.features);
    for (int f = (int)threadIdx.x; f < i.features; f += ROW_THREADS) y[f] = x[f] + table[f];
}

DEVICE void row_pass(const row_t &at, const apus_cuda_instruction_t &i) {
    const float *dy = row_at(at, i.dy, i.features);
    float *dx = row_at(at, i.dx, i.features);
    for (int f = (int)threadIdx.x; f < i.features; f += ROW_THREADS) write_or_add(dx + f, dy[f], i.accumulates & 1);
}

DEVICE void row_output(const row_t &at, const apus_cuda_instruction_t &i) {
    const float *x = row_at(at, i.x, i.features);
    float *to = at.results + i.result + (long long)at.row * i.features;
    for (int f = (int)threadIdx.x; f < i.features; f += ROW_THREADS) to[f] = x[f];
}
