#pragma once
// Inverted dropout. The mask is a function of key, step, row, t and feature, so backward computes it anew.

/// y = x mask, written or added. A thread has the four features of one counter, 16 apart.
DEVICE void row_masked(const row_t &at, const apus_cuda_instruction_t &i, const float *x, float *y, int adds) {
    int counters = (i.features + 63) / 64 * 16;
    for (int counter = (int)threadIdx.x; counter < counters; counter += ROW_THREADS) {
        int first = counter / 16 * 64 + counter % 16;
        philox_t words = dropout_words(at.slab + i.key, first, at.t, at.row, at.step);
#pragma unroll
        for (int word = 0; word < 4; word++) {
            int f = first + 16 * word;
            if (f < i.features) write_or_add(y + f, x[f] * (words.word[word] >= i.threshold ? i.factor : 0.0f), adds);
        }
    }
}

DEVICE void row_dropout(const row_t &at, const apus_cuda_instruction_t &i) {
    row_masked(at, i, row_at(at, i.x, i.features), row_at(at, i.y, i.features), 0);
}

DEVICE void row_dropout_gradient(const row_t &at, const apus_cuda_instruction_t &i) {
    row_masked(at, i, row_at(at, i.dy, i.features), row_at(at, i.dx, i.features), i.accumulates & 1);
}
