// Scaled dot-product self-attention (Vaswani et al. 2017), one row of the batch and one head after the other.
//
//   P = softmax(Q Kᵀ / sqrt(size));   O = dropout(P) V
//
// Queries, keys and values are columns of one value (T, rows, 3 heads size), so a head's matrix has a row stride of whole steps. Left
// operands of products are read in place; right ones are packed.

/// Softmax of scale * x over n columns, in place; the sums run over vectors, then over lanes.
INLINE void FN(attention_softmax)(float *x, float scale, ptrdiff_t ld, ptrdiff_t m, ptrdiff_t n) {
    for (ptrdiff_t i = 0; i < m; i++, x += ld) {
        VF top = (VF)(x[0]), sum = (VF)(0.0f);
        ptrdiff_t j = 0;
        for (; j + WIDTH <= n; j += WIDTH) top = __builtin_elementwise_max(top, LOAD(x + j));
        float maximum = top[0];
        for (int l = 1; l < WIDTH; l++) maximum = top[l] > maximum ? top[l] : maximum;
        for (; j < n; j++) maximum = x[j] > maximum ? x[j] : maximum;
        for (j = 0; j < n; j += WIDTH) {
            VF e = FN(exp_v)((FN(load_partial)(x + j, n - j) - (VF)(maximum)) * (VF)(scale));
            STORE(x + j, e);
            sum += n - j < WIDTH ? FN(load_partial)(x + j, n - j) : e;
        }
        VF factor = (VF)(1 / FN(lane_sum)(sum));
        for (j = 0; j < n; j += WIDTH) STORE(x + j, LOAD(x + j) * factor);
    }
}

/// dx = scale * p * (dp - sum(p dp)), in place of dp.
INLINE void FN(attention_softmax_gradient)(float *dp, const float *p, float scale, ptrdiff_t ld, ptrdiff_t m, ptrdiff_t n) {
    for (ptrdiff_t i = 0; i < m; i++, dp += ld, p += ld) {
        VF sum = (VF)(0.0f);
        for (ptrdiff_t j = 0; j < n; j += WIDTH) sum = FMA(FN(load_partial)(p + j, n - j), FN(load_partial)(dp + j, n - j), sum);
        VF dot = (VF)(FN(lane_sum)(sum));
        for (ptrdiff_t j = 0; j < n; j += WIDTH) STORE(dp + j, LOAD(p + j) * (LOAD(dp + j) - dot) * (VF)(scale));
    }
}

/// `columns` of each of the T rows of x, `from` floats apart, to rows `to` floats apart.
INLINE void FN(attention_copy)(float *y, ptrdiff_t to, const float *x, ptrdiff_t from, ptrdiff_t steps, ptrdiff_t columns) {
    for (ptrdiff_t t = 0; t < steps; t++, x += from, y += to)
        for (ptrdiff_t j = 0; j < columns; j += WIDTH) FN(store_partial)(y + j, FN(load_partial)(x + j, columns - j), columns - j);
}

KERNEL void FN(attention_forward)(const apus_attention_t *l) {
    const ptrdiff_t steps = l->steps, size = l->size, width = l->heads * size, ld = apus_padded(steps), head_ld = apus_padded(size);
    const ptrdiff_t qkv_row = apus_padded(3 * width), from = l->rows * qkv_row, out_row = apus_padded(width), to = l->rows * out_row;
    const ptrdiff_t matrix = steps * ld;
    float *packed = l->scratch, *context = packed + ld * head_ld;
    for (ptrdiff_t row = 0; row < l->rows; row++) {
        const float *q = l->qkv + row * qkv_row, *k = q + width, *v = k + width;
        float *p = l->probabilities + (l->saves ? row * l->heads * matrix : 0), *kept = p;
        for (ptrdiff_t h = 0; h < l->heads; h++) {
            FN(gemm_pack)(packed, k + h * size, 1, from, size, steps);
            FN(gemm)(p + h * matrix, ld, q + h * size, from, packed, NULL, false, steps, steps, size);
            FN(attention_softmax)(p + h * matrix, l->scale, ld, steps, steps);
        }
        if (l->dropout) {
            kept = l->kept + row * l->heads * matrix;
            apus_dropout_t dropout = *l->dropout;
            dropout.first_row += (uint32_t)row;
            FN(dropout)(kept, l->mask + row * l->heads * matrix, p, &dropout);
        }
        for (ptrdiff_t h = 0; h < l->heads; h++) {
            FN(gemm_pack)(packed, v + h * size, from, 1, steps, size);
            FN(gemm)(context, head_ld, kept + h * matrix, ld, packed, NULL, false, steps, size, steps);
            FN(attention_copy)(l->output + row * out_row + h * size, to, context, head_ld, steps, size);
        }
    }
}

KERNEL void FN(attention_backward)(const apus_attention_t *l, float *dqkv, const float *doutput) {
    const ptrdiff_t steps = l->steps, size = l->size, width = l->heads * size, ld = apus_padded(steps), head_ld = apus_padded(size);
    const ptrdiff_t qkv_row = apus_padded(3 * width), from = l->rows * qkv_row, out_row = apus_padded(width), to = l->rows * out_row;
    const ptrdiff_t matrix = steps * ld;
    float *packed = l->scratch, *dense = packed + ld * head_ld, *dp = dense + ld * head_ld;
    for (ptrdiff_t i = 0; i < steps * from; i++) dqkv[i] = 0;
    for (ptrdiff_t row = 0; row < l->rows; row++)
        for (ptrdiff_t h = 0; h < l->heads; h++) {
            const float *q = l->qkv + row * qkv_row + h * size, *k = q + width, *v = k + width;
            const float *d = doutput + row * out_row + h * size;
            const float *p = l->probabilities + (row * l->heads + h) * matrix;
            const float *kept = l->dropout ? l->kept + (row * l->heads + h) * matrix : p;
            float *dq = dqkv + row * qkv_row + h * size, *dk = dq + width, *dv = dk + width;
            FN(gemm_pack)(packed, v, 1, from, size, steps);
            FN(gemm)(dp, ld, d, to, packed, NULL, false, steps, steps, size);
            FN(attention_copy)(dense, head_ld, d, to, steps, size);
            FN(gemm_transposed)(dv, from, kept, ld, dense, head_ld, steps, size, steps);
            if (l->dropout) {
                const float *mask = l->mask + (row * l->heads + h) * matrix;
                for (ptrdiff_t i = 0; i < matrix; i++) dp[i] *= mask[i];
            }
            FN(attention_softmax_gradient)(dp, p, l->scale, ld, steps, steps);
            FN(attention_copy)(dense, head_ld, q, from, steps, size);
            FN(gemm_transposed)(dk, from, dp, ld, dense, head_ld, steps, size, steps);
            FN(gemm_pack)(packed, k, from, 1, steps, size);
            FN(gemm)(dense, head_ld, dp, ld, packed, NULL, false, steps, size, steps);
            FN(attention_copy)(dq, from, dense, head_ld, steps, size);
        }
}
