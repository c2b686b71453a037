#pragma once
// Sums over the lanes of a warp, always in the same order.

/// Sums `N` values over lanes and hands the sums out: with the bits first, first / 2, ... of its number, log2 N of them, a lane names the value
/// whose sum over the N lanes that differ in these bits it returns. N - 1 shuffles, where sums for every lane would take N log2 N.
template <int N> DEVICE float reduce_scatter(float (&values)[N], int first) {
#pragma unroll
    for (int half = N / 2; half > 0; half /= 2, first /= 2) {
        const bool upper = (threadIdx.x & first) != 0;
#pragma unroll
        for (int i = 0; i < half; i++) {
            float given = upper ? values[i] : values[i + half], kept = upper ? values[i + half] : values[i];
            values[i] = kept + shuffle_xor(given, first);
        }
    }
    return values[0];
}

/// The sum over all lanes.
DEVICE float lanes_sum(float x) {
#pragma unroll
    for (int mask = 16; mask > 0; mask /= 2) x += shuffle_xor(x, mask);
    return x;
}

/// The largest of all lanes' numbers.
DEVICE float lanes_maximum(float x) {
#pragma unroll
    for (int mask = 16; mask > 0; mask /= 2) {
        float other = shuffle_xor(x, mask);
        x = other > x ? other : x;
    }
    return x;
}
