#pragma once
#include <stddef.h>

#include "CUDAArguments.h"

// The CUDA driver, found at run time: nothing here needs a header or a library of NVIDIA, and a program that has it starts without a driver.
//
// The declarations are those of the driver API of CUDA 12.0. Every function returns 0 or an error's number.

typedef int apus_cuda_result_t;
typedef int apus_cuda_device_t;
typedef unsigned long long apus_cuda_address_t;  // in device memory
typedef struct apus_cuda_context *apus_cuda_context_t;
typedef struct apus_cuda_module *apus_cuda_module_t;
typedef struct apus_cuda_function *apus_cuda_function_t;
typedef struct apus_cuda_stream *apus_cuda_stream_t;
typedef struct apus_cuda_event *apus_cuda_event_t;
typedef struct apus_cuda_graph *apus_cuda_graph_t;
typedef struct apus_cuda_graph_exec *apus_cuda_graph_exec_t;

/// Answers of the driver that are told apart, by the driver's own numbers.
enum {
    APUS_CUDA_SUCCESS = 0,
    APUS_CUDA_ERROR_OUT_OF_MEMORY = 2,
    APUS_CUDA_ERROR_DEVICE_UNAVAILABLE = 46,
    APUS_CUDA_ERROR_NO_DEVICE = 100,
    APUS_CUDA_ERROR_INVALID_DEVICE = 101,
    APUS_CUDA_ERROR_NO_BINARY_FOR_GPU = 209,
    APUS_CUDA_ERROR_ECC_UNCORRECTABLE = 214,
    APUS_CUDA_ERROR_INVALID_PTX = 218,
    APUS_CUDA_ERROR_NVLINK_UNCORRECTABLE = 220,
    APUS_CUDA_ERROR_JIT_COMPILER_NOT_FOUND = 221,
    APUS_CUDA_ERROR_UNSUPPORTED_PTX_VERSION = 222,
    APUS_CUDA_ERROR_CONTAINED = 226,
    APUS_CUDA_ERROR_NOT_FOUND = 500,
    APUS_CUDA_ERROR_NOT_READY = 600,
    APUS_CUDA_ERROR_ILLEGAL_ADDRESS = 700,
    APUS_CUDA_ERROR_LAUNCH_TIMEOUT = 702,
    APUS_CUDA_ERROR_CONTEXT_IS_DESTROYED = 709,
    APUS_CUDA_ERROR_ASSERT = 710,
    APUS_CUDA_ERROR_HARDWARE_STACK_ERROR = 714,
    APUS_CUDA_ERROR_ILLEGAL_INSTRUCTION = 715,
    APUS_CUDA_ERROR_MISALIGNED_ADDRESS = 716,
    APUS_CUDA_ERROR_INVALID_ADDRESS_SPACE = 717,
    APUS_CUDA_ERROR_INVALID_PC = 718,
    APUS_CUDA_ERROR_LAUNCH_FAILED = 719,
    APUS_CUDA_ERROR_SYSTEM_NOT_READY = 802,
    APUS_CUDA_ERROR_SYSTEM_DRIVER_MISMATCH = 803,
    APUS_CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE = 804,
};

enum {
    APUS_CUDA_DEVICE_MULTIPROCESSOR_COUNT = 16,
    APUS_CUDA_DEVICE_CAPABILITY_MAJOR = 75,
    APUS_CUDA_DEVICE_CAPABILITY_MINOR = 76,
    APUS_CUDA_DEVICE_SHARED_MEMORY_PER_BLOCK_OPTIN = 97,
};

enum {
    APUS_CUDA_FUNCTION_MAX_THREADS_PER_BLOCK = 0,
    APUS_CUDA_FUNCTION_SHARED_BYTES = 1,
    APUS_CUDA_FUNCTION_LOCAL_BYTES = 3,
    APUS_CUDA_FUNCTION_REGISTERS = 4,
    APUS_CUDA_FUNCTION_MAX_DYNAMIC_SHARED_BYTES = 8,
};

enum {
    APUS_CUDA_JIT_MAX_REGISTERS = 0,
    APUS_CUDA_JIT_INFO_LOG_BUFFER = 3,
    APUS_CUDA_JIT_INFO_LOG_BUFFER_BYTES = 4,
    APUS_CUDA_JIT_ERROR_LOG_BUFFER = 5,
    APUS_CUDA_JIT_ERROR_LOG_BUFFER_BYTES = 6,
    APUS_CUDA_JIT_LOG_VERBOSE = 12,
    APUS_CUDA_JIT_GENERATE_LINE_INFO = 13,
};

enum { APUS_CUDA_STREAM_NON_BLOCKING = 1, APUS_CUDA_CAPTURE_THREAD_LOCAL = 1 };

typedef struct {
    unsigned char bytes[16];
} apus_cuda_uuid_t;

