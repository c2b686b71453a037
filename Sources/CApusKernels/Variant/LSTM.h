// One LSTM layer over all its steps.
//
//   z = x_t W + h_(t-1) U + b;   i, f, o = sigmoid(z_i), sigmoid(z_f), sigmoid(z_o);   g = tanh(z_c)
//   c_t = f c_(t-1) + i g;       h_t = o tanh(c_t)
//
// The weights are packed by groups of WIDTH units with the four gates side by side (bias, then W, then U), so that one register tile ends
// with all gates of its units and goes on to c and h without a store. The product x W is part of the same sum: z never exists in memory.

KERNEL void FN(lstm_pack)(float *packed, const float *kernel, const float *recurrent, const float *bias, ptrdiff_t inputs, ptrdiff_t units) {
    for (ptrdiff_t u = 0; u < apus_padded(units); u += WIDTH) {
        for (ptrdiff_t k = -1; k < inputs + units; k++) {
            const float *row = k < 0 ? bias : k < inputs ? kernel + k * 4 * units : recurrent + (k - inputs) * 4 * units;
            for (int gate = 0; gate < 4; gate++, packed += WIDTH) STORE(packed, FN(load_partial)(row + gate * units + u, units - u));
        }
    }
}

/// Wᵀ as B of a product with gate gradients.
KERNEL void FN(lstm_pack_transposed)(float *packed, const float *kernel, ptrdiff_t inputs, ptrdiff_t units) {
    FN(gemm_pack)(packed, kernel, 1, 4 * units, 4 * units, inputs);
}

/// sum += the rows of `a` (K) times the packed weights `w`, which is moved on; panels lie `panel` floats apart.
INLINE const float *FN(lstm_accumulate)(const int rows, const int panels, VF sum[8][4], const float *a, ptrdiff_t lda, ptrdiff_t k,
                                        const float *w, ptrdiff_t panel) {
    for (ptrdiff_t i = 0; i < k; i++, w += 4 * WIDTH)
        UNROLL for (int p = 0; p < panels; p++) {
            VF bv[4];
            UNROLL for (int g = 0; g < 4; g++) bv[g] = LOAD(w + p * panel + g * WIDTH);
            UNROLL for (int r = 0; r < rows; r++) {
                VF av = (VF)(a[r * lda + i]);
                UNROLL for (int g = 0; g < 4; g++) sum[r * panels + p][g] = FMA(av, bv[g], sum[r * panels + p][g]);
            }
        }
    return w;
}

/// `rows` rows of `panels` groups of WIDTH units of one step; rows * panels * 4 sums in flight hide the latency of FMA.
INLINE void FN(lstm_tile)(const int rows, const int panels, const apus_lstm_forward_t *l, ptrdiff_t t, ptrdiff_t row, ptrdiff_t first,
                          const float *w) {
    const ptrdiff_t units = apus_padded(l->units), inputs = apus_padded(l->inputs), slot = l->rows * units;
    const ptrdiff_t panel = (1 + l->inputs + l->units) * 4 * WIDTH;
    VF sum[8][4];
    UNROLL for (int r = 0; r < rows; r++)
        UNROLL for (int p = 0; p < panels; p++)
            UNROLL for (int g = 0; g < 4; g++) sum[r * panels + p][g] = LOAD(w + p * panel + g * WIDTH);
    w = FN(lstm_accumulate)(rows, panels, sum, l->x + (t * l->rows + row) * inputs, inputs, l->inputs, w + 4 * WIDTH, panel);
    if (t > 0) FN(lstm_accumulate)(rows, panels, sum, l->h + (t - 1) % l->h_slots * slot + row * units, units, l->units, w, panel);
    UNROLL for (int r = 0; r < rows; r++)
        UNROLL for (int p = 0; p < panels; p++) {
            const VF *z = sum[r * panels + p];
            const ptrdiff_t u = first + p * WIDTH, at = (row + r) * units + u;
            VF i = FN(gate_v)(z[0]), f = FN(gate_v)(z[1]), g = FN(tanh_v)(z[2]), o = FN(gate_v)(z[3]);
            VF c = i * g;
            if (t > 0) c = FMA(f, LOAD(l->c + (t - 1) % l->c_slots * slot + at), c);
            VF tanh_c = FN(tanh_v)(c);
            STORE(l->c + t % l->c_slots * slot + at, c);
            STORE(l->h + t % l->h_slots * slot + at, o * tanh_c);
            if (l->gates) {
                float *gates = l->gates + (t * l->rows + row + r) * l->gate_stride + u;
                const ptrdiff_t n = l->units, lanes = n - u;
                FN(store_lanes)(gates, i, lanes);
                FN(store_lanes)(gates + n, f, lanes);
                FN(store_lanes)(gates + 2 * n, g, lanes);
                FN(store_lanes)(gates + 3 * n, o, lanes);
                STORE(l->tanh_c + t * slot + at, tanh_c);
            }
        }
}

