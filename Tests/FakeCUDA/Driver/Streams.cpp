// Streams: queues that run when the host waits.

#include "Streams.h"

#include "Driver.h"

namespace driver {

static Stream default_stream;
static Handles<Stream> streams;

Stream &stream(void *handle) { return handle ? streams[handle] : default_stream; }

void enqueue(void *handle, Operation operation) {
    Stream &to = stream(handle);
    if (to.capture) to.capture->push_back(std::move(operation));
    else to.pending.push_back(std::move(operation));
}

static void refuse_in_capture(Stream &stream) {
    if (!stream.capture) return;
    stream.invalidated = true;
    throw Error{CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, "a stream is capturing"};
}

static bool forbids(const Stream &stream) {
    return stream.mode == CAPTURE_GLOBAL || (stream.mode == CAPTURE_THREAD_LOCAL && stream.thread == std::this_thread::get_id());
}

void refuse_in_capture() {
    for (auto &stream : streams) {
        if (forbids(*stream)) refuse_in_capture(*stream);
    }
}

void run_next(Stream &stream) {
    Operation operation = std::move(stream.pending.front());
    stream.pending.pop_front();
    try {
        operation();
    } catch (const emulator::Failure &failure) {
        spoil({CUDA_ERROR_LAUNCH_FAILED, failure.what()});
    } catch (const Error &error) {
        spoil(error);
    }
}

static void run(Stream &stream) {
    while (!stream.pending.empty()) run_next(stream);
}

void run_all() {
    run(default_stream);
    for (auto &stream : streams) run(*stream);
}

void drop_pending() {
    default_stream.pending.clear();
    for (auto &stream : streams) {
        stream->pending.clear();
        stream->invalidated = stream->capture != nullptr;
    }
}

}  // namespace driver

using namespace driver;

extern "C" int cuStreamCreate(void **handle, unsigned) {
    return call("cuStreamCreate", CONTEXT, [&] { required(handle, "the stream") = streams.add(std::make_unique<Stream>()); });
}

extern "C" int cuStreamCreateWithPriority(void **handle, unsigned, int) {
    return call("cuStreamCreateWithPriority", CONTEXT, [&] {
        required(handle, "the stream") = streams.add(std::make_unique<Stream>());
    });
}

extern "C" int cuStreamDestroy_v2(void *handle) {
    return call("cuStreamDestroy", CONTEXT, [&] {
        run(streams[handle]);
        streams.remove(handle);
    });
}

extern "C" int cuStreamSynchronize(void *handle) {
    return call("cuStreamSynchronize", CONTEXT, [&] {
        Stream &waited = stream(handle);
        refuse_in_capture(waited);
        counts.synchronisations++;
        run(waited);
    });
}

/// Each query sees one more operation done, as if time had passed.
extern "C" int cuStreamQuery(void *handle) {
    return call("cuStreamQuery", CONTEXT, [&] {
        Stream &asked = stream(handle);
        refuse_in_capture(asked);
        if (asked.pending.empty()) return;
        run_next(asked);
        throw Error{CUDA_ERROR_NOT_READY, ""};
    });
}

extern "C" int cuCtxSynchronize(void) {
    return call("cuCtxSynchronize", CONTEXT, [&] {
        refuse_in_capture();
        counts.synchronisations++;
        run_all();
    });
}
