// Graphs: what a stream captured, in the order of capture. Arguments of kernels are those of the time of capture.

#include "Driver.h"
#include "Streams.h"

namespace driver {

using Graph = std::shared_ptr<Operations>;
static Handles<Graph> graphs, executables;

}  // namespace driver

using namespace driver;

extern "C" int cuStreamBeginCapture_v2(void *handle, int mode) {
    return call("cuStreamBeginCapture", CONTEXT, [&] {
        if (!handle) throw Error{CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, "the default stream cannot be captured"};
        Stream &capturing = stream(handle);
        if (capturing.capture) throw Error{CUDA_ERROR_ILLEGAL_STATE, "the stream is capturing already"};
        if (mode < CAPTURE_GLOBAL || mode > CAPTURE_RELAXED) throw Error{CUDA_ERROR_INVALID_VALUE, "not a mode of capture"};
        capturing.capture = std::make_shared<Operations>();
        capturing.invalidated = false;
        capturing.mode = static_cast<CaptureMode>(mode);
        capturing.thread = std::this_thread::get_id();
    });
}

extern "C" int cuStreamEndCapture(void *handle, void **graph) {
    return call("cuStreamEndCapture", CONTEXT, [&] {
        Stream &capturing = stream(handle);
        required(graph, "the graph") = nullptr;
        if (!capturing.capture) throw Error{CUDA_ERROR_ILLEGAL_STATE, "the stream is not capturing"};
        Graph captured = std::move(capturing.capture);
        if (capturing.invalidated) throw Error{CUDA_ERROR_STREAM_CAPTURE_INVALIDATED, "a call failed during the capture"};
        *graph = graphs.add(std::make_unique<Graph>(captured));
    });
}

extern "C" int cuGraphInstantiateWithFlags(void **executable, void *graph, unsigned long long) {
    return call("cuGraphInstantiateWithFlags", CONTEXT, [&] {
        required(executable, "the graph") = executables.add(std::make_unique<Graph>(graphs[graph]));
    });
}

extern "C" int cuGraphUpload(void *executable, void *on) {
    return call("cuGraphUpload", CONTEXT, [&] {
        executables[executable];
        stream(on);
    });
}

extern "C" int cuGraphLaunch(void *executable, void *on) {
    return call("cuGraphLaunch", CONTEXT, [&] {
        enqueue(on, [graph = executables[executable]] {
            counts.graph_launches++;
            for (auto &operation : *graph) operation();
        });
    });
}

extern "C" int cuGraphExecDestroy(void *executable) {
    return call("cuGraphExecDestroy", CONTEXT, [&] { executables.remove(executable); });
}

extern "C" int cuGraphDestroy(void *graph) {
    return call("cuGraphDestroy", CONTEXT, [&] { graphs.remove(graph); });
}
