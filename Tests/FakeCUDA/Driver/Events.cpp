// Events: places in the queue of a stream.

#include "Driver.h"
#include "Streams.h"
#include <chrono>

namespace driver {

/// One recording of an event.
struct Recording {
    void *stream;
    bool done = false;
    std::chrono::steady_clock::time_point time = {};
};

struct Event {
    bool timed;
    std::shared_ptr<Recording> last;  // null before the first
};

static Handles<Event> events;

static void go_on(Recording &recording) {
    Stream &recorded = stream(recording.stream);
    if (recorded.pending.empty()) throw Error{CUDA_ERROR_ILLEGAL_STATE, "the recording was dropped after an error"};
    run_next(recorded);
}

static void finish(Recording &recording) {
    while (!recording.done) go_on(recording);
}

static void refuse_captured(void *handle) {
    if (stream(handle).capture) throw Error{CUDA_ERROR_NOT_SUPPORTED, "events within a capture are not emulated"};
}

}  // namespace driver

using namespace driver;

enum { CU_EVENT_DISABLE_TIMING = 2 };

extern "C" int cuEventCreate(void **handle, unsigned flags) {
    return call("cuEventCreate", CONTEXT, [&] {
        required(handle, "the event") = events.add(std::make_unique<Event>(Event{!(flags & CU_EVENT_DISABLE_TIMING), nullptr}));
    });
}

extern "C" int cuEventDestroy_v2(void *handle) {
    return call("cuEventDestroy", CONTEXT, [&] { events.remove(handle); });
}

extern "C" int cuEventRecord(void *handle, void *on) {
    return call("cuEventRecord", CONTEXT, [&] {
        refuse_captured(on);
        auto recording = std::make_shared<Recording>(Recording{on});
        events[handle].last = recording;
        enqueue(on, [recording] {
            recording->done = true;
            recording->time = std::chrono::steady_clock::now();
        });
    });
}

extern "C" int cuStreamWaitEvent(void *waiting, void *handle, unsigned) {
    return call("cuStreamWaitEvent", CONTEXT, [&] {
        refuse_captured(waiting);
        auto recording = events[handle].last;
        if (recording) enqueue(waiting, [recording] { finish(*recording); });
    });
}

extern "C" int cuEventSynchronize(void *handle) {
    return call("cuEventSynchronize", CONTEXT, [&] {
        auto recording = events[handle].last;
        counts.synchronisations++;
        if (recording) finish(*recording);
    });
}

extern "C" int cuEventQuery(void *handle) {
    return call("cuEventQuery", CONTEXT, [&] {
        auto recording = events[handle].last;
        if (!recording || recording->done) return;
        go_on(*recording);
        throw Error{CUDA_ERROR_NOT_READY, ""};
    });
}

extern "C" int cuEventElapsedTime(float *milliseconds, void *start, void *end) {
    return call("cuEventElapsedTime", CONTEXT, [&] {
        required(milliseconds, "the time");
        Event &first = events[start], &second = events[end];
        if (!first.timed || !second.timed || !first.last || !second.last) {
            throw Error{CUDA_ERROR_INVALID_HANDLE, "an event without times, or not recorded"};
        }
        if (!first.last->done || !second.last->done) throw Error{CUDA_ERROR_NOT_READY, ""};
        *milliseconds = std::chrono::duration<float, std::milli>(second.last->time - first.last->time).count();
    });
}
