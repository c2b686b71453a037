#include "CApusCUDA.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// A function by the name the driver looks it up with, and by the name that the library exports for CUDA 12.0.
typedef struct {
    size_t offset;
    const char *name;
    const char *exported;
} function_t;

static const function_t functions[] = {
    {offsetof(apus_cuda_driver_t, init), "cuInit", "cuInit"},
    {offsetof(apus_cuda_driver_t, driver_version), "cuDriverGetVersion", "cuDriverGetVersion"},
    {offsetof(apus_cuda_driver_t, error_name), "cuGetErrorName", "cuGetErrorName"},
    {offsetof(apus_cuda_driver_t, error_text), "cuGetErrorString", "cuGetErrorString"},
    {offsetof(apus_cuda_driver_t, device_count), "cuDeviceGetCount", "cuDeviceGetCount"},
    {offsetof(apus_cuda_driver_t, device), "cuDeviceGet", "cuDeviceGet"},
    {offsetof(apus_cuda_driver_t, device_name), "cuDeviceGetName", "cuDeviceGetName"},
    {offsetof(apus_cuda_driver_t, device_uuid), "cuDeviceGetUuid", "cuDeviceGetUuid_v2"},
    {offsetof(apus_cuda_driver_t, device_memory), "cuDeviceTotalMem", "cuDeviceTotalMem_v2"},
    {offsetof(apus_cuda_driver_t, device_attribute), "cuDeviceGetAttribute", "cuDeviceGetAttribute"},
    {offsetof(apus_cuda_driver_t, context_retain), "cuDevicePrimaryCtxRetain", "cuDevicePrimaryCtxRetain"},
    {offsetof(apus_cuda_driver_t, context_release), "cuDevicePrimaryCtxRelease", "cuDevicePrimaryCtxRelease_v2"},
    {offsetof(apus_cuda_driver_t, context_set_current), "cuCtxSetCurrent", "cuCtxSetCurrent"},
    {offsetof(apus_cuda_driver_t, context_synchronize), "cuCtxSynchronize", "cuCtxSynchronize"},
    {offsetof(apus_cuda_driver_t, module_load), "cuModuleLoadDataEx", "cuModuleLoadDataEx"},
    {offsetof(apus_cuda_driver_t, module_unload), "cuModuleUnload", "cuModuleUnload"},
    {offsetof(apus_cuda_driver_t, module_function), "cuModuleGetFunction", "cuModuleGetFunction"},
    {offsetof(apus_cuda_driver_t, function_attribute), "cuFuncGetAttribute", "cuFuncGetAttribute"},
    {offsetof(apus_cuda_driver_t, function_set_attribute), "cuFuncSetAttribute", "cuFuncSetAttribute"},
    {offsetof(apus_cuda_driver_t, memory_allocate), "cuMemAlloc", "cuMemAlloc_v2"},
    {offsetof(apus_cuda_driver_t, memory_free), "cuMemFree", "cuMemFree_v2"},
    {offsetof(apus_cuda_driver_t, memory_info), "cuMemGetInfo", "cuMemGetInfo_v2"},
    {offsetof(apus_cuda_driver_t, host_allocate), "cuMemHostAlloc", "cuMemHostAlloc"},
    {offsetof(apus_cuda_driver_t, host_free), "cuMemFreeHost", "cuMemFreeHost"},
    {offsetof(apus_cuda_driver_t, upload), "cuMemcpyHtoDAsync", "cuMemcpyHtoDAsync_v2"},
    {offsetof(apus_cuda_driver_t, download), "cuMemcpyDtoHAsync", "cuMemcpyDtoHAsync_v2"},
    {offsetof(apus_cuda_driver_t, copy), "cuMemcpyDtoDAsync", "cuMemcpyDtoDAsync_v2"},
    {offsetof(apus_cuda_driver_t, fill_bytes), "cuMemsetD8Async", "cuMemsetD8Async"},
    {offsetof(apus_cuda_driver_t, fill_words), "cuMemsetD32Async", "cuMemsetD32Async"},
    {offsetof(apus_cuda_driver_t, stream_create), "cuStreamCreate", "cuStreamCreate"},
    {offsetof(apus_cuda_driver_t, stream_destroy), "cuStreamDestroy", "cuStreamDestroy_v2"},
    {offsetof(apus_cuda_driver_t, stream_synchronize), "cuStreamSynchronize", "cuStreamSynchronize"},
    {offsetof(apus_cuda_driver_t, stream_query), "cuStreamQuery", "cuStreamQuery"},
    {offsetof(apus_cuda_driver_t, stream_begin_capture), "cuStreamBeginCapture", "cuStreamBeginCapture_v2"},
    {offsetof(apus_cuda_driver_t, stream_end_capture), "cuStreamEndCapture", "cuStreamEndCapture"},
    {offsetof(apus_cuda_driver_t, event_create), "cuEventCreate", "cuEventCreate"},
    {offsetof(apus_cuda_driver_t, event_record), "cuEventRecord", "cuEventRecord"},
    {offsetof(apus_cuda_driver_t, event_synchronize), "cuEventSynchronize", "cuEventSynchronize"},
    {offsetof(apus_cuda_driver_t, event_elapsed), "cuEventElapsedTime", "cuEventElapsedTime"},
    {offsetof(apus_cuda_driver_t, event_destroy), "cuEventDestroy", "cuEventDestroy_v2"},
    {offsetof(apus_cuda_driver_t, launch), "cuLaunchKernel", "cuLaunchKernel"},
    {offsetof(apus_cuda_driver_t, graph_instantiate), "cuGraphInstantiateWithFlags", "cuGraphInstantiateWithFlags"},
    {offsetof(apus_cuda_driver_t, graph_upload), "cuGraphUpload", "cuGraphUpload"},
    {offsetof(apus_cuda_driver_t, graph_launch), "cuGraphLaunch", "cuGraphLaunch"},
    {offsetof(apus_cuda_driver_t, graph_destroy), "cuGraphDestroy", "cuGraphDestroy"},
    {offsetof(apus_cuda_driver_t, graph_exec_destroy), "cuGraphExecDestroy", "cuGraphExecDestroy"},
};

