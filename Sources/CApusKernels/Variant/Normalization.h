// Layer normalisation, and the sums of whole sequences.

/// Sum of the lanes by halves.
INLINE float FN(lane_sum)(VF v) {
    float lane[WIDTH];
    STORE(lane, v);
    UNROLL for (int half = WIDTH / 2; half > 0; half /= 2)
        UNROLL for (int i = 0; i < half; i++) lane[i] += lane[i + half];
    return lane[0];
}

/// y = gain (s - mean s) / sqrt(var s + epsilon) + shift over the n columns of each row, s = a + b (b may be NULL).
KERNEL void FN(layer_norm)(const apus_layer_norm_t *l, float *y, const float *a, const float *b, const float *gain, const float *shift) {
    const ptrdiff_t n = l->features, ld = apus_padded(n);
    for (ptrdiff_t i = 0; i < l->count; i++) {
        float *s = l->normalized + i * ld, *out = y + i * ld;
        const float *x = a + i * ld, *r = b ? b + i * ld : NULL;
        VF sum = (VF)(0.0f), squares = (VF)(0.0f);
        for (ptrdiff_t j = 0; j < n; j += WIDTH) {
            VF v = FN(load_partial)(x + j, n - j);
            if (r) v += FN(load_partial)(r + j, n - j);
            STORE(s + j, v);
            sum += v;
        }
        VF mean = (VF)(FN(lane_sum)(sum) / (float)n);
        for (ptrdiff_t j = 0; j < n; j += WIDTH) {
            VF v = LOAD(s + j) - mean;
            STORE(s + j, v);
            if (n - j < WIDTH) v = FN(load_partial)(s + j, n - j);
            squares = FMA(v, v, squares);
        }
        float scale = 1 / __builtin_sqrtf(FN(lane_sum)(squares) / (float)n + l->epsilon);
        l->scale[i] = scale;
        for (ptrdiff_t j = 0; j < n; j += WIDTH) {
            VF v = LOAD(s + j) * (VF)(scale);
            STORE(s + j, v);
            STORE(out + j, FMA(v, FN(load_partial)(gain + j, n - j), FN(load_partial)(shift + j, n - j)));
        }
    }
}

/// Gradient of s into da and db (NULL: not wanted; `accumulate`: added to what is there); dgain and dshift are added to.
KERNEL void FN(layer_norm_gradient)(const apus_layer_norm_t *l, float *da, bool accumulate_a, float *db, bool accumulate_b, float *dgain,
                                    float *dshift, const float *dy, const float *gain) {
    const ptrdiff_t n = l->features, ld = apus_padded(n);
    for (ptrdiff_t i = 0; i < l->count; i++) {
        const float *v = l->normalized + i * ld, *d = dy + i * ld;
        VF sum = (VF)(0.0f), product = (VF)(0.0f);
        for (ptrdiff_t j = 0; j < n; j += WIDTH) {
            VF dv = FN(load_partial)(d + j, n - j), x = FN(load_partial)(v + j, n - j);
            FN(store_partial)(dgain + j, FMA(dv, x, FN(load_partial)(dgain + j, n - j)), n - j);
            FN(store_partial)(dshift + j, FN(load_partial)(dshift + j, n - j) + dv, n - j);
            dv *= FN(load_partial)(gain + j, n - j);
            sum += dv;
            product = FMA(dv, x, product);
        }
        VF mean = (VF)(FN(lane_sum)(sum) / (float)n), slope = (VF)(FN(lane_sum)(product) / (float)n), scale = (VF)(l->scale[i]);
        for (ptrdiff_t j = 0; j < n; j += WIDTH) {
            VF dv = LOAD(d + j) * FN(load_partial)(gain + j, n - j);
            VF ds = (dv - FMA(LOAD(v + j), slope, mean)) * scale;
            float *to_a = da ? da + i * ld + j : NULL, *to_b = db ? db + i * ld + j : NULL;
            if (to_a) STORE(to_a, accumulate_a ? LOAD(to_a) + ds : ds);
            if (to_b) STORE(to_b, accumulate_b ? LOAD(to_b) + ds : ds);
        }
    }
}

/// y (n) = scale * the sum over t of x (steps, n).
KERNEL void FN(step_sum)(float *y, const float *x, float scale, ptrdiff_t steps, ptrdiff_t n) {
    for (ptrdiff_t j = 0; j < n; j += WIDTH) {
        VF sum = LOAD(x + j);
        for (ptrdiff_t t = 1; t < steps; t++) sum += LOAD(x + t * n + j);
        STORE(y + j, sum * (VF)(scale));
    }
}

/// dx (steps, n) = scale * dy (n) at every step, or added to it.
KERNEL void FN(step_sum_gradient)(float *dx, const float *dy, float scale, bool accumulate, ptrdiff_t steps, ptrdiff_t n) {
    for (ptrdiff_t t = 0; t < steps; t++, dx += n)
        for (ptrdiff_t j = 0; j < n; j += WIDTH) {
            VF d = LOAD(dy + j) * (VF)(scale);
            STORE(dx + j, accumulate ? LOAD(dx + j) + d : d);
        }
}

/// y (steps, rows, padded features) = x + table (steps, padded features).
KERNEL void FN(add_steps)(float *y, const float *x, const float *table, ptrdiff_t steps, ptrdiff_t rows, ptrdiff_t stride) {
    for (ptrdiff_t t = 0; t < steps; t++, table += stride)
        for (ptrdiff_t row = 0; row < rows; row++, x += stride, y += stride)
            for (ptrdiff_t j = 0; j < stride; j += WIDTH) STORE(y + j, LOAD(x + j) + LOAD(table + j));
}

/// dx = dy, or dx += dy.
KERNEL void FN(pass)(float *dx, const float *dy, bool accumulate, ptrdiff_t n) {
    if (accumulate)
        for (ptrdiff_t i = 0; i < n; i++) dx[i] += dy[i];
    else
        for (ptrdiff_t i = 0; i < n; i++) dx[i] = dy[i];
}
