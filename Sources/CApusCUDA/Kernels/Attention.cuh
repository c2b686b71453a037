#pragma once
// Self-attention of one head of one row of the batch: blocks (tile of ATTENTION_WARPS queries or keys, row * heads + head, model).
//
//   P = softmax(scale Q Kᵀ);   O = mask(P) V
//   dP = mask(dO Vᵀ);   dS = scale P (dP - sum(P dP));   dQ = dS K;   dK = dSᵀ Q;   dV = mask(P)ᵀ dO

enum { ATTENTION_WARPS = 8, ATTENTION_THREADS = 32 * ATTENTION_WARPS, ATTENTION_COLUMNS = 32 };

/// A matrix (T, head size): row t begins at from + t * step.
typedef struct {
    float *from;
    long long step;
} attention_matrix_t;

/// The head's queries (part 0), keys (1) or values (2), or their gradients; `place` is that of qkv or dqkv.
DEVICE attention_matrix_t attention_part(const apus_cuda_attention_t &p, long long place, int part) {
    const int row = blockIdx.y / p.heads, head = blockIdx.y % p.heads, padded = apus_cuda_padded(3 * p.heads * p.size);
    attention_matrix_t m = {slab(p.space) + place + (long long)row * padded + (part * p.heads + head) * p.size, (long long)p.rows * padded};
    return m;
}

/// The head's part of the output or its gradient.
DEVICE attention_matrix_t attention_output(const apus_cuda_attention_t &p, long long place) {
    const int row = blockIdx.y / p.heads, head = blockIdx.y % p.heads, padded = apus_cuda_padded(p.heads * p.size);
    attention_matrix_t m = {slab(p.space) + place + (long long)row * padded + head * p.size, (long long)p.rows * padded};
    return m;
}

/// The head's probabilities or the gradients of its scores, (T, padded T).
DEVICE float *attention_square(const apus_cuda_attention_t &p, long long place) {
    return slab(p.space) + place + (long long)blockIdx.y * p.steps * apus_cuda_padded(p.steps);
}

/// The factor that dropout gives to a probability: as that of feature `key` of step head * T + query.
DEVICE float attention_mask(const apus_cuda_attention_t &p, int query, int key) {
    if (p.key < 0) return 1.0f;
    const int row = blockIdx.y / p.heads, head = blockIdx.y % p.heads, number = key / 16 % 4;
    const philox_t w = dropout_words(slab(p.space) + p.key, key, head * p.steps + query, row, control(p.space).step);
    const unsigned word = number < 2 ? (number == 0 ? w.word[0] : w.word[1]) : number == 2 ? w.word[2] : w.word[3];
    return word >= p.threshold ? p.factor : 0.0f;
}

/// products[i] = row of `a` times row i of `b` for all T rows i; each warp has its row of `a` and its products in shared memory. Lane i % 32
/// makes and may read product i; others see it after a barrier.
DEVICE void attention_products(float *products, attention_matrix_t a, int a_row, attention_matrix_t b, int steps, int size) {
    __shared__ float4 tile_a[ATTENTION_WARPS][ATTENTION_COLUMNS / 4];
    __shared__ float4 tile_b[32][ATTENTION_COLUMNS / 4 + 1];  // one more, so that the lanes' rows begin in different banks
    const int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
    for (int first = 0; first < steps; first += 32) {
        float4 sums = {0.0f, 0.0f, 0.0f, 0.0f};
        for (int column = 0; column < size; column += ATTENTION_COLUMNS) {
            const bool inside = column + lane < size;
            __syncthreads();
            ((float *)tile_a[warp])[lane] = inside && a_row < steps ? a.from[a_row * a.step + column + lane] : 0.0f;
#pragma unroll
            for (int i = warp; i < 32; i += ATTENTION_WARPS)
                ((float *)tile_b[i])[lane] = inside && first + i < steps ? b.from[(first + i) * b.step + column + lane] : 0.0f;
            __syncthreads();
#pragma unroll 2  // few registers, so that several blocks share a multiprocessor
            for (int i = 0; i < ATTENTION_COLUMNS / 4; i++) {
                const float4 x = tile_a[warp][i], y = tile_b[lane][i];
                sums.x = fmaf(x.x, y.x, sums.x);
                sums.y = fmaf(x.y, y.y, sums.y);
                sums.z = fmaf(x.z, y.z, sums.z);
                sums.w = fmaf(x.w, y.w, sums.w);
            }
        }
        if (first + lane < steps) products[first + lane] = (sums.x + sums.y) + (sums.z + sums.w);
    }
}

/// Row `to_row` of `to` = the sum over i of factors[i * stride] times row i of `m`, by one warp.
DEVICE void attention_combine(attention_matrix_t to, int to_row, const float *factors, int stride, attention_matrix_t m, int steps, int size) {
    for (int column = threadIdx.x % 32; column < size; column += 32) {
        const float *from = m.from + column;
        float sum = 0.0f;
#pragma unroll 4
        for (int i = 0; i < steps; i++) sum = fmaf(factors[i * stride], from[i * m.step], sum);
        to.from[to_row * to.step + column] = sum;
    }
}

