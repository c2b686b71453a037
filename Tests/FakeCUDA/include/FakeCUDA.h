#pragma once

// What tests ask of the mock driver, besides the functions of the CUDA driver API that it exports (see Driver/ for their behaviour).

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    unsigned long long launches;          // of kernels that have run, in graphs too
    unsigned long long graph_launches;    // that have run
    unsigned long long allocations;       // of device memory alive
    unsigned long long bytes;             // of them
    unsigned long long synchronisations;  // calls that waited for the device
    unsigned long long host_allocations;  // of pinned memory alive
} fake_cuda_statistics_t;

/// Replaces all settings and forgets errors: launches may fail no more, and calls of a function are counted from 0 again. Counts of launches
/// and synchronisations begin at 0. Null goes back to the environment variable APUS_FAKE_CUDA. Settings, with a comma between two:
///
///     devices=N            how many there are (1)
///     init=CODE            what cuInit returns (0)
///     driver=VERSION       of the driver, 12080 for CUDA 12.8 (12080)
///     memory=BYTES         of a device (8 GiB); more is error 2
///     capability=N         of a device, 80 for 8.0 (80)
///     name=TEXT            of a device (Fake GPU)
///     fail=FUNCTION:CODE   every call of the function gives this code; FUNCTION:CODE@N: only call number N, from 1
///     missing=FUNCTION     cuGetProcAddress does not find it
///     skip=KERNEL          launches of the kernel do nothing: a device that computes something wrong
///     order=forward, order=reversed, order=random:SEED   of lanes, warps and blocks of a kernel
///
/// Returns 0, or 1 when a setting is not understood, see `fake_cuda_last_error_text`.
int fake_cuda_set(const char *settings);

void fake_cuda_statistics(fake_cuda_statistics_t *statistics);

/// One sentence on the last call that failed; empty when none has. Valid until the next call in this thread.
const char *fake_cuda_last_error_text(void);

#ifdef __cplusplus
}
#endif
