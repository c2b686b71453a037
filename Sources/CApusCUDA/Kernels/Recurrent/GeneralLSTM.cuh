#pragma once
// One LSTM layer of any number of units over all its steps.

KERNEL(RECURRENT_THREADS) lstm_forward(apus_cuda_lstm_forward_t p) {
    enum { ROWS = APUS_CUDA_RECURRENT_ROWS };
    const int n = p.units, padded = apus_cuda_padded(n);
    float *base = slab(p.space);
    for (int t = 0; t < p.steps; t++) {
        const long long step = (long long)t * p.rows * padded;
        for (int unit = threadIdx.x; unit < n; unit += RECURRENT_THREADS) {
            float z[ROWS][4];
#pragma unroll
            for (int r = 0; r < ROWS; r++) {
                const float *gates = base + p.gates + ((long long)t * p.rows + recurrent_row(r, p.rows)) * p.gate_stride + unit;
#pragma unroll
                for (int gate = 0; gate < 4; gate++) z[r][gate] = gates[gate * n];
            }
            if (t > 0) recurrent_product<4>(z, base + p.h + step - (long long)p.rows * padded, base + p.recurrent + unit, p.rows, n);
#pragma unroll
            for (int r = 0; r < ROWS; r++) {
                const int row = (int)blockIdx.x * ROWS + r;
                if (row >= p.rows) break;
                const long long at = (long long)row * padded + unit;
                const float i = gate_(z[r][0]), f = gate_(z[r][1]), candidate = tanh_(z[r][2]), o = gate_(z[r][3]);
                float *cells = base + p.c + at + (p.saves ? step : 0);
                float c = i * candidate;
                if (t > 0) c = fmaf(f, p.saves ? cells[-(long long)p.rows * padded] : *cells, c);
                const float tanh_c = tanh_(c);
                *cells = c;
                base[p.h + step + at] = o * tanh_c;
                if (!p.saves) continue;
                base[p.tanh_c + step + at] = tanh_c;
                float *gates = base + p.gates + ((long long)t * p.rows + row) * p.gate_stride + unit;
                gates[0] = i;
                gates[n] = f;
                gates[2 * n] = candidate;
                gates[3 * n] = o;
            }
        }
        __syncthreads();
    }
}

/// Gradients of the pre-activations of step t in place of the gates of one unit and row; dc becomes that of the step before.
DEVICE void lstm_cell_backward(const apus_cuda_lstm_backward_t &p, int t, int row, int unit) {
    const int n = p.units, padded = apus_cuda_padded(n);
    const bool last = t == p.steps - 1;
    const long long at = (long long)row * padded + unit, step = (long long)t * p.rows * padded;
    float *base = slab(p.space), *dh_place = base + p.scratch + at, *dc_place = dh_place + (long long)p.rows * padded;
    float *gates = base + p.gates + ((long long)t * p.rows + row) * p.gate_stride + unit;
    const float i = gates[0], f = gates[n], candidate = gates[2 * n], o = gates[3 * n], tanh_c = base[p.tanh_c + step + at];
    const float before = t > 0 ? base[p.c + step + at - (long long)p.rows * padded] : 0.0f;
    float dh = last ? 0.0f : *dh_place, dc = last ? 0.0f : *dc_place;
    if (!p.last_step_only) dh += base[p.dy + step + at];
    else if (last) dh += base[p.dy + at];
    dc = fmaf(dh * o, 1.0f - tanh_c * tanh_c, dc);
    gates[0] = dc * candidate * i * (1.0f - i);
    gates[n] = dc * before * f * (1.0f - f);
    gates[2 * n] = dc * i * (1.0f - candidate * candidate);
    gates[3 * n] = dh * tanh_c * o * (1.0f - o);
    *dc_place = dc * f;
}

KERNEL(RECURRENT_THREADS) lstm_backward(apus_cuda_lstm_backward_t p) {
    float *base = slab(p.space);
    const int n = p.units, first = (int)blockIdx.x * APUS_CUDA_RECURRENT_ROWS;
    for (int t = p.steps - 1; t >= 0; t--) {
        for (int row = first; row < first + APUS_CUDA_RECURRENT_ROWS && row < p.rows; row++)
            for (int unit = threadIdx.x; unit < n; unit += RECURRENT_THREADS) lstm_cell_backward(p, t, row, unit);
        __syncthreads();
        if (t == 0) break;
        const float *d = base + p.gates + (long long)t * p.rows * p.gate_stride;
        recurrent_gradient(base + p.scratch, d, p.gate_stride, 4 * n, base + p.recurrent, 4 * n, p.rows, n, false);
        __syncthreads();
    }
}
