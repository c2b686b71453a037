import CApusCUDA

/// Recorded work of a stream, ready to be done again and again with one call. See `CUDAStream.capture`.
///
/// It has the addresses and arguments of the recording, and does not keep the memory or the kernels alive that they belong to.
///
/// `@unchecked Sendable`: the driver's functions may be called from any thread.
package final class CUDAGraph: @unchecked Sendable {
    private let context: CUDAContext
    private let handle: apus_cuda_graph_exec_t

    init(_ graph: apus_cuda_graph_t, _ context: CUDAContext) throws(CUDAError) {
        handle = try context.make("cuGraphInstantiateWithFlags") { $0.graph_instantiate($1, graph, 0) }
        self.context = context
    }

    deinit { context.release { $0.graph_exec_destroy(handle) } }

    /// Brings the graph to the device, which the first launch would otherwise wait for.
    package func upload(on stream: CUDAStream) throws(CUDAError) {
        try context.call("cuGraphUpload") { $0.graph_upload(handle, stream.handle) }
    }

    /// Does the recorded work on a stream, after what the stream was given before.
    package func launch(on stream: CUDAStream) throws(CUDAError) {
        try context.call("cuGraphLaunch") { $0.graph_launch(handle, stream.handle) }
    }
}
