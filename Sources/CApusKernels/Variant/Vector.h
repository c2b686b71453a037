// Vector types of the variant being compiled and the few operations everything else is written in.

#define CONCATENATE_(a, b) a##_##b
#define CONCATENATE(a, b) CONCATENATE_(a, b)
#define FN(name) CONCATENATE(name, VARIANT)
#define KERNEL static TARGET
#define INLINE static inline __attribute__((always_inline)) TARGET

typedef float FN(vf) __attribute__((ext_vector_type(WIDTH)));
typedef float FN(vfu) __attribute__((ext_vector_type(WIDTH), aligned(4), may_alias));
typedef int32_t FN(vi) __attribute__((ext_vector_type(WIDTH)));
typedef uint32_t FN(vu) __attribute__((ext_vector_type(WIDTH)));
typedef uint64_t FN(vl) __attribute__((ext_vector_type(WIDTH / 2)));
#define VF FN(vf)
#define VI FN(vi)
#define VU FN(vu)
#define VL FN(vl)

#define LOAD(p) (*(const FN(vfu) *)(p))
#define STORE(p, v) (*(FN(vfu) *)(p) = (v))
#define AS_INT(v) __builtin_bit_cast(VI, v)
#define AS_FLOAT(v) __builtin_bit_cast(VF, v)

// Contraction is off, so a multiply-add is fused exactly where FMA is written (and the variant has it).
#if HAS_FMA
#define FMA(a, b, c) __builtin_elementwise_fma((a), (b), (c))
#else
#define FMA(a, b, c) ((a) * (b) + (c))
#endif

#define UNROLL _Pragma("clang loop unroll(full)")

#if WIDTH == 8
/// All bits set in the first n lanes.
INLINE __m256i FN(first_lanes)(ptrdiff_t n) {
    const VI lane = {0, 1, 2, 3, 4, 5, 6, 7};
    return __builtin_bit_cast(__m256i, lane < (VI)((int32_t)(n < 8 ? n : 8)));
}
#endif

/// The first n floats of p, zeros behind; n may exceed WIDTH.
INLINE VF FN(load_partial)(const float *p, ptrdiff_t n) {
#if WIDTH == 16
    return _mm512_maskz_loadu_ps(n >= 16 ? 0xFFFF : (__mmask16)((1u << n) - 1), p);
#elif WIDTH == 8
    return _mm256_maskload_ps(p, FN(first_lanes)(n));
#else
    float lane[WIDTH] = {0};
    for (ptrdiff_t i = 0; i < n && i < WIDTH; i++) lane[i] = p[i];
    return LOAD(lane);
#endif
}

/// The same where all lanes are the usual case.
INLINE VF FN(load_lanes)(const float *p, ptrdiff_t n) { return n >= WIDTH ? LOAD(p) : FN(load_partial)(p, n); }

INLINE void FN(store_partial)(float *p, VF v, ptrdiff_t n) {
#if WIDTH == 16
    _mm512_mask_storeu_ps(p, n >= 16 ? 0xFFFF : (__mmask16)((1u << n) - 1), v);
#elif WIDTH == 8
    _mm256_maskstore_ps(p, FN(first_lanes)(n), v);
#else
    float lane[WIDTH];
    STORE(lane, v);
    for (ptrdiff_t i = 0; i < n && i < WIDTH; i++) p[i] = lane[i];
#endif
}

INLINE void FN(store_lanes)(float *p, VF v, ptrdiff_t n) {
    if (n >= WIDTH) STORE(p, v);
    else FN(store_partial)(p, v, n);
}

#if WIDTH == 16
#define LOW_HALVES 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23
#define HIGH_HALVES 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31
#elif WIDTH == 8
#define LOW_HALVES 0, 8, 1, 9, 2, 10, 3, 11
#define HIGH_HALVES 4, 12, 5, 13, 6, 14, 7, 15
#else
#define LOW_HALVES 0, 4, 1, 5
#define HIGH_HALVES 2, 6, 3, 7
#endif

/// Transposes WIDTH rows: log2(WIDTH) times, row i is interleaved with row i + WIDTH / 2.
INLINE void FN(transpose)(VF rows[WIDTH]) {
    UNROLL for (int round = 1; round < WIDTH; round *= 2) {
        VF next[WIDTH];
        UNROLL for (int i = 0; i < WIDTH / 2; i++) {
            next[2 * i] = __builtin_shufflevector(rows[i], rows[i + WIDTH / 2], LOW_HALVES);
            next[2 * i + 1] = __builtin_shufflevector(rows[i], rows[i + WIDTH / 2], HIGH_HALVES);
        }
        UNROLL for (int i = 0; i < WIDTH; i++) rows[i] = next[i];
    }
}

#undef LOW_HALVES
#undef HIGH_HALVES
