// What happens around every call: settings, planned failures, lost contexts, counts.

#include "../include/FakeCUDA.h"
#include "Driver.h"
#include "Memory.h"
#include "Streams.h"
#include <stdlib.h>

namespace driver {

Counts counts;
Settings settings;
std::mutex lock;

static enum { UNREAD, ENVIRONMENT, TEST } source;  // of the settings
static bool initialised;
static std::optional<Error> spoilt;
static std::string last_text;

static void read_environment() {
    const char *text = getenv("APUS_FAKE_CUDA");
    try {
        settings = parse(text ? text : "");
    } catch (const std::logic_error &error) {
        throw Error{CUDA_ERROR_UNKNOWN, std::string("APUS_FAKE_CUDA: ") + error.what()};
    }
    source = ENVIRONMENT;
}

static void fail_as_planned(const std::string &function) {
    for (auto &failure : settings.failures) {
        if (failure.function != function) continue;
        failure.calls++;
        if (failure.call == 0 || failure.call == failure.calls) throw Error{failure.code, "told to fail"};
    }
}

void begin(const char *function, Needs needs) {
    if (source == UNREAD) read_environment();
    fail_as_planned(function);
    if (needs == NOTHING) return;
    if (!initialised) throw Error{CUDA_ERROR_NOT_INITIALIZED, "cuInit was not called"};
    if (spoilt) throw *spoilt;
    if (needs == CONTEXT) current_device();
}

int note(const char *function, const Error &error) {
    if (error.code != CUDA_ERROR_NOT_READY) last_text = std::string(function) + ": " + error.text;
    return error.code;
}

void spoil(const Error &error) {
    spoilt = error;
    drop_pending();
    throw error;
}

}  // namespace driver

using namespace driver;

extern "C" int cuInit(unsigned flags) {
    return call("cuInit", NOTHING, [&] {
        if (source == ENVIRONMENT) read_environment();
        if (flags != 0) throw Error{CUDA_ERROR_INVALID_VALUE, "flags must be 0"};
        if (settings.init) throw Error{settings.init, "told to fail"};
        initialised = true;
    });
}

extern "C" int fake_cuda_set(const char *text) {
    std::lock_guard guard(lock);
    try {
        if (text) settings = parse(text);
    } catch (const std::logic_error &error) {
        last_text = std::string("fake_cuda_set: ") + error.what();
        return 1;
    }
    source = text ? TEST : UNREAD;
    spoilt.reset();
    last_text.clear();
    counts = {};
    return 0;
}

extern "C" void fake_cuda_statistics(fake_cuda_statistics_t *statistics) {
    std::lock_guard guard(lock);
    MemoryInUse memory = memory_in_use();
    *statistics = {counts.launches, counts.graph_launches, memory.allocations, memory.bytes, counts.synchronisations, memory.host_allocations};
}

extern "C" const char *fake_cuda_last_error_text(void) {
    static thread_local std::string copy;
    std::lock_guard guard(lock);
    copy = last_text;
    return copy.c_str();
}
