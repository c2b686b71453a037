#pragma once
// Softmax of a row. The greatest logit is subtracted first, so that no exponential overflows.

/// What the probabilities of logits come from: e^(x - maximum) / sum.
typedef struct { float maximum, sum; } softmax_t;

DEVICE softmax_t row_probabilities(const float *x, float *y, int features) {
    float top = -INFINITY, sum = 0.0f;
    for (int f = (int)threadIdx.x; f < features; f += ROW_THREADS) top = x[f] > top ? x[f] : top;
    top = row_maximum(top);
    for (int f = (int)threadIdx.x; f < features; f += ROW_THREADS) {
        y[f] = exp_(x[f] - top);
        sum += y[f];
    }
    sum = row_sum(sum);
    for (int f = (int)threadIdx.x; f < features; f += ROW_THREADS) y[f] /= sum;
    softmax_t terms = {top, sum};
    return terms;
}

DEVICE void row_softmax(const row_t &at, const apus_cuda_instruction_t &i) {
    row_probabilities(row_at(at, i.x, i.features), row_at(at, i.y, i.features), i.features);
}

/// dx = y (dy - y · dy).
DEVICE void row_softmax_gradient(const row_t &at, const apus_cuda_instruction_t &i) {
    const float *y = row_at(at, i.y, i.features), *dy = row_at(at, i.dy, i.features);
    float *dx = row_at(at, i.dx, i.features), dot = 0.0f;
    for (int f = (int)threadIdx.x; f < i.features; f += ROW_THREADS) dot = fmaf(y[f], dy[f], dot);
    dot = row_sum(dot);
    for (int f = (int)threadIdx.x; f < i.features; f += ROW_THREADS) write_or_add(dx + f, y[f] * (dy[f] - dot), i.accumulates & 1);
}