/// A group of units stays in the first-level cache while all rows pass over it; a last odd row takes two groups at a time.
KERNEL void FN(lstm_forward)(const apus_lstm_forward_t *l) {
    const ptrdiff_t panel = (1 + l->inputs + l->units) * 4 * WIDTH, units = apus_padded(l->units), even = l->rows / 2 * 2;
    for (ptrdiff_t t = 0; t < l->steps; t++) {
        if (even > 0)
            for (ptrdiff_t u = 0; u < units; u += WIDTH) {
                const float *w = l->packed + u / WIDTH * panel;
                ptrdiff_t row = 0;
                for (; even - row >= GEMM_ROWS; row += GEMM_ROWS) FN(lstm_tile)(GEMM_ROWS, 1, l, t, row, u, w);
                for (; row < even; row += 2) FN(lstm_tile)(2, 1, l, t, row, u, w);
            }
        if (even < l->rows) {
            ptrdiff_t u = 0;
            for (; u + 2 * WIDTH <= units; u += 2 * WIDTH) FN(lstm_tile)(1, 2, l, t, even, u, l->packed + u / WIDTH * panel);
            for (; u < units; u += WIDTH) FN(lstm_tile)(1, 1, l, t, even, u, l->packed + u / WIDTH * panel);
        }
    }
}

/// Gradients of the pre-activations of step t in place of its gates; dc becomes the gradient of c_(t-1).
INLINE void FN(lstm_cell_backward)(const apus_lstm_backward_t *l, ptrdiff_t t, const float *dy, bool first) {
    const ptrdiff_t units = apus_padded(l->units), slot = l->rows * units, n = l->units;
    const VF one = (VF)(1.0f);
    for (ptrdiff_t row = 0; row < l->rows; row++) {
        float *gates = l->gates + (t * l->rows + row) * l->gate_stride;
        for (ptrdiff_t u = 0; u < units; u += WIDTH) {
            ptrdiff_t at = row * units + u;
            VF dh = first ? (VF)(0.0f) : LOAD(l->dh + at), dc = first ? (VF)(0.0f) : LOAD(l->dc + at);
            if (dy) dh += LOAD(dy + at);
            VF i = FN(load_lanes)(gates + u, n - u), f = FN(load_lanes)(gates + n + u, n - u);
            VF g = FN(load_lanes)(gates + 2 * n + u, n - u), o = FN(load_lanes)(gates + 3 * n + u, n - u);
            VF tanh_c = LOAD(l->tanh_c + t * slot + at);
            VF c = t > 0 ? LOAD(l->c + (t - 1) * slot + at) : (VF)(0.0f);
            dc = FMA(dh * o, one - tanh_c * tanh_c, dc);
            FN(store_lanes)(gates + u, dc * g * i * (one - i), n - u);
            FN(store_lanes)(gates + n + u, dc * c * f * (one - f), n - u);
            FN(store_lanes)(gates + 2 * n + u, dc * i * (one - g * g), n - u);
            FN(store_lanes)(gates + 3 * n + u, dh * tanh_c * o * (one - o), n - u);
            STORE(l->dc + at, dc * f);
        }
    }
}

KERNEL void FN(lstm_backward)(const apus_lstm_backward_t *l) {
    const ptrdiff_t units = apus_padded(l->units), inputs = apus_padded(l->inputs), slot = l->rows * units, n = l->units;
    for (ptrdiff_t t = l->steps - 1; t >= 0; t--) {
        const bool last = t == l->steps - 1;
        const float *dy = !l->last_step_only ? l->dy + t * slot : last ? l->dy : NULL;
        FN(lstm_cell_backward)(l, t, dy, last);
        const float *dz = l->gates + t * l->rows * l->gate_stride;
        if (t > 0) FN(gemm)(l->dh, units, dz, l->gate_stride, l->packed_recurrent, NULL, false, l->rows, n, 4 * n);
        if (l->dx)
            FN(gemm)(l->dx + t * l->rows * inputs, inputs, dz, l->gate_stride, l->packed_input, NULL, l->accumulate_dx, l->rows, l->inputs,
                     4 * n);
    }
    const ptrdiff_t all = l->steps * l->rows, later = all - l->rows;
    FN(gemm_transposed)(l->dkernel, 4 * n, l->x, inputs, l->gates, l->gate_stride, l->inputs, 4 * n, all);
    FN(gemm_transposed)(l->drecurrent, 4 * n, l->h, units, l->gates + l->rows * l->gate_stride, l->gate_stride, n, 4 * n, later);
    FN(column_sum)(l->dbias, l->gates, l->gate_stride, all, 4 * n);
}
