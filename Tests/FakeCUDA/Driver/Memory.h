#pragma once

// Memory of devices, and pinned memory of the host.

#include <stddef.h>

namespace driver {

/// Copies into or out of the host's memory, and fills, are checked when they are asked for and again when they run, for a graph may run
/// after the memory is freed. Throws an invalid value, or an illegal address when it runs.
enum When { ASKED_FOR, RUNNING };
char *device_memory(unsigned long long address, size_t bytes, When when);

struct MemoryInUse {
    unsigned long long allocations, bytes, host_allocations;
};
MemoryInUse memory_in_use();

}  // namespace driver
