#pragma once

// The functions of the CUDA driver API that the mock driver exports, as cuda.h of CUDA 12.0 declares them, with handles as void *.

#include <stddef.h>

extern "C" {

int cuInit(unsigned flags);
int cuDriverGetVersion(int *version);
int cuGetProcAddress_v2(const char *name, void **function, int version, unsigned long long flags, int *status);
int cuGetErrorName(int code, const char **name);
int cuGetErrorString(int code, const char **text);

int cuDeviceGetCount(int *count);
int cuDeviceGet(int *device, int number);
int cuDeviceGetName(char *name, int capacity, int device);
int cuDeviceGetUuid(unsigned char *uuid, int device);
int cuDeviceGetUuid_v2(unsigned char *uuid, int device);
int cuDeviceTotalMem_v2(size_t *bytes, int device);
int cuDeviceGetAttribute(int *value, int attribute, int device);
int cuDevicePrimaryCtxRetain(void **context, int device);
int cuDevicePrimaryCtxRelease_v2(int device);
int cuCtxSetCurrent(void *context);
int cuCtxGetCurrent(void **context);
int cuCtxSynchronize(void);

int cuModuleLoadDataEx(void **module, const void *image, unsigned count, int *options, void **values);
int cuModuleUnload(void *module);
int cuModuleGetFunction(void **function, void *module, const char *name);
int cuFuncSetAttribute(void *function, int attribute, int value);
int cuFuncGetAttribute(int *value, int attribute, void *function);
int cuOccupancyMaxActiveBlocksPerMultiprocessor(int *blocks, void *function, int threads, size_t shared_bytes);
int cuLaunchKernel(void *function, unsigned blocks_x, unsigned blocks_y, unsigned blocks_z, unsigned threads_x, unsigned threads_y,
    unsigned threads_z, unsigned shared_bytes, void *stream, void **parameters, void **extra);

int cuMemAlloc_v2(unsigned long long *address, size_t bytes);
int cuMemFree_v2(unsigned long long address);
int cuMemGetInfo_v2(size_t *free_bytes, size_t *total);
int cuMemHostAlloc(void **address, size_t bytes, unsigned flags);
int cuMemFreeHost(void *address);
int cuMemcpyHtoDAsync_v2(unsigned long long to, const void *from, size_t bytes, void *stream);
int cuMemcpyDtoHAsync_v2(void *to, unsigned long long from, size_t bytes, void *stream);
int cuMemcpyDtoDAsync_v2(unsigned long long to, unsigned long long from, size_t bytes, void *stream);
int cuMemsetD8Async(unsigned long long to, unsigned char value, size_t count, void *stream);
int cuMemsetD32Async(unsigned long long to, unsigned value, size_t count, void *stream);

int cuStreamCreate(void **stream, unsigned flags);
int cuStreamCreateWithPriority(void **stream, unsigned flags, int priority);
int cuStreamDestroy_v2(void *stream);
int cuStreamSynchronize(void *stream);
int cuStreamQuery(void *stream);
int cuStreamWaitEvent(void *stream, void *event, unsigned flags);
int cuStreamBeginCapture_v2(void *stream, int mode);
int cuStreamEndCapture(void *stream, void **graph);

int cuEventCreate(void **event, unsigned flags);
int cuEventRecord(void *event, void *stream);
int cuEventSynchronize(void *event);
int cuEventQuery(void *event);
int cuEventElapsedTime(float *milliseconds, void *start, void *end);
int cuEventDestroy_v2(void *event);

int cuGraphInstantiateWithFlags(void **executable, void *graph, unsigned long long flags);
int cuGraphUpload(void *executable, void *stream);
int cuGraphLaunch(void *executable, void *stream);
int cuGraphExecDestroy(void *executable);
int cuGraphDestroy(void *graph);

// Names that mean the functions of CUDA 3.1, with addresses and sizes of 32 bits: a program that finds them by name has made a mistake.
int cuDeviceTotalMem(void);
int cuMemAlloc(void);
int cuMemFree(void);
int cuMemGetInfo(void);
int cuMemcpyHtoDAsync(void);
int cuMemcpyDtoHAsync(void);
int cuMemcpyDtoDAsync(void);

// Older names of functions that still mean the same.
int cuDevicePrimaryCtxRelease(int device);
int cuStreamDestroy(void *stream);
int cuEventDestroy(void *event);
}
