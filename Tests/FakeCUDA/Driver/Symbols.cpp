// Looking up functions by name and version.

#include "Driver.h"
#include <string.h>

using namespace driver;

struct Symbol {
    const char *name;
    void *function;  // what a version from 12.0 on means by the name
};

#define FUNCTION(name) {#name, reinterpret_cast<void *>(name)}
#define SECOND(name) {#name, reinterpret_cast<void *>(name##_v2)}
static const Symbol symbols[] = {
    FUNCTION(cuInit), FUNCTION(cuDriverGetVersion), SECOND(cuGetProcAddress), FUNCTION(cuGetErrorName), FUNCTION(cuGetErrorString),
    FUNCTION(cuDeviceGetCount), FUNCTION(cuDeviceGet), FUNCTION(cuDeviceGetName), SECOND(cuDeviceGetUuid), SECOND(cuDeviceTotalMem),
    FUNCTION(cuDeviceGetAttribute), FUNCTION(cuDevicePrimaryCtxRetain), SECOND(cuDevicePrimaryCtxRelease), FUNCTION(cuCtxSetCurrent),
    FUNCTION(cuCtxGetCurrent), FUNCTION(cuCtxSynchronize), FUNCTION(cuModuleLoadDataEx), FUNCTION(cuModuleUnload),
    FUNCTION(cuModuleGetFunction), FUNCTION(cuFuncSetAttribute), FUNCTION(cuFuncGetAttribute),
    FUNCTION(cuOccupancyMaxActiveBlocksPerMultiprocessor), FUNCTION(cuLaunchKernel), SECOND(cuMemAlloc), SECOND(cuMemFree),
    SECOND(cuMemGetInfo), FUNCTION(cuMemHostAlloc), FUNCTION(cuMemFreeHost), SECOND(cuMemcpyHtoDAsync), SECOND(cuMemcpyDtoHAsync),
    SECOND(cuMemcpyDtoDAsync), FUNCTION(cuMemsetD8Async), FUNCTION(cuMemsetD32Async), FUNCTION(cuStreamCreate),
    FUNCTION(cuStreamCreateWithPriority), SECOND(cuStreamDestroy), FUNCTION(cuStreamSynchronize), FUNCTION(cuStreamQuery),
    FUNCTION(cuStreamWaitEvent), SECOND(cuStreamBeginCapture), FUNCTION(cuStreamEndCapture), FUNCTION(cuEventCreate), FUNCTION(cuEventRecord),
    FUNCTION(cuEventSynchronize), FUNCTION(cuEventQuery), FUNCTION(cuEventElapsedTime), SECOND(cuEventDestroy),
    FUNCTION(cuGraphInstantiateWithFlags), FUNCTION(cuGraphUpload), FUNCTION(cuGraphLaunch), FUNCTION(cuGraphExecDestroy),
    FUNCTION(cuGraphDestroy),
};
#undef FUNCTION
#undef SECOND

enum { OLDEST_VERSION = 12000 };  // whose functions the mock driver has
enum { CU_GET_PROC_ADDRESS_SUCCESS = 0, CU_GET_PROC_ADDRESS_SYMBOL_NOT_FOUND = 1, CU_GET_PROC_ADDRESS_VERSION_NOT_SUFFICIENT = 2 };

extern "C" int cuGetProcAddress_v2(const char *name, void **function, int version, unsigned long long, int *status) {
    return call("cuGetProcAddress", NOTHING, [&] {
        required(name, "the name");
        required(function, "the function") = nullptr;
        bool found = false;
        for (auto &symbol : symbols) {
            if (strcmp(symbol.name, name) != 0 || settings.missing.contains(name)) continue;
            found = true;
            if (version >= OLDEST_VERSION && version <= settings.version) *function = symbol.function;
        }
        int result = *function ? CU_GET_PROC_ADDRESS_SUCCESS
            : found            ? CU_GET_PROC_ADDRESS_VERSION_NOT_SUFFICIENT
                               : CU_GET_PROC_ADDRESS_SYMBOL_NOT_FOUND;
        if (status) *status = result;
        if (!*function) throw Error{CUDA_ERROR_NOT_FOUND, std::string("no function ") + name};
    });
}

static int refuse(const char *function) {
    return call(function, NOTHING, [] { throw Error{CUDA_ERROR_INVALID_VALUE, "this name means the function of CUDA 3.1"}; });
}

extern "C" int cuDeviceTotalMem() { return refuse("cuDeviceTotalMem"); }
extern "C" int cuMemAlloc() { return refuse("cuMemAlloc"); }
extern "C" int cuMemFree() { return refuse("cuMemFree"); }
extern "C" int cuMemGetInfo() { return refuse("cuMemGetInfo"); }
extern "C" int cuMemcpyHtoDAsync() { return refuse("cuMemcpyHtoDAsync"); }
extern "C" int cuMemcpyDtoHAsync() { return refuse("cuMemcpyDtoHAsync"); }
extern "C" int cuMemcpyDtoDAsync() { return refuse("cuMemcpyDtoDAsync"); }

extern "C" int cuDevicePrimaryCtxRelease(int device) { return cuDevicePrimaryCtxRelease_v2(device); }
extern "C" int cuStreamDestroy(void *stream) { return cuStreamDestroy_v2(stream); }
extern "C" int cuEventDestroy(void *event) { return cuEventDestroy_v2(event); }
