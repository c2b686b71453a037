// Copies and fills. The memory of the host is read or written when the stream runs, not before.

#include "Driver.h"
#include "Memory.h"
#include "Streams.h"
#include <string.h>

using namespace driver;

extern "C" int cuMemcpyHtoDAsync_v2(unsigned long long to, const void *from, size_t bytes, void *on) {
    return call("cuMemcpyHtoDAsync", CONTEXT, [&] {
        if (bytes == 0) return;
        required(static_cast<const char *>(from), "the source");
        device_memory(to, bytes, ASKED_FOR);
        enqueue(on, [=] { memcpy(device_memory(to, bytes, RUNNING), from, bytes); });
    });
}

extern "C" int cuMemcpyDtoHAsync_v2(void *to, unsigned long long from, size_t bytes, void *on) {
    return call("cuMemcpyDtoHAsync", CONTEXT, [&] {
        if (bytes == 0) return;
        required(static_cast<char *>(to), "the destination");
        device_memory(from, bytes, ASKED_FOR);
        enqueue(on, [=] { memcpy(to, device_memory(from, bytes, RUNNING), bytes); });
    });
}

extern "C" int cuMemcpyDtoDAsync_v2(unsigned long long to, unsigned long long from, size_t bytes, void *on) {
    return call("cuMemcpyDtoDAsync", CONTEXT, [&] {
        if (bytes == 0) return;
        device_memory(to, bytes, ASKED_FOR);
        device_memory(from, bytes, ASKED_FOR);
        enqueue(on, [=] { memmove(device_memory(to, bytes, RUNNING), device_memory(from, bytes, RUNNING), bytes); });
    });
}

extern "C" int cuMemsetD8Async(unsigned long long to, unsigned char value, size_t count, void *on) {
    return call("cuMemsetD8Async", CONTEXT, [&] {
        if (count == 0) return;
        device_memory(to, count, ASKED_FOR);
        enqueue(on, [=] { memset(device_memory(to, count, RUNNING), value, count); });
    });
}

extern "C" int cuMemsetD32Async(unsigned long long to, unsigned value, size_t count, void *on) {
    return call("cuMemsetD32Async", CONTEXT, [&] {
        if (to % sizeof value) throw Error{CUDA_ERROR_INVALID_VALUE, "not on a boundary of 4 bytes"};
        if (count == 0) return;
        device_memory(to, count * sizeof value, ASKED_FOR);
        enqueue(on, [=] {
            auto *words = reinterpret_cast<unsigned *>(device_memory(to, count * sizeof value, RUNNING));
            std::fill_n(words, count, value);
        });
    });
}
