// Names and texts of error codes.

#include "Driver.h"

struct Text {
    Code code;
    const char *name, *text;
};

#define NAMED(code) code, #code
static const Text texts[] = {
    {NAMED(CUDA_SUCCESS), "no error"},
    {NAMED(CUDA_ERROR_INVALID_VALUE), "invalid argument"},
    {NAMED(CUDA_ERROR_OUT_OF_MEMORY), "out of memory"},
    {NAMED(CUDA_ERROR_NOT_INITIALIZED), "initialization error"},
    {NAMED(CUDA_ERROR_DEINITIALIZED), "driver shutting down"},
    {NAMED(CUDA_ERROR_NO_DEVICE), "no CUDA-capable device is detected"},
    {NAMED(CUDA_ERROR_INVALID_DEVICE), "invalid device ordinal"},
    {NAMED(CUDA_ERROR_INVALID_IMAGE), "device kernel image is invalid"},
    {NAMED(CUDA_ERROR_INVALID_CONTEXT), "invalid device context"},
    {NAMED(CUDA_ERROR_NO_BINARY_FOR_GPU), "no kernel image is available for execution on the device"},
    {NAMED(CUDA_ERROR_ECC_UNCORRECTABLE), "uncorrectable ECC error encountered"},
    {NAMED(CUDA_ERROR_INVALID_PTX), "a PTX JIT compilation failed"},
    {NAMED(CUDA_ERROR_JIT_COMPILER_NOT_FOUND), "PTX JIT compiler library not found"},
    {NAMED(CUDA_ERROR_UNSUPPORTED_PTX_VERSION), "the provided PTX was compiled with an unsupported toolchain."},
    {NAMED(CUDA_ERROR_INVALID_HANDLE), "invalid resource handle"},
    {NAMED(CUDA_ERROR_ILLEGAL_STATE), "the operation cannot be performed in the present state"},
    {NAMED(CUDA_ERROR_NOT_FOUND), "named symbol not found"},
    {NAMED(CUDA_ERROR_NOT_READY), "device not ready"},
    {NAMED(CUDA_ERROR_ILLEGAL_ADDRESS), "an illegal memory access was encountered"},
    {NAMED(CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES), "too many resources requested for launch"},
    {NAMED(CUDA_ERROR_LAUNCH_FAILED), "unspecified launch failure"},
    {NAMED(CUDA_ERROR_NOT_PERMITTED), "operation not permitted"},
    {NAMED(CUDA_ERROR_NOT_SUPPORTED), "operation not supported"},
    {NAMED(CUDA_ERROR_SYSTEM_NOT_READY), "system not yet initialized"},
    {NAMED(CUDA_ERROR_SYSTEM_DRIVER_MISMATCH), "system has unsupported display driver / cuda driver combination"},
    {NAMED(CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE), "forward compatibility was attempted on non supported HW"},
    {NAMED(CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED), "operation not permitted when stream is capturing"},
    {NAMED(CUDA_ERROR_STREAM_CAPTURE_INVALIDATED), "operation failed due to a previous error during capture"},
    {NAMED(CUDA_ERROR_UNKNOWN), "unknown error"},
};
#undef NAMED

static int describe(int code, const char **to, const char *Text::*part) {
    if (!to) return CUDA_ERROR_INVALID_VALUE;
    *to = nullptr;
    for (auto &text : texts) {
        if (text.code == code) *to = text.*part;
    }
    return *to ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
}

extern "C" int cuGetErrorName(int code, const char **name) { return describe(code, name, &Text::name); }

extern "C" int cuGetErrorString(int code, const char **text) { return describe(code, text, &Text::text); }
