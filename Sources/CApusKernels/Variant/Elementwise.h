// Activations and dropout.

#define MAP(name, function) \
    KERNEL void FN(name)(float *y, const float *x, ptrdiff_t n) { \
        ptrdiff_t i = 0; \
        for (; i + WIDTH <= n; i += WIDTH) STORE(y + i, FN(function)(LOAD(x + i))); \
        if (i < n) FN(store_partial)(y + i, FN(function)(FN(load_partial)(x + i, n - i)), n - i); \
    }
MAP(exp, exp_v)
MAP(tanh, tanh_v)
MAP(sigmoid, sigmoid_v)
#undef MAP

KERNEL void FN(activation)(float *y, apus_activation_t kind, ptrdiff_t n) {
    switch (kind) {
    case APUS_RELU:
        for (ptrdiff_t i = 0; i < n; i++) y[i] = y[i] < 0 ? 0 : y[i];  // NaN passes, so that it is found
        break;
    case APUS_TANH: FN(tanh)(y, y, n); break;
    case APUS_SIGMOID: FN(sigmoid)(y, y, n); break;
    case APUS_LINEAR: break;
    }
}

KERNEL void FN(activation_gradient)(float *dy, const float *y, apus_activation_t kind, ptrdiff_t n) {
    switch (kind) {
    case APUS_RELU:
        for (ptrdiff_t i = 0; i < n; i++) dy[i] = y[i] > 0 ? dy[i] : 0;
        break;
    case APUS_TANH:
        for (ptrdiff_t i = 0; i < n; i++) dy[i] *= 1 - y[i] * y[i];
        break;
    case APUS_SIGMOID:
        for (ptrdiff_t i = 0; i < n; i++) dy[i] *= y[i] * (1 - y[i]);
        break;
    case APUS_LINEAR: break;
    }
}

/// Philox 4x32-10 (Salmon et al., SC'11) of WIDTH counters at once.
INLINE void FN(philox)(VU c[4], uint32_t k0, uint32_t k1) {
    UNROLL for (int round = 0; round < 10; round++) {
        VL p0 = __builtin_convertvector(c[0], VL) * 0xD2511F53u, p1 = __builtin_convertvector(c[2], VL) * 0xCD9E8D57u;
        VU high0 = __builtin_convertvector(p0 >> 32, VU), high1 = __builtin_convertvector(p1 >> 32, VU);
        c[0] = high1 ^ c[1] ^ k0;
        c[2] = high0 ^ c[3] ^ k1;
        c[1] = __builtin_convertvector(p1, VU);
        c[3] = __builtin_convertvector(p0, VU);
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
}

/// Feature f of (row, t) uses word f / 16 % 4 of the counter (f / 64 * 16 + f % 16, t, row, step): whole vectors, whatever their width.
KERNEL void FN(dropout)(float *y, float *mask, const float *x, const apus_dropout_t *d) {
    const ptrdiff_t stride = apus_padded(d->features);
    VU lane;
    for (int i = 0; i < WIDTH; i++) lane[i] = (uint32_t)i;
    for (ptrdiff_t t = 0; t < d->steps; t++)
        for (ptrdiff_t row = 0; row < d->rows; row++) {
            const ptrdiff_t at = (t * d->rows + row) * stride;
            for (ptrdiff_t group = 0; group < stride; group += 64)
                for (ptrdiff_t part = 0; part < 16; part += WIDTH) {
                    VU c[4] = {lane + (uint32_t)(group / 4 + part), (VU)((uint32_t)t), (VU)(d->first_row + (uint32_t)row), (VU)(d->step)};
                    FN(philox)(c, d->key[0], d->key[1]);
                    UNROLL for (int word = 0; word < 4; word++) {
                        ptrdiff_t f = group + word * 16 + part;
                        if (f >= stride) break;
                        VF m = c[word] >= (VU)(d->threshold) ? (VF)(d->scale) : (VF)(0.0f);
                        STORE(mask + at + f, m);
                        STORE(y + at + f, LOAD(x + at + f) * m);
                    }
                }
        }
}

KERNEL void FN(dropout_gradient)(float *dx, const float *dy, const float *mask, bool accumulate, ptrdiff_t n) {
    if (accumulate)
        for (ptrdiff_t i = 0; i < n; i++) dx[i] += dy[i] * mask[i];
    else
        for (ptrdiff_t i = 0; i < n; i++) dx[i] = dy[i] * mask[i];
}
