#pragma once
// One LSTM layer over all its steps, for up to 128 units. A block has one row of the batch and four neighbouring lanes for each unit, which
// share the work of the unit's four gates and then have a gate each: i, f, c, o. Lanes of units beyond the real ones have zero weights.

/// The activation of a gate: sigmoid, or tanh for the candidate, without a branch between the lanes.
DEVICE float lstm_gate(float z, int gate) {
    const float y = tanh_rational(gate == 2 ? z : z * 0.5f);
    return gate == 2 ? (fabsf(z) < 0.0004f ? z : y) : fmaf(y, 0.5f, 0.5f);
}

/// Input k of h comes to lane k / 4 % 4 of each unit. h of this step and of the one before lie in two halves of shared memory, so that one
/// barrier a step is enough. Of the values of a unit, lane 0 stores h, lane 1 c and lane 2 tanh(c).
template <int UNITS, int KEPT> DEVICE void lstm_forward_resident(const apus_cuda_lstm_forward_t &p, float4 *memory) {
    __shared__ float4 shared_h[2][UNITS / 4];
    const int unit = threadIdx.x / 4, gate = threadIdx.x % 4, row = blockIdx.x, n = p.units, padded = apus_cuda_padded(n);
    const bool real = unit < n, saves = real && p.saves, stores = gate == 0 ? real : saves && gate < 3;
    float *base = slab(p.space);
    resident_t<4 * UNITS, 4, UNITS / 16, KEPT> weights;
    const resident_source_t source = {base + p.recurrent + unit, 4 * n, n, n, real ? 4 : 0, 4 * gate, 16};
    load_resident(weights, source, memory);

    const int gates_step = p.rows * p.gate_stride, step = p.rows * padded;
    float *gates = base + p.gates + (long long)row * p.gate_stride + gate * n + unit;
    float *out = base + (gate == 0 ? p.h : gate == 1 ? p.c : p.tanh_c) + (long long)row * padded + unit;
    float x = real ? *gates : 0.0f, c = 0.0f;
    for (int t = 0; t < p.steps; t++) {
        const float next_x = real && t + 1 < p.steps ? gates[gates_step] : 0.0f;  // on its way during the step
        if (t > 0) {
            float sums[4];
            multiply_resident(sums, weights, shared_h[(t - 1) & 1] + gate, 4);
            x += reduce_scatter(sums, 2);
        }
        const float y = lstm_gate(x, gate);
        const float i = shuffle(y, 0, 4), f = shuffle(y, 1, 4), candidate = shuffle(y, 2, 4), o = shuffle(y, 3, 4);
        c = fmaf(f, c, i * candidate);
        const float tanh_c = tanh_(c), h = o * tanh_c;
        if (gate == 0) ((float *)shared_h[t & 1])[unit] = h;  // 0 for units beyond the real ones
        if (stores) *out = gate == 0 ? h : gate == 1 ? c : tanh_c;
        if (saves) *gates = y;
        gates += gates_step;
        out += step;
        x = next_x;
        __syncthreads();
    }
}

