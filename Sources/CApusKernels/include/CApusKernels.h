#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Vectorised CPU kernels of the engine: Float32, row-major, one table of functions per instruction set.
//
// Conventions. A matrix (M, N) is a pointer and a row stride in floats. Buffers that kernels write as a whole have a row stride that is
// N rounded up to APUS_PADDING, and the padding columns may be written; parameters and their gradients are exact and never padded.
// Sums over k run in increasing k with one accumulator per element, so a row's result does not depend on which rows are computed with it.

enum { APUS_PADDING = 16 };

static inline ptrdiff_t apus_padded(ptrdiff_t n) { return (n + APUS_PADDING - 1) / APUS_PADDING * APUS_PADDING; }

typedef enum {
    APUS_LINEAR = 0,
    APUS_RELU = 1,
    APUS_TANH = 2,
    APUS_SIGMOID = 3,
} apus_activation_t;

/// One LSTM layer over a shard of rows, gates in Keras order i, f, c (candidate), o. Sequences are time-major: (T, rows, padded features).
typedef struct {
    ptrdiff_t steps, rows, inputs, units;
    const float *x;           // (T, rows, padded inputs)
    const float *packed;      // from lstm_pack
    float *h;                 // (h_slots, rows, padded units); step t is slot t % h_slots; h_slots >= 2 if T > 1
    float *c;                 // (c_slots, rows, padded units); slot t % c_slots; one slot is enough for inference
    ptrdiff_t h_slots, c_slots;
    float *gates;             // (T, rows, gate_stride) activated gates for backward, or NULL in inference
    float *tanh_c;            // (T, rows, padded units) for backward, or NULL in inference
    ptrdiff_t gate_stride;    // apus_lstm_gate_stride
} apus_lstm_forward_t;

typedef struct {
    ptrdiff_t steps, rows, inputs, units;
    const float *x, *h, *c, *tanh_c;  // as left by forward, with T slots each
    float *gates;                     // activated gates; overwritten by the gradients of the pre-activations
    ptrdiff_t gate_stride;
    const float *dy;                  // (T, rows, padded units), or (rows, padded units) of the last step only
    bool last_step_only;
    float *dh, *dc;                   // scratch, (rows, padded units)
    const float *packed_recurrent;    // from lstm_pack_transposed of the recurrent kernel
    const float *packed_input;        // the same of the kernel, or NULL when dx is not wanted
    float *dx;                        // (T, rows, padded inputs) or NULL
    bool accumulate_dx;
    float *dkernel, *drecurrent, *dbias;  // (inputs, 4 units), (units, 4 units), (4 units); added to
} apus_lstm_backward_t;

/// One GRU layer (reset gate after the product) over a shard of rows, gates in Keras order z, r, h; layouts as for the LSTM.
typedef struct {
    ptrdiff_t steps, rows, inputs, units;
    const float *x;         // (T, rows, padded inputs)
    const float *packed;    // from gru_pack
    float *h;               // (h_slots, rows, padded units); step t is slot t % h_slots; h_slots >= 2 if T > 1
    ptrdiff_t h_slots;
    float *gates;           // (T, rows, gate_stride) z, r, q and candidate for backward, or NULL in inference
    ptrdiff_t gate_stride;  // apus_lstm_gate_stride
} apus_gru_forward_t;

typedef struct {
    ptrdiff_t steps, rows, inputs, units;
    const float *x, *h;                   // as left by forward, with T slots of h
    float *gates;                         // overwritten by gradients
    ptrdiff_t gate_stride;
    const float *dy;                      // (T, rows, padded units), or (rows, padded units) of the last step only
    bool last_step_only;
    float *dh;                            // scratch, (rows, padded units)
    const float *packed_recurrent;        // from gru_pack_transposed of the recurrent kernel
    const float *packed_input;            // the same of the kernel, or NULL when dx is not wanted
    float *dx;                            // (T, rows, padded inputs) or NULL
    bool accumulate_dx;
    float *dkernel, *drecurrent, *dbias;  // (inputs, 3 units), (units, 3 units), (2, 3 units); added to
} apus_gru_backward_t;

/// Which elements dropout keeps is a pure function of (key, step, row, t, feature): Philox 4x32-10.
typedef struct {
    ptrdiff_t steps, rows, features;  // x is (steps, rows, padded features)
    uint32_t key[2];                  // of seed and layer
    uint32_t step;                    // of training
    uint32_t first_row;               // position in the batch of row 0
    uint32_t threshold;               // rate * 2^32: an element is dropped when its word is below
    float scale;                      // 1 / (1 - rate)
} apus_dropout_t;

