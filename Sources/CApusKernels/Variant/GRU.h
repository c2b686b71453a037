// One GRU layer over all its steps, with the reset gate applied after the product (Keras: reset_after).
//
//   z, r = sigmoid(x_t W + h_(t-1) U + b + b');   q = h_(t-1) U_h + b'_h;   g = tanh(x_t W_h + b_h + r q)
//   h_t = z h_(t-1) + (1 - z) g
//
// The weights are packed by groups of WIDTH units: four vectors of biases (z, r, x's and h's part of the candidate), then three for each
// input (z, r, g) and three for each unit (z, r, q). One register tile ends with all four sums of its units and goes on to h.

KERNEL void FN(gru_pack)(float *packed, const float *kernel, const float *recurrent, const float *bias, ptrdiff_t inputs, ptrdiff_t units) {
    for (ptrdiff_t u = 0; u < apus_padded(units); u += WIDTH) {
        for (int gate = 0; gate < 3; gate++) {
            VF b = FN(load_partial)(bias + gate * units + u, units - u), c = FN(load_partial)(bias + (3 + gate) * units + u, units - u);
            STORE(packed, gate < 2 ? b + c : b);
            packed += WIDTH;
            if (gate < 2) continue;
            STORE(packed, c);
            packed += WIDTH;
        }
        for (ptrdiff_t k = 0; k < inputs + units; k++) {
            const float *row = k < inputs ? kernel + k * 3 * units : recurrent + (k - inputs) * 3 * units;
            for (int gate = 0; gate < 3; gate++, packed += WIDTH) STORE(packed, FN(load_partial)(row + gate * units + u, units - u));
        }
    }
}

/// Uᵀ or Wᵀ as B of products with gate gradients, z and r first, then the candidate; `columns` is units or inputs.
KERNEL void FN(gru_pack_transposed)(float *packed, const float *kernel, ptrdiff_t columns, ptrdiff_t units) {
    FN(gemm_pack)(packed, kernel, 1, 3 * units, 2 * units, columns);
    FN(gemm_pack)(packed + 2 * units * apus_padded(columns), kernel + 2 * units, 1, 3 * units, units, columns);
}

/// C (rows, columns) += gradients of the gates that x or h feed, times the packed weights; the candidate's lie at `last`.
INLINE void FN(gru_times_transposed)(const apus_gru_backward_t *l, float *c, const float *d, ptrdiff_t last, const float *packed,
                                     ptrdiff_t rows, ptrdiff_t columns, bool accumulate) {
    const ptrdiff_t ld = apus_padded(columns), n = l->units;
    FN(gemm)(c, ld, d, l->gate_stride, packed, NULL, accumulate, rows, columns, 2 * n);
    FN(gemm)(c, ld, d + last, l->gate_stride, packed + 2 * n * ld, NULL, true, rows, columns, n);
}

/// sum[r][0], sum[r][1] and sum[r][last] += the rows of `a` (K) times the packed weights `w`.
INLINE void FN(gru_accumulate)(const int rows, const int last, VF sum[8][4], const float *a, ptrdiff_t lda, ptrdiff_t k, const float *w) {
    for (ptrdiff_t i = 0; i < k; i++, w += 3 * WIDTH) {
        VF b0 = LOAD(w), b1 = LOAD(w + WIDTH), b2 = LOAD(w + 2 * WIDTH);
        UNROLL for (int r = 0; r < rows; r++) {
            VF av = (VF)(a[r * lda + i]);
            sum[r][0] = FMA(av, b0, sum[r][0]);
            sum[r][1] = FMA(av, b1, sum[r][1]);
            sum[r][last] = FMA(av, b2, sum[r][last]);
        }
    }
}

/// `rows` rows of one group of WIDTH units of one step.
INLINE void FN(gru_tile)(const int rows, const apus_gru_forward_t *l, ptrdiff_t t, ptrdiff_t row, ptrdiff_t u, const float *w) {
    const ptrdiff_t units = apus_padded(l->units), inputs = apus_padded(l->inputs), slot = l->rows * units;
    const float *h = l->h + (t + l->h_slots - 1) % l->h_slots * slot + row * units;  // of the step before; not read at t = 0
    VF sum[8][4];
    UNROLL for (int r = 0; r < rows; r++)
        UNROLL for (int g = 0; g < 4; g++) sum[r][g] = LOAD(w + g * WIDTH);
    w += 4 * WIDTH;
    FN(gru_accumulate)(rows, 2, sum, l->x + (t * l->rows + row) * inputs, inputs, l->inputs, w);
    if (t > 0) FN(gru_accumulate)(rows, 3, sum, h, units, l->units, w + 3 * WIDTH * l->inputs);
    UNROLL for (int r = 0; r < rows; r++) {
        VF z = FN(gate_v)(sum[r][0]), reset = FN(gate_v)(sum[r][1]), q = sum[r][3], g = FN(tanh_v)(FMA(reset, q, sum[r][2]));
        VF before = t > 0 ? LOAD(h + r * units + u) : (VF)(0.0f);
        STORE(l->h + t % l->h_slots * slot + (row + r) * units + u, FMA(z, before - g, g));
        if (l->gates) {
            float *gates = l->gates + (t * l->rows + row + r) * l->gate_stride + u;
            const ptrdiff_t n = l->units, lanes = n - u;
            FN(store_lanes)(gates, z, lanes);
            FN(store_lanes)(gates + n, reset, lanes);
            FN(store_lanes)(gates + 2 * n, q, lanes);
            FN(store_lanes)(gates + 3 * n, g, lanes);
        }
    }
}