/// The functions that are used, without the driver's prefix "cu" and its version suffixes. `grid` and `block` are x, y, z.
typedef struct {
    apus_cuda_result_t (*init)(unsigned flags);
    apus_cuda_result_t (*driver_version)(int *version);
    apus_cuda_result_t (*error_name)(apus_cuda_result_t error, const char **text);
    apus_cuda_result_t (*error_text)(apus_cuda_result_t error, const char **text);

    apus_cuda_result_t (*device_count)(int *count);
    apus_cuda_result_t (*device)(apus_cuda_device_t *device, int ordinal);
    apus_cuda_result_t (*device_name)(char *name, int capacity, apus_cuda_device_t device);
    apus_cuda_result_t (*device_uuid)(apus_cuda_uuid_t *uuid, apus_cuda_device_t device);
    apus_cuda_result_t (*device_memory)(size_t *bytes, apus_cuda_device_t device);
    apus_cuda_result_t (*device_attribute)(int *value, int attribute, apus_cuda_device_t device);

    apus_cuda_result_t (*context_retain)(apus_cuda_context_t *context, apus_cuda_device_t device);
    apus_cuda_result_t (*context_release)(apus_cuda_device_t device);
    apus_cuda_result_t (*context_set_current)(apus_cuda_context_t context);
    apus_cuda_result_t (*context_synchronize)(void);

    apus_cuda_result_t (*module_load)(apus_cuda_module_t *module, const void *image, unsigned count, int *options, void **values);
    apus_cuda_result_t (*module_unload)(apus_cuda_module_t module);
    apus_cuda_result_t (*module_function)(apus_cuda_function_t *function, apus_cuda_module_t module, const char *name);
    apus_cuda_result_t (*function_attribute)(int *value, int attribute, apus_cuda_function_t function);
    apus_cuda_result_t (*function_set_attribute)(apus_cuda_function_t function, int attribute, int value);

    apus_cuda_result_t (*memory_allocate)(apus_cuda_address_t *address, size_t bytes);
    apus_cuda_result_t (*memory_free)(apus_cuda_address_t address);
    apus_cuda_result_t (*memory_info)(size_t *free, size_t *total);
    apus_cuda_result_t (*host_allocate)(void **pointer, size_t bytes, unsigned flags);
    apus_cuda_result_t (*host_free)(void *pointer);
    apus_cuda_result_t (*upload)(apus_cuda_address_t to, const void *from, size_t bytes, apus_cuda_stream_t stream);
    apus_cuda_result_t (*download)(void *to, apus_cuda_address_t from, size_t bytes, apus_cuda_stream_t stream);
    apus_cuda_result_t (*copy)(apus_cuda_address_t to, apus_cuda_address_t from, size_t bytes, apus_cuda_stream_t stream);
    apus_cuda_result_t (*fill_bytes)(apus_cuda_address_t to, unsigned char value, size_t count, apus_cuda_stream_t stream);
    apus_cuda_result_t (*fill_words)(apus_cuda_address_t to, unsigned value, size_t count, apus_cuda_stream_t stream);

    apus_cuda_result_t (*stream_create)(apus_cuda_stream_t *stream, unsigned flags);
    apus_cuda_result_t (*stream_destroy)(apus_cuda_stream_t stream);
    apus_cuda_result_t (*stream_synchronize)(apus_cuda_stream_t stream);
    apus_cuda_result_t (*stream_query)(apus_cuda_stream_t stream);
    apus_cuda_result_t (*stream_begin_capture)(apus_cuda_stream_t stream, int mode);
    apus_cuda_result_t (*stream_end_capture)(apus_cuda_stream_t stream, apus_cuda_graph_t *graph);

    apus_cuda_result_t (*event_create)(apus_cuda_event_t *event, unsigned flags);
    apus_cuda_result_t (*event_record)(apus_cuda_event_t event, apus_cuda_stream_t stream);
    apus_cuda_result_t (*event_synchronize)(apus_cuda_event_t event);
    apus_cuda_result_t (*event_elapsed)(float *milliseconds, apus_cuda_event_t start, apus_cuda_event_t end);
    apus_cuda_result_t (*event_destroy)(apus_cuda_event_t event);

    apus_cuda_result_t (*launch)(
        apus_cuda_function_t function, unsigned grid_x, unsigned grid_y, unsigned grid_z, unsigned block_x, unsigned block_y, unsigned block_z,
        unsigned shared_bytes, apus_cuda_stream_t stream, void **arguments, void **extra);
    apus_cuda_result_t (*graph_instantiate)(apus_cuda_graph_exec_t *exec, apus_cuda_graph_t graph, unsigned long long flags);
    apus_cuda_result_t (*graph_upload)(apus_cuda_graph_exec_t exec, apus_cuda_stream_t stream);
    apus_cuda_result_t (*graph_launch)(apus_cuda_graph_exec_t exec, apus_cuda_stream_t stream);
    apus_cuda_result_t (*graph_destroy)(apus_cuda_graph_t graph);
    apus_cuda_result_t (*graph_exec_destroy)(apus_cuda_graph_exec_t exec);
} apus_cuda_driver_t;

typedef enum {
    APUS_CUDA_LOADED = 0,
    APUS_CUDA_NO_LIBRARY = 1,   // none could be opened; the text is the dynamic linker's about the first
    APUS_CUDA_NO_FUNCTION = 2,  // the text is the name of the missing function
    APUS_CUDA_OLD_DRIVER = 3,   // made for a CUDA before APUS_CUDA_MINIMUM_VERSION
} apus_cuda_load_status_t;

enum { APUS_CUDA_MINIMUM_VERSION = 12000 };

/// What `apus_cuda_load` found.
typedef struct {
    int version;        // of CUDA, as 12040 for 12.4; 0 while unknown
    int named;          // whether the library was named by the caller or the environment
    char library[256];  // that was opened, or that should have been
    char text[512];
} apus_cuda_load_report_t;

/// Opens the driver and fills the table with its functions.
///
/// A library that was named, by `path` or by the environment variable APUS_CUDA_DRIVER, is the only one tried; otherwise the names under which
/// drivers are installed are tried in order. A driver that was loaded stays loaded.
apus_cuda_load_status_t apus_cuda_load(const char *path, apus_cuda_driver_t *driver, apus_cuda_load_report_t *report);

/// The text of all kernels in PTX, with a 0 behind its last byte.
///
/// - Parameter count: bytes of the text, without the 0.
const char *apus_cuda_program(size_t *count);
