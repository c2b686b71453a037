#include "Modules.h"

#include "Driver.h"
#include "Program.h"
#include "Streams.h"
#include <string.h>

namespace driver {

struct Module {
    Program program;
    std::map<std::string, Function> functions;  // that were asked for
};
static Handles<Module> modules;

Function &function(void *handle) {
    for (auto &module : modules) {
        for (auto &[name, function] : module->functions) {
            if (&function == handle) return function;
        }
    }
    throw Error{CUDA_ERROR_INVALID_HANDLE, "not a function of a module that is loaded"};
}

enum { CU_JIT_ERROR_LOG_BUFFER = 5, CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES = 6 };

/// Writes the text to the buffer that the options name, if any.
static void write_log(const std::string &text, unsigned count, const int *options, void **values) {
    char *buffer = nullptr;
    void **capacity = nullptr;
    for (unsigned i = 0; i < count; i++) {
        if (options[i] == CU_JIT_ERROR_LOG_BUFFER) buffer = static_cast<char *>(values[i]);
        if (options[i] == CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES) capacity = &values[i];
    }
    if (!buffer || !capacity || !*capacity) return;
    size_t written = std::min(text.size(), reinterpret_cast<size_t>(*capacity) - 1);
    memcpy(buffer, text.data(), written);
    buffer[written] = 0;
    *capacity = reinterpret_cast<void *>(written);
}

/// Throws when the module has no such kernel, or one with other arguments than the emulated kernel.
static const emulator::Kernel *kernel(const Module &module, const std::string &name) {
    auto entry = module.program.entries.find(name);
    if (entry == module.program.entries.end()) throw Error{CUDA_ERROR_NOT_FOUND, "the program has no kernel " + name};
    const emulator::Kernel *kernel = emulator::find(name.c_str());
    if (!kernel) throw Error{CUDA_ERROR_NOT_FOUND, name + " is not registered with the emulator"};
    if (entry->second && entry->second != kernel->arguments_bytes) {
        throw Error{CUDA_ERROR_INVALID_IMAGE, name + " takes " + std::to_string(entry->second) + " bytes in the program, and " +
            std::to_string(kernel->arguments_bytes) + " in its source: the program is older"};
    }
    return kernel;
}

enum {
    MAX_THREADS_PER_BLOCK = 0,
    SHARED_SIZE_BYTES = 1,
    CONST_SIZE_BYTES = 2,
    LOCAL_SIZE_BYTES = 3,
    NUM_REGS = 4,
    MAX_DYNAMIC_SHARED_SIZE_BYTES = 8,
};
enum { LARGEST_SHARED = 163 * 1024, SHARED_OF_A_MULTIPROCESSOR = 164 * 1024, SHARED_OF_THE_DRIVER = 1024 };
enum { THREADS_OF_A_MULTIPROCESSOR = 2048, BLOCKS_OF_A_MULTIPROCESSOR = 32, REGISTERS = 64 };

}  // namespace driver

using namespace driver;

extern "C" int cuModuleLoadDataEx(void **handle, const void *image, unsigned count, int *options, void **values) {
    return call("cuModuleLoadDataEx", CONTEXT, [&] {
        required(handle, "the module");
        refuse_in_capture();
        const char *text = &required(static_cast<const char *>(image), "the program");
        auto module = std::make_unique<Module>();
        try {
            module->program = read_program(text, settings.version, settings.capability);
        } catch (const Error &error) {
            write_log(error.text, count, options, values);
            throw;
        }
        write_log("", count, options, values);
        *handle = modules.add(std::move(module));
    });
}

extern "C" int cuModuleUnload(void *handle) {
    return call("cuModuleUnload", CONTEXT, [&] {
        modules[handle];
        run_all();
        modules.remove(handle);
    });
}

extern "C" int cuModuleGetFunction(void **handle, void *module, const char *name) {
    return call("cuModuleGetFunction", CONTEXT, [&] {
        Module &in = modules[module];
        const emulator::Kernel *found = kernel(in, &required(name, "the name"));
        required(handle, "the function") = &in.functions.try_emplace(name, Function{name, found}).first->second;
    });
}

extern "C" int cuFuncSetAttribute(void *handle, int attribute, int value) {
    return call("cuFuncSetAttribute", CONTEXT, [&] {
        Function &set = function(handle);
        if (attribute != MAX_DYNAMIC_SHARED_SIZE_BYTES) throw Error{CUDA_ERROR_INVALID_VALUE, "not an attribute to be set"};
        if (value < 0 || value > LARGEST_SHARED) throw Error{CUDA_ERROR_INVALID_VALUE, std::to_string(value) + " bytes of shared memory"};
        set.maximum_shared = value;
    });
}

extern "C" int cuFuncGetAttribute(int *value, int attribute, void *handle) {
    return call("cuFuncGetAttribute", CONTEXT, [&] {
        Function &asked = function(handle);
        int &result = required(value, "the value");
        switch (attribute) {
        case MAX_THREADS_PER_BLOCK: result = asked.kernel->maximum_threads; break;
        case MAX_DYNAMIC_SHARED_SIZE_BYTES: result = asked.maximum_shared; break;
        case NUM_REGS: result = REGISTERS; break;
        case SHARED_SIZE_BYTES:
        case CONST_SIZE_BYTES:
        case LOCAL_SIZE_BYTES: result = 0; break;
        default: throw Error{CUDA_ERROR_INVALID_VALUE, "no attribute " + std::to_string(attribute)};
        }
    });
}

extern "C" int cuOccupancyMaxActiveBlocksPerMultiprocessor(int *blocks, void *handle, int threads, size_t shared_bytes) {
    return call("cuOccupancyMaxActiveBlocksPerMultiprocessor", CONTEXT, [&] {
        Function &asked = function(handle);
        int &result = required(blocks, "the number");
        if (threads < 1) throw Error{CUDA_ERROR_INVALID_VALUE, "no threads"};
        bool fits = threads <= asked.kernel->maximum_threads && shared_bytes <= (size_t)asked.maximum_shared;
        int by_threads = THREADS_OF_A_MULTIPROCESSOR / threads, by_shared = (int)(SHARED_OF_A_MULTIPROCESSOR / (shared_bytes + SHARED_OF_THE_DRIVER));
        result = fits ? std::min({by_threads, by_shared, (int)BLOCKS_OF_A_MULTIPROCESSOR}) : 0;
    });
}
