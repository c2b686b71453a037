import CApusCUDA

/// A point in the work of a stream, and the time when it was reached.
///
/// `@unchecked Sendable`: the driver's functions may be called from any thread.
package final class CUDAEvent: @unchecked Sendable {
    private let context: CUDAContext
    private let handle: apus_cuda_event_t

    package init(_ context: CUDAContext) throws(CUDAError) {
        handle = try context.make("cuEventCreate") { $0.event_create($1, 0) }
        self.context = context
    }

    deinit { context.release { $0.event_destroy(handle) } }

    /// Puts the event behind the work that the stream has by now.
    package func record(on stream: CUDAStream) throws(CUDAError) {
        try context.call("cuEventRecord") { $0.event_record(handle, stream.handle) }
    }

    /// Waits until the work before the event is done.
    package func synchronize() throws(CUDAError) { try context.call("cuEventSynchronize") { $0.event_synchronize(handle) } }

    /// Milliseconds from `start` to this event, to about half a microsecond, once both were reached.
    package func milliseconds(since start: CUDAEvent) throws(CUDAError) -> Float {
        var milliseconds: Float = 0
        try context.call("cuEventElapsedTime") { $0.event_elapsed(&milliseconds, start.handle, handle) }
        return milliseconds
    }
}
