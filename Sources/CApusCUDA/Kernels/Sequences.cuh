#pragma once
// The mean of a sequence over its steps.

KERNEL(128) step_mean(apus_cuda_step_mean_t p) {
    const int padded = apus_cuda_padded(p.features), row = blockIdx.x;
    float *base = slab(p.space);
    const float factor = 1.0f / (float)p.steps;
    for (int f = threadIdx.x; f < p.features; f += (int)blockDim.x) {
        const float *x = base + p.x + (long long)row * padded + f;
        float sum = 0.0f;
        for (int t = 0; t < p.steps; t++) sum += x[(long long)t * p.rows * padded];
        base[p.y + (long long)row * padded + f] = sum * factor;
    }
}

KERNEL(128) step_mean_gradient(apus_cuda_step_mean_t p) {
    const int padded = apus_cuda_padded(p.features), row = blockIdx.x;
    float *base = slab(p.space);
    const float factor = 1.0f / (float)p.steps;
    for (int f = threadIdx.x; f < p.features; f += (int)blockDim.x) {
        const float dy = base[p.dy + (long long)row * padded + f] * factor;
        float *dx = base + p.dx + (long long)row * padded + f;
        for (int t = 0; t < p.steps; t++) {
            float *to = dx + (long long)t * p.rows * padded;
            *to = p.accumulates ? *to + dy : dy;
        }
    }
}
