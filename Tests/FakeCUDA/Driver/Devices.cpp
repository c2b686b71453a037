// Devices and their primary contexts.

#include "Driver.h"
#include "Scheduler.h"
#include <map>
#include <string.h>

namespace driver {

struct Context {
    int retained = 0;
};
static std::map<int, Context> contexts;
static thread_local Context *current;

int current_device() {
    for (auto &[device, context] : contexts) {
        if (&context == current && context.retained > 0) return device;
    }
    throw Error{CUDA_ERROR_INVALID_CONTEXT, "no context is current in this thread"};
}

static void check_device(int device) {
    if (device < 0 || device >= settings.devices) throw Error{CUDA_ERROR_INVALID_DEVICE, "no device " + std::to_string(device)};
}

/// CUdevice_attribute, and the values of an A100 where a device has one of its own.
static const std::map<int, int> attributes = {
    {1, 1024},            // MAX_THREADS_PER_BLOCK
    {2, 1024},            // MAX_BLOCK_DIM_X
    {3, 1024},            // MAX_BLOCK_DIM_Y
    {4, 64},              // MAX_BLOCK_DIM_Z
    {5, 0x7FFFFFFF},      // MAX_GRID_DIM_X
    {6, 65535},           // MAX_GRID_DIM_Y
    {7, 65535},           // MAX_GRID_DIM_Z
    {8, 48 * 1024},       // MAX_SHARED_MEMORY_PER_BLOCK
    {10, 32},             // WARP_SIZE
    {12, 65536},          // MAX_REGISTERS_PER_BLOCK
    {13, 1410000},        // CLOCK_RATE, in kHz
    {16, 108},            // MULTIPROCESSOR_COUNT
    {18, 0},              // INTEGRATED
    {19, 1},              // CAN_MAP_HOST_MEMORY
    {20, 0},              // COMPUTE_MODE
    {31, 1},              // CONCURRENT_KERNELS
    {32, 1},              // ECC_ENABLED
    {33, 0},              // PCI_BUS_ID
    {34, 0},              // PCI_DEVICE_ID
    {36, 1215000},        // MEMORY_CLOCK_RATE, in kHz
    {37, 5120},           // GLOBAL_MEMORY_BUS_WIDTH, in bits
    {38, 40 << 20},       // L2_CACHE_SIZE
    {39, 2048},           // MAX_THREADS_PER_MULTIPROCESSOR
    {40, 3},              // ASYNC_ENGINE_COUNT
    {41, 1},              // UNIFIED_ADDRESSING
    {81, 164 * 1024},     // MAX_SHARED_MEMORY_PER_MULTIPROCESSOR
    {82, 65536},          // MAX_REGISTERS_PER_MULTIPROCESSOR
    {95, 1},              // COOPERATIVE_LAUNCH
    {97, 163 * 1024},     // MAX_SHARED_MEMORY_PER_BLOCK_OPTIN
    {115, 0},             // MEMORY_POOLS_SUPPORTED
};

enum { COMPUTE_CAPABILITY_MAJOR = 75, COMPUTE_CAPABILITY_MINOR = 76, MAX_SHARED_MEMORY_PER_BLOCK_OPTIN = 97 };

static int attribute(int number) {
    if (number == COMPUTE_CAPABILITY_MAJOR) return settings.capability / 10;
    if (number == COMPUTE_CAPABILITY_MINOR) return settings.capability % 10;
    // Generations 8.6 and 8.9 have less shared memory than an A100.
    bool has_little = settings.capability == 86 || settings.capability == 89;
    if (number == MAX_SHARED_MEMORY_PER_BLOCK_OPTIN && has_little) return 99 * 1024;
    auto found = attributes.find(number);
    if (found == attributes.end()) throw Error{CUDA_ERROR_INVALID_VALUE, "no attribute " + std::to_string(number)};
    return found->second;
}

}  // namespace driver

using namespace driver;

extern "C" int cuDriverGetVersion(int *version) {
    return call("cuDriverGetVersion", NOTHING, [&] { required(version, "the version") = settings.version; });
}

extern "C" int cuDeviceGetCount(int *count) {
    return call("cuDeviceGetCount", INITIALISATION, [&] { required(count, "the count") = settings.devices; });
}

extern "C" int cuDeviceGet(int *device, int number) {
    return call("cuDeviceGet", INITIALISATION, [&] {
        check_device(number);
        required(device, "the device") = number;
    });
}

extern "C" int cuDeviceGetName(char *name, int capacity, int device) {
    return call("cuDeviceGetName", INITIALISATION, [&] {
        check_device(device);
        required(name, "the name");
        if (capacity < 1) throw Error{CUDA_ERROR_INVALID_VALUE, "no room for a name"};
        strncpy(name, settings.name.c_str(), (size_t)capacity);
        name[capacity - 1] = 0;
    });
}

extern "C" int cuDeviceGetUuid_v2(unsigned char *uuid, int device) {
    return call("cuDeviceGetUuid", INITIALISATION, [&] {
        check_device(device);
        required(uuid, "the identifier");
        for (int i = 0; i < 16; i++) uuid[i] = (unsigned char)(0xA0 + i);
        uuid[15] = (unsigned char)device;
    });
}

extern "C" int cuDeviceGetUuid(unsigned char *uuid, int device) { return cuDeviceGetUuid_v2(uuid, device); }

extern "C" int cuDeviceTotalMem_v2(size_t *bytes, int device) {
    return call("cuDeviceTotalMem", INITIALISATION, [&] {
        check_device(device);
        required(bytes, "the size") = settings.memory;
    });
}

extern "C" int cuDeviceGetAttribute(int *value, int number, int device) {
    return call("cuDeviceGetAttribute", INITIALISATION, [&] {
        check_device(device);
        required(value, "the value") = attribute(number);
    });
}

extern "C" int cuDevicePrimaryCtxRetain(void **context, int device) {
    return call("cuDevicePrimaryCtxRetain", INITIALISATION, [&] {
        check_device(device);
        contexts[device].retained++;
        required(context, "the context") = &contexts[device];
    });
}

extern "C" int cuDevicePrimaryCtxRelease_v2(int device) {
    return call("cuDevicePrimaryCtxRelease", INITIALISATION, [&] {
        check_device(device);
        if (contexts[device].retained == 0) throw Error{CUDA_ERROR_INVALID_CONTEXT, "released more often than retained"};
        contexts[device].retained--;
        for (auto &[number, context] : contexts)
            if (context.retained > 0) return;
        // The stacks of many mock drivers would be more mappings than a process may have.
        emulator::release();
    });
}

extern "C" int cuCtxSetCurrent(void *context) {
    return call("cuCtxSetCurrent", INITIALISATION, [&] {
        bool known = !context;
        for (auto &[device, each] : contexts) known |= &each == context && each.retained > 0;
        if (!known) throw Error{CUDA_ERROR_INVALID_CONTEXT, "not a context that is alive"};
        current = static_cast<Context *>(context);
    });
}

extern "C" int cuCtxGetCurrent(void **context) {
    return call("cuCtxGetCurrent", INITIALISATION, [&] { required(context, "the context") = current; });
}
