#pragma once
// One GRU layer of any number of units over all its steps.

KERNEL(RECURRENT_THREADS) gru_forward(apus_cuda_gru_forward_t p) {
    enum { ROWS = APUS_CUDA_RECURRENT_ROWS };
    const int n = p.units, padded = apus_cuda_padded(n);
    float *base = slab(p.space);
    for (int t = 0; t < p.steps; t++) {
        float *h = base + p.h + (long long)t * p.rows * padded, *h_before = h - (long long)p.rows * padded;
        for (int unit = threadIdx.x; unit < n; unit += RECURRENT_THREADS) {
            float product[ROWS][3];
#pragma unroll
            for (int r = 0; r < ROWS; r++) {
#pragma unroll
                for (int gate = 0; gate < 3; gate++) product[r][gate] = base[p.recurrent_bias + gate * n + unit];
            }
            if (t > 0) recurrent_product<3>(product, h_before, base + p.recurrent + unit, p.rows, n);
#pragma unroll
            for (int r = 0; r < ROWS; r++) {
                const int row = (int)blockIdx.x * ROWS + r;
                if (row >= p.rows) break;
                const long long at = (long long)row * padded + unit;
                float *gates = base + p.gates + ((long long)t * p.rows + row) * p.gate_stride + unit;
                const float z = gate_(gates[0] + product[r][0]), reset = gate_(gates[n] + product[r][1]), q = product[r][2];
                const float candidate = tanh_(fmaf(reset, q, gates[2 * n])), before = t > 0 ? h_before[at] : 0.0f;
                h[at] = fmaf(z, before - candidate, candidate);
                if (!p.saves) continue;
                gates[0] = z;
                gates[n] = reset;
                gates[2 * n] = candidate;
                gates[3 * n] = q;
            }
        }
        __syncthreads();
    }
}

/// Gradients of step t in place of the gates of one unit and row; dh becomes the direct part of that of the step before.
DEVICE void gru_cell_backward(const apus_cuda_gru_backward_t &p, int t, int row, int unit) {
    const int n = p.units, padded = apus_cuda_padded(n);
    const bool last = t == p.steps - 1;
    const long long at = (long long)row * padded + unit, step = (long long)t * p.rows * padded;
    float *base = slab(p.space), *dh_place = base + p.scratch + at;
    float *gates = base + p.gates + ((long long)t * p.rows + row) * p.gate_stride + unit;
    const float z = gates[0], r = gates[n], candidate = gates[2 * n], q = gates[3 * n];
    const float before = t > 0 ? base[p.h + step + at - (long long)p.rows * padded] : 0.0f;
    float dh = last ? 0.0f : *dh_place;
    if (!p.last_step_only) dh += base[p.dy + step + at];
    else if (last) dh += base[p.dy + at];
    const float d = dh * (1.0f - z) * (1.0f - candidate * candidate);
    gates[0] = dh * (before - candidate) * z * (1.0f - z);
    gates[n] = d * q * r * (1.0f - r);
    gates[2 * n] = d;
    gates[3 * n] = d * r;
    *dh_place = dh * z;
}

KERNEL(RECURRENT_THREADS) gru_backward(apus_cuda_gru_backward_t p) {
    float *base = slab(p.space);
    const int n = p.units, first = (int)blockIdx.x * APUS_CUDA_RECURRENT_ROWS;
    for (int t = p.steps - 1; t >= 0; t--) {
        for (int row = first; row < first + APUS_CUDA_RECURRENT_ROWS && row < p.rows; row++)
            for (int unit = threadIdx.x; unit < n; unit += RECURRENT_THREADS) gru_cell_backward(p, t, row, unit);
        __syncthreads();
        if (t == 0) break;
        const float *d = base + p.gates + (long long)t * p.rows * p.gate_stride;  // h feeds z, r and q, which lies behind the candidate
        recurrent_gradient(base + p.scratch, d, p.gate_stride, 2 * n, base + p.recurrent, 3 * n, p.rows, n, true);
        __syncthreads();
    }
}
