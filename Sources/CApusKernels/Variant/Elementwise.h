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
MAP(gate, gate_v)
MAP(gelu, gelu_v)
#undef MAP

KERNEL void FN(gelu_gradient)(float *dx, const float *dy, const float *x, bool accumulate, ptrdiff_t n) {
    for (ptrdiff_t i = 0; i < n; i += WIDTH) {
        VF gradient = FN(load_lanes)(dy + i, n - i) * FN(gelu_slope)(FN(load_lanes)(x + i, n - i));
        if (accumulate) gradient += FN(load_lanes)(dx + i, n - i);
        FN(store_lanes)(dx + i, gradient, n - i);
    }
}

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

/// Philox 4x32-10 (Salmon et al., SC'11) of WIDTH counters at once, as WIDTH / 2 even and odd ones: a 32-bit word in the low half of each
/// 64-bit lane is what the multiplier wants, and what lies in the high half never matters.
INLINE void FN(philox)(VL even[4], VL odd[4], uint32_t k0, uint32_t k1) {
    const VL low = (VL)(0xFFFFFFFFu);
    UNROLL for (int round = 0; round < 10; round++) {
        UNROLL for (int half = 0; half < 2; half++) {
            VL *c = half ? odd : even;
            VL p0 = (c[0] & low) * (VL)(0xD2511F53u), p1 = (c[2] & low) * (VL)(0xCD9E8D57u);
            c[0] = (p1 >> 32) ^ c[1] ^ (VL)(k0);
            c[2] = (p0 >> 32) ^ c[3] ^ (VL)(k1);
            c[1] = p1;
            c[3] = p0;
        }
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
}

/// Feature f of (row, t) uses word f / 16 % 4 of the counter (f / 64 * 16 + f % 16, t, row, step): whole vectors, whatever their width.
KERNEL void FN(dropout)(float *y, float *mask, const float *x, const apus_dropout_t *d) {
    const ptrdiff_t stride = apus_padded(d->features);
    VL lane;
    for (int i = 0; i < WIDTH / 2; i++) lane[i] = (uint64_t)(2 * i);
    for (ptrdiff_t t = 0; t < d->steps; t++)
        for (ptrdiff_t row = 0; row < d->rows; row++) {
            const ptrdiff_t at = (t * d->rows + row) * stride;
            for (ptrdiff_t group = 0; group < stride; group += 64)
                for (ptrdiff_t part = 0; part < 16; part += WIDTH) {
                    VL first = lane + (VL)((uint64_t)(group / 4 + part)), row_word = (VL)(d->first_row + (uint32_t)row);
                    VL even[4] = {first, (VL)((uint32_t)t), row_word, (VL)(d->step)};
                    VL odd[4] = {first + (VL)(1), (VL)((uint32_t)t), row_word, (VL)(d->step)};
                    FN(philox)(even, odd, d->key[0], d->key[1]);
                    UNROLL for (int word = 0; word < 4; word++) {
                        ptrdiff_t f = group + word * 16 + part;
                        if (f >= stride) break;
                        VL pair = (even[word] & (VL)(0xFFFFFFFFu)) | odd[word] << 32;
                        VF m = __builtin_bit_cast(VU, pair) >= (VU)(d->threshold) ? (VF)(d->scale) : (VF)(0.0f);
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
