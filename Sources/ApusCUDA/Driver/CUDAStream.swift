import CApusCUDA

/// A queue of work on the device, done in order. Streams do not wait for each other.
///
/// `@unchecked Sendable`: the driver's functions may be called from any thread.
package final class CUDAStream: @unchecked Sendable {
    package let context: CUDAContext
    let handle: apus_cuda_stream_t

    package init(_ context: CUDAContext) throws(CUDAError) {
        handle = try context.make("cuStreamCreate") { $0.stream_create($1, UInt32(APUS_CUDA_STREAM_NON_BLOCKING)) }
        self.context = context
    }

    deinit { context.release { $0.stream_destroy(handle) } }

    /// Waits for all work of the stream.
    ///
    /// - Throws: also what went wrong in that work, such as an access outside of memory.
    package func synchronize() throws(CUDAError) { try context.call("cuStreamSynchronize") { $0.stream_synchronize(handle) } }

    /// Whether all work of the stream is done.
    package func isDone() throws(CUDAError) -> Bool {
        let result = context.result { $0.stream_query(handle) }
        if result == APUS_CUDA_ERROR_NOT_READY { return false }
        try context.device.driver.check(result, "cuStreamQuery")
        return true
    }

    /// Records the work that `body` gives to the stream, without doing it, as a graph.
    ///
    /// `body` may launch kernels, copy and fill. It may neither wait nor allocate or free memory: the driver refuses that while recording.
    package func capture(_ body: () throws(CUDAError) -> Void) throws(CUDAError) -> CUDAGraph {
        // Other threads may do as they like with streams of their own.
        try context.call("cuStreamBeginCapture") { $0.stream_begin_capture(handle, Int32(APUS_CUDA_CAPTURE_THREAD_LOCAL)) }
        let failure: CUDAError?
        do {
            try body()
            failure = nil
        } catch { failure = error }
        var graph: apus_cuda_graph_t?
        let result = context.result { $0.stream_end_capture(handle, &graph) }
        defer { if let graph { context.release { $0.graph_destroy(graph) } } }
        if let failure { throw failure }
        try context.device.driver.check(result, "cuStreamEndCapture")
        guard let graph else { preconditionFailure("cuStreamEndCapture succeeded without a graph") }
        return try CUDAGraph(graph, context)
    }
}
