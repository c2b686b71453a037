#pragma once
// One GRU layer over all its steps, for up to 128 units. A block has one row of the batch and four neighbouring lanes for each unit, which
// share the work of its three products and then have a column of the gates each: z, r, candidate, q. Lanes of units beyond the real ones have
// zero weights.

/// Input k of h comes to lane k / 4 % 4 of each unit. h of this step and of the one before lie in two halves of shared memory, so that one
/// barrier a step is enough.
template <int UNITS, int KEPT> DEVICE void gru_forward_resident(const apus_cuda_gru_forward_t &p, float4 *memory) {
    __shared__ float4 shared_h[2][UNITS / 4];
    const int unit = threadIdx.x / 4, gate = threadIdx.x % 4, row = blockIdx.x, n = p.units, padded = apus_cuda_padded(n);
    const bool real = unit < n, reads = real && gate < 3;
    float *base = slab(p.space);
    resident_t<4 * UNITS, 3, UNITS / 16, KEPT> weights;
    const resident_source_t source = {base + p.recurrent + unit, 3 * n, n, n, real ? 3 : 0, 4 * gate, 16};
    load_resident(weights, source, memory);

    const int gates_step = p.rows * p.gate_stride, step = p.rows * padded;
    float *gates = base + p.gates + (long long)row * p.gate_stride + gate * n + unit;
    float *out = base + p.h + (long long)row * padded + unit;
    const float bias = reads ? base[p.recurrent_bias + gate * n + unit] : 0.0f;
    float x = reads ? *gates : 0.0f, h = 0.0f;
    for (int t = 0; t < p.steps; t++) {
        const float next_x = reads && t + 1 < p.steps ? gates[gates_step] : 0.0f;  // on its way during the step
        float product = bias;
        if (t > 0) {
            float sums[4];
            multiply_resident(sums, weights, shared_h[(t - 1) & 1] + gate, 4);
            sums[3] = 0.0f;
            product += reduce_scatter(sums, 2);
        }
        const float y = gate_(x + product), z = shuffle(y, 0, 4), r = shuffle(y, 1, 4), q = shuffle(product, 2, 4);
        const float candidate = tanh_(fmaf(r, q, shuffle(x, 2, 4)));
        h = fmaf(z, h - candidate, candidate);
        if (gate == 0) ((float *)shared_h[t & 1])[unit] = h;  // 0 for units beyond the real ones
        if (real && gate == 0) *out = h;
        if (real && p.saves) *gates = gate < 2 ? y : gate == 2 ? candidate : q;
        gates += gates_step;
        out += step;
        x = next_x;
        __syncthreads();
    }
}

/// For dh of the step before, sixteen lanes work for four units: gradient k of the 3H that h feeds comes to lane k / 4 % 16. Lane 0 of a unit
/// reads dy and lane 1 h of the step before.
template <int UNITS, int KEPT> DEVICE void gru_backward_resident(const apus_cuda_gru_backward_t &p, float4 *memory) {
    enum { GROUPS = (3 * UNITS + 63) / 64 };
    __shared__ float4 shared_d[2][16 * GROUPS];
    const int unit = threadIdx.x / 4, gate = threadIdx.x % 4, row = blockIdx.x, n = p.units, padded = apus_cuda_padded(n);
    const int lane = threadIdx.x % 16, first = threadIdx.x / 16 * 4, last = p.steps - 1;
    const bool real = unit < n;
    float *base = slab(p.space);
    resident_t<4 * UNITS, 4, GROUPS, KEPT> weights;
    const resident_source_t source = {base + p.recurrent + (long long)first * 3 * n, 1, 3 * n, 3 * n, n - first, 4 * lane, 64};
    load_resident(weights, source, memory);
    for (int i = threadIdx.x; i < 2 * 64 * GROUPS; i += 4 * UNITS) ((float *)shared_d)[i] = 0.0f;  // beyond 3H nobody else writes
    __syncthreads();

    const int gates_step = p.rows * p.gate_stride, step = p.rows * padded;
    float *gates = base + p.gates + (long long)row * p.gate_stride + (long long)last * gates_step + gate * n + unit;
    float *slot = (float *)shared_d[0] + (gate == 3 ? 2 : gate) * n + unit;
    const bool once = gate == 0 && p.last_step_only;
    const float *value = base + (gate == 0 ? p.dy : p.h - step) + (long long)row * padded + unit;
    if (!once) value += (long long)last * step;
    const int first_value = !real || gate > 1 ? p.steps : once ? last : gate;  // the first step that has one
    float y = real ? *gates : 0.0f, v = last >= first_value ? *value : 0.0f, direct = 0.0f;
    for (int t = last; t >= 0; t--) {
        value -= step;
        const float earlier_y = real && t > 0 ? *(gates - gates_step) : 0.0f;  // on their way during the step
        const float earlier_v = t > first_value ? *value : 0.0f;
        const float z = shuffle(y, 0, 4), r = shuffle(y, 1, 4), candidate = shuffle(y, 2, 4), q = shuffle(y, 3, 4);
        const float before = shuffle(v, 1, 4), slope = (1.0f - z) * (1.0f - candidate * candidate);  // of the candidate
        const float of_z = (before - candidate) * z * (1.0f - z), of_r = slope * q * r * (1.0f - r);
        const float own_slope = gate == 0 ? of_z : gate == 1 ? of_r : gate == 2 ? slope : slope * r;
        float dh = shuffle(v, 0, 4) + direct;
        if (t + 1 < p.steps) {
            float sums[4];
            multiply_resident(sums, weights, shared_d[(t + 1) & 1] + lane, 16);
            float sum = reduce_scatter(sums, 8);
            sum += shuffle_xor(sum, 2);
            dh += sum + shuffle_xor(sum, 1);
        }
        const float d = dh * own_slope;
        direct = dh * z;
        if (real) {
            if (gate != 2) slot[(t & 1) * 64 * GROUPS] = d;
            *gates = d;
        }
        gates -= gates_step;
        y = earlier_y;
        v = earlier_v;
        __syncthreads();
    }
}

KERNEL(4 * 16) gru_forward_16(apus_cuda_gru_forward_t p) { gru_forward_resident<16, 1>(p, 0); }
KERNEL(4 * 32) gru_forward_32(apus_cuda_gru_forward_t p) { gru_forward_resident<32, 2>(p, 0); }
KERNEL(4 * 64) gru_forward_64(apus_cuda_gru_forward_t p) { gru_forward_resident<64, 4>(p, 0); }
KERNEL(4 * 128) gru_forward_128(apus_cuda_gru_forward_t p) { gru_forward_resident<128, 8>(p, 0); }

KERNEL(4 * 16) gru_backward_16(apus_cuda_gru_backward_t p) { gru_backward_resident<16, 1>(p, 0); }
KERNEL(4 * 32) gru_backward_32(apus_cuda_gru_backward_t p) { gru_backward_resident<32, 2>(p, 0); }
KERNEL(4 * 64) gru_backward_64(apus_cuda_gru_backward_t p) { gru_backward_resident<64, 3>(p, 0); }
KERNEL(4 * 128) gru_backward_128(apus_cuda_gru_backward_t p) { gru_backward_resident<128, 6>(p, 0); }
