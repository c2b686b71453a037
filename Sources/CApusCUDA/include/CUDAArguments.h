#pragma once

// What the CUDA kernels are given: one structure by value for each kernel, the same for Swift, NVRTC and the emulator of the tests.
//
// A model's memory on the device is one slab of floats; values, parameters, gradients and moments are places in it, counted in floats from
// its beginning. Models that train side by side have a slab each, `stride` floats apart: model number blockIdx.z works in its own.
//
// Layouts are the CPU engine's: sequences are time-major (T, rows, P) and vectors (rows, P), where P is the number of features rounded up to
// 16 (`apus_cuda_padded`) and `rows` is always the capacity of a batch. Padding is neither read nor written. The rows behind the last one of
// a smaller batch have zero inputs, zero targets and zero weights, so that they add nothing to a loss or a gradient; no kernel leaves them out.
// Parameters and their gradients are exact, without padding.
//
// No kernel adds floats atomically, and every sum runs in an order that depends on shapes alone: the same bits run after run.

enum { APUS_CUDA_PADDING = 16 };

/// What changes from step to step, written by the host for all steps of a burst and each model.
typedef struct {
    unsigned rows;         // of the batch; 0 when this model rests in this step
    unsigned step;         // of training, which keys the dropout masks
    unsigned first_index;  // where the batch's row numbers begin in the array of indices
    float rate;            // of Adam, with both bias corrections
    float one_minus_beta1, one_minus_beta2, epsilon;
    float decay;           // share by which a value shrinks before the step
} apus_cuda_control_t;

/// What the device tells the host of a burst. Once a gradient is not finite, later steps change nothing.
typedef struct {
    int position;  // of the step in the burst
    int failed;    // 1 + the position of the first step with a gradient that is not finite; 0: none
} apus_cuda_status_t;

typedef struct {
    float *slab;
    long long stride;                     // floats from one model's slab to the next
    const apus_cuda_control_t *controls;  // (models, control_stride): of the steps of a burst
    long long control_stride;
    apus_cuda_status_t *status;           // one for each model
} apus_cuda_space_t;

// MARK: A batch

/// One array of the examples.
typedef struct {
    const float *source;      // (N, ...), or null for ones
    long long source_stride;  // floats from one example to the next
    int steps, features;      // of one example
    long long to;             // (steps, rows, to_stride)
    int to_stride;
} apus_cuda_gather_item_t;

/// `gather`: grid (rows, items, models), 128 threads. Copies the examples of a batch into the slab; rows behind the batch become zero.
typedef struct {
    apus_cuda_space_t space;
    const apus_cuda_gather_item_t *items;  // (models, items)
    const int *indices;  // of the examples of all steps of a burst and all models
    int rows;
} apus_cuda_gather_t;

// MARK: Matrix products

typedef enum { APUS_CUDA_LINEAR = 0, APUS_CUDA_RELU = 1, APUS_CUDA_TANH = 2, APUS_CUDA_SIGMOID = 3 } apus_cuda_activation_t;

/// `gemm`: C (M, N) = f(A (M, K) B (K, N) + bias), or C += A B. Grid (ceil(N / 64), ceil(M / 64), models), APUS_CUDA_GEMM_THREADS threads.
/// `gemm_32`: the same bits from tiles of 32 x 64, for products of too few tiles to occupy the device: grid (ceil(N / 64), ceil(M / 32), models).
typedef struct {
    apus_cuda_space_t space;
    long long a, b, c;
    long long bias;         // (N), or -1
    int m, n, k, lda, ldb, ldc;
    int transposed_b;       // B lies as (N, K) with row stride ldb
    int accumulates;        // add to C; only without bias and activation
    int activation;         // apus_cuda_activation_t: linear, relu or tanh
} apus_cuda_gemm_t;

enum { APUS_CUDA_GEMM_TILE = 64, APUS_CUDA_GEMM_THREADS = 128 };

// MARK: Gradients of parameters

typedef enum {
    APUS_CUDA_PRODUCT = 0,      // C (M, N) = sum over r of A[r][m] B[r][n]
    APUS_CUDA_ELEMENTWISE = 1,  // C (1, N) = sum over r of A[r][n] B[r][n]
    APUS_CUDA_SUM = 2,          // C (1, N) = sum over r of B[r][n]
} apus_cuda_weight_gradient_kind_t;

/// The gradient of one parameter, or of some columns of it: a sum over R rows, in `splits` parts of `split_rows` rows.
typedef struct {
    int kind;
    int rows, m, n, lda, ldb;  // m is 1 but for a product
    long long a, b;
    int splits, split_rows;
    long long partials;        // (splits, m, n)
    long long gradient;        // element (m, n) goes to gradient + m * ld + n
    int ld;
    int first_block, tiles_n;  // blocks of `weight_gradients`: split by split, in each tiles of 64 x 64, tiles_n in a row of tiles
    int first_sum_block;       // blocks of `sum_gradients`, APUS_CUDA_SUM_ELEMENTS elements each
} apus_cuda_weight_gradient_t;

