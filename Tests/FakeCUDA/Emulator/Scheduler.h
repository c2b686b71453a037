#pragma once

// Runs a kernel: block after block, each thread of a block a fiber, all on the calling thread of the system.
//
// The lanes of a warp run one after the other until each waits, at a warp operation or at a barrier, or has ended; then the next warp. So
// threads give way at known places only, and the same launch always gives the same bits; the order of blocks, warps and lanes is a setting,
// and a kernel whose result depends on it lacks a barrier.

#include "Emulator.h"
#include <stdexcept>
#include <string>

namespace emulator {

/// What a GPU would not do, or not do in every order: the text says what and where.
struct Failure : std::runtime_error {
    using runtime_error::runtime_error;
};

struct Order {
    enum Kind { FORWARD, REVERSED, RANDOM } kind = FORWARD;
    unsigned long long seed = 0;  // of a random order
};

struct Launch {
    dim3 blocks, threads;
    size_t shared_bytes = 0;  // of dynamic shared memory
    Order order = {};
};

enum { WARP_LANES = 32, MAXIMUM_THREADS = 1024 };

/// Runs `kernel` with `arguments`, the structure that it takes. Shared memory is full of NaN when a block begins. One launch runs at a time.
/// Throws Failure when lanes of a warp or threads of a block do not all reach the same barrier or warp operation, and std::bad_alloc.
void run(const Launch &launch, void (*kernel)(const void *arguments), const void *arguments);

/// Gives back what launches have taken from the system; the next launch takes it again.
void release();

}  // namespace emulator
