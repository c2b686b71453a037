#pragma once
// Dropout masks: Philox 4x32-10 (Salmon et al., SC'11), bit for bit those of the CPU engine.

typedef struct { unsigned word[4]; } philox_t;

DEVICE philox_t philox(unsigned c0, unsigned c1, unsigned c2, unsigned c3, unsigned k0, unsigned k1) {
#pragma unroll
    for (int round = 0; round < 10; round++) {
        unsigned long long p0 = (unsigned long long)c0 * 0xD2511F53u, p1 = (unsigned long long)c2 * 0xCD9E8D57u;
        c0 = (unsigned)(p1 >> 32) ^ c1 ^ k0;
        c2 = (unsigned)(p0 >> 32) ^ c3 ^ k1;
        c1 = (unsigned)p1;
        c3 = (unsigned)p0;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    philox_t words = {{c0, c1, c2, c3}};
    return words;
}

/// Four words for features f, f + 16, f + 32 and f + 48 of a row, for f % 64 < 16: feature f of (row, t) uses word f / 16 % 4 of the counter
/// (f / 64 * 16 + f % 16, t, row, step). `key` are the two words of the layer, in the slab.
DEVICE philox_t dropout_words(const float *key, int f, int t, int row, unsigned step) {
    return philox((unsigned)(f / 64 * 16 + f % 16), (unsigned)t, (unsigned)row, step, (unsigned)__float_as_int(key[0]), (unsigned)__float_as_int(key[1]));
}
