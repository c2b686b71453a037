// exp, sigmoid and tanh of a vector. NaN in, NaN out.

/// e^r 2^n for |x| clamped so that 2^n stays a normal number; `n` returned apart so that callers scale as they need.
/// Cody and Waite's two-part reduction (the high part of ln 2 has 9 bits, so n * high is exact without FMA), Cephes's polynomial.
INLINE VF FN(exp_reduced)(VF x, VI *n) {
    const VF magic = (VF)(12582912.0f);  // 1.5 * 2^23: adding it rounds to an integer, held in the low bits
    VF shifted = FMA(x, (VF)(1.44269504088896341f), magic);
    VF whole = shifted - magic;
    *n = AS_INT(shifted) - AS_INT(magic);
    VF r = FMA(whole, (VF)(-0.693359375f), x);
    r = FMA(whole, (VF)(2.12194440e-4f), r);
    VF p = (VF)(1.9875691500e-4f);
    p = FMA(p, r, (VF)(1.3981999507e-3f));
    p = FMA(p, r, (VF)(8.3334519073e-3f));
    p = FMA(p, r, (VF)(4.1665795894e-2f));
    p = FMA(p, r, (VF)(1.6666665459e-1f));
    p = FMA(p, r, (VF)(5.0000001201e-1f));
    return FMA(p * r, r, r) + (VF)(1.0f);
}

/// Error at most 1.1 ulp, gradual underflow included; 0 below -104, infinity above 88.73.
INLINE VF FN(exp_v)(VF x) {
    x = x < (VF)(-105.0f) ? (VF)(-105.0f) : x;
    x = x > (VF)(89.0f) ? (VF)(89.0f) : x;
    VI n;
    VF p = FN(exp_reduced)(x, &n);
    VI half = n >> 1;  // 2^n in two factors, each a normal number, so that only the last product can round or overflow
    return p * AS_FLOAT((half + 127) << 23) * AS_FLOAT((n - half + 127) << 23);
}

/// 1 / (1 + e^-x), error at most 2.7 ulp for x >= -87.3; below, 1.2e-38 instead of a subnormal.
INLINE VF FN(sigmoid_v)(VF x) {
    VF a = x > (VF)(0.0f) ? -x : x;  // -|x|
    a = a < (VF)(-87.3f) ? (VF)(-87.3f) : a;
    VI n;
    VF e = FN(exp_reduced)(a, &n) * AS_FLOAT((n + 127) << 23);
    VF d = (VF)(1.0f) / ((VF)(1.0f) + e);
    return x > (VF)(0.0f) ? d : e * d;
}

/// tanh by the rational minimax approximation (13, 6) of Eigen and XLA, whose relative error grows near 0 by the rounding of the division.
INLINE VF FN(tanh_rational)(VF x) {
    VF c = x > (VF)(7.90531110763549805f) ? (VF)(7.90531110763549805f) : x;
    c = c < (VF)(-7.90531110763549805f) ? (VF)(-7.90531110763549805f) : c;
    VF s = c * c;
    VF p = (VF)(-2.76076847742355e-16f);
    p = FMA(p, s, (VF)(2.00018790482477e-13f));
    p = FMA(p, s, (VF)(-8.60467152213735e-11f));
    p = FMA(p, s, (VF)(5.12229709037114e-08f));
    p = FMA(p, s, (VF)(1.48572235717979e-05f));
    p = FMA(p, s, (VF)(6.37261928875436e-04f));
    p = FMA(p, s, (VF)(4.89352455891786e-03f));
    VF q = (VF)(1.19825839466702e-06f);
    q = FMA(q, s, (VF)(1.18534705686654e-04f));
    q = FMA(q, s, (VF)(2.26843463243900e-03f));
    q = FMA(q, s, (VF)(4.89352518554385e-03f));
    return c * p / q;
}

/// Error at most 4.5 ulp, 6.5 without FMA.
INLINE VF FN(tanh_v)(VF x) {
    VF y = FN(tanh_rational)(x);
    return __builtin_elementwise_abs(x) < (VF)(0.0004f) ? x : y;  // keeps the sign of zero and subnormals exact
}

/// The sigmoid of a gate, (1 + tanh(x / 2)) / 2 as in XLA: half the work of `sigmoid_v`. Its absolute error is at most 1.5e-7, 1.6e-7
/// without FMA, which is what counts in a factor between 0 and 1; unlike that of `sigmoid_v` its relative error has no bound.
INLINE VF FN(gate_v)(VF x) { return FMA(FN(tanh_rational)(x * (VF)(0.5f)), (VF)(0.5f), (VF)(0.5f)); }

/// erf by the rational minimax approximation (13, 8) of Eigen and XLA; ±1 from where that is the nearest float. Absolute error at most 5e-7.
INLINE VF FN(erf_v)(VF x) {
    VF s = x * x;
    VF p = (VF)(-2.72614225801306e-10f);
    p = FMA(p, s, (VF)(2.77068142495902e-08f));
    p = FMA(p, s, (VF)(-2.10102402082508e-06f));
    p = FMA(p, s, (VF)(-5.69250639462346e-05f));
    p = FMA(p, s, (VF)(-7.34990630326855e-04f));
    p = FMA(p, s, (VF)(-2.95459980854025e-03f));
    p = FMA(p, s, (VF)(-1.60960333262415e-02f));
    VF q = (VF)(-1.45660718464996e-05f);
    q = FMA(q, s, (VF)(-2.13374055278905e-04f));
    q = FMA(q, s, (VF)(-1.68282697438203e-03f));
    q = FMA(q, s, (VF)(-7.37332916720468e-03f));
    q = FMA(q, s, (VF)(-1.42647390514189e-02f));
    VF y = x * p / q;
    y = y > (VF)(1.0f) ? (VF)(1.0f) : y;
    y = y < (VF)(-1.0f) ? (VF)(-1.0f) : y;
    y = x > (VF)(3.92f) ? (VF)(1.0f) : y;
    return x < (VF)(-3.92f) ? (VF)(-1.0f) : y;
}

/// The normal distribution function, (1 + erf(x / sqrt 2)) / 2.
INLINE VF FN(normal_v)(VF x) { return FMA(FN(erf_v)(x * (VF)(0.70710678118654752f)), (VF)(0.5f), (VF)(0.5f)); }

/// x times the normal distribution function of x, the exact form of GELU.
INLINE VF FN(gelu_v)(VF x) { return x * FN(normal_v)(x); }

/// Its derivative: the distribution function plus x times the density.
INLINE VF FN(gelu_slope)(VF x) {
    VF density = FN(exp_v)(x * x * (VF)(-0.5f)) * (VF)(0.39894228040143268f);
    return FMA(x, density, FN(normal_v)(x));
}
