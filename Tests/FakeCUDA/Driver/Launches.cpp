// Launches of kernels, checked as a GPU does.

#include "Driver.h"
#include "Modules.h"
#include "Streams.h"
#include <string.h>

namespace driver {

/// Throws for what no device can launch, and for what this function cannot.
static void check(const Function &function, const emulator::Launch &launch) {
    auto &blocks = launch.blocks, &threads = launch.threads;
    unsigned long long all = 1ull * threads.x * threads.y * threads.z;
    if (!blocks.x || !blocks.y || !blocks.z || blocks.x > 0x7FFFFFFF || blocks.y > 65535 || blocks.z > 65535) {
        throw Error{CUDA_ERROR_INVALID_VALUE, "no such grid for " + function.name};
    }
    if (all == 0 || threads.x > 1024 || threads.y > 1024 || threads.z > 64 || all > emulator::MAXIMUM_THREADS) {
        throw Error{CUDA_ERROR_INVALID_VALUE, "no such block for " + function.name};
    }
    if (launch.shared_bytes > (size_t)function.maximum_shared) {
        throw Error{CUDA_ERROR_INVALID_VALUE, function.name + " may have " + std::to_string(function.maximum_shared) + " bytes of shared memory"};
    }
    if (all > (unsigned)function.kernel->maximum_threads) {
        throw Error{CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES, function.name + " was built for at most " +
            std::to_string(function.kernel->maximum_threads) + " threads"};
    }
}

static void run(const std::string &name, const emulator::Kernel &kernel, emulator::Launch launch, const std::vector<char> &arguments) {
    launch.order = settings.order;
    counts.launches++;
    if (settings.skipped.contains(name)) return;
    try {
        emulator::run(launch, kernel.run, arguments.data());
    } catch (const emulator::Failure &failure) {
        throw Error{CUDA_ERROR_LAUNCH_FAILED, name + ": " + failure.what()};
    }
}

}  // namespace driver

using namespace driver;

extern "C" int cuLaunchKernel(void *handle, unsigned blocks_x, unsigned blocks_y, unsigned blocks_z, unsigned threads_x, unsigned threads_y,
    unsigned threads_z, unsigned shared_bytes, void *on, void **parameters, void **extra) {
    return call("cuLaunchKernel", CONTEXT, [&] {
        Function &launched = function(handle);
        emulator::Launch launch{{blocks_x, blocks_y, blocks_z}, {threads_x, threads_y, threads_z}, shared_bytes};
        check(launched, launch);
        if (extra) throw Error{CUDA_ERROR_NOT_SUPPORTED, "arguments in a buffer are not emulated"};
        char *first = static_cast<char *>(required(parameters, "the list of arguments"));
        required(first, "the argument");
        std::vector<char> arguments(first, first + launched.kernel->arguments_bytes);
        enqueue(on, [name = launched.name, kernel = launched.kernel, launch, arguments] { run(name, *kernel, launch, arguments); });
    });
}