/// Softmax of a query's scores in shared memory, in place, by one warp. Saves the probabilities, then drops some.
DEVICE void attention_softmax(const apus_cuda_attention_t &p, float *scores, int query) {
    const int lane = threadIdx.x % 32;
    float maximum = -INFINITY, sum = 0.0f;
    for (int i = lane; i < p.steps; i += 32) maximum = scores[i] > maximum ? scores[i] : maximum;
    maximum = lanes_maximum(maximum);
    for (int i = lane; i < p.steps; i += 32) {
        scores[i] = exp_((scores[i] - maximum) * p.scale);
        sum += scores[i];
    }
    const float factor = 1.0f / lanes_sum(sum);
    for (int i = lane; i < p.steps; i += 32) {
        const float probability = scores[i] * factor;
        if (p.probabilities >= 0) attention_square(p, p.probabilities)[(long long)query * apus_cuda_padded(p.steps) + i] = probability;
        scores[i] = probability * attention_mask(p, query, i);
    }
}

KERNEL(ATTENTION_THREADS) attention_forward(apus_cuda_attention_t p) {
    SHARED_FLOATS(memory);
    const int warp = threadIdx.x / 32, query = (int)blockIdx.x * ATTENTION_WARPS + warp;
    float *scores = memory + warp * p.steps;
    attention_products(scores, attention_part(p, p.qkv, 0), query, attention_part(p, p.qkv, 1), p.steps, p.size);
    if (query < p.steps) attention_softmax(p, scores, query);
    __syncthreads();
    if (query < p.steps) attention_combine(attention_output(p, p.output), query, scores, 1, attention_part(p, p.qkv, 2), p.steps, p.size);
}

/// Gradients of a query's scores from those of its probabilities after dropout, in place and to global memory, by one warp.
DEVICE void attention_softmax_gradient(const apus_cuda_attention_t &p, float *gradients, int query) {
    const int lane = threadIdx.x % 32;
    const long long row = (long long)query * apus_cuda_padded(p.steps);
    const float *probabilities = attention_square(p, p.probabilities) + row;
    float *scores = attention_square(p, p.scores) + row, sum = 0.0f;
    for (int i = lane; i < p.steps; i += 32) {
        gradients[i] *= attention_mask(p, query, i);
        sum = fmaf(probabilities[i], gradients[i], sum);
    }
    sum = lanes_sum(sum);
    for (int i = lane; i < p.steps; i += 32) {
        gradients[i] = probabilities[i] * (gradients[i] - sum) * p.scale;
        scores[i] = gradients[i];
    }
}

KERNEL(ATTENTION_THREADS) attention_backward_queries(apus_cuda_attention_t p) {
    SHARED_FLOATS(memory);
    const int warp = threadIdx.x / 32, query = (int)blockIdx.x * ATTENTION_WARPS + warp;
    float *gradients = memory + warp * p.steps;
    attention_products(gradients, attention_output(p, p.doutput), query, attention_part(p, p.qkv, 2), p.steps, p.size);
    if (query < p.steps) attention_softmax_gradient(p, gradients, query);
    __syncthreads();
    if (query < p.steps) attention_combine(attention_part(p, p.dqkv, 0), query, gradients, 1, attention_part(p, p.qkv, 1), p.steps, p.size);
}

/// Columns of a matrix (T, padded T) to shared memory, those of the block's keys side by side; with `drops` those of mask(P).
DEVICE void attention_columns(const apus_cuda_attention_t &p, float *memory, long long place, bool drops) {
    const float *square = attention_square(p, place);
    for (int i = threadIdx.x; i < p.steps * ATTENTION_WARPS; i += ATTENTION_THREADS) {
        const int query = i / ATTENTION_WARPS, key = (int)blockIdx.x * ATTENTION_WARPS + i % ATTENTION_WARPS;
        if (key >= p.steps) continue;
        const float x = square[(long long)query * apus_cuda_padded(p.steps) + key];
        memory[i] = drops ? x * attention_mask(p, query, key) : x;
    }
}

KERNEL(ATTENTION_THREADS) attention_backward_keys(apus_cuda_attention_t p) {
    SHARED_FLOATS(memory);
    const int warp = threadIdx.x / 32, key = (int)blockIdx.x * ATTENTION_WARPS + warp;
    const attention_matrix_t dk = attention_part(p, p.dqkv, 1), dv = attention_part(p, p.dqkv, 2), q = attention_part(p, p.qkv, 0);
    attention_columns(p, memory, p.probabilities, true);
    __syncthreads();
    if (key < p.steps) attention_combine(dv, key, memory + warp, ATTENTION_WARPS, attention_output(p, p.doutput), p.steps, p.size);
    __syncthreads();
    attention_columns(p, memory, p.scores, false);
    __syncthreads();
    if (key < p.steps) attention_combine(dk, key, memory + warp, ATTENTION_WARPS, q, p.steps, p.size);
}