enum { APUS_CUDA_SUM_ELEMENTS = 256 };

/// `weight_gradients`: grid (blocks, 1, models), APUS_CUDA_GEMM_THREADS threads. Writes the parts of all gradients.
/// `sum_gradients`: grid (sum blocks, 1, models), 256 threads. Adds the parts in order, writes the gradients, and notes in the status when
/// one is not finite. Both do nothing after a step that failed.
typedef struct {
    apus_cuda_space_t space;
    const apus_cuda_weight_gradient_t *items;
    int count;
} apus_cuda_weight_gradients_t;

// MARK: The optimiser

typedef enum { APUS_CUDA_UNCLIPPED = 0, APUS_CUDA_CLIP_NORM = 1, APUS_CUDA_CLIP_VALUE = 2 } apus_cuda_clipping_t;

enum { APUS_CUDA_SQUARES_BLOCKS = 64 };

/// `sum_squares`: grid (APUS_CUDA_SQUARES_BLOCKS, 1, models), 256 threads: sums of squares of the gradient in Float64, one a block, for
/// clipping by norm. `adam`: grid (ceil(count / 256), 1, models), 256 threads: clips and updates, unless a step has failed.
/// `advance`: one thread a model: goes on to the next step of the burst.
typedef struct {
    apus_cuda_space_t space;
    long long values, gradients, m, v;  // `count` floats each
    long long count;
    long long squares;                  // APUS_CUDA_SQUARES_BLOCKS doubles, on a boundary of 8 bytes
    int clipping;
    float maximum;
} apus_cuda_adam_t;

// MARK: Operations on single rows

typedef enum {
    APUS_CUDA_DENSE,                    // y = f(x W + b)
    APUS_CUDA_DENSE_GRADIENT,           // dx = dy Wᵀ (dx < 0: not wanted); dy is that of the linear part
    APUS_CUDA_ACTIVATION_GRADIENT,      // dy *= f'(x), from y = f(x), in place
    APUS_CUDA_DROPOUT,                  // y = x mask; the mask is computed, not stored
    APUS_CUDA_DROPOUT_GRADIENT,         // dx = dy mask
    APUS_CUDA_GELU, APUS_CUDA_GELU_GRADIENT,        // the gradient reads x
    APUS_CUDA_LOGISTIC, APUS_CUDA_LOGISTIC_GRADIENT,  // sigmoid; the gradient reads y
    APUS_CUDA_SOFTMAX, APUS_CUDA_SOFTMAX_GRADIENT,  // the gradient reads y
    APUS_CUDA_LAYER_NORM,               // y of x, or of x + r (r >= 0); writes `normalized` and `scale`
    APUS_CUDA_LAYER_NORM_GRADIENT,      // dx and dr (each where >= 0) of dy, from `normalized` and `scale`; w: gain
    APUS_CUDA_ADD_TABLE,                // y = x + table[t]
    APUS_CUDA_PASS,                     // dx = dy
    APUS_CUDA_CROSS_ENTROPY,            // probabilities y of logits x, the row's loss, and in training dx
    APUS_CUDA_BINARY_CROSS_ENTROPY,     // the same for a sigmoid
    APUS_CUDA_SQUARED_ERROR,            // the loss of y and in training dy
    APUS_CUDA_OUTPUT,                   // copies x to the results of the step
} apus_cuda_operation_t;

/// One operation on a matrix row. Places are in the slab unless told otherwise; -1 where there is none.
typedef struct {
    int kind;
    int features;             // of x; of y and dy of an activation's gradient
    int units;                // outputs of a dense layer
    int activation;           // of a dense layer or its gradient
    long long x, y, dx, dy;   // (matrix rows, padded features), y and dy of a dense layer (matrix rows, padded units)
    long long w, b;           // kernel (features, units) and bias; gain and shift of a norm; table (steps, padded features) in w
    long long r, dr;          // a norm's residual
    long long normalized, scale;  // (matrix rows, padded features) and (matrix rows)
    long long targets, weights;   // of a loss: (rows, features), without padding, and (rows)
    long long key;            // of dropout: two words
    unsigned threshold;       // an element is dropped when its word is below
    float factor;             // dropout: of elements kept. Losses: the head's weight in the total
    float positive;           // binary cross-entropy: how often a target of 1 counts
    float epsilon;            // of a norm
    int accumulates;          // bit 0: add to dx, bit 1: add to dr
    int trains;               // of a loss: whether to write the gradient
    long long result;         // OUTPUT and losses: floats from the beginning of the step's results; a loss is a double a row there
} apus_cuda_instruction_t;

