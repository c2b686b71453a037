#pragma once

// The kernels by name, each with what a launch of it is checked against.

#include "Scheduler.h"
#include <type_traits>

namespace emulator {

struct Kernel {
    void (*run)(const void *arguments);
    size_t arguments_bytes;
    int maximum_threads;
};

/// The greatest n that `exists` can be called with, see REGISTER.
template <typename Exists, int low = 1, int high = MAXIMUM_THREADS> constexpr int launch_bound() {
    if constexpr (low == high) {
        return low;
    } else {
        constexpr int middle = (low + high + 1) / 2;
        if constexpr (std::is_invocable_v<Exists, std::integral_constant<int, middle>>) return launch_bound<Exists, middle, high>();
        else return launch_bound<Exists, low, middle - 1>();
    }
}

template <auto kernel> struct Entry;
template <typename Arguments, void (*kernel)(Arguments)> struct Entry<kernel> {
    enum { BYTES = sizeof(Arguments) };
    static void run(const void *arguments) { kernel(*static_cast<const Arguments *>(arguments)); }
};

void add(const char *name, const Kernel &kernel);
/// Null when there is none of that name.
const Kernel *find(const char *name);

/// Runs a kernel with checks of the launch bound and of the size of its arguments. Throws Failure, see `run`.
template <typename Arguments> void launch(const char *name, const Launch &launch, const Arguments &arguments) {
    const Kernel *kernel = find(name);
    if (!kernel) throw Failure(std::string("no kernel ") + name);
    if (kernel->arguments_bytes != sizeof arguments) throw Failure(std::string("arguments of another kernel for ") + name);
    if (launch.threads.x * launch.threads.y * launch.threads.z > (unsigned)kernel->maximum_threads) {
        throw Failure(std::string(name) + " was built for at most " + std::to_string(kernel->maximum_threads) + " threads");
    }
    run(launch, kernel->run, &arguments);
}

}  // namespace emulator

/// Makes a kernel known by its name.
#define REGISTER(kernel) \
    emulator::add(#kernel, {emulator::Entry<kernel<>>::run, emulator::Entry<kernel<>>::BYTES, \
        emulator::launch_bound<decltype([]<int n>(std::integral_constant<int, n>) requires requires { kernel<n>; } {})>()})