/// A group of units stays in the first-level cache while all rows pass over it.
KERNEL void FN(gru_forward)(const apus_gru_forward_t *l) {
    const ptrdiff_t panel = (4 + 3 * (l->inputs + l->units)) * WIDTH, units = apus_padded(l->units);
    for (ptrdiff_t t = 0; t < l->steps; t++)
        for (ptrdiff_t u = 0; u < units; u += WIDTH) {
            const float *w = l->packed + u / WIDTH * panel;
            ptrdiff_t row = 0;
            for (; l->rows - row >= GEMM_ROWS; row += GEMM_ROWS) FN(gru_tile)(GEMM_ROWS, l, t, row, u, w);
            for (; l->rows - row >= 2; row += 2) FN(gru_tile)(2, l, t, row, u, w);
            for (; row < l->rows; row++) FN(gru_tile)(1, l, t, row, u, w);
        }
}

/// Gradients of step t in place of its gates: z, r, q and the candidate's pre-activation; dh becomes its direct part at t - 1.
INLINE void FN(gru_cell_backward)(const apus_gru_backward_t *l, ptrdiff_t t, const float *dy, bool first) {
    const ptrdiff_t units = apus_padded(l->units), slot = l->rows * units, n = l->units;
    const VF one = (VF)(1.0f);
    for (ptrdiff_t row = 0; row < l->rows; row++) {
        float *gates = l->gates + (t * l->rows + row) * l->gate_stride;
        for (ptrdiff_t u = 0; u < units; u += WIDTH) {
            ptrdiff_t at = row * units + u;
            VF dh = first ? (VF)(0.0f) : LOAD(l->dh + at);
            if (dy) dh += LOAD(dy + at);
            VF z = FN(load_lanes)(gates + u, n - u), r = FN(load_lanes)(gates + n + u, n - u);
            VF q = FN(load_lanes)(gates + 2 * n + u, n - u), g = FN(load_lanes)(gates + 3 * n + u, n - u);
            VF before = t > 0 ? LOAD(l->h + (t - 1) * slot + at) : (VF)(0.0f);
            VF dg = dh * (one - z) * (one - g * g);
            FN(store_lanes)(gates + u, dh * (before - g) * z * (one - z), n - u);
            FN(store_lanes)(gates + n + u, dg * q * r * (one - r), n - u);
            FN(store_lanes)(gates + 2 * n + u, dg * r, n - u);
            FN(store_lanes)(gates + 3 * n + u, dg, n - u);
            STORE(l->dh + at, dh * z);
        }
    }
}

KERNEL void FN(gru_backward)(const apus_gru_backward_t *l) {
    const ptrdiff_t units = apus_padded(l->units), inputs = apus_padded(l->inputs), slot = l->rows * units, n = l->units;
    const ptrdiff_t all = l->steps * l->rows, later = all - l->rows;
    for (ptrdiff_t t = l->steps - 1; t >= 0; t--) {
        const bool last = t == l->steps - 1;
        FN(gru_cell_backward)(l, t, !l->last_step_only ? l->dy + t * slot : last ? l->dy : NULL, last);
        const float *d = l->gates + t * l->rows * l->gate_stride;
        if (t > 0) FN(gru_times_transposed)(l, l->dh, d, 2 * n, l->packed_recurrent, l->rows, n, true);
        if (l->dx)
            FN(gru_times_transposed)(l, l->dx + t * l->rows * inputs, d, 3 * n, l->packed_input, l->rows, l->inputs, l->accumulate_dx);
    }
    const float *d = l->gates, *candidate = d + 3 * n, *d_later = d + l->rows * l->gate_stride;
    FN(gemm_transposed)(l->dkernel, 3 * n, l->x, inputs, d, l->gate_stride, l->inputs, 2 * n, all);
    FN(gemm_transposed)(l->dkernel + 2 * n, 3 * n, l->x, inputs, candidate, l->gate_stride, l->inputs, n, all);
    FN(gemm_transposed)(l->drecurrent, 3 * n, l->h, units, d_later, l->gate_stride, n, 3 * n, later);
    FN(column_sum)(l->dbias, d, l->gate_stride, all, 2 * n);
    FN(column_sum)(l->dbias + 2 * n, candidate, l->gate_stride, all, n);
    FN(column_sum)(l->dbias + 3 * n, d, l->gate_stride, all, 3 * n);
}