/// Self-attention over a shard of rows.
typedef struct {
    ptrdiff_t steps, rows, heads, size;  // size: features of one head
    float scale;                         // of the scores, 1 / sqrt(size)
    const float *qkv;                    // (T, rows, padded 3 heads size): queries, keys, values
    float *output;                       // (T, rows, padded heads size)
    float *probabilities;                // (rows, heads, T, padded T) when they are saved for backward, else of one row
    bool saves;
    const apus_dropout_t *dropout;       // of the probabilities: steps = heads T, rows = 1, features = T; NULL without
    float *kept, *mask;                  // as probabilities; only with dropout
    float *scratch;                      // apus_attention_scratch_size
} apus_attention_t;

/// Layer normalisation of `count` rows, and what its backward needs.
typedef struct {
    ptrdiff_t count, features;
    float epsilon;
    float *normalized;  // (count, padded features)
    float *scale;       // (count) 1 / standard deviation
} apus_layer_norm_t;

typedef struct {
    float learning_rate;  // already corrected for the bias of both moments
    float one_minus_beta1, one_minus_beta2, epsilon;
    float decay;          // share by which the value shrinks before the step: 0, or learning rate * weight decay
} apus_adam_t;

typedef struct {
    const char *name;
    int vector_width;  // floats

    // Matrix products. `packed` is B (K, N) from gemm_pack: ceil(N / 16) * 16 * K floats.
    void (*gemm_pack)(float *packed, const float *b, ptrdiff_t row_stride, ptrdiff_t column_stride, ptrdiff_t k, ptrdiff_t n);
    /// C = A B (+ bias), or C += A B; writes whole padded rows of C.
    void (*gemm)(float *c, ptrdiff_t ldc, const float *a, ptrdiff_t lda, const float *packed, const float *bias, bool accumulate,
                 ptrdiff_t m, ptrdiff_t n, ptrdiff_t k);
    /// C (M, N) += Aᵀ B for A (K, M) and B (K, N padded); writes exactly N columns of C.
    void (*gemm_transposed)(float *c, ptrdiff_t ldc, const float *a, ptrdiff_t lda, const float *b, ptrdiff_t ldb,
                            ptrdiff_t m, ptrdiff_t n, ptrdiff_t k);
    /// out (N) += sum of the rows of A (M, N padded).
    void (*column_sum)(float *out, const float *a, ptrdiff_t lda, ptrdiff_t m, ptrdiff_t n);

    // LSTM. Sizes of the packed weights: apus_lstm_packed_size and apus_lstm_transposed_size.
    void (*lstm_pack)(float *packed, const float *kernel, const float *recurrent, const float *bias, ptrdiff_t inputs, ptrdiff_t units);
    void (*lstm_pack_transposed)(float *packed, const float *kernel, ptrdiff_t inputs, ptrdiff_t units);
    void (*lstm_forward)(const apus_lstm_forward_t *);
    void (*lstm_backward)(const apus_lstm_backward_t *);

    // GRU. Sizes of the packed weights: apus_gru_packed_size and apus_gru_transposed_size.
    void (*gru_pack)(float *packed, const float *kernel, const float *recurrent, const float *bias, ptrdiff_t inputs, ptrdiff_t units);
    void (*gru_pack_transposed)(float *packed, const float *kernel, ptrdiff_t columns, ptrdiff_t units);
    void (*gru_forward)(const apus_gru_forward_t *);
    void (*gru_backward)(const apus_gru_backward_t *);

    void (*attention_forward)(const apus_attention_t *);
    /// Writes the gradient of qkv, from that of the output.
    void (*attention_backward)(const apus_attention_t *, float *dqkv, const float *doutput);

    /// y = gain (s - mean) / sqrt(variance + epsilon) + shift with s = a + b, or a where b is NULL. Rows are padded.
    void (*layer_norm)(const apus_layer_norm_t *, float *y, const float *a, const float *b, const float *gain, const float *shift);
    /// Gradients of a and b (where not NULL); those of gain and shift are added to.
    void (*layer_norm_gradient)(const apus_layer_norm_t *, float *da, bool accumulate_a, float *db, bool accumulate_b, float *dgain,
                                float *dshift, const float *dy, const float *gain);

    // Whole sequences; n counts padded floats of one step.
    void (*step_sum)(float *y, const float *x, float scale, ptrdiff_t steps, ptrdiff_t n);
    void (*step_sum_gradient)(float *dx, const float *dy, float scale, bool accumulate, ptrdiff_t steps, ptrdiff_t n);
    /// y (steps, rows, stride) = x + table (steps, stride).
    void (*add_steps)(float *y, const float *x, const float *table, ptrdiff_t steps, ptrdiff_t rows, ptrdiff_t stride);
    /// dx = dy, or dx += dy.
    void (*pass)(float *dx, const float *dy, bool accumulate, ptrdiff_t n);

    // Elementwise, over n floats. Error bounds are in Variant/Math.h, and tested.
    void (*exp)(float *y, const float *x, ptrdiff_t n);
    void (*tanh)(float *y, const float *x, ptrdiff_t n);
    void (*sigmoid)(float *y, const float *x, ptrdiff_t n);
    void (*gate)(float *y, const float *x, ptrdiff_t n);  // the sigmoid of recurrent layers
    void (*gelu)(float *y, const float *x, ptrdiff_t n);
    /// dx = dy gelu'(x), or dx += it.
    void (*gelu_gradient)(float *dx, const float *dy, const float *x, bool accumulate, ptrdiff_t n);
    void (*activation)(float *y, apus_activation_t kind, ptrdiff_t n);                       // in place
    void (*activation_gradient)(float *dy, const float *y, apus_activation_t kind, ptrdiff_t n);  // dy *= f'(x), from y = f(x)

    void (*dropout)(float *y, float *mask, const float *x, const apus_dropout_t *);
    void (*dropout_gradient)(float *dx, const float *dy, const float *mask, bool accumulate, ptrdiff_t n);

    void (*softmax)(float *y, const float *x, ptrdiff_t ld, ptrdiff_t m, ptrdiff_t n);
    void (*softmax_gradient)(float *dx, const float *y, const float *dy, ptrdiff_t ld, bool accumulate, ptrdiff_t m, ptrdiff_t n);
    /// Probabilities from logits, and the sum over rows of weight * cross-entropy. targets (M, N) exact; weights (M) or NULL.
    double (*cross_entropy)(float *probabilities, const float *logits, ptrdiff_t ld, const float *targets, const float *weights,
                            ptrdiff_t m, ptrdiff_t n);
    /// d logits = scale * weight * (p * sum(target) - target).
    void (*cross_entropy_gradient)(float *dlogits, const float *probabilities, ptrdiff_t ld, const float *targets, const float *weights,
                                   float scale, ptrdiff_t m, ptrdiff_t n);
    /// Probabilities from logits, and the sum over rows of weight * mean over columns of -(positive target log p + (1 - target) log (1 - p)).
    double (*binary_cross_entropy)(float *probabilities, const float *logits, ptrdiff_t ld, const float *targets, const float *weights,
                                   float positive, ptrdiff_t m, ptrdiff_t n);
    void (*binary_cross_entropy_gradient)(float *dlogits, const float *probabilities, ptrdiff_t ld, const float *targets,
                                          const float *weights, float positive, float scale, ptrdiff_t m, ptrdiff_t n);
    /// Sum over rows of weight * mean over columns of (y - target)².
    double (*squared_error)(const float *y, ptrdiff_t ld, const float *targets, const float *weights, ptrdiff_t m, ptrdiff_t n);
    void (*squared_error_gradient)(float *dy, const float *y, ptrdiff_t ld, const float *targets, const float *weights, float scale,
                                   ptrdiff_t m, ptrdiff_t n);

    /// sum = parts[0] + parts[1] + ... in that order, of n floats from `start`; false when any sum is not finite.
    bool (*reduce)(float *sum, const float *const *parts, ptrdiff_t count, ptrdiff_t start, ptrdiff_t n);
    bool (*is_finite)(const float *x, ptrdiff_t n);
    /// Keras's Adam over a flat buffer: m, v are the moments.
    void (*adam)(float *value, float *m, float *v, const float *gradient, const apus_adam_t *, ptrdiff_t n);
} apus_kernels_t;