enum { FUNCTION_COUNT = sizeof functions / sizeof *functions };
_Static_assert(FUNCTION_COUNT * sizeof(void (*)(void)) == sizeof(apus_cuda_driver_t), "every function of the table is looked up");

/// cuGetProcAddress of CUDA 12.0, which finds the variant of a function that a CUDA version means by its name.
typedef apus_cuda_result_t (*look_up_t)(const char *name, void **function, int version, unsigned long long flags, int *status);

/// Asks the library's own look-up, and the dynamic linker only where there is none.
static void *find(void *handle, look_up_t look_up, const function_t *function) {
    if (!look_up) return dlsym(handle, function->exported);
    void *found = NULL;
    int status = 0;
    return look_up(function->name, &found, APUS_CUDA_MINIMUM_VERSION, 0, &status) == APUS_CUDA_SUCCESS ? found : NULL;
}

/// The version is asked first: an old driver is called old, not incomplete.
static apus_cuda_load_status_t check_version(void *handle, apus_cuda_load_report_t *report) {
    apus_cuda_result_t (*driver_version)(int *) = (apus_cuda_result_t(*)(int *))dlsym(handle, "cuDriverGetVersion");
    if (!driver_version) {
        snprintf(report->text, sizeof report->text, "cuDriverGetVersion");
        return APUS_CUDA_NO_FUNCTION;
    }
    if (driver_version(&report->version) != APUS_CUDA_SUCCESS) report->version = 0;
    return report->version < APUS_CUDA_MINIMUM_VERSION ? APUS_CUDA_OLD_DRIVER : APUS_CUDA_LOADED;
}

static apus_cuda_load_status_t fill(apus_cuda_driver_t *driver, void *handle, apus_cuda_load_report_t *report) {
    look_up_t look_up = (look_up_t)dlsym(handle, "cuGetProcAddress_v2");
    for (size_t i = 0; i < FUNCTION_COUNT; i++) {
        void *found = find(handle, look_up, &functions[i]);
        if (!found) {
            snprintf(report->text, sizeof report->text, "%s", functions[i].name);
            return APUS_CUDA_NO_FUNCTION;
        }
        memcpy((char *)driver + functions[i].offset, &found, sizeof found);
    }
    return APUS_CUDA_LOADED;
}

static void *open_first(const char *const *paths, size_t count, apus_cuda_load_report_t *report) {
    for (size_t i = 0; i < count; i++) {
        void *handle = dlopen(paths[i], RTLD_NOW | RTLD_LOCAL);
        const char *reason = handle ? "" : dlerror();
        if (i > 0 && !handle) continue;
        snprintf(report->library, sizeof report->library, "%s", paths[i]);
        snprintf(report->text, sizeof report->text, "%s", reason);
        if (handle) return handle;
    }
    return NULL;
}

/// As the dynamic linker finds it; in the Windows Subsystem for Linux; in containers that mount the driver of their host.
static const char *const installed[] = {"libcuda.so.1", "/usr/lib/wsl/lib/libcuda.so.1", "/usr/local/nvidia/lib64/libcuda.so.1"};

apus_cuda_load_status_t apus_cuda_load(const char *path, apus_cuda_driver_t *driver, apus_cuda_load_report_t *report) {
    memset(report, 0, sizeof *report);
    const char *named = path ? path : getenv("APUS_CUDA_DRIVER");
    report->named = named && *named;
    void *handle = report->named ? open_first(&named, 1, report) : open_first(installed, sizeof installed / sizeof *installed, report);
    if (!handle) return APUS_CUDA_NO_LIBRARY;
    apus_cuda_load_status_t status = check_version(handle, report);
    if (status == APUS_CUDA_LOADED) status = fill(driver, handle, report);
    if (status != APUS_CUDA_LOADED) dlclose(handle);
    return status;
}
