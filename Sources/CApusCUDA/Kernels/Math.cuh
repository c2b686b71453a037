#pragma once
// exp, sigmoid, tanh and erf of a float, by the formulas of the CPU kernels (Variant/Math.h), so that both engines agree to the last bits
// of a float but for the order of sums. NaN in, NaN out.

/// e^r 2^n in two parts, see `exp_`. Cody and Waite's reduction, Cephes's polynomial.
DEVICE float exp_reduced(float x, int &n) {
    const float magic = 12582912.0f;  // 1.5 * 2^23: adding it rounds to an integer, held in the low bits
    float shifted = fmaf(x, 1.44269504088896341f, magic), whole = shifted - magic;
    n = __float_as_int(shifted) - __float_as_int(magic);
    float r = fmaf(whole, 2.12194440e-4f, fmaf(whole, -0.693359375f, x));
    float p = fmaf(1.9875691500e-4f, r, 1.3981999507e-3f);
    p = fmaf(p, r, 8.3334519073e-3f);
    p = fmaf(p, r, 4.1665795894e-2f);
    p = fmaf(p, r, 1.6666665459e-1f);
    p = fmaf(p, r, 5.0000001201e-1f);
    return fmaf(p * r, r, r) + 1.0f;
}

DEVICE float exp_(float x) {
    x = x < -105.0f ? -105.0f : x;
    x = x > 89.0f ? 89.0f : x;
    int n;
    float p = exp_reduced(x, n);
    int half = n >> 1;  // 2^n in two factors, each a normal number
    return p * __int_as_float((half + 127) << 23) * __int_as_float((n - half + 127) << 23);
}

DEVICE float sigmoid_(float x) {
    float a = x > 0.0f ? -x : x;
    a = a < -87.3f ? -87.3f : a;
    int n;
    float p = exp_reduced(a, n), e = p * __int_as_float((n + 127) << 23), d = 1.0f / (1.0f + e);
    return x > 0.0f ? d : e * d;
}

DEVICE float tanh_rational(float x) {
    float c = x > 7.90531110763549805f ? 7.90531110763549805f : x;
    c = c < -7.90531110763549805f ? -7.90531110763549805f : c;
    float s = c * c;
    float p = fmaf(-2.76076847742355e-16f, s, 2.00018790482477e-13f);
    p = fmaf(p, s, -8.60467152213735e-11f);
    p = fmaf(p, s, 5.12229709037114e-08f);
    p = fmaf(p, s, 1.48572235717979e-05f);
    p = fmaf(p, s, 6.37261928875436e-04f);
    p = fmaf(p, s, 4.89352455891786e-03f);
    float q = fmaf(1.19825839466702e-06f, s, 1.18534705686654e-04f);
    q = fmaf(q, s, 2.26843463243900e-03f);
    q = fmaf(q, s, 4.89352518554385e-03f);
    return c * p / q;
}

DEVICE float tanh_(float x) {
    float y = tanh_rational(x);
    return fabsf(x) < 0.0004f ? x : y;
}

/// The sigmoid of a gate, (1 + tanh(x / 2)) / 2.
DEVICE float gate_(float x) { return fmaf(tanh_rational(x * 0.5f), 0.5f, 0.5f); }

DEVICE float erf_(float x) {
    float s = x * x;
    float p = fmaf(-2.72614225801306e-10f, s, 2.77068142495902e-08f);
    p = fmaf(p, s, -2.10102402082508e-06f);
    p = fmaf(p, s, -5.69250639462346e-05f);
    p = fmaf(p, s, -7.34990630326855e-04f);
    p = fmaf(p, s, -2.95459980854025e-03f);
    p = fmaf(p, s, -1.60960333262415e-02f);
    float q = fmaf(-1.45660718464996e-05f, s, -2.13374055278905e-04f);
    q = fmaf(q, s, -1.68282697438203e-03f);
    q = fmaf(q, s, -7.37332916720468e-03f);
    q = fmaf(q, s, -1.42647390514189e-02f);
    float y = x * p / q;
    y = y > 1.0f ? 1.0f : y;
    y = y < -1.0f ? -1.0f : y;
    y = x > 3.92f ? 1.0f : y;
    return x < -3.92f ? -1.0f : y;
}

/// The normal distribution function.
DEVICE float normal_(float x) { return fmaf(erf_(x * 0.70710678118654752f), 0.5f, 0.5f); }

DEVICE float gelu_(float x) { return x * normal_(x); }

DEVICE float gelu_slope(float x) { return fmaf(x, exp_(x * x * -0.5f) * 0.39894228040143268f, normal_(x)); }

DEVICE float activate(float x, int kind) {
    if (kind == APUS_CUDA_RELU) return x < 0.0f ? 0.0f : x;  // NaN passes, so that it is found
    return kind == APUS_CUDA_TANH ? tanh_(x) : x;
}

/// f'(x) from y = f(x), times dy.
DEVICE float activation_gradient(float dy, float y, int kind) {
    if (kind == APUS_CUDA_RELU) return y > 0.0f ? dy : 0.0f;
    if (kind == APUS_CUDA_TANH) return dy * (1.0f - y * y);
    return kind == APUS_CUDA_SIGMOID ? dy * (y * (1.0f - y)) : dy;
}