/// `rows`: grid (matrix rows, 1, models), 128 threads: runs the instructions one after the other on one matrix row, steps * rows of them.
typedef struct {
    apus_cuda_space_t space;
    const apus_cuda_instruction_t *instructions;
    int count;
    int rows;                 // rows of a batch; matrix row number t * rows + row
    float *results;           // of all steps of a burst, step after step, and of all models
    long long result_stride;  // floats from one step to the next, even
    long long result_model_stride;
} apus_cuda_rows_t;

// MARK: Recurrent layers

/// One LSTM layer over all steps, gates in the order i, f, c (candidate), o; formulas as in the CPU engine.
///
/// `lstm_forward_16`, `_32`, `_64`, `_128`: layers of up to so many units, whose recurrent weights stay on the chip: grid (rows, 1, models),
/// 4 * 16, 4 * 32, ... threads; `_128` needs APUS_CUDA_LSTM_128_BYTES of dynamic shared memory. `lstm_forward`: any number of units, grid
/// (ceil(rows / APUS_CUDA_RECURRENT_ROWS), 1, models), 256 threads.
typedef struct {
    apus_cuda_space_t space;
    int steps, rows, units;
    long long gates;          // (T, rows, gate_stride): x W + b; becomes the activated gates when `saves`
    int gate_stride;
    long long recurrent;      // U (H, 4H)
    long long h;              // (T, rows, padded units): all steps
    long long c, tanh_c;      // (T, rows, padded units) when `saves`; otherwise c is (rows, padded units) and tanh_c -1
    int saves;
} apus_cuda_lstm_forward_t;

/// `lstm_backward_16` ... `_128` and `lstm_backward`, launched as the forward kernels. Replaces the activated gates by the gradients of the
/// pre-activations, from which those of the weights and of x are products.
typedef struct {
    apus_cuda_space_t space;
    int steps, rows, units;
    long long gates, c, tanh_c;
    int gate_stride;
    long long recurrent;
    long long dy;             // (T, rows, padded units), or (rows, padded units) of the last step
    int last_step_only;
    long long scratch;        // (2, rows, padded units) for `lstm_backward`
} apus_cuda_lstm_backward_t;

/// One GRU layer, reset gate after the product (Keras: reset_after). `gru_forward_16` ... and `gru_forward`, launched as the LSTM's.
///
/// Columns of `gates`: z, r, candidate, q = h U_h + b'_h; x W + b is given in the first three.
typedef struct {
    apus_cuda_space_t space;
    int steps, rows, units;
    long long gates;
    int gate_stride;
    long long recurrent;      // U (H, 3H): z, r, candidate
    long long recurrent_bias; // b' (3H), not yet in the gates
    long long h;
    int saves;
} apus_cuda_gru_forward_t;

/// `gru_backward_16` ... and `gru_backward`. Replaces the gates by gradients: those of the pre-activations of z, r and the candidate (which
/// x W + b has), then that of q (which h U_h + b'_h has).
typedef struct {
    apus_cuda_space_t space;
    int steps, rows, units;
    long long gates, h;
    int gate_stride;
    long long recurrent;
    long long dy;
    int last_step_only;
    long long scratch;        // (2, rows, padded units) for `gru_backward`
} apus_cuda_gru_backward_t;

enum {
    APUS_CUDA_RECURRENT_ROWS = 4,
    APUS_CUDA_LSTM_128_BYTES = 32 * 512 * 4,  // a quarter of U, forward or backward; the others are in registers
    APUS_CUDA_GRU_128_BYTES = 0,              // all of U is in registers
};

// MARK: Attention and sequences

/// Self-attention over queries, keys and values (T, rows, padded 3 heads size).
///
/// `attention_forward`: grid (ceil(T / 8), rows * heads, models), 256 threads, a warp for each query; 8 T floats of dynamic shared memory.
/// `attention_backward_queries`: the same; writes dq and, to `scores`, the gradients of the scores. `attention_backward_keys`: the same for
/// keys: writes dk and dv. No operation but the attention reads qkv, so nothing accumulates.
typedef struct {
    apus_cuda_space_t space;
    int steps, rows, heads, size;
    float scale;              // of the scores
    long long qkv, output;    // output (T, rows, padded heads size)
    long long probabilities;  // (rows, heads, T, padded T), before dropout; -1 when backward will not run
    long long key;            // of dropout: two words, or -1
    unsigned threshold;
    float factor;
    long long dqkv, doutput, scores;  // scores as probabilities
} apus_cuda_attention_t;

/// `step_mean`: y (rows, padded features) = mean over t of x (T, rows, padded features). `step_mean_gradient`: dx = dy / T, or added to it.
/// Grid (rows, 1, models), 128 threads.
typedef struct {
    apus_cuda_space_t space;
    int steps, rows, features;
    long long x, y, dx, dy;
    int accumulates;
} apus_cuda_step_mean_t;

static inline int apus_cuda_padded(int n) { return (n + APUS_CUDA_PADDING - 1) / APUS_CUDA_PADDING * APUS_CUDA_PADDING; }
