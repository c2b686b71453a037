#pragma once

// The language of CUDA kernels as C++, so that the very source that NVRTC compiles runs on a CPU. See Scheduler.h for how threads run.
//
// Only what the kernels use is here, with the meaning it has on a GPU. Everything that a warp does together needs all of its lanes.

#include <math.h>
#include <stddef.h>
#include <string.h>

/// A kernel is a function template, so that its launch bound can be asked for (`emulator::launch_bound`): `name<n>` exists for n up to it.
#define KERNEL(threads) template <int apus_threads = 0> requires(apus_threads <= (threads)) static void
#define DEVICE static inline __attribute__((always_inline))

/// Only one block runs at a time. The section lets the scheduler find all of shared memory, to fill it with NaN before each block.
#define __shared__ static __attribute__((section("apus_shared")))
#define SHARED_FLOATS(name) float *name = static_cast<float *>(emulator::dynamic_shared)

struct uint3 { unsigned x, y, z; };
struct dim3 {
    unsigned x = 1, y = 1, z = 1;
    dim3(unsigned x = 1, unsigned y = 1, unsigned z = 1) : x(x), y(y), z(z) {}
};
struct alignas(8) float2 { float x, y; };
struct alignas(16) float4 { float x, y, z, w; };
struct alignas(16) int4 { int x, y, z, w; };
inline float2 make_float2(float x, float y) { return {x, y}; }
inline float4 make_float4(float x, float y, float z, float w) { return {x, y, z, w}; }
inline int4 make_int4(int x, int y, int z, int w) { return {x, y, z, w}; }

namespace emulator {

/// Where a thread is in its block.
struct Place {
    uint3 index;
    int lane;  // of its warp
};

/// Where the running block is.
struct Grid {
    uint3 block;
    dim3 threads, blocks;
};

extern __attribute__((visibility("hidden"))) const Place *place;
extern __attribute__((visibility("hidden"))) Grid grid;
extern __attribute__((visibility("hidden"))) void *dynamic_shared;

enum Operation : unsigned { SYNCHRONIZE_WARP, SHUFFLE, SHUFFLE_XOR };

/// Waits for all threads of the block. `combined` tells apart the two kinds of barrier; returns whether any thread gave a true `predicate`.
bool barrier(bool combined, bool predicate);
/// Waits for all lanes of the warp, each giving eight bytes, and returns those of lane `source`.
unsigned long long exchange(Operation operation, int argument, unsigned long long value, int source);
template <typename T> T exchange(Operation operation, int argument, T value, int source) {
    static_assert(sizeof(T) <= 8);
    unsigned long long bits = 0;
    memcpy(&bits, &value, sizeof value);
    bits = exchange(operation, argument, bits, source);
    memcpy(&value, &bits, sizeof value);
    return value;
}

template <typename T> T shuffle(T value, int source, int width) {
    return exchange(SHUFFLE, width, value, (place->lane & ~(width - 1)) | (source & (width - 1)));
}

}  // namespace emulator

#define threadIdx (emulator::place->index)
#define blockIdx (emulator::grid.block)
#define blockDim (emulator::grid.threads)
#define gridDim (emulator::grid.blocks)

inline void __syncthreads() { emulator::barrier(false, false); }
inline int __syncthreads_or(int predicate) { return emulator::barrier(true, predicate != 0); }
inline void __syncwarp() { emulator::exchange(emulator::SYNCHRONIZE_WARP, 0, 0, emulator::place->lane); }

inline float shuffle(float x, int lane, int width) { return emulator::shuffle(x, lane, width); }
inline double shuffle(double x, int lane, int width) { return emulator::shuffle(x, lane, width); }
inline int shuffle(int x, int lane, int width) { return emulator::shuffle(x, lane, width); }
inline unsigned shuffle(unsigned x, int lane, int width) { return emulator::shuffle(x, lane, width); }

inline float shuffle_xor(float x, int mask) { return emulator::exchange(emulator::SHUFFLE_XOR, mask, x, emulator::place->lane ^ mask); }
inline double shuffle_xor(double x, int mask) { return emulator::exchange(emulator::SHUFFLE_XOR, mask, x, emulator::place->lane ^ mask); }
inline int shuffle_xor(int x, int mask) { return emulator::exchange(emulator::SHUFFLE_XOR, mask, x, emulator::place->lane ^ mask); }
inline unsigned shuffle_xor(unsigned x, int mask) { return emulator::exchange(emulator::SHUFFLE_XOR, mask, x, emulator::place->lane ^ mask); }

inline int __float_as_int(float x) { return __builtin_bit_cast(int, x); }
inline float __int_as_float(int x) { return __builtin_bit_cast(float, x); }
inline unsigned __float_as_uint(float x) { return __builtin_bit_cast(unsigned, x); }
inline float __uint_as_float(unsigned x) { return __builtin_bit_cast(float, x); }
template <typename T> T __ldg(const T *x) { return *x; }

/// Threads give way only at barriers and warp operations, so plain reads and writes are atomic. Each returns the old value.
inline int atomicMax(int *to, int x) {
    int old = *to;
    *to = old > x ? old : x;
    return old;
}
inline int atomicOr(int *to, int x) {
    int old = *to;
    *to = old | x;
    return old;
}
inline int atomicAdd(int *to, int x) {
    int old = *to;
    *to = old + x;
    return old;
}
inline int atomicCAS(int *to, int expected, int x) {
    int old = *to;
    *to = old == expected ? x : old;
    return old;
}
inline void __threadfence() {}

inline int min(int a, int b) { return a < b ? a : b; }
inline int max(int a, int b) { return a > b ? a : b; }
inline unsigned min(unsigned a, unsigned b) { return a < b ? a : b; }
inline unsigned max(unsigned a, unsigned b) { return a > b ? a : b; }
inline long long min(long long a, long long b) { return a < b ? a : b; }
inline long long max(long long a, long long b) { return a > b ? a : b; }
inline float min(float a, float b) { return fminf(a, b); }
inline float max(float a, float b) { return fmaxf(a, b); }
inline double min(double a, double b) { return fmin(a, b); }
inline double max(double a, double b) { return fmax(a, b); }