/// The fastest kernels this processor runs, or those called `name` ("avx512", "avx2", "portable"); NULL when they are unknown or cannot run.
const apus_kernels_t *apus_kernels(const char *name);

static inline ptrdiff_t apus_gemm_packed_size(ptrdiff_t k, ptrdiff_t n) { return k * apus_padded(n); }
static inline ptrdiff_t apus_lstm_packed_size(ptrdiff_t inputs, ptrdiff_t units) { return (1 + inputs + units) * 4 * apus_padded(units); }
/// `columns` is inputs for the kernel, units for the recurrent kernel.
static inline ptrdiff_t apus_lstm_transposed_size(ptrdiff_t columns, ptrdiff_t units) { return 4 * units * apus_padded(columns); }
static inline ptrdiff_t apus_gru_packed_size(ptrdiff_t inputs, ptrdiff_t units) { return (4 + 3 * (inputs + units)) * apus_padded(units); }
/// `columns` is inputs for the kernel, units for the recurrent kernel.
static inline ptrdiff_t apus_gru_transposed_size(ptrdiff_t columns, ptrdiff_t units) { return 3 * units * apus_padded(columns); }
static inline ptrdiff_t apus_attention_scratch_size(ptrdiff_t steps, ptrdiff_t size) {
    return apus_padded(steps) * (2 * apus_padded(size) + apus_padded(steps));
}
/// Gates lie side by side without padding, so that products see one matrix; there is room to read whole vectors of the last one. A row is an
/// odd number of cache lines long, so that a column does not fall into few sets of the cache.
static inline ptrdiff_t apus_lstm_gate_stride(ptrdiff_t units) { return (apus_padded(3 * units + apus_padded(units)) / 16 | 1) * 16; }

/// Tells the core that it waits in a short loop.
static inline void apus_pause(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}
