#pragma once

// Modules and their functions, which are kernels of the registry.

#include "../Emulator/Registry.h"
#include <map>

namespace driver {

struct Function {
    std::string name;
    const emulator::Kernel *kernel;
    int maximum_shared = 48 * 1024;  // bytes of dynamic shared memory; more must be asked for
};

/// Throws an invalid handle.
Function &function(void *handle);

}  // namespace driver
