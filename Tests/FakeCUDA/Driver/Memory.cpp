// Device memory is memory of the host, full of NaN when it is new, so that tools find what kernels read and write outside of it.

#include "Memory.h"

#include "Driver.h"
#include "Streams.h"
#include <map>
#include <stdlib.h>
#include <string.h>

namespace driver {

struct Free {
    void operator()(char *memory) const { free(memory); }
};
using Memory = std::unique_ptr<char, Free>;

struct Allocation {
    Memory memory;
    size_t bytes;
    int device;
};
static std::map<const char *, Allocation> allocations;
static std::map<const void *, Memory> host_allocations;

enum { ALIGNMENT = 256 };  // of device memory, as the driver promises

static unsigned long long used(int device) {
    unsigned long long bytes = 0;
    for (auto &[address, allocation] : allocations) bytes += allocation.device == device ? allocation.bytes : 0;
    return bytes;
}

MemoryInUse memory_in_use() {
    unsigned long long bytes = 0;
    for (auto &[address, allocation] : allocations) bytes += allocation.bytes;
    return {allocations.size(), bytes, host_allocations.size()};
}

char *device_memory(unsigned long long address, size_t bytes, When when) {
    char *first = reinterpret_cast<char *>(address);
    auto after = allocations.upper_bound(first);
    if (after != allocations.begin()) {
        auto &[start, allocation] = *std::prev(after);
        size_t offset = (size_t)(first - start);
        if (offset <= allocation.bytes && bytes <= allocation.bytes - offset) return first;
    }
    throw Error{when == RUNNING ? CUDA_ERROR_ILLEGAL_ADDRESS : CUDA_ERROR_INVALID_VALUE, std::to_string(bytes) + " bytes outside of device memory"};
}

static Memory filled(size_t bytes) {
    void *memory = nullptr;
    if (posix_memalign(&memory, ALIGNMENT, bytes)) throw std::bad_alloc();
    return Memory(static_cast<char *>(memset(memory, 0xFF, bytes)));
}

}  // namespace driver

using namespace driver;

extern "C" int cuMemAlloc_v2(unsigned long long *address, size_t bytes) {
    return call("cuMemAlloc", CONTEXT, [&] {
        required(address, "the address");
        refuse_in_capture();
        if (bytes == 0) throw Error{CUDA_ERROR_INVALID_VALUE, "0 bytes"};
        unsigned long long free_bytes = settings.memory - std::min(settings.memory, used(current_device()));
        if (bytes > free_bytes) {
            throw Error{CUDA_ERROR_OUT_OF_MEMORY, std::to_string(bytes) + " bytes of " + std::to_string(free_bytes) + " that are free"};
        }
        Memory memory = filled(bytes);
        char *first = memory.get();
        allocations[first] = {std::move(memory), bytes, current_device()};
        *address = reinterpret_cast<unsigned long long>(first);
    });
}

extern "C" int cuMemFree_v2(unsigned long long address) {
    return call("cuMemFree", CONTEXT, [&] {
        if (address == 0) return;
        refuse_in_capture();
        auto found = allocations.find(reinterpret_cast<char *>(address));
        if (found == allocations.end()) throw Error{CUDA_ERROR_INVALID_VALUE, "no memory of the device begins there"};
        run_all();  // as the driver, which waits for the device
        allocations.erase(found);
    });
}

extern "C" int cuMemGetInfo_v2(size_t *free_bytes, size_t *total) {
    return call("cuMemGetInfo", CONTEXT, [&] {
        required(total, "the size") = settings.memory;
        required(free_bytes, "the free size") = settings.memory - std::min(settings.memory, used(current_device()));
    });
}

extern "C" int cuMemHostAlloc(void **address, size_t bytes, unsigned) {
    return call("cuMemHostAlloc", CONTEXT, [&] {
        required(address, "the address");
        if (bytes == 0) throw Error{CUDA_ERROR_INVALID_VALUE, "0 bytes"};
        Memory memory = filled(bytes);
        char *first = memory.get();
        host_allocations[first] = std::move(memory);
        *address = first;
    });
}

extern "C" int cuMemFreeHost(void *address) {
    return call("cuMemFreeHost", CONTEXT, [&] {
        if (!address) return;
        auto found = host_allocations.find(address);
        if (found == host_allocations.end()) throw Error{CUDA_ERROR_INVALID_VALUE, "not pinned memory"};
        run_all();
        host_allocations.erase(found);
    });
}
