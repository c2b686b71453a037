#pragma once
// What runs once a step over the flat gradient and the parameters.

enum { OPTIMIZER_THREADS = 256, SQUARES_LOADS = 4 };

/// The sum of squares of this block's share of the gradient, added pairwise.
KERNEL(OPTIMIZER_THREADS) sum_squares(apus_cuda_adam_t p) {
    __shared__ double sums[OPTIMIZER_THREADS];
    int thread = (int)threadIdx.x;
    const float *gradient = slab(p.space) + p.gradients;
    long long stride = (long long)gridDim.x * OPTIMIZER_THREADS;
    double sum = 0;
    for (long long first = (long long)blockIdx.x * OPTIMIZER_THREADS + thread; first < p.count; first += SQUARES_LOADS * stride) {
        float loaded[SQUARES_LOADS];
#pragma unroll
        for (int i = 0; i < SQUARES_LOADS; i++) loaded[i] = first + i * stride < p.count ? gradient[first + i * stride] : 0.0f;
#pragma unroll
        for (int i = 0; i < SQUARES_LOADS; i++) sum += (double)loaded[i] * (double)loaded[i];
    }
    sums[thread] = sum;
    for (int half = OPTIMIZER_THREADS / 2; half > 0; half /= 2) {
        __syncthreads();
        if (thread < half) sums[thread] += sums[thread + half];
    }
    if (thread == 0) ((double *)(slab(p.space) + p.squares))[blockIdx.x] = sums[0];
}

/// What a gradient is multiplied by so that its norm is at most the maximum: as PyTorch's `clip_grad_norm_`.
DEVICE float norm_factor(const apus_cuda_adam_t &p) {
    __shared__ double squares[APUS_CUDA_SQUARES_BLOCKS];
    __shared__ float factor;
    if (threadIdx.x < APUS_CUDA_SQUARES_BLOCKS) squares[threadIdx.x] = ((const double *)(slab(p.space) + p.squares))[threadIdx.x];
    __syncthreads();
    if (threadIdx.x == 0) {
        double sum = 0;
        for (int i = 0; i < APUS_CUDA_SQUARES_BLOCKS; i++) sum += squares[i];
        double f = (double)p.maximum / (sqrt(sum) + 1e-6);
        factor = f < 1 ? (float)f : 1.0f;
    }
    __syncthreads();
    return factor;
}

/// Adam as Keras computes it, with the operations of the CPU kernel.
KERNEL(OPTIMIZER_THREADS) adam(apus_cuda_adam_t p) {
    const apus_cuda_control_t &step = control(p.space);
    long long i = (long long)blockIdx.x * OPTIMIZER_THREADS + threadIdx.x;
    int idle = p.space.status[blockIdx.z].failed || step.rows == 0, exists = i < p.count;
    float *base = slab(p.space), *value = base + p.values + i, *m = base + p.m + i, *v = base + p.v + i;
    float g = exists ? base[p.gradients + i] : 0.0f, m0 = exists ? *m : 0.0f, v0 = exists ? *v : 0.0f, old = exists ? *value : 0.0f;
    if (p.clipping == APUS_CUDA_CLIP_NORM) g *= norm_factor(p);
    if (p.clipping == APUS_CUDA_CLIP_VALUE) g = g > p.maximum ? p.maximum : g < -p.maximum ? -p.maximum : g;
    if (idle || !exists) return;
    float m1 = fmaf(g - m0, step.one_minus_beta1, m0), v1 = fmaf(g * g - v0, step.one_minus_beta2, v0);
    *m = m1;
    *v = v1;
    *value = fmaf(old, -step.decay, old) - m1 * step.rate / (sqrtf(v1) + step.epsilon);
}

KERNEL(1) advance(apus_cuda_adam_t p) { p.space.status[blockIdx.z].position += 1; }
