#pragma once

// The language of CUDA kernels as C++, so that the very source that NVRTC compiles runs on a CPU. See Scheduler.h for how threads run.
//
// Only what the kernels use is here, with the meaning it has on a GPU. Everything that a warp does together needs all of its lanes.

#include "Fiber.h"
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
/// Its copies are functions, so that the undefined behaviour sanitizer sees a place on no boundary of 16 bytes: a GPU stops there.
struct alignas(16) float4 {
    float x, y, z, w;
    float4() = default;
    float4(float x, float y, float z, float w) : x(x), y(y), z(z), w(w) {}
    float4(const float4 &v) : x(v.x), y(v.y), z(v.z), w(v.w) {}
    float4 &operator=(const float4 &v) {
        x = v.x, y = v.y, z = v.z, w = v.w;
        return *this;
    }
};
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

/// What follows when a thread waits: which one goes on, and where the result of waiting is when this one does.
struct Turn {
    Fiber *from, *to;
    const unsigned long long *result;
};

/// The thread waits for all threads of the block; the result is whether any gave a true `predicate`. `combined` tells apart the two barriers.
Turn reach_barrier(bool combined, bool predicate);
/// The thread gives eight bytes and waits for all lanes of its warp; the result is what lane `source` gave.
Turn reach_exchange(Operation operation, int argument, unsigned long long value, int source);

/// Part of the kernel itself, so that the processor predicts where the other thread goes on: at the same place, mostly.
DEVICE unsigned long long wait(Turn turn) {
    if (turn.to != turn.from) switch_fiber(*turn.from, *turn.to);
    return *turn.result;
}

template <typename T> DEVICE T exchange(Operation operation, int argument, T value, int source) {
    static_assert(sizeof(T) <= 8);
    unsigned long long bits = 0;
    memcpy(&bits, &value, sizeof value);
    bits = wait(reach_exchange(operation, argument, bits, source));
    memcpy(&value, &bits, sizeof value);
    return value;
}

template <typename T> DEVICE T shuffle(T value, int source, int width) {
    return exchange(SHUFFLE, width, value, (place->lane & ~(width - 1)) | (source & (width - 1)));
}

template <typename T> DEVICE T shuffle_xor(T value, int mask) { return exchange(SHUFFLE_XOR, mask, value, place->lane ^ mask); }

}  // namespace emulator

#define threadIdx (emulator::place->index)
#define blockIdx (emulator::grid.block)
#define blockDim (emulator::grid.threads)
#define gridDim (emulator::grid.blocks)

DEVICE void __syncthreads() { emulator::wait(emulator::reach_barrier(false, false)); }
DEVICE int __syncthreads_or(int predicate) { return (int)emulator::wait(emulator::reach_barrier(true, predicate != 0)); }
DEVICE void __syncwarp() { emulator::exchange(emulator::SYNCHRONIZE_WARP, 0, 0, emulator::place->lane); }

DEVICE float shuffle(float x, int lane, int width) { return emulator::shuffle(x, lane, width); }
DEVICE double shuffle(double x, int lane, int width) { return emulator::shuffle(x, lane, width); }
DEVICE int shuffle(int x, int lane, int width) { return emulator::shuffle(x, lane, width); }
DEVICE unsigned shuffle(unsigned x, int lane, int width) { return emulator::shuffle(x, lane, width); }

DEVICE float shuffle_xor(float x, int mask) { return emulator::shuffle_xor(x, mask); }
DEVICE double shuffle_xor(double x, int mask) { return emulator::shuffle_xor(x, mask); }
DEVICE int shuffle_xor(int x, int mask) { return emulator::shuffle_xor(x, mask); }
DEVICE unsigned shuffle_xor(unsigned x, int mask) { return emulator::shuffle_xor(x, mask); }

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
