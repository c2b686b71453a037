import ApusCUDA
import CUDATestSupport
import Glibc
import Testing

/// What lies outside of memory stops the program before the driver is asked.
@Suite struct DeviceMemoryLimitTests {
    /// Ends the process without a signal when `body` throws, as it would if the driver were asked.
    private static func attempt(_ body: (CUDAContext, CUDAStream) throws -> Void) {
        do {
            let context = try FakeCUDA().context()
            try body(context, CUDAStream(context))
        } catch { exit(EXIT_FAILURE) }
    }

    private func expectSignal(_ result: ExitTest.Result?, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let status = try #require(result, sourceLocation: sourceLocation).exitStatus
        guard case .signal = status else {
            Issue.record("the process ended with \(status)", sourceLocation: sourceLocation)
            return
        }
    }

    @Test func `a fill behind the end stops the program`() async throws {
        let result = await #expect(processExitsWith: .failure) {
            Self.attempt { context, stream in try DeviceMemory(byteCount: 8, context).fill(byte: 0, at: 4, count: 5, on: stream) }
        }
        try expectSignal(result)
    }

    @Test func `a copy from before the beginning stops the program`() async throws {
        let result = await #expect(processExitsWith: .failure) {
            Self.attempt { context, stream in
                let memory = try DeviceMemory(byteCount: 8, context)
                try memory.copy(from: memory, at: -4, byteCount: 4, on: stream)
            }
        }
        try expectSignal(result)
    }

    @Test func `an upload of elements that are not there stops the program`() async throws {
        let result = await #expect(processExitsWith: .failure) {
            Self.attempt { context, stream in
                try DeviceMemory(byteCount: 64, context).upload(PinnedMemory<Float>(count: 2, context), 1..<3, on: stream)
            }
        }
        try expectSignal(result)
    }

    @Test func `a download of more than there is stops the program`() async throws {
        let result = await #expect(processExitsWith: .failure) {
            Self.attempt { context, stream in
                try DeviceMemory(byteCount: 8, context).download(PinnedMemory<Float>(count: 3, context), on: stream)
            }
        }
        try expectSignal(result)
    }
}
