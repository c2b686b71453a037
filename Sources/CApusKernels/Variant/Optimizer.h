// What runs once a step over the flat parameter and gradient buffers.

/// Bits of a float that are all set in infinities and NaN.
enum { FN(exponent) = 0x7F800000 };

KERNEL bool FN(reduce)(float *sum, const float *const *parts, ptrdiff_t count, ptrdiff_t start, ptrdiff_t n) {
    const ptrdiff_t end = start + n;
    VI bad = (VI)(0);
    ptrdiff_t i = start;
    for (; i + WIDTH <= end; i += WIDTH) {
        VF total = LOAD(parts[0] + i);
        for (ptrdiff_t p = 1; p < count; p++) total += LOAD(parts[p] + i);
        STORE(sum + i, total);
        bad |= (AS_INT(total) & FN(exponent)) == FN(exponent);
    }
    bool finite = true;
    for (int l = 0; l < WIDTH; l++) finite &= bad[l] == 0;
    for (; i < end; i++) {
        float total = parts[0][i];
        for (ptrdiff_t p = 1; p < count; p++) total += parts[p][i];
        sum[i] = total;
        finite &= (__builtin_bit_cast(uint32_t, total) & FN(exponent)) != FN(exponent);
    }
    return finite;
}

KERNEL bool FN(is_finite)(const float *x, ptrdiff_t n) {
    bool finite = true;
    for (ptrdiff_t i = 0; i < n; i++) finite &= (__builtin_bit_cast(uint32_t, x[i]) & FN(exponent)) != FN(exponent);
    return finite;
}

KERNEL double FN(sum_of_squares)(const float *x, ptrdiff_t n) {
    double sums[16] = {0};
    ptrdiff_t i = 0;
    for (; i + 16 <= n; i += 16)
        UNROLL for (int l = 0; l < 16; l++) sums[l] += (double)x[i + l] * (double)x[i + l];
    for (; i < n; i++) sums[i % 16] += (double)x[i] * (double)x[i];
    double sum = 0;
    for (int l = 0; l < 16; l++) sum += sums[l];
    return sum;
}

KERNEL void FN(scale)(float *x, float factor, ptrdiff_t n) {
    for (ptrdiff_t i = 0; i < n; i++) x[i] *= factor;
}

KERNEL void FN(clamp)(float *x, float maximum, ptrdiff_t n) {
    for (ptrdiff_t i = 0; i < n; i++) x[i] = x[i] > maximum ? maximum : x[i] < -maximum ? -maximum : x[i];
}

KERNEL void FN(adam)(float *value, float *m, float *v, const float *gradient, const apus_adam_t *a, ptrdiff_t n) {
    ptrdiff_t i = 0;
    for (; i + WIDTH <= n; i += WIDTH) {
        VF g = LOAD(gradient + i), m1 = LOAD(m + i), v1 = LOAD(v + i);
        m1 = FMA(g - m1, (VF)(a->one_minus_beta1), m1);
        v1 = FMA(g * g - v1, (VF)(a->one_minus_beta2), v1);
        STORE(m + i, m1);
        STORE(v + i, v1);
        VF old = LOAD(value + i);
        old = FMA(old, (VF)(-a->decay), old);
        STORE(value + i, old - m1 * (VF)(a->learning_rate) / (__builtin_elementwise_sqrt(v1) + (VF)(a->epsilon)));
    }
    if (i == n) return;
    VF g = FN(load_partial)(gradient + i, n - i), m1 = FN(load_partial)(m + i, n - i), v1 = FN(load_partial)(v + i, n - i);
    m1 = FMA(g - m1, (VF)(a->one_minus_beta1), m1);
    v1 = FMA(g * g - v1, (VF)(a->one_minus_beta2), v1);
    FN(store_partial)(m + i, m1, n - i);
    FN(store_partial)(v + i, v1, n - i);
    VF old = FN(load_partial)(value + i, n - i);
    old = FMA(old, (VF)(-a->decay), old);
    FN(store_partial)(value + i, old - m1 * (VF)(a->learning_rate) / (__builtin_elementwise_sqrt(v1) + (VF)(a->epsilon)), n - i);
}
