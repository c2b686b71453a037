#pragma once
// What kernels are written in: the language of NVRTC, without any header, or that of the emulator of the tests.
//
// Rules, so that one source serves both: everything that a warp does together goes through the wrappers below, with all 32 lanes named and
// present; dynamic shared memory only through SHARED_FLOATS; no float atomics; no implicit synchronisation within a warp; no printf.

#ifdef APUS_EMULATOR
#include "Emulator.h"
#else
#define INFINITY __int_as_float(0x7F800000)
/// One block a multiprocessor is enough: a kernel's values never leave the registers so that more blocks would fit.
#define KERNEL(threads) extern "C" __global__ void __launch_bounds__(threads, 1)
#define DEVICE static __device__ __forceinline__
/// The dynamic shared memory of the block, on a boundary of 16 bytes.
#define SHARED_FLOATS(name) extern __shared__ float4 apus_shared[]; float *name = (float *)apus_shared

DEVICE float shuffle_xor(float x, int mask) { return __shfl_xor_sync(0xFFFFFFFFu, x, mask); }
/// The value of lane `lane` within each group of `width` lanes (a power of two).
DEVICE float shuffle(float x, int lane, int width) { return __shfl_sync(0xFFFFFFFFu, x, lane, width); }
#endif

#include "../include/CUDAArguments.h"

/// The slab of the model this block works for.
DEVICE float *slab(const apus_cuda_space_t &space) { return space.slab + (long long)blockIdx.z * space.stride; }
DEVICE const apus_cuda_control_t &control(const apus_cuda_space_t &space) {
    return space.controls[blockIdx.z * space.control_stride + space.status[blockIdx.z].position];
}
