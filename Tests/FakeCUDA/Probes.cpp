// Kernels for the tests of the emulator itself, right ones and wrong ones.

#include "Emulator/Registry.h"

namespace {

/// What every probe is given.
struct probe_t {
    const float *x;
    float *y;
    long long n;
};

enum { PROBE_THREADS = 256, PROBE_WARPS = PROBE_THREADS / 32 };

/// y[block] = the sum of n values, which every block computes. Where `waits` is false the barrier is missing.
DEVICE void sum(const probe_t &a, bool waits) {
    __shared__ float parts[PROBE_WARPS];
    float s = 0;
    for (int i = (int)threadIdx.x; i < a.n; i += PROBE_THREADS) s += a.x[i];
#pragma unroll
    for (int mask = 16; mask > 0; mask >>= 1) s += shuffle_xor(s, mask);
    if (threadIdx.x % 32 == 0) parts[threadIdx.x / 32] = s;
    if (waits) __syncthreads();
    if (threadIdx.x > 0) return;
    float total = 0;
    for (int i = 0; i < PROBE_WARPS; i++) total += parts[i];
    a.y[blockIdx.x] = total;
}

KERNEL(PROBE_THREADS) probe_sum(probe_t a) { sum(a, true); }
KERNEL(PROBE_THREADS) probe_race(probe_t a) { sum(a, false); }

/// y[i] = x[i] n, for a grid of one dimension with a thread an element.
KERNEL(1024) probe_scale(probe_t a) {
    int i = (int)(blockIdx.x * blockDim.x + threadIdx.x);
    a.y[i] = a.x[i] * (float)a.n;
}

/// y[block] = the number of blocks that have run before, counted in y[n].
KERNEL(1024) probe_block_order(probe_t a) {
    if (threadIdx.x == 0) a.y[blockIdx.x] = a.y[a.n]++;
}

/// y[i] = 100 z + 10 y + x of the thread, plus 1000 times that of the block, for thread i of the whole grid.
KERNEL(1024) probe_indices(probe_t a) {
    unsigned block = (blockIdx.z * gridDim.y + blockIdx.y) * gridDim.x + blockIdx.x;
    unsigned thread = (threadIdx.z * blockDim.y + threadIdx.y) * blockDim.x + threadIdx.x;
    unsigned number = 100 * threadIdx.z + 10 * threadIdx.y + threadIdx.x + 1000 * (100 * blockIdx.z + 10 * blockIdx.y + blockIdx.x);
    a.y[block * blockDim.x * blockDim.y * blockDim.z + thread] = (float)number;
}

/// What shared memory holds when a block begins: y[3 block] of a variable, y[3 block + 1] and [3 block + 2] of the first and the last of n
/// dynamic floats. Leaves something there.
KERNEL(1) probe_shared(probe_t a) {
    __shared__ float variable;
    SHARED_FLOATS(dynamic);
    float *y = a.y + 3 * blockIdx.x;
    y[0] = variable;
    y[1] = dynamic[0];
    y[2] = dynamic[a.n - 1];
    variable = dynamic[0] = dynamic[a.n - 1] = 1;
}

/// y[4 thread ...] = values that came from lanes thread ^ 5, 3 of each 8 lanes, and (as integer and double) thread ^ 1.
KERNEL(1024) probe_warp(probe_t a) {
    float x = (float)threadIdx.x, *y = a.y + 4 * threadIdx.x;
    y[0] = shuffle_xor(x, 5);
    y[1] = shuffle(x, 3, 8);
    y[2] = (float)shuffle_xor((int)threadIdx.x, 1);
    y[3] = (float)shuffle_xor((double)threadIdx.x, 1);
}

/// y[thread] = whether any thread is number n, then the same for number n - 1, times 2.
KERNEL(1024) probe_any(probe_t a) {
    int first = __syncthreads_or(threadIdx.x == a.n), second = __syncthreads_or(threadIdx.x == a.n - 1);
    a.y[threadIdx.x] = (float)(first + 2 * second);
}

/// Integers at y: the largest thread number, the threads' numbers combined by or, their count, and the first thread that came.
KERNEL(1024) probe_atomics(probe_t a) {
    int *y = reinterpret_cast<int *>(a.y), thread = (int)threadIdx.x;
    atomicMax(y, thread);
    atomicOr(y + 1, thread);
    atomicAdd(y + 2, 1);
    atomicCAS(y + 3, -1, thread);
}

enum Mistake { BARRIER_IN_BRANCH, SHUFFLE_IN_BRANCH, TWO_SHUFFLES, TWO_BARRIERS, ABSENT_LANE, SHUFFLE_AGAINST_BARRIER, NO_MISTAKE };

/// Makes mistake number n in block 3, where the first 16 threads go another way.
KERNEL(1024) probe_mistake(probe_t a) {
    bool first = threadIdx.x < 16;
    float x = (float)threadIdx.x;
    if (blockIdx.x == 3) {
        if (a.n == BARRIER_IN_BRANCH && first) __syncthreads();
        if (a.n == SHUFFLE_IN_BRANCH && first) x = shuffle_xor(x, 1);
        if (a.n == TWO_SHUFFLES) x = first ? shuffle_xor(x, 1) : shuffle(x, 1, 16);
        if (a.n == TWO_BARRIERS) {
            if (threadIdx.x < 32) __syncthreads();
            else __syncthreads_or(1);
        }
        if (a.n == ABSENT_LANE) x = shuffle_xor(x, 32);
        if (a.n == SHUFFLE_AGAINST_BARRIER) {
            if (first) __syncthreads();
            else x = shuffle_xor(x, 1);
        }
    }
    a.y[threadIdx.x] = x;
}

struct Probes {
    Probes() {
        REGISTER(probe_sum);
        REGISTER(probe_race);
        REGISTER(probe_scale);
        REGISTER(probe_block_order);
        REGISTER(probe_indices);
        REGISTER(probe_shared);
        REGISTER(probe_warp);
        REGISTER(probe_any);
        REGISTER(probe_atomics);
        REGISTER(probe_mistake);
    }
} probes;

}  // namespace