/// For dh of the step before, sixteen lanes work for four units: gradient k of the 4H comes to lane k / 4 % 16. Of the values of a unit that
/// the forward pass saved, lane 1 reads c of the step before and lane 3 tanh(c); lane 0 reads dy.
template <int UNITS, int KEPT> DEVICE void lstm_backward_resident(const apus_cuda_lstm_backward_t &p, float4 *memory) {
    __shared__ float4 shared_dz[2][UNITS];
    const int unit = threadIdx.x / 4, gate = threadIdx.x % 4, row = blockIdx.x, n = p.units, padded = apus_cuda_padded(n);
    const int lane = threadIdx.x % 16, first = threadIdx.x / 16 * 4, last = p.steps - 1;
    const bool real = unit < n;
    float *base = slab(p.space);
    resident_t<4 * UNITS, 4, UNITS / 16, KEPT> weights;
    const resident_source_t source = {base + p.recurrent + (long long)first * 4 * n, 1, 4 * n, 4 * n, n - first, 4 * lane, 64};
    load_resident(weights, source, memory);
    for (int half = 0; half < 2; half++) ((float *)shared_dz[half])[threadIdx.x] = 0.0f;  // beyond 4H nobody else writes
    __syncthreads();

    const int gates_step = p.rows * p.gate_stride, step = p.rows * padded;
    float *gates = base + p.gates + (long long)row * p.gate_stride + (long long)last * gates_step + gate * n + unit;
    float *slot = (float *)shared_dz[0] + gate * n + unit;
    const bool once = gate == 0 && p.last_step_only;
    const float *value = base + (gate == 0 ? p.dy : gate == 1 ? p.c - step : p.tanh_c) + (long long)row * padded + unit;
    if (!once) value += (long long)last * step;
    const int first_value = !real || gate == 2 ? p.steps : once ? last : gate == 1 ? 1 : 0;  // the first step that has one
    float y = real ? *gates : 0.0f, v = last >= first_value ? *value : 0.0f, dc = 0.0f;
    for (int t = last; t >= 0; t--) {
        value -= step;
        const float earlier_y = real && t > 0 ? *(gates - gates_step) : 0.0f;  // on their way during the step
        const float earlier_v = t > first_value ? *value : 0.0f;
        const float f = shuffle(y, 1, 4), tanh_c = shuffle(v, 3, 4), slope_c = shuffle(y, 3, 4) * (1.0f - tanh_c * tanh_c);
        const float partner = shuffle_xor(y, 2);  // i and the candidate want each other
        const float slope = (gate & 1 ? v : partner) * (gate == 2 ? 1.0f - y * y : y * (1.0f - y));
        float dh = shuffle(v, 0, 4);
        if (t + 1 < p.steps) {
            float sums[4];
            multiply_resident(sums, weights, shared_dz[(t + 1) & 1] + lane, 16);
            float sum = reduce_scatter(sums, 8);
            sum += shuffle_xor(sum, 2);
            dh += sum + shuffle_xor(sum, 1);
        }
        dc = fmaf(dh, slope_c, dc);
        const float dz = (gate == 3 ? dh : dc) * slope;
        dc *= f;
        if (real) {
            slot[(t & 1) * 4 * UNITS] = dz;
            *gates = dz;
        }
        gates -= gates_step;
        y = earlier_y;
        v = earlier_v;
        __syncthreads();
    }
}

KERNEL(4 * 16) lstm_forward_16(apus_cuda_lstm_forward_t p) { lstm_forward_resident<16, 1>(p, 0); }
KERNEL(4 * 32) lstm_forward_32(apus_cuda_lstm_forward_t p) { lstm_forward_resident<32, 2>(p, 0); }
KERNEL(4 * 64) lstm_forward_64(apus_cuda_lstm_forward_t p) { lstm_forward_resident<64, 4>(p, 0); }
KERNEL(4 * 128) lstm_forward_128(apus_cuda_lstm_forward_t p) {
    SHARED_FLOATS(memory);
    lstm_forward_resident<128, 6>(p, (float4 *)memory);
}

KERNEL(4 * 16) lstm_backward_16(apus_cuda_lstm_backward_t p) { lstm_backward_resident<16, 1>(p, 0); }
KERNEL(4 * 32) lstm_backward_32(apus_cuda_lstm_backward_t p) { lstm_backward_resident<32, 2>(p, 0); }
KERNEL(4 * 64) lstm_backward_64(apus_cuda_lstm_backward_t p) { lstm_backward_resident<64, 4>(p, 0); }
KERNEL(4 * 128) lstm_backward_128(apus_cuda_lstm_backward_t p) {
    SHARED_FLOATS(memory);
    lstm_backward_resident<128, 6>(p, (float4 *)memory);
}
