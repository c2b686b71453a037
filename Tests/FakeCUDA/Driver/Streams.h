#pragma once

// Streams and events. A stream is lazy: what is asked of it runs when the host waits for it and no sooner, so that a host that forgets to
// wait reads what was there before.

#include <deque>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

namespace driver {

using Operation = std::function<void()>;
using Operations = std::vector<Operation>;

/// Whose calls a capture forbids: of all threads, of the one that captures, or of none.
enum CaptureMode { CAPTURE_GLOBAL = 0, CAPTURE_THREAD_LOCAL = 1, CAPTURE_RELAXED = 2 };

struct Stream {
    std::deque<Operation> pending;
    std::shared_ptr<Operations> capture;  // what is captured
    bool invalidated = false;             // the capture
    CaptureMode mode = CAPTURE_GLOBAL;
    std::thread::id thread;               // that began the capture
};

/// That of a handle; the default stream of null is one of its own. Throws an invalid handle.
Stream &stream(void *handle);

/// Adds to the queue of a stream, or to the graph that it captures.
void enqueue(void *handle, Operation operation);

/// Throws, and spoils captures, when any stream captures in a mode that forbids the call to this thread: it is not one that may be captured.
void refuse_in_capture();

/// Runs the first pending operation; what it throws spoils the context.
void run_next(Stream &stream);

/// Runs what is pending in all streams.
void run_all();

/// Forgets what is pending in all streams, and captures.
void drop_pending();

}  // namespace driver
